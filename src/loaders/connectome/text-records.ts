import type { DelimitedTable } from "../../formats/delimited-text/delimited-table.js";
import { type DelimitedOptions, readDelimited } from "../../formats/delimited-text/read-delimited.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { type Grid, textGrid } from "./grid.js";
import { readRawFile } from "./raw-file.js";
import { type PlacedRow, type RecordList, recordList } from "./record-list.js";

type Options = Pick<DelimitedOptions, "separator"> & Partial<DelimitedOptions>;

/** Reads delimited text, trimmed. @throws {FormatError} what {@link readDelimited} throws. */
export async function readText(
  context: Pick<LoadContext<unknown>, "limits">,
  file: SourceFile,
  options: Options,
): Promise<DelimitedTable> {
  const bytes = await readRawFile(file, context.limits);
  const { limits } = context;
  return readDelimited(bytes, { header: "first", trim: true, ...options, file: file.path, limits });
}

/** `row 12`: the 1-based line of a text file. */
export function lineCell(line: number): string {
  return `row ${line}`;
}

/**
 * A delimited text file with a header as a list of records.
 * @throws {FormatError} `format/missing-column`, `format/ragged-row`, … naming file and line.
 */
export async function readTextRecords(
  context: Pick<LoadContext<unknown>, "limits">,
  file: SourceFile,
  options: Options & { readonly required: readonly string[] },
): Promise<RecordList> {
  const table = await readText(context, file, options);
  const placed = ({ line, fields }: { line: number; fields: readonly string[] }): PlacedRow => ({
    cell: lineCell(line),
    values: fields,
  });
  const header = { line: table.headerLine ?? 1, fields: table.columns };
  return recordList({
    header: placed(header),
    rows: table.records.map(placed),
    required: options.required,
    place: file.path,
    file: file.path,
  });
}

/** A comma-separated file as a grid: rows are the lines of the file, blank ones included. */
export async function readTextGrid(context: Pick<LoadContext<unknown>, "limits">, file: SourceFile): Promise<Grid> {
  const table = await readText(context, file, { separator: ",", header: "none", ragged: "keep" });
  const rows: (readonly string[])[] = [];
  for (const { line, fields } of table.records) {
    while (rows.length < line - 1) rows.push([]);
    rows.push(fields);
  }
  return textGrid(rows);
}
