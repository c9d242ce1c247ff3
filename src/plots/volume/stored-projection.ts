import { countOf } from "../scale.js";
import type { Projection } from "./volume-data.js";

/** Largest file and most pixels of one projection: a picture holds several. */
export const MOST_PNG_BYTES = 16 * 2 ** 20;
const MOST_PIXELS = 50_000_000;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Signature, length and name of the first chunk, its width and height. */
const HEAD = 24;

/** A table's image as it is stored; `png` is null where there is none or where its `bytes` are too many. */
export function storedProjection(png: Uint8Array | null, bytes: number | null, without: string): Projection {
  if (bytes !== null && bytes > MOST_PNG_BYTES) {
    return { missing: `its projection is a file of ${countOf(bytes, "byte")}, more than a picture takes` };
  }
  if (png === null) return { missing: without };
  const size = pngSize(png);
  if (size === undefined) return { missing: "its projection is not stored as PNG" };
  const { width, height } = size;
  if (width * height > MOST_PIXELS) {
    return { missing: `its projection of ${width} × ${height} pixels is more than a picture takes` };
  }
  return { png, width, height };
}

/** Width and height as a PNG's header states them (PNG 1.2, section 4.1.1); undefined where this is no PNG. */
export function pngSize(png: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (png.length < HEAD || SIGNATURE.some((byte, at) => png[at] !== byte)) return undefined;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (view.getUint32(12) !== 0x49_48_44_52) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return width === 0 || height === 0 ? undefined : { width, height };
}
