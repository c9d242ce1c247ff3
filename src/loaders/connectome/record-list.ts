import { LoadError } from "../../base/errors.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { type Grid, type GridValue, gridAddress, isBlank } from "./grid.js";

/** One record of a list, with its columns by name. */
export interface ListRecord {
  /** 0-based data row, blank rows not counted. */
  readonly index: number;
  /** Where it stands: `row 12` of a text file (1-based line), `sheet!A12` of a workbook. */
  readonly cell: string;
  /** The value under a column; null when the row is shorter. */
  get(column: string): GridValue;
}

/** A list with named columns: a delimited text file or a sheet. */
export interface RecordList {
  readonly columns: readonly string[];
  readonly records: readonly ListRecord[];
}

/** A row of values and where it stands. */
export interface PlacedRow {
  readonly cell: string;
  readonly values: readonly GridValue[];
}

/**
 * Names the values of the rows by the header's columns. Rows whose values are all blank are no records.
 * @throws {LoadError} `load/missing-column` naming the columns that exist, `load/repeated-column`.
 */
export function recordList(options: {
  readonly header: PlacedRow | undefined;
  readonly rows: readonly PlacedRow[];
  readonly required: readonly string[];
  /** How the file, or the sheet of it, is named in messages. */
  readonly place: string;
  readonly file: string;
}): RecordList {
  const { header, rows, required, place, file } = options;
  const columns = (header?.values ?? []).map((value) => (value === null ? "" : String(value).trim()));
  while (columns.length > 0 && columns.at(-1) === "") columns.pop();
  const positions = new Map<string, number>();
  for (const [position, column] of columns.entries()) {
    if (column === "") continue;
    if (positions.has(column)) {
      throw new LoadError("repeated-column", `${place}: column "${column}" stands twice in ${header?.cell}`, {
        fields: { file, column, row: header?.cell ?? "" },
      });
    }
    positions.set(column, position);
  }
  for (const column of required) {
    if (positions.has(column)) continue;
    const there = columns.filter((name) => name !== "").slice(0, 20);
    throw new LoadError(
      "missing-column",
      `${place} has no column "${column}" in ${header?.cell ?? "its header"}; it has ${there.map((name) => `"${name}"`).join(", ") || "none"}`,
      {
        fields: { file, column, row: header?.cell ?? "", found: there },
        wayOut:
          "Name the column as the file spells it in the step's parameters, or use the release that the step expects.",
      },
    );
  }
  const records: ListRecord[] = [];
  for (const { cell, values } of rows) {
    if (values.every(isBlank)) continue;
    records.push({
      index: records.length,
      cell,
      get(column) {
        const position = positions.get(column);
        return position === undefined ? null : (values[position] ?? null);
      },
    });
  }
  return { columns: columns.filter((column) => column !== ""), records };
}

/**
 * A sheet as a list; `headerRow` counts from 1.
 * @throws {LoadError} as {@link recordList}.
 */
export function sheetRecords(options: {
  readonly grid: Grid;
  readonly headerRow: number;
  readonly required: readonly string[];
  readonly file: string;
}): RecordList {
  const { grid, headerRow, required, file } = options;
  const placed = (row: number): PlacedRow => ({
    cell: gridAddress(grid, row, 0),
    values: Array.from({ length: grid.columnCount }, (_, column) => grid.cell(row, column)),
  });
  const rows: PlacedRow[] = [];
  for (let row = headerRow; row < grid.rowCount; row++) rows.push(placed(row));
  const header = headerRow <= grid.rowCount ? placed(headerRow - 1) : undefined;
  return recordList({ header, rows, required, place: `${file}, sheet "${grid.name}"`, file });
}

/** Accounts for columns of a file that have no place in the record table. They are no records: their count is 0. */
export function dropColumns(
  context: Pick<LoadContext<unknown>, "drop">,
  options: { readonly file: SourceFile; readonly columns: readonly string[]; readonly used: readonly string[] },
): void {
  for (const column of options.columns) {
    if (options.used.includes(column)) continue;
    context.drop({
      file: options.file,
      scope: "column",
      item: column,
      reason: "not_in_table",
      rule: "the record table has no column for it",
      count: 0,
    });
  }
}
