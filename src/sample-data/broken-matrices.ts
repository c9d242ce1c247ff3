import type { MatlabSparse } from "../formats/matlab/matlab-value.js";
import type { Breakage, BrokenSource, SampleMirror } from "./broken-source.js";
import { writeHdf5 } from "./hdf5-writer.js";
import { cellColumn, doubleMatrix, sparseMatrixValue } from "./matlab-values.js";
import { writeMatlab5 } from "./matlab5-writer.js";
import { writeMatlab73 } from "./matlab73-writer.js";

const NAMES = cellColumn(["AVAL", "AVAR", "AVBL"]);
const SPARSE = sparseMatrixValue([
  [0, 2, 0],
  [1, 0, 0],
  [0, 0, 3],
]);

/** The MATLAB files of Varshney and Uzel, and the HDF5 file of the atlas with its labels. */
export function brokenMatrices(mirror: SampleMirror): BrokenSource[] {
  const varshney = mirror.file("ConnOrdered").bytes;
  const uzel = mirror.file("Neuro279_Syn").bytes;
  const atlas = mirror.file("aconnectome_default.h5").bytes;
  return [
    ...mirror.broken("ConnOrdered", "varshney2011", [...brokenBytes5(varshney, atlas), ...brokenValues5()]),
    ...mirror.broken("Neuro279_Syn", "uzel2022", brokenBytes73(uzel, varshney)),
    ...mirror.broken("Order279", "uzel2022", [
      {
        name: "text named .mat",
        bytes: new TextEncoder().encode(`${"not a matrix ".repeat(20)}\n`),
        outcome: "format/wrong-format",
        says: ["no MATLAB file"],
      },
      {
        name: "list of names that is one too short",
        bytes: writeMatlab73({ variables: { Order279: NAMES } }),
        outcome: "load/labels",
        says: ["Order279\\.mat: 3 labels do not fit", "Neuro279_Syn"],
      },
    ]),
    ...mirror.broken("aconnectome_default.h5", "wormneuroatlas", brokenHdf5(atlas, varshney)),
    ...mirror.broken("neuron_labels_300.json", "wormneuroatlas", [
      {
        name: "label list without its last label",
        bytes: new TextEncoder().encode(
          JSON.stringify(JSON.parse(new TextDecoder().decode(mirror.file("neuron_labels_300.json").bytes)).slice(1)),
        ),
        outcome: "load/labels",
        says: ["neuron_labels_300\\.json: 299 labels do not fit", "300 x 300"],
      },
    ]),
  ];
}

function withUint32(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset, value, true);
  return copy;
}

function brokenBytes5(whole: Uint8Array, hdf5: Uint8Array): Breakage[] {
  return [
    {
      name: "MATLAB file cut within its header",
      bytes: whole.slice(0, 100),
      outcome: "format/truncated",
      says: ["100 bytes, the header alone has 128"],
    },
    {
      name: "MATLAB file cut within a variable",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/truncated",
      says: ["claims \\d+ bytes, \\d+ are there"],
    },
    {
      name: "MATLAB variable that claims 2 GB",
      bytes: withUint32(whole, 132, 0x7fff_ff00),
      outcome: "format/truncated",
      says: ["claims 2147483392 bytes"],
    },
    {
      name: "HDF5 file without the variables, named .mat",
      bytes: hdf5,
      outcome: "format/missing-variable",
      says: ["A_init_t_ordered"],
    },
  ];
}

