import { z } from "zod";
import { openHdf5 } from "../../formats/hdf5/open-hdf5.js";
import type { Loader } from "../loader.js";
import { readLabelFile } from "./label-file.js";
import { carryPlainMatrices, dropVariables, matrixEdgeFields, type PlainMatrix } from "./matrix-edges.js";
import { fileNamed, readRawFile } from "./raw-file.js";

const parameters = z.strictObject({
  ...matrixEdgeFields,
  file: z.string().min(1).describe("name of the HDF5 file"),
  labels_file: z.string().min(1).describe("name of the file with the labels: a JSON array, or one name per line"),
  rows: z.enum(["pre", "post"]).describe("what the rows of the matrix, as an HDF5 reader sees it, are"),
});

export type Hdf5MatrixParameters = z.infer<typeof parameters>;

/**
 * Square matrices of an HDF5 file whose labels stand in another file. Addresses count from 0. In aconnectome_default.h5
 * the order is that of the 300-label list and **rows are postsynaptic**: read so, 2,236 of the 2,266 chemical pairs of
 * White's whole-animal compilation are non-zero, against 730 the other way round.
 */
export const hdf5Matrix: Loader<Hdf5MatrixParameters> = {
  name: "connectome/hdf5-matrix",
  description: "Square matrices of an HDF5 file, labels in a file of their own",
  partition: "source",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const { annotation, rows, matrices } = context.parameters;
    const file = fileNamed(context.files, context.parameters.file);
    const labelFile = fileNamed(context.files, context.parameters.labels_file);
    const labels = await readLabelFile(context, labelFile);
    const bytes = await readRawFile(file, context.limits);
    const hdf5 = await openHdf5(bytes, { file: file.path, limits: context.limits });
    let read: PlainMatrix[];
    try {
      const names = hdf5.children().map((entry) => entry.path.slice(1));
      dropVariables(context, { file, names, used: matrices.map((matrix) => matrix.name) });
      read = matrices.map(({ name, kind }) => {
        const dataset = hdf5.dataset(name);
        return { name, kind, dims: dataset.shape, values: Float64Array.from(dataset.read(), Number), base: 0 };
      });
    } finally {
      hdf5.close();
    }
    carryPlainMatrices(context, { file, annotation, rows, labels, labelFile, matrices: read });
  },
};
