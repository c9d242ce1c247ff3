import { frame } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";

/** Line and column, counted from 1, of a place given in bytes of UTF-8. */
export function placeOf(sql: string, byteOffset: number): { line: number; column: number } {
  const before = Buffer.from(sql, "utf8").subarray(0, byteOffset).toString("utf8");
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** DuckDB's `LINE 3: …text` and the caret line below it. */
const POSITION = /\n\s*LINE (\d+): (.*)\n( *)\^\s*$/;

/**
 * Turns DuckDB's error text into an error of ours: its first line as the message, its candidates and suggestions as
 * the way out, and a frame with the caret where it says so. `query/…` is the tag; the user's query is at fault: exit 2.
 */
export function queryError(text: string, sql: string): UsageError {
  const cleaned = text.replace(/^Failed to extract statements: /, "").trimEnd();
  const position = POSITION.exec(cleaned);
  const body = (position === null ? cleaned : cleaned.slice(0, position.index)).trim();
  const [first = "", ...rest] = body.split("\n");
  const kind = /^([A-Z][A-Za-z ]*) Error: /.exec(first);
  const problem = (kind?.[1] ?? "failed").toLowerCase().replaceAll(" ", "-");
  const message = kind === null ? first : first.slice(kind[0].length);
  const more = rest
    .map((line) => line.trim())
    .filter((line) => line.length > 0)
    .join("\n");
  const line = position === null ? undefined : Number(position[1]);
  const column = position === null ? undefined : columnOf({ sql, line: Number(position[1]), position });
  return new UsageError(problem, message, {
    fields: {
      ...(line === undefined || column === undefined ? {} : { line, column, frame: frame(sql, line, column) }),
    },
    ...(more === "" ? {} : { wayOut: more }),
  });
}

/** DuckDB cuts long lines with `...` and counts screen columns; its excerpt is found again in the line. */
function columnOf({ sql, line, position }: { sql: string; line: number; position: RegExpExecArray }): number {
  const shown = position[2] ?? "";
  const caret = Math.max(0, (position[3] ?? "").length - `LINE ${position[1]}: `.length);
  const source = sql.split("\n")[line - 1] ?? "";
  const excerpt = shown.replace(/^\.\.\./, "").replace(/\.\.\.$/, "");
  const lead = shown.startsWith("...") ? 3 : 0;
  const start = Math.max(0, source.indexOf(excerpt));
  return Math.min(source.length, start + Math.max(0, caret - lead)) + 1;
}
