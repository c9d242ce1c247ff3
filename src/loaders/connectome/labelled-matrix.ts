import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import { columnName, parseCellAddress } from "../../formats/spreadsheet/cell-address.js";
import { cellNumber } from "./cell-number.js";
import { type Grid, type GridValue, gridAddress, isBlank } from "./grid.js";

/** Where the labels and the first cell of a matrix stand, as spreadsheet addresses. */
export interface MatrixLayout {
  /** 1-based row of the column labels. */
  readonly label_row: number;
  /** Letters of the column of the row labels. */
  readonly label_column: string;
  /** Address of the first cell of the matrix. */
  readonly first_cell: string;
}

/** Zod fields of a {@link MatrixLayout} with defaults. */
export function matrixLayoutFields(defaults: MatrixLayout) {
  return {
    label_row: z.int().min(1).default(defaults.label_row).describe("1-based row of the column labels"),
    label_column: z
      .string()
      .regex(/^[A-Z]{1,3}$/)
      .default(defaults.label_column)
      .describe("letters of the column of the row labels"),
    first_cell: z
      .string()
      .regex(/^[A-Z]{1,3}[1-9]\d{0,6}$/)
      .default(defaults.first_cell)
      .describe("address of the first cell of the matrix"),
  };
}

export interface MatrixCell {
  /** Where it stands: `sheet!H27`. */
  readonly address: string;
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly value: GridValue;
}

/** A row or column inside the matrix that has no label and is no record. */
export interface UnlabelledLine {
  readonly item: string;
  readonly reason: "label_repeat" | "totals";
  readonly detail: string;
}

export interface LabelledMatrix {
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  /** Cells with both labels that are neither blank nor zero, row by row. */
  readonly cells: readonly MatrixCell[];
  /** Cells with both labels that hold a zero. */
  readonly zeros: readonly MatrixCell[];
  readonly unlabelled: readonly UnlabelledLine[];
}

interface Line {
  readonly position: number;
  readonly label: string;
}

/**
 * Reads a matrix with one row and one column of labels.
 *
 * Lines without a label are accepted when they are empty, when they repeat the labels (text only), or when each of
 * their numbers is the total of its line; anything else there is data that nobody named.
 * @throws {LoadError} `load/labels` (no labels where they should be, a number or a repeated name among them),
 * `load/unlabelled` (numbers without a label), naming file, sheet, row or column.
 */
export function readLabelledMatrix(options: {
  readonly grid: Grid;
  readonly layout: MatrixLayout;
  readonly file: string;
}): LabelledMatrix {
  const { grid, layout, file } = options;
  const first = position(layout.first_cell);
  const labelRow = layout.label_row - 1;
  const labelColumn = position(`${layout.label_column}1`).column;
  const columns = linesOf(first.column, grid.columnCount, (at) => grid.cell(labelRow, at));
  const rows = linesOf(first.row, grid.rowCount, (at) => grid.cell(at, labelColumn));
  const place = { grid, file };
  const labelledColumns = labelled(columns, { ...place, what: "row", at: labelRow });
  const labelledRows = labelled(rows, { ...place, what: "column", at: labelColumn });

  const cells: MatrixCell[] = [];
  const zeros: MatrixCell[] = [];
  for (const row of labelledRows) {
    for (const column of labelledColumns) {
      const value = grid.cell(row.position, column.position);
      if (isBlank(value)) continue;
      (isZero(value) ? zeros : cells).push({
        address: gridAddress(grid, row.position, column.position),
        rowLabel: row.label,
        columnLabel: column.label,
        value,
      });
    }
  }
  const unlabelled = [
    ...rows
      .filter((row) => row.raw === null)
      .map((row) =>
        classify({
          ...place,
          item: `row ${row.position + 1}`,
          labels: labelledColumns,
          value: (at) => grid.cell(row.position, at),
          others: labelledRows,
          pair: (at, other) => grid.cell(other, at),
        }),
      ),
    ...columns
      .filter((column) => column.raw === null)
      .map((column) =>
        classify({
          ...place,
          item: `column ${columnName(column.position)}`,
          labels: labelledRows,
          value: (at) => grid.cell(at, column.position),
          others: labelledColumns,
          pair: (at, other) => grid.cell(at, other),
        }),
      ),
  ].filter((line) => line !== undefined);
  return {
    rowLabels: labelledRows.map((line) => line.label),
    columnLabels: labelledColumns.map((line) => line.label),
    cells,
    zeros,
    unlabelled,
  };
}

