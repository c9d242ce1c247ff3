import { z } from "zod";
import type { LoadContext, SourceFile } from "../loader.js";
import { type EdgeKind, EdgeWriter } from "./edge-writer.js";
import { checkLabels } from "./label-file.js";

/** One matrix of a file: the values row by row, and how its indices are written in addresses. */
export interface PlainMatrix {
  readonly name: string;
  readonly kind: EdgeKind;
  readonly dims: readonly number[];
  /** `dims[0] * dims[1]` values, row by row. */
  readonly values: Float64Array;
  /** 0 or 1: the index of the first row in `source_cell`. */
  readonly base: 0 | 1;
}

/** Parameters shared by the loaders of unlabelled matrices. */
export const matrixEdgeFields = {
  annotation: z.string().min(1).describe("annotation id of the records"),
  matrices: z
    .array(z.strictObject({ name: z.string().min(1), kind: z.enum(["chemical", "gap", "nmj"]) }))
    .min(1)
    .describe("matrices to read and the kind of connection that each holds"),
};

/**
 * Carries the non-zero values of square matrices over, row by row; `rows` says what the rows are.
 * @throws {LoadError} `load/labels` when labels and matrix do not fit, `load/no-records`.
 */
export function carryPlainMatrices(
  context: LoadContext<unknown>,
  options: {
    readonly file: SourceFile;
    readonly annotation: string;
    readonly rows: "pre" | "post";
    readonly labels: readonly string[];
    /** The file that the labels come from. */
    readonly labelFile: SourceFile;
    readonly matrices: readonly PlainMatrix[];
  },
): void {
  const { file, annotation, rows, labels, labelFile, matrices } = options;
  const writer = new EdgeWriter({ context, file, annotation });
  let index = 0;
  for (const { name, kind, dims, values, base } of matrices) {
    checkLabels({ labels, file: labelFile.path, matrix: `${file.path}, ${name}`, dims });
    context.countRead(
      file,
      values.reduce((count, value) => (value === 0 ? count : count + 1), 0),
    );
    const size = labels.length;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const weight = values[row * size + column] as number;
        if (weight === 0) continue;
        const rowLabel = labels[row] as string;
        const columnLabel = labels[column] as string;
        const [pre, post] = rows === "pre" ? [rowLabel, columnLabel] : [columnLabel, rowLabel];
        const cell = `${name}[${row + base},${column + base}]`;
        writer.add({ index: index++, cell, kind, typeRaw: null, pre, post, weight });
      }
    }
    context.progress(index, index, "cells");
  }
  writer.finish();
  if (labelFile !== file) context.countRead(labelFile, 0);
}

/** Accounts for variables of a file that the step does not name. */
export function dropVariables(
  context: Pick<LoadContext<unknown>, "drop">,
  options: { readonly file: SourceFile; readonly names: readonly string[]; readonly used: readonly string[] },
): void {
  for (const name of options.names) {
    if (options.used.includes(name)) continue;
    context.drop({
      file: options.file,
      scope: "column",
      item: name,
      reason: "not_selected",
      rule: "the step's parameters name other variables",
      count: 0,
    });
  }
}
