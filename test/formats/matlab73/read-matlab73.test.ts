import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import {
  type MatlabCell,
  type MatlabSparse,
  type MatlabValue,
  matlabAt,
  matlabRowMajor,
  matlabStrings,
} from "../../../src/formats/matlab/matlab-value.js";
import { readMatlab } from "../../../src/formats/matlab/read-matlab.js";
import { readMatlab73 } from "../../../src/formats/matlab73/read-matlab73.js";
import { cellColumn, doubleMatrix, textValue } from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";
import { writeMatlab73 } from "../../../src/sample-data/matlab73-writer.js";
import { realData } from "../../support/real-data.js";
import { arbitraryMatlabValue } from "../matlab/arbitrary-matlab-value.js";

describe("readMatlab73", () => {
  it("gives back any value, and the same as format 5 does", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMatlabValue, fc.boolean(), async (value, compress) => {
        const variables = { x: value, y: textValue("next") };
        const file = await readMatlab(writeMatlab73({ variables, compress }), { file: "any.mat" });
        const old = await readMatlab(writeMatlab5({ variables: Object.entries(variables), compress }), {
          file: "any.mat",
        });
        try {
          expect([file.version, old.version]).toEqual(["7.3", "5"]);
          expect(file.variables).toEqual(old.variables);
          expect(file.read("x")).toEqual(value);
          expect(old.read("x")).toEqual(value);
          expect(file.read("y")).toEqual(textValue("next"));
        } finally {
          file.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it("writes matrices transposed, as MATLAB does, and reads them back untransposed", async () => {
    const bytes = writeMatlab73({
      variables: {
        m: doubleMatrix([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      },
    });
    const hdf5 = await openHdf5(bytes, { file: "m.mat" });
    expect(hdf5.dataset("m").shape).toEqual([3, 2]);
    hdf5.close();
    const file = await readMatlab73(bytes, { file: "m.mat" });
    expect(matlabRowMajor(file.read("m"))).toEqual({ rows: 2, columns: 3, values: Float64Array.of(1, 2, 3, 4, 5, 6) });
    file.close();
  });

  it("reads a cell array of a thousand cells, and the same bytes come from the same values", async () => {
    const labels = Array.from({ length: 1000 }, (_, i) => `ROI ${i}`);
    const write = () => writeMatlab73({ variables: { labels: cellColumn(labels) } });
    const bytes = write();
    expect(Buffer.from(bytes).equals(Buffer.from(write()))).toBe(true);
    const file = await readMatlab73(bytes, { file: "labels.mat" });
    expect(matlabStrings(file.read("labels"))).toEqual(labels);
    file.close();
  });

  it("names what is there when a variable is missing", async () => {
    const file = await readMatlab73(writeMatlab73({ variables: { A: doubleMatrix([[1]]), c: cellColumn(["a"]) } }), {
      file: "a.mat",
    });
    expect(() => file.read("#refs#")).toThrow(
      expect.objectContaining({ tag: "format/missing-variable", wayOut: "The file has A, c." }),
    );
    file.close();
  });
});

const data = realData();

async function uzel(name: string): Promise<MatlabValue> {
  const file = await readMatlab(data.path("Uzel2022", `${name}.mat`), { file: `${name}.mat` });
  try {
    return file.read(name);
  } finally {
    file.close();
  }
}

describe.skipIf(!data.present)(`the matrices of Uzel 2022${data.reason}`, () => {
  it("equal those of Varshney 2011 once the order of HDF5 is undone", async () => {
    const synapses = matlabRowMajor(await uzel("Neuro279_Syn"));
    const order = matlabStrings(await uzel("Order279"));
    const old = await readMatlab(readFileSync(data.path("Varshney2011", "ConnOrdered_040903.mat")), { file: "v.mat" });
    const chemical = old.read("A_init_t_ordered") as MatlabSparse;
    const at = new Map(matlabStrings(old.read("Neuron_ordered")).map((label, i) => [label, i]));
    expect([synapses.rows, synapses.columns, order.length]).toEqual([279, 279, 279]);
    const expected = Float64Array.from({ length: 279 * 279 }, (_, i) =>
      matlabAt(
        chemical,
        at.get(order[Math.floor(i / 279)] as string) as number,
        at.get(order[i % 279] as string) as number,
      ),
    );
    expect(synapses.values).toEqual(expected);
    expect(synapses.values.filter((weight) => weight !== 0)).toHaveLength(2194);
    expect(synapses.values.reduce((sum, weight) => sum + weight, 0)).toBe(6394);
  });

  it("gives cells of texts, cells of cells and cells of matrices", async () => {
    const classes = (await uzel("NeuronClasses")) as MatlabCell;
    expect(classes.dims).toEqual([1, 187]);
    expect(classes.cells.slice(0, 3).map((cell) => matlabStrings(cell))).toEqual([
      ["ADFL", "ADFR"],
      ["ADLL", "ADLR"],
      ["ASEL", "ASER"],
    ]);
    expect(matlabStrings(await uzel("NeuronOrder"))).toHaveLength(65);
    const matrices = (await uzel("Matrices_FC")) as MatlabCell;
    expect(matrices.cells.map((cell) => cell.dims)).toEqual(Array.from({ length: 9 }, () => [279, 279]));
  });
});