function position(address: string): { readonly row: number; readonly column: number } {
  const found = parseCellAddress(address);
  if (found !== undefined) return found;
  throw new LoadError("layout", `${address} is no cell of a sheet`, { fields: { cell: address } });
}

function linesOf(from: number, to: number, label: (at: number) => GridValue) {
  const lines: { readonly position: number; readonly raw: GridValue }[] = [];
  for (let position = from; position < to; position++) {
    const raw = label(position);
    lines.push({ position, raw: isBlank(raw) ? null : raw });
  }
  return lines;
}

function isZero(value: GridValue): boolean {
  const number = cellNumber(value);
  return "value" in number && number.value === 0;
}

function labelled(
  lines: readonly { readonly position: number; readonly raw: GridValue }[],
  options: { readonly grid: Grid; readonly file: string; readonly what: "row" | "column"; readonly at: number },
): Line[] {
  const { grid, file, what, at } = options;
  const where = what === "row" ? `row ${at + 1}` : `column ${columnName(at)}`;
  const sheet = grid.name === "" ? file : `${file}, sheet "${grid.name}"`;
  const fields = { file, sheet: grid.name, [what]: what === "row" ? at + 1 : columnName(at) };
  const fail = (problem: string, more: Record<string, string | number> = {}) =>
    new LoadError("labels", `${sheet}: ${problem}`, {
      fields: { ...fields, ...more },
      wayOut: "Set label_row, label_column and first_cell of the step to where this release keeps its labels.",
    });
  const seen = new Map<string, string>();
  const labels: Line[] = [];
  for (const { position, raw } of lines) {
    if (raw === null) continue;
    const address = what === "row" ? gridAddress(grid, at, position) : gridAddress(grid, position, at);
    if (typeof raw !== "string" || "value" in cellNumber(raw)) {
      throw fail(`${where} should hold labels, but ${address} holds ${String(raw)}`, { cell: address });
    }
    const label = raw.trim();
    const before = seen.get(label);
    if (before !== undefined)
      throw fail(`label ${label} stands in ${before} and again in ${address}`, { cell: address });
    seen.set(label, address);
    labels.push({ position, label });
  }
  if (labels.length === 0) throw fail(`${where} should hold labels, but is empty`);
  return labels;
}

function classify(options: {
  readonly grid: Grid;
  readonly file: string;
  readonly item: string;
  readonly labels: readonly Line[];
  readonly value: (at: number) => GridValue;
  readonly others: readonly Line[];
  readonly pair: (at: number, other: number) => GridValue;
}): UnlabelledLine | undefined {
  const { grid, file, labels, value, others, pair } = options;
  const item = grid.name === "" ? options.item : `${grid.name}!${options.item}`;
  const filled = labels.filter(({ position }) => !isBlank(value(position)));
  if (filled.length === 0) return undefined;
  const numbers = filled.filter(({ position }) => "value" in cellNumber(value(position)));
  if (numbers.length === 0) {
    const differing = labels.filter(({ position, label }) => String(value(position) ?? "").trim() !== label);
    const examples = differing.slice(0, 4).map(({ position, label }) => `${label}/${String(value(position) ?? "")}`);
    const detail = `${filled.length} texts, ${differing.length} differ from the labels`;
    return {
      item,
      reason: "label_repeat",
      detail: examples.length === 0 ? detail : `${detail}: ${examples.join(", ")}`,
    };
  }
  for (const { position, label } of numbers) {
    const stated = (cellNumber(value(position)) as { value: number }).value;
    let total = 0;
    for (const other of others) {
      const number = cellNumber(pair(position, other.position));
      if ("value" in number) total += number.value;
    }
    if (Math.abs(total - stated) > 1e-9 * Math.max(1, Math.abs(total))) {
      throw new LoadError(
        "unlabelled",
        `${file}: ${item} has no label, but holds ${stated} at ${label}, which is not the total ${total} of that line`,
        {
          fields: { file, sheet: grid.name, line: item, label, value: stated, total },
          wayOut: "Name the cell in the file, or set label_row, label_column and first_cell to where the labels stand.",
        },
      );
    }
  }
  return { item, reason: "totals", detail: `${numbers.length} totals, all equal to the sums of their lines` };
}
