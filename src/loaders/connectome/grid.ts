import { cellAddress } from "../../formats/spreadsheet/cell-address.js";

export type GridValue = string | number | boolean | null;

/** A rectangle of cells: a sheet of a workbook, or a delimited text file. Rows and columns count from 0. */
export interface Grid {
  /** Name of the sheet; empty for a text file. */
  readonly name: string;
  readonly rowCount: number;
  readonly columnCount: number;
  /** The value of a cell; null when it is empty or outside. */
  cell(row: number, column: number): GridValue;
}

/** A cell as a person would look it up: `hermaphrodite chemical!H27`, or `H27` in a text file. */
export function gridAddress(grid: Pick<Grid, "name">, row: number, column: number): string {
  const address = cellAddress(row, column);
  return grid.name === "" ? address : `${grid.name}!${address}`;
}

/** True for null, the empty string and white space. */
export function isBlank(value: GridValue): boolean {
  return value === null || (typeof value === "string" && value.trim() === "");
}

/** Rows of text as a grid: a delimited file whose lines may differ in length. */
export function textGrid(rows: readonly (readonly string[])[]): Grid {
  return {
    name: "",
    rowCount: rows.length,
    columnCount: rows.reduce((most, row) => Math.max(most, row.length), 0),
    cell: (row, column) => rows[row]?.[column] ?? null,
  };
}
