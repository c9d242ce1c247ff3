import { FormatError } from "../../base/errors.js";

/** Data types of the elements of a MATLAB 5 file (`mi…` in its documentation). */
export const ELEMENT = {
  int8: 1,
  uint8: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  uint32: 6,
  single: 7,
  double: 9,
  int64: 12,
  uint64: 13,
  matrix: 14,
  compressed: 15,
  utf8: 16,
  utf16: 17,
  utf32: 18,
} as const;

/** Bytes being read, with what an error needs to name the place. */
export interface ElementSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly file: string;
  /** Variable being read, with the path inside of it: `x{3}.name`. */
  readonly variable: string;
}

/** One tagged element: its data lies in [start, end), the next element begins at `next`. */
export interface Element {
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** The bytes of a file or of an inflated variable as a source of elements. */
export function elementSource(bytes: Uint8Array, origin: Omit<ElementSource, "bytes" | "view">): ElementSource {
  return { ...origin, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/**
 * Reads the tag at `offset` of an element that lies inside of its parent, which ends at `limit`. Handles the small form,
 * where type, length and up to 4 bytes of data share 8 bytes.
 * @throws {FormatError} `format/truncated` when tag or data pass the end of the parent.
 */
export function readElement(source: ElementSource, offset: number, limit: number): Element {
  if (offset + 8 > limit) {
    throw elementError(
      source,
      "truncated",
      `an element should start at byte ${offset}, but its parent ends at ${limit}`,
      {
        offset,
        end: limit,
      },
    );
  }
  const word = source.view.getUint32(offset, source.littleEndian);
  const smallLength = word >>> 16;
  if (smallLength !== 0) {
    if (smallLength > 4) {
      throw elementError(source, "bad-tag", `the small element at byte ${offset} claims ${smallLength} bytes, 4 fit`, {
        offset,
        claimed: smallLength,
      });
    }
    return { type: word & 0xffff, start: offset + 4, end: offset + 4 + smallLength, next: offset + 8 };
  }
  const length = source.view.getUint32(offset + 4, source.littleEndian);
  const start = offset + 8;
  const end = start + length;
  if (end > limit) {
    throw elementError(
      source,
      "truncated",
      `the element at byte ${offset} claims ${length} bytes, ${limit - start} are there`,
      { offset, claimed: length, available: limit - start },
    );
  }
  const padded = word === ELEMENT.compressed ? end : start + Math.ceil(length / 8) * 8;
  return { type: word, start, end, next: Math.min(padded, limit) };
}

/** A format error that names file and variable. */
export function elementError(
  source: Pick<ElementSource, "file" | "variable">,
  problem: string,
  message: string,
  fields: Readonly<Record<string, string | number>> = {},
): FormatError {
  const place = source.variable === "" ? source.file : `${source.file}: variable ${source.variable}`;
  return new FormatError(problem, `${place}: ${message}`, {
    fields: { file: source.file, ...(source.variable === "" ? {} : { variable: source.variable }), ...fields },
  });
}
