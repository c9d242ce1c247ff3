import { constants } from "node:buffer";
import { createReadStream } from "node:fs";
import { FormatError, LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { gunzipStream } from "../../formats/image/gunzip-stream.js";
import { parseJson } from "../../formats/json/parse-json.js";
import { decodeUtf8 } from "../../formats/text/utf8-text.js";
import type { SourceFile } from "../loader.js";
import type { CollectionRow, CollectionValue } from "./collection-row.js";

const LINE_FEED = 10;
/** Longer lines are refused: a document of this many bytes is none. */
const LONGEST_LINE = 256 * 1024 ** 2;

/**
 * Objects of a JSON-lines file, also gzipped, line by line. A line that is no JSON object is a row with a problem; blank
 * lines are skipped. Memory: one line.
 * @throws {FormatError} `truncated` for a last line that is cut off; `too-large`, `compression-ratio`; as `gunzipStream`.
 */
export async function* jsonlRows(file: SourceFile, limits: Limits, gzipped: boolean): AsyncGenerator<CollectionRow> {
  const pieces = createReadStream(file.absolutePath, { highWaterMark: 1 << 20 });
  const source = gzipped ? bounded(gunzipStream(pieces, { file: file.path }), file, limits) : pieces;
  let number = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const take = (end: Uint8Array): Uint8Array => {
    const line = waiting.length === 0 ? end : Buffer.concat([...waiting, end]);
    waiting = [];
    waitingBytes = 0;
    return line;
  };
  try {
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      let from = 0;
      for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, from)) {
        number += 1;
        const row = lineRow(take(piece.subarray(from, at)), { number, file, limits });
        from = at + 1;
        if (row !== undefined) yield row;
      }
      waiting.push(Buffer.from(piece.subarray(from)));
      waitingBytes += piece.length - from;
      const most = Math.min(LONGEST_LINE, limits.bytes, constants.MAX_STRING_LENGTH);
      if (waitingBytes > most) throw tooLong(file, number + 1, most);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : unreadable(file, error);
  }
  const row = lineRow(take(new Uint8Array(0)), { number: number + 1, file, limits });
  if (row?.problem?.startsWith("not_json") === true) {
    throw new FormatError("truncated", `${file.path}: line ${number + 1}, the last, is cut off`, {
      fields: { file: file.path, line: number + 1 },
      wayOut: "Fetch the file again.",
    });
  }
  if (row !== undefined) yield row;
}

function lineRow(
  bytes: Uint8Array,
  { number, file, limits }: { readonly number: number; readonly file: SourceFile; readonly limits: Limits },
): CollectionRow | undefined {
  const place = `line ${number}`;
  const where = { file: `${file.path}, ${place}`, limits };
  try {
    const text = decodeUtf8(bytes, where);
    if (text.trim() === "") return undefined;
    const value: unknown = parseJson(text, where);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return { place, problem: "no_object: the line holds a value, not an object" };
    }
    return { place, values: value as { [name: string]: CollectionValue } };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const code = error.tag === "format/not-utf8" || error.tag === "format/utf-16" ? "not_utf8" : "not_json";
    return { place, problem: `${code}: ${error.message}` };
  }
}

async function* bounded(pieces: AsyncIterable<Uint8Array>, file: SourceFile, limits: Limits) {
  let total = 0;
  const byRatio = file.bytes * limits.ratio;
  for await (const piece of pieces) {
    total += piece.length;
    if (total > Math.min(limits.bytes, byRatio)) {
      const ratio = byRatio < limits.bytes;
      const what = ratio ? `${limits.ratio} times its size` : `${limits.bytes} bytes`;
      throw new FormatError(
        ratio ? "compression-ratio" : "too-large",
        `${file.path}: the gzip data inflates to more than ${what}`,
        { fields: { file: file.path, limit: ratio ? limits.ratio : limits.bytes } },
      );
    }
    yield piece;
  }
}

function tooLong(file: SourceFile, line: number, limit: number): FormatError {
  return new FormatError("too-large", `${file.path}: line ${line} has more than ${limit} bytes`, {
    fields: { file: file.path, line, limit },
    wayOut: "A collection has one document per line.",
  });
}

function unreadable(file: SourceFile, cause: unknown): LoadError {
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
  return new LoadError("unreadable", `${file.path} cannot be read: ${code}`, {
    fields: { file: file.path, code },
    cause,
  });
}
