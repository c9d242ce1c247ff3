import type { Limits } from "../../../src/base/limits.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import { readMatlab } from "../../../src/formats/matlab/read-matlab.js";
import { writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import {
  cellColumn,
  doubleMatrix,
  doubleScalar,
  logicalScalar,
  sparseMatrixValue,
  structValue,
  textValue,
} from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";
import { writeMatlab73 } from "../../../src/sample-data/matlab73-writer.js";

const variables = {
  text: textValue("é AVAL"),
  cells: cellColumn([
    "AVAL",
    "",
    cellColumn(["x", "y"]),
    doubleMatrix([
      [0.5, 2],
      [3, 4],
    ]),
  ]),
  struct: structValue({ f: doubleScalar(1.5), g: textValue("q"), h: structValue({ k: logicalScalar(true) }) }),
  sparse: sparseMatrixValue([
    [0, 1],
    [2, 0],
  ]),
};

const hdf5 = writeHdf5({
  datasets: {
    "a/x": { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6), attributes: { unit: "µm", n: Int32Array.of(4) } },
    names: { shape: [3], data: ["AVAL", "", "wörld"] },
    fixed: { shape: [2], data: { fixedTexts: ["ab", "c"] } },
    chunked: {
      shape: [20, 13],
      data: Float64Array.from({ length: 260 }, (_, i) => i),
      chunks: [7, 11],
      filters: [
        { id: 2, values: [8] },
        { id: 1, values: [6] },
      ],
    },
    references: { shape: [1], data: { references: ["a/x"] } },
  },
  links: { soft: { soft: "/a/x" }, "a/up": { hard: "" } },
});

/** Tiny valid files and readers that read everything in them, for the fuzz tests. */
export const MATLAB_TARGETS = [
  {
    name: "matlab5",
    seeds: [true, false].flatMap((bigEndian) =>
      [true, false].map((compress) => writeMatlab5({ variables: Object.entries(variables), compress, bigEndian })),
    ),
    read: readAllVariables,
  },
  {
    name: "matlab73",
    seeds: [writeMatlab73({ variables }), writeMatlab73({ variables, compress: true })],
    read: readAllVariables,
  },
  { name: "hdf5", seeds: [hdf5], read: readAllDatasets },
];

async function readAllVariables(bytes: Uint8Array, limits: Limits): Promise<void> {
  const file = await readMatlab(bytes, { file: "fuzz", limits });
  try {
    for (const variable of file.variables) file.read(variable.name);
  } finally {
    file.close();
  }
}

async function readAllDatasets(bytes: Uint8Array, limits: Limits): Promise<void> {
  const file = await openHdf5(bytes, { file: "fuzz", limits });
  try {
    for (const { path, kind } of file.list()) {
      if (kind !== "dataset" && kind !== "group") continue;
      for (const name of file.attributeNames(path)) file.attribute(path, name);
      if (kind !== "dataset") continue;
      const dataset = file.dataset(path);
      if (dataset.type.kind === "string") dataset.readStrings();
      else if (dataset.type.kind === "compound") dataset.readCompound();
      else if (dataset.type.kind === "list" || dataset.type.kind === "array") dataset.readLists();
      else dataset.read();
    }
  } finally {
    file.close();
  }
}