function brokenValues5(): Breakage[] {
  const file = (chemical: MatlabSparse | ReturnType<typeof doubleMatrix>, names = NAMES) =>
    writeMatlab5({
      variables: [
        ["A_init_t_ordered", chemical],
        ["Ag_t_ordered", SPARSE],
        ["Neuron_ordered", names],
      ],
    });
  const dense = doubleMatrix([
    [0, 2, 0],
    [1, 0, 0],
    [0, 0, 3],
  ]);
  return [
    {
      name: "sparse matrix with a row index out of bounds",
      bytes: file({ ...SPARSE, rowIndices: Int32Array.of(1, 0, 900) }),
      outcome: "format/bad-sparse",
      says: ["A_init_t_ordered", "row index 900 in column 3 of 3 rows"],
    },
    {
      name: "sparse matrix whose columns begin behind its entries",
      bytes: file({ ...SPARSE, columnStarts: Int32Array.of(0, 1, 70_000, 3) }),
      outcome: "format/bad-sparse",
      says: ["A_init_t_ordered"],
    },
    {
      name: "matrix that claims a billion rows",
      bytes: file({ ...dense, dims: [1_000_000_000, 3] }),
      outcome: "format/bad-length",
      says: ["1000000000 x 3 needs 3000000000 elements, 9 are stored"],
    },
    {
      name: "names that are fewer than the matrix has rows",
      bytes: file(SPARSE, cellColumn(["AVAL", "AVAR"])),
      outcome: "load/labels",
      says: ["2 labels do not fit", "3 x 3"],
    },
    {
      name: "negative weight in a matrix",
      bytes: file({ ...SPARSE, real: Float64Array.of(1, 2, -3) }),
      outcome: "dropped/negative_weight",
      says: ["A_init_t_ordered\\[3,3\\]", "AVBL -> AVBL: -3"],
    },
    {
      name: "NaN weight in a matrix",
      bytes: file({ ...SPARSE, real: Float64Array.of(1, Number.NaN, 3) }),
      outcome: "dropped/blank_weight",
      says: ["A_init_t_ordered\\[1,2\\]", "AVAL -> AVAR"],
    },
  ];
}

function brokenBytes73(whole: Uint8Array, matlab5: Uint8Array): Breakage[] {
  const disguised = matlab5.slice();
  disguised.set(whole.subarray(0, 128), 0);
  return [
    {
      name: "MATLAB 7.3 file cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/truncated",
      says: ["Neuro279_Syn\\.mat"],
    },
    {
      name: "MATLAB 7.3 header before MATLAB 5 content",
      bytes: disguised,
      outcome: "format/wrong-format",
      says: ["Neuro279_Syn\\.mat"],
    },
    {
      name: "MATLAB 5 file with other variables in place of MATLAB 7.3",
      bytes: matlab5,
      outcome: "format/missing-variable",
      says: ['no variable "Neuro279_Syn"'],
    },
  ];
}

function brokenHdf5(whole: Uint8Array, matlab5: Uint8Array): Breakage[] {
  const data = new Float64Array(16);
  return [
    {
      name: "HDF5 file cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/truncated",
      says: ["aconnectome_default\\.h5"],
    },
    {
      name: "HDF5 file cut within its first block",
      bytes: whole.slice(0, 40),
      outcome: "format/truncated",
      says: ["aconnectome_default\\.h5"],
    },
    {
      name: "HDF5 dataset that claims 20 GB",
      bytes: claiming20Gigabytes(data),
      outcome: "format/limit",
      says: ["/chem: shape 50000 x 50000 of 8-byte values"],
    },
    {
      name: "HDF5 dataset whose shape does not fit its values",
      bytes: writeHdf5({ datasets: { chem: { shape: [50_000, 50_000], data } } }),
      outcome: "format/hdf5-invalid",
      says: ["/chem: invalid dataset size"],
    },
    {
      name: "HDF5 dataset whose values are in another file",
      bytes: writeHdf5({
        datasets: { gap: { shape: [4, 4], data } },
        links: { chem: { externalFile: "/etc/passwd", path: "/" } },
      }),
      outcome: "format/external-link",
      says: ["/chem", "leads to another file"],
    },
    {
      name: "HDF5 file without the dataset",
      bytes: writeHdf5({ datasets: { gap: { shape: [4, 4], data } } }),
      outcome: "format/missing-object",
      says: ["chem"],
    },
    { name: "MATLAB 5 file named .h5", bytes: matlab5, outcome: "format/wrong-format", says: ["HDF5"] },
  ];
}

/** A chunked dataset of 4 x 4 float64 whose shape is changed to promise 20 GB: chunks that are not there are allowed. */
function claiming20Gigabytes(data: Float64Array): Uint8Array {
  const bytes = Buffer.from(writeHdf5({ datasets: { chem: { shape: [4, 4], data, chunks: [4, 4] } } }));
  const words = (...numbers: bigint[]) => Buffer.from(BigUint64Array.from(numbers).buffer);
  words(50_000n, 50_000n).copy(bytes, bytes.lastIndexOf(words(4n, 4n)));
  return new Uint8Array(bytes);
}
