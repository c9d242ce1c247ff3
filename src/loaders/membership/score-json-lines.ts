import { FormatError, LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { gunzipStream } from "../../formats/image/gunzip-stream.js";
import { StoredFile } from "../../formats/image/stored-file.js";
import type { JsonValue } from "../../formats/json/json-value.js";
import { parseJson } from "../../formats/json/parse-json.js";
import { decodeUtf8 } from "../../formats/text/utf8-text.js";
import type { SourceFile } from "../loader.js";
import { type ColumnBatch, columnType, refuseMissing } from "./score-columns.js";

const BATCH_LINES = 4096;
/** Characters of parsed lines that are held at once. */
const BATCH_BYTES = 16 * 1024 ** 2;
const MOST_LINE_BYTES = 256 * 1024 ** 2;

type Line = { readonly [key: string]: JsonValue };

/** A value as {@link jsonLines} gives it: NaN and infinities, which Python writes, are numbers. */
export async function* jsonLines(
  file: SourceFile,
  required: readonly string[],
  limits: Limits,
): AsyncGenerator<ColumnBatch> {
  let lines: { readonly line: number; readonly value: Line }[] = [];
  let bytes = 0;
  for await (const { line, content } of linesOf(file, limits)) {
    const text = decodeUtf8(content, { file: `${file.path}: line ${line}`, limits });
    if (text.trim() === "") continue;
    const value = parseLine(text, line, file, limits);
    if (lines.length > 0 && (lines[0]?.line ?? 0) + lines.length !== line) {
      // Blank lines between: rows of a batch are numbered without gaps.
      yield batchOf(file, lines);
      [lines, bytes] = [[], 0];
    }
    refuseMissing(file, required, Object.keys(value));
    lines.push({ line, value });
    bytes += content.length;
    if (lines.length < BATCH_LINES && bytes < BATCH_BYTES) continue;
    yield batchOf(file, lines);
    [lines, bytes] = [[], 0];
  }
  if (lines.length > 0) yield batchOf(file, lines);
}

function parseLine(text: string, line: number, file: SourceFile, limits: Limits): Line {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    value = parseJson(text, { file: `${file.path}: line ${line}`, limits, nonFinite: true });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Line;
  throw new LoadError("column-type", `${file.path}: line ${line} is no JSON object`, {
    fields: { file: file.path, line },
    wayOut: "Every line is an object with the columns as its keys.",
  });
}

function batchOf(file: SourceFile, lines: readonly { readonly line: number; readonly value: Line }[]): ColumnBatch {
  const first = lines[0]?.line ?? 1;
  return {
    rows: lines.length,
    first,
    column(name) {
      if (!lines.some(({ value }) => Object.hasOwn(value, name))) return undefined;
      const place = { file, name, first };
      const get = (row: number): JsonValue => {
        const line = lines[row]?.value as Line;
        return Object.hasOwn(line, name) ? (line[name] as JsonValue) : null;
      };
      const shown = (value: JsonValue) => (JSON.stringify(value) ?? "").slice(0, 60);
      return {
        text(row) {
          const value = get(row);
          if (value === null || typeof value === "string") return value;
          if (Number.isSafeInteger(value)) return String(value);
          throw columnType(place, row, "text", shown(value));
        },
        number(row) {
          const value = get(row);
          if (value === null || typeof value === "number") return value;
          if (typeof value === "boolean") return value ? 1 : 0;
          throw columnType(place, row, "a number", shown(value));
        },
        list(row) {
          const value = get(row);
          if (value === null) return null;
          if (!Array.isArray(value)) throw columnType(place, row, "a list of numbers", shown(value));
          return Float64Array.from(value as readonly JsonValue[], (item) => {
            if (typeof item === "number") return item;
            if (item === null) return Number.NaN;
            throw columnType(place, row, "a list of numbers", shown(item));
          });
        },
      };
    },
  };
}

/** Lines as bytes, numbered from 1, inflated when the name ends in `.gz`. */
async function* linesOf(
  file: SourceFile,
  limits: Limits,
): AsyncGenerator<{ readonly line: number; readonly content: Uint8Array }> {
  const stored = await StoredFile.open(file.absolutePath, file.path);
  const isZipped = file.path.toLowerCase().endsWith(".gz");
  const most = isZipped ? Math.min(limits.bytes, stored.size * limits.ratio) : limits.bytes;
  let total = 0;
  let line = 1;
  let pieces: Uint8Array[] = [];
  let held = 0;
  try {
    const stream = isZipped ? gunzipStream(stored.stream(0), { file: file.path }) : stored.stream(0);
    for await (const piece of stream) {
      total += piece.length;
      if (total > most) throw tooLarge(file, `it has more than ${most} bytes`, most);
      let from = 0;
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
        const part = piece.subarray(from, end);
        yield { line: line++, content: pieces.length === 0 ? part : Buffer.concat([...pieces, part]) };
        pieces = [];
        held = 0;
        from = end + 1;
      }
      if (from === piece.length) continue;
      pieces.push(piece.subarray(from));
      held += piece.length - from;
      if (held > MOST_LINE_BYTES)
        throw tooLarge(file, `line ${line} has more than ${MOST_LINE_BYTES} bytes`, MOST_LINE_BYTES);
    }
    if (pieces.length > 0) yield { line, content: Buffer.concat(pieces) };
  } finally {
    await stored.close();
  }
}

function tooLarge(file: SourceFile, problem: string, limit: number): FormatError {
  return new FormatError("too-large", `${file.path}: ${problem}`, {
    fields: { file: file.path, limit },
    wayOut: "Split it into several files, or write Parquet.",
  });
}
