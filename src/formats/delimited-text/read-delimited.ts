import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { describeFormat, detectFormat } from "../detect-format.js";
import { decodeUtf8 } from "../text/utf8-text.js";
import { checkUniqueColumns, columnIndex, type DelimitedRecord, type DelimitedTable } from "./delimited-table.js";
import { detectSeparator, RecordScanner, type Separator } from "./record-scanner.js";

/*
 * Bulk CSV goes through DuckDB's read_csv. This reader is for laboratory files of kilobytes to a few hundred megabytes,
 * where what that reader cannot give is needed: the physical line of every record, `#` headers, titles above the
 * header, padded fields, mixed separators, and an error that names line and field counts.
 */

export interface DelimitedOptions {
  /** Name for messages. */
  readonly file: string;
  readonly limits: Limits;
  /** One character, a set of which any separates, `whitespace` (runs of blanks and tabs), or `auto` (, tab ; |). */
  readonly separator: Separator | "auto";
  /**
   * Where the column names are: the `first` record, `none`, the last `comment` before the first record, or the first
   * record that has all of the given names (records above it become the preamble).
   */
  readonly header: "first" | "none" | "comment" | { readonly containing: readonly string[] };
  /** Lines that begin with it are comments. */
  readonly comment?: string;
  /** The quoting character (default `"`), or null for none. A doubled one inside a quoted field stands for itself. */
  readonly quote?: string | null;
  /** Strips white space around fields and names (default false). */
  readonly trim?: boolean;
  /**
   * Records with another number of fields than the header (or the first record): an `error` (default), `pad` short ones
   * with "" and cut empty surplus fields, or `keep` them as they are.
   */
  readonly ragged?: "error" | "pad" | "keep";
  /** Columns that must be there. */
  readonly required?: readonly string[];
}

/** What cannot be text, by its magic bytes: said before a stray byte is blamed. */
const NOT_TEXT: ReadonlySet<string> = new Set([
  "zip",
  "xlsx",
  "ole2",
  "hdf5",
  "matlab-7.3",
  "matlab-5",
  "gzip",
  "parquet",
  "pdf",
  "html",
]);

/**
 * Reads delimited text (RFC 4180 quoting; LF, CRLF or CR; UTF-8 with or without mark). Blank lines are skipped.
 * Cost: the text and its fields in memory; one pass.
 * @throws {FormatError} `empty`, `not-text`, `not-utf8`, `too-large`, `quote`, `ragged-row`, `missing-header`,
 * `missing-column`, `duplicate-column`, `too-many-records`, `too-many-cells`; each with file and line.
 */
export function readDelimited(bytes: Uint8Array, options: DelimitedOptions): DelimitedTable {
  const { file, limits, ragged = "error", trim = false } = options;
  const found = detectFormat(bytes);
  if (found === "empty") throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
  if (NOT_TEXT.has(found)) {
    throw new FormatError("not-text", `${file}: this is ${describeFormat(found)}, not delimited text`, {
      fields: { file, found },
    });
  }
  const text = decodeUtf8(bytes, { file, limits });
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    throw new FormatError("not-text", `${file}: a zero byte at character ${nul}: this is not delimited text`, {
      fields: { file, offset: nul },
    });
  }
  const quote = options.quote === undefined ? '"' : options.quote;
  const comment = options.comment ?? "";
  const separator = options.separator === "auto" ? detectSeparator(text, comment, quote ?? "") : options.separator;
  const scanner = new RecordScanner(text, { file, limits, separator, quote: quote ?? "", comment, trim });
  const records = scanner.records();
  const header = takeHeader(records, scanner.comments, scanner, options);
  const shown = Array.isArray(separator) ? separator.join("") : (separator as string);
  const table = { file, separator: shown, comments: scanner.comments, ...header };
  if (header.headerLine !== null) {
    checkUniqueColumns(file, header.columns, header.headerLine);
    for (const name of options.required ?? []) columnIndex(table, name);
  }
  const width = header.headerLine === null ? (header.records[0]?.fields.length ?? 0) : header.columns.length;
  if (ragged === "keep") return table;
  return {
    ...table,
    records: header.records.map((record) => fitRecord({ record, width, file, pad: ragged === "pad" })),
  };
}

type Header = Pick<DelimitedTable, "columns" | "headerLine" | "preamble" | "records">;

function takeHeader(
  records: DelimitedRecord[],
  comments: DelimitedTable["comments"],
  scanner: RecordScanner,
  { file, header }: DelimitedOptions,
): Header {
  if (header === "none") return { columns: [], headerLine: null, preamble: [], records };
  if (header === "comment") {
    const firstLine = records[0]?.line ?? Number.POSITIVE_INFINITY;
    const above = comments.filter(({ line }) => line < firstLine).at(-1);
    if (above === undefined) throw missingHeader(file, "no comment line above the first record");
    const columns = scanner.splitLine(above.text).map((name) => name.trim());
    return { columns, headerLine: above.line, preamble: [], records };
  }
  if (header === "first") {
    const first = records[0];
    if (first === undefined) throw missingHeader(file, "no line holds column names");
    return { columns: first.fields, headerLine: first.line, preamble: [], records: records.slice(1) };
  }
  const at = records.findIndex(({ fields }) => header.containing.every((name) => fields.includes(name)));
  const line = records[at];
  if (line === undefined) throw missingHeader(file, `no line has the names ${header.containing.join(", ")}`);
  return {
    columns: line.fields,
    headerLine: line.line,
    preamble: records.slice(0, at),
    records: records.slice(at + 1),
  };
}

function missingHeader(file: string, why: string): FormatError {
  return new FormatError("missing-header", `${file}: ${why}`, { fields: { file } });
}

function fitRecord({
  record,
  width,
  file,
  pad,
}: {
  record: DelimitedRecord;
  width: number;
  file: string;
  pad: boolean;
}): DelimitedRecord {
  const { line, fields } = record;
  if (fields.length === width) return record;
  if (pad && fields.length < width) {
    return { line, fields: [...fields, ...new Array<string>(width - fields.length).fill("")] };
  }
  if (pad && fields.slice(width).every((field) => field.trim() === "")) return { line, fields: fields.slice(0, width) };
  throw new FormatError("ragged-row", `${file}:${line}: ${fields.length} fields, expected ${width}`, {
    fields: { file, line, expected: width, found: fields.length },
  });
}
