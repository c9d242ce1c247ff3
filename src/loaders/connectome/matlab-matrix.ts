import { z } from "zod";
import { type MatlabFile, matlabRowMajor, matlabStrings } from "../../formats/matlab/matlab-value.js";
import { readMatlab } from "../../formats/matlab/read-matlab.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { carryPlainMatrices, dropVariables, matrixEdgeFields } from "./matrix-edges.js";
import { fileNamed, onlyFile, readRawFile } from "./raw-file.js";

const parameters = z.strictObject({
  ...matrixEdgeFields,
  labels: z.string().min(1).describe("variable with the names of rows and columns: a cell array of texts"),
  file: z.string().min(1).optional().describe("name of the file with the matrices, where the source has two"),
  labels_file: z.string().min(1).optional().describe("name of the file with the labels, where it is another"),
  rows: z.enum(["pre", "post"]).default("pre").describe("what the rows of the matrix, as MATLAB shows it, are"),
});

export type MatlabMatrixParameters = z.infer<typeof parameters>;

/**
 * Square matrices, full or sparse, of MATLAB files (5 or 7.3) with their labels in a cell array of the same or another
 * file: Varshney 2011 and Uzel 2022. Addresses count from 1 as in MATLAB. Rows are presynaptic in both: the transpose
 * that an HDF5 reader sees in a 7.3 file (specification 2.1) is undone where the file is read.
 */
export const matlabMatrix: Loader<MatlabMatrixParameters> = {
  name: "connectome/matlab-matrix",
  description: "Square matrices of MATLAB files, labels in a cell array",
  partition: "source",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const { annotation, matrices, labels: labelVariable, rows } = context.parameters;
    const { file: name, labels_file: labelName } = context.parameters;
    const file = name === undefined ? onlyFile(context.files) : fileNamed(context.files, name);
    const labelFile = labelName === undefined ? file : fileNamed(context.files, labelName);
    const read = await withMatlab(context, file, (matlab) => {
      const used = [...matrices.map((matrix) => matrix.name), ...(labelFile === file ? [labelVariable] : [])];
      dropVariables(context, { file, names: matlab.variables.map((variable) => variable.name), used });
      return {
        matrices: matrices.map(({ name: variable, kind }) => {
          const matrix = matlabRowMajor(matlab.read(variable), context.limits.cells);
          return { name: variable, kind, dims: [matrix.rows, matrix.columns], values: matrix.values, base: 1 as const };
        }),
        labels: labelFile === file ? matlabStrings(matlab.read(labelVariable), labelVariable) : undefined,
      };
    });
    const labels =
      read.labels ??
      (await withMatlab(context, labelFile, (matlab) => matlabStrings(matlab.read(labelVariable), labelVariable)));
    carryPlainMatrices(context, {
      file,
      annotation,
      rows,
      labels: labels.map((label) => label.trim()),
      labelFile,
      matrices: read.matrices,
    });
  },
};

async function withMatlab<T>(
  context: Pick<LoadContext<unknown>, "limits">,
  file: SourceFile,
  use: (matlab: MatlabFile) => T,
): Promise<T> {
  const bytes = await readRawFile(file, context.limits);
  const matlab = await readMatlab(bytes, { file: file.path, limits: context.limits });
  try {
    return use(matlab);
  } finally {
    matlab.close();
  }
}
