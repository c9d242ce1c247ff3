import { didYouMean } from "../../base/diagnostics.js";
import { FormatError } from "../../base/errors.js";

/** One record: its fields in file order and the physical line (from 1) on which it begins. */
export interface DelimitedRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A comment line without its prefix. */
export interface DelimitedComment {
  readonly line: number;
  readonly text: string;
}

/** A delimited text file, whole. Everything is text: what a field means is the reader's own business. */
export interface DelimitedTable {
  readonly file: string;
  /** The separator in use; for `auto` the one that was found. */
  readonly separator: string;
  /** Names of the header; empty without one. */
  readonly columns: readonly string[];
  /** Physical line of the header, null without one. */
  readonly headerLine: number | null;
  /** Records before the header, where it was looked for by its names. */
  readonly preamble: readonly DelimitedRecord[];
  readonly records: readonly DelimitedRecord[];
  readonly comments: readonly DelimitedComment[];
}

function quoteAll(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `"${name}"`);
  return shown.join(", ") + (names.length > 20 ? `, … (${names.length} columns)` : "");
}

/**
 * Index of a column (from 0).
 * @throws {FormatError} `missing-column`, with the columns that exist and the nearest.
 */
export function columnIndex(table: Pick<DelimitedTable, "file" | "columns" | "headerLine">, name: string): number {
  const index = table.columns.indexOf(name);
  if (index >= 0) return index;
  const hint = didYouMean(name, table.columns);
  const { file, columns, headerLine } = table;
  throw new FormatError(
    "missing-column",
    `${file}: no column "${name}" in line ${headerLine ?? 1}; ${hint === undefined ? "" : `${hint} `}the columns are ${quoteAll(columns)}`,
    { fields: { file, column: name, line: headerLine, columns: columns.slice(0, 100) } },
  );
}

/** @throws {FormatError} `duplicate-column` when a name (blank ones apart) occurs twice. */
export function checkUniqueColumns(file: string, columns: readonly string[], line: number | null): void {
  const seen = new Map<string, number>();
  for (const [index, name] of columns.entries()) {
    const first = seen.get(name);
    if (name !== "" && first !== undefined) {
      throw new FormatError(
        "duplicate-column",
        `${file}: column "${name}" occurs twice in line ${line ?? 1} (fields ${first + 1} and ${index + 1})`,
        { fields: { file, column: name, line } },
      );
    }
    seen.set(name, index);
  }
}
