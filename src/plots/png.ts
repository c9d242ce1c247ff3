import { crc32, deflateSync } from "node:zlib";
import type { Rgb } from "./colour.js";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * A PNG of palette indices, one byte a pixel, row by row (PNG 1.2, colour type 3). `transparent` is the index that lets
 * the ground through. The bytes depend on the zlib of this Node alone.
 */
export function palettePng(image: {
  readonly width: number;
  readonly height: number;
  readonly indices: Uint8Array;
  readonly palette: readonly Rgb[];
  readonly transparent?: number;
}): Buffer {
  const { width, height, indices, palette, transparent } = image;
  const rows = Buffer.alloc(height * (width + 1));
  for (let row = 0; row < height; row++) {
    rows.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const alpha = transparent === undefined ? [] : [chunk("tRNS", transparency(transparent))];
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(width, height, PALETTE)),
    chunk("PLTE", Buffer.from(palette.flat())),
    ...alpha,
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function transparency(index: number): Buffer {
  const alpha = Buffer.alloc(index + 1, 255);
  alpha[index] = 0;
  return alpha;
}

/**
 * A PNG of opaque pixels, given as red, green, blue, alpha; each row is stored as its difference from the one above
 * (filter 2), as rows of a picture repeat. States its resolution, so that documents show it at its size.
 */
export function opaquePng(image: {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
  readonly pixelsPerInch: number;
}): Buffer {
  const { width, height, rgba, pixelsPerInch } = image;
  const stride = 1 + 3 * width;
  const rows = Buffer.alloc(height * stride);
  for (let row = 0; row < height; row++) {
    let to = row * stride;
    rows[to++] = 2;
    let from = row * width * 4;
    for (let column = 0; column < width; column++, from += 4) {
      for (let channel = 0; channel < 3; channel++) {
        const above = row === 0 ? 0 : (rgba[from - width * 4 + channel] as number);
        rows[to++] = (rgba[from + channel] as number) - above;
      }
    }
  }
  const resolution = Buffer.alloc(9);
  const perMetre = Math.round(pixelsPerInch / 0.0254);
  resolution.writeUInt32BE(perMetre, 0);
  resolution.writeUInt32BE(perMetre, 4);
  resolution[8] = 1;
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(width, height, TRUE_COLOUR)),
    chunk("pHYs", resolution),
    chunk("IDAT", deflateSync(rows, { level: 6 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const TRUE_COLOUR = 2;
const PALETTE = 3;

function header(width: number, height: number, colourType: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, colourType, 0, 0, 0], 8);
  return data;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
