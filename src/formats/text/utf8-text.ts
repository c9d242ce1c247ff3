import { constants, isAscii, isUtf8 } from "node:buffer";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { describeFormat, detectFormat } from "../detect-format.js";

/** Where in a text something is. Lines and columns count from 1; a column is a UTF-16 code unit. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset (in UTF-16 code units). CR, LF and CRLF each end one line. */
export function positionAt(text: string, offset: number): TextPosition {
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < offset && i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) {
      line += 1;
      lineStart = i + 1;
    }
  }
  return { line, column: offset - lineStart + 1 };
}

/** Length of the well-formed UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] as number;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  return length;
}

function invalidByte(bytes: Uint8Array, file: string): FormatError {
  let at = 0;
  let line = 1;
  for (let length = sequenceLength(bytes, at); length > 0; length = sequenceLength(bytes, at)) {
    if (bytes[at] === 10 || (bytes[at] === 13 && bytes[at + 1] !== 10)) line += 1;
    at += length;
    if (at >= bytes.length) break;
  }
  const value = bytes[at] ?? 0;
  const hexadecimal = `0x${value.toString(16).padStart(2, "0")}`;
  return new FormatError("not-utf8", `${file}: byte ${hexadecimal} at offset ${at} (line ${line}) is not UTF-8`, {
    fields: { file, offset: at, line, byte: value },
    wayOut: "save the file as UTF-8 text",
  });
}

/**
 * Strict UTF-8 to text; a byte order mark is removed. Cost: one pass, two for text beyond ASCII.
 * @throws {FormatError} `not-utf8` with byte offset and line, `utf-16`, or `too-large` (limits.bytes, or the longest
 * string of the engine).
 */
export function decodeUtf8(bytes: Uint8Array, { file, limits }: { file: string; limits: Limits }): string {
  const most = Math.min(limits.bytes, constants.MAX_STRING_LENGTH);
  if (bytes.length > most) {
    throw new FormatError("too-large", `${file}: ${bytes.length} bytes of text, at most ${most} are read`, {
      fields: { file, bytes: bytes.length, limit: most },
    });
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(view)) return view.toString("latin1");
  if (!isUtf8(view)) {
    const found = detectFormat(view);
    if (found === "utf-16") {
      throw new FormatError("utf-16", `${file}: this is ${describeFormat(found)}, not UTF-8`, {
        fields: { file, found },
        wayOut: "save the file as UTF-8 text",
      });
    }
    throw invalidByte(view, file);
  }
  const marked = view[0] === 0xef && view[1] === 0xbb && view[2] === 0xbf;
  return view.toString("utf8", marked ? 3 : 0);
}
