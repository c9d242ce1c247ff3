import { describe, expect, it } from "vitest";
import { opaquePng, palettePng } from "../../src/plots/png.js";
import { decodePng } from "./support/decode-png.js";

describe("a PNG", () => {
  it("of a palette holds its indices, and lets one of them through", () => {
    const png = palettePng({
      width: 3,
      height: 2,
      indices: Uint8Array.of(0, 1, 2, 2, 1, 0),
      palette: [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
      ],
      transparent: 2,
    });
    const { width, height, colourType, chunks, rows } = decodePng(png);
    expect({ width, height, colourType }).toEqual({ width: 3, height: 2, colourType: 3 });
    expect([...rows]).toEqual([0, 0, 1, 2, 0, 2, 1, 0]);
    expect([...(chunks.get("PLTE") as Buffer)]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255]);
    expect([...(chunks.get("tRNS") as Buffer)]).toEqual([255, 255, 0]);
  });

  it("of opaque pixels holds differences of rows and its resolution", () => {
    const rgba = Uint8Array.of(10, 20, 30, 255, 40, 50, 60, 255, 5, 20, 40, 255, 41, 50, 60, 255);
    const { colourType, chunks, rows } = decodePng(opaquePng({ width: 2, height: 2, rgba, pixelsPerInch: 192 }));
    expect(colourType).toBe(2);
    expect([...rows]).toEqual([2, 10, 20, 30, 40, 50, 60, 2, 251, 0, 10, 1, 0, 0]);
    expect((chunks.get("pHYs") as Buffer).readUInt32BE(0)).toBe(7559);
  });
});
