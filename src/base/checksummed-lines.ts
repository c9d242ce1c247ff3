import { hash } from "node:crypto";

/**
 * JSON objects that carry the checksum of the bytes behind it: `{"checksum":"<SHA-256>",…}`, one per line. Still
 * JSON (and JSON lines) for every other reader; every byte of the line is covered, so any flipped bit is seen.
 */

const PREFIX = '{"checksum":"';
/** Where the object's own members begin. */
const BODY = PREFIX.length + 64 + 2;
const NEWLINE = 10;

/** One line, newline included. Members are written in the order given. The object must have at least one. */
export function sealJson(value: Readonly<Record<string, unknown>>): string {
  const body = JSON.stringify(value);
  if (body === "{}") throw new TypeError("an empty object cannot be sealed");
  const members = body.slice(1);
  return `${PREFIX}${hash("sha256", members)}",${members}\n`;
}

/** The object on the line (without its newline); undefined when it is damaged. */
export function openSealedJson(line: Uint8Array): Record<string, unknown> | undefined {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  if (bytes.length <= BODY) return undefined;
  const head = bytes.toString("latin1", 0, BODY);
  // Over the bytes, not the decoded text: decoding maps different bytes to the same replacement character.
  if (head !== `${PREFIX}${hash("sha256", bytes.subarray(BODY))}",`) return undefined;
  try {
    const value: unknown = JSON.parse(`{${bytes.toString("utf8", BODY)}`);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The object in a file of exactly one line; undefined when it is damaged. */
export function openSealedFile(bytes: Uint8Array): Record<string, unknown> | undefined {
  if (bytes.length === 0 || bytes[bytes.length - 1] !== NEWLINE) return undefined;
  return openSealedJson(bytes.subarray(0, bytes.length - 1));
}

/** What a file of sealed lines holds. */
export interface SealedLines {
  readonly values: readonly Record<string, unknown>[];
  /** Numbers (from 1) of lines that end but do not verify. */
  readonly damaged: readonly number[];
  /** Whether bytes without an end follow the last line: a write that was cut off, which never happened. */
  readonly torn: boolean;
}

/** Reads all lines. A cut-off last line is told from a damaged one: damage keeps the length. */
export function readSealedLines(bytes: Uint8Array): SealedLines {
  const values: Record<string, unknown>[] = [];
  const damaged: number[] = [];
  let number = 0;
  let start = 0;
  while (start < bytes.length) {
    number += 1;
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) {
      const wholeButForItsEnd = openSealedJson(bytes.subarray(start, bytes.length - 1)) !== undefined;
      if (wholeButForItsEnd) damaged.push(number);
      return { values, damaged, torn: !wholeButForItsEnd };
    }
    const value = openSealedJson(bytes.subarray(start, end));
    if (value === undefined) damaged.push(number);
    else values.push(value);
    start = end + 1;
  }
  return { values, damaged, torn: false };
}
