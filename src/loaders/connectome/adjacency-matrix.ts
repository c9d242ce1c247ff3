import { z } from "zod";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { type EdgeKind, EdgeWriter } from "./edge-writer.js";
import type { Grid } from "./grid.js";
import { type MatrixLayout, matrixLayoutFields, readLabelledMatrix } from "./labelled-matrix.js";
import { onlyFile } from "./raw-file.js";
import { readTextGrid } from "./text-records.js";
import { readWorkbookGrids } from "./workbook-grids.js";

const parameters = z.strictObject({
  annotation: z.string().min(1).describe("annotation id of the records"),
  format: z.enum(["workbook", "delimited"]).default("workbook").describe("an Excel workbook, or comma-separated text"),
  sheets: z
    .array(z.strictObject({ sheet: z.string().min(1), kind: z.enum(["chemical", "gap", "nmj"]) }))
    .min(1)
    .default([
      { sheet: "hermaphrodite chemical", kind: "chemical" },
      { sheet: "hermaphrodite gap jn symmetric", kind: "gap" },
    ])
    .describe("sheets to read and the kind of connection that each holds (workbooks only)"),
  kind: z.enum(["chemical", "gap", "nmj"]).default("chemical").describe("kind of connection (delimited text only)"),
  rows: z.enum(["pre", "post"]).default("pre").describe("what the rows of the matrix are"),
  ...matrixLayoutFields({ label_row: 3, label_column: "C", first_cell: "D4" }),
});

export type AdjacencyMatrixParameters = z.infer<typeof parameters>;

/**
 * Matrices with cell names in one row and one column: the workbook of Cook et al. 2019 (SI 5), whose sheets have
 * section titles around the labels and repeat the labels after the last line. Each non-zero cell is one record; of a
 * symmetric gap matrix both cells of a pair are records. Specification 2.4 #1.
 */
export const adjacencyMatrix: Loader<AdjacencyMatrixParameters> = {
  name: "connectome/adjacency-matrix",
  description: "Labelled adjacency matrices in sheets of a workbook or in delimited text",
  partition: "file",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { annotation, format, sheets, kind, rows } = context.parameters;
    if (format === "workbook") {
      const grids = await readWorkbookGrids(context, file, { sheets: sheets.map((each) => each.sheet) });
      const kinds = new Map(sheets.map((each) => [each.sheet, each.kind]));
      const matrices = grids.map((grid) => ({ grid, kind: kinds.get(grid.name) as EdgeKind }));
      carryMatrices(context, { file, annotation, rows, matrices });
    } else {
      const grid = await readTextGrid(context, file);
      carryMatrices(context, { file, annotation, rows, matrices: [{ grid, kind }] });
    }
  },
};

/** Carries the non-zero cells of labelled matrices of one file over, and accounts for their unlabelled lines. */
export function carryMatrices(
  context: LoadContext<MatrixLayout>,
  options: {
    readonly file: SourceFile;
    readonly annotation: string;
    readonly rows: "pre" | "post";
    readonly matrices: readonly { readonly grid: Grid; readonly kind: EdgeKind }[];
  },
): void {
  const { file, annotation, rows, matrices } = options;
  const writer = new EdgeWriter({ context, file, annotation });
  let index = 0;
  for (const { grid, kind } of matrices) {
    const matrix = readLabelledMatrix({ grid, layout: context.parameters, file: file.path });
    context.countRead(file, matrix.cells.length);
    for (const line of matrix.unlabelled) {
      context.drop({
        file,
        scope: "value",
        item: line.item,
        reason: line.reason,
        rule: "a line without a label is no part of the matrix",
        detail: line.detail,
        count: 0,
      });
    }
    for (const { address, rowLabel, columnLabel, value } of matrix.cells) {
      const [pre, post] = rows === "pre" ? [rowLabel, columnLabel] : [columnLabel, rowLabel];
      writer.add({ index: index++, cell: address, kind, typeRaw: null, pre, post, weight: value });
    }
    context.progress(index, index, "cells");
  }
  writer.finish();
}
