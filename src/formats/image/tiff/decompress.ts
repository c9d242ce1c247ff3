import { constants, inflateSync } from "node:zlib";
import type { TiffCompression } from "./tiff-page.js";

/** What is wrong with a strip or tile; the caller knows its place. */
export class TileFault extends Error {}

/**
 * Unpacks a strip or tile into exactly `target.length` bytes. Whatever the data say, no more than that is made; data
 * beyond are left out up to `most` bytes in all (some writers pad the last strip), less is an error.
 * @throws {TileFault}
 */
export function decompress(
  data: Uint8Array,
  { compression, target, most }: { compression: TiffCompression; target: Uint8Array; most: number },
): void {
  const length = write(data, compression, target, most);
  if (length < target.length) throw new TileFault(`${length} bytes come out of it, ${target.length} are needed`);
}

function write(data: Uint8Array, compression: TiffCompression, target: Uint8Array, most: number): number {
  switch (compression) {
    case "none":
      target.set(data.subarray(0, target.length));
      return Math.min(data.length, target.length);
    case "deflate":
      return inflate(data, target, most);
    case "packbits":
      return unpackBytes(data, target);
    case "lzw":
      return expandLzw(data, target);
  }
}

function inflate(data: Uint8Array, target: Uint8Array, most: number): number {
  try {
    const inflated = inflateSync(data, { maxOutputLength: Math.max(1, most), finishFlush: constants.Z_SYNC_FLUSH });
    target.set(inflated.subarray(0, target.length));
    return Math.min(inflated.length, target.length);
  } catch (cause) {
    throw new TileFault(`the Deflate data are damaged (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

/** TIFF 6.0, section 9. */
function unpackBytes(data: Uint8Array, target: Uint8Array): number {
  let filled = 0;
  for (let at = 0; at < data.length && filled < target.length; ) {
    const code = data[at] as number;
    at += 1;
    if (code < 128) {
      const part = data.subarray(at, at + Math.min(code + 1, target.length - filled));
      target.set(part, filled);
      filled += part.length;
      at += code + 1;
    } else if (code > 128) {
      const end = Math.min(target.length, filled + 257 - code);
      if (at >= data.length) break;
      target.fill(data[at] as number, filled, end);
      filled = end;
      at += 1;
    }
  }
  return filled;
}

const CLEAR = 256;
const END = 257;
const MOST_CODES = 4096;

/** TIFF 6.0, section 13: codes of 9 to 12 bits, high bits first, the width growing one code early. */
function expandLzw(data: Uint8Array, target: Uint8Array): number {
  if (data[0] === 0 && ((data[1] ?? 0) & 1) === 1) throw new TileFault("LZW data of the old form, low bits first");
  /** Where in the target the string of a code was first written, and its length. */
  const start = new Uint32Array(MOST_CODES);
  const length = new Uint32Array(MOST_CODES);
  let filled = 0;
  let width = 9;
  let next = END + 1;
  let before = -1;
  let bits = 0;
  let held = 0;
  let at = 0;
  let from = 0;
  while (filled < target.length) {
    while (held < width && at < data.length) {
      bits = ((bits << 8) | (data[at] as number)) & 0xffffff;
      held += 8;
      at += 1;
    }
    if (held < width) break;
    held -= width;
    const code = (bits >>> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      width = 9;
      next = END + 1;
      before = -1;
      continue;
    }
    const known = code < CLEAR || (code > END && code < next);
    if (!known && (code !== next || before < 0))
      throw new TileFault(`the LZW data have the code ${code}, which is not defined yet`);
    const place = filled;
    if (code < CLEAR) {
      target[filled] = code;
      filled += 1;
    } else if (known) {
      filled = repeat(target, start[code] as number, length[code] as number, filled);
    } else {
      filled = repeat(target, from, place - from + 1, filled);
    }
    if (before >= 0 && next < MOST_CODES) {
      // The string before and the first element of this one lie behind each other in the target.
      start[next] = from;
      length[next] = place - from + 1;
      next += 1;
      if (next + 1 >= 1 << width && width < 12) width += 1;
    }
    before = code;
    from = place;
  }
  return filled;
}

/** Copies forward, so that a string may run into what it writes. */
function repeat(target: Uint8Array, from: number, length: number, filled: number): number {
  const end = Math.min(target.length, filled + length);
  for (let i = filled, source = from; i < end; i++, source++) target[i] = target[source] as number;
  return end;
}
