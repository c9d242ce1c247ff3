import { decodePng } from "./decode-png.js";

/** Red, green and blue of every pixel of a PNG whose rows are differences from the row above. */
export function opaquePixels(png: Buffer): {
  readonly width: number;
  at(x: number, y: number): [number, number, number];
} {
  const { width, height, rows } = decodePng(png);
  const stride = 1 + 3 * width;
  for (let row = 1; row < height; row++) {
    for (let index = 1; index < stride; index++) {
      rows[row * stride + index] =
        (rows[row * stride + index] as number) + (rows[(row - 1) * stride + index] as number);
    }
  }
  return {
    width,
    at: (x, y) => [...rows.subarray(y * stride + 1 + 3 * x, y * stride + 4 + 3 * x)] as [number, number, number],
  };
}
