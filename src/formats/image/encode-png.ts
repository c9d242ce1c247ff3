import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Colour type of the header by channels per pixel. */
const COLOUR_TYPE: Readonly<Record<number, number>> = { 1: 0, 3: 2, 4: 6 };

/**
 * An image of 8 bits per channel as PNG: grey (1 channel), RGB (3) or RGBA (4). Deterministic for one version of zlib.
 * Cost: about 30 ms per million pixels.
 * @throws {RangeError} when the pixels do not fit the size.
 */
export function encodePng(image: {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  /** Rows from top to bottom, channels together. */
  readonly pixels: Uint8Array;
}): Uint8Array {
  const { width, height, channels, pixels } = image;
  if (pixels.length !== width * height * channels || width === 0 || height === 0) {
    throw new RangeError(`${pixels.length} bytes are no image of ${width} × ${height} pixels and ${channels} channels`);
  }
  const stride = width * channels;
  // Filter 1 (difference to the pixel before) suits projections: smooth along a row.
  const filtered = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (stride + 1);
    filtered[to] = 1;
    for (let i = 0; i < stride; i++) {
      const left = i < channels ? 0 : (pixels[y * stride + i - channels] as number);
      filtered[to + 1 + i] = (pixels[y * stride + i] as number) - left;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPE[channels] as number, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(filtered, { level: 6 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(Buffer.from(name, "latin1"), 4);
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc32(bytes.subarray(4, content.length + 8)));
  return bytes;
}
