import { encodePng } from "../../../../src/formats/image/encode-png.js";
import type { StoredProjection } from "../../../../src/plots/volume/volume-data.js";

/** A PNG of one colour with a white first pixel. */
export function inventedImage(
  width: number,
  height: number,
  colour: readonly [number, number, number],
): StoredProjection {
  const pixels = new Uint8Array(width * height * 3).map((_, index) => colour[index % 3] as number);
  pixels.fill(255, 0, 3);
  return { png: encodePng({ width, height, channels: 3, pixels }), width, height };
}
