import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePng } from "../../../src/formats/image/encode-png.js";
import { MOST_PNG_BYTES, pngSize, storedProjection } from "../../../src/plots/volume/stored-projection.js";

describe("a stored projection", () => {
  it("has the size that its PNG states", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (width, height) => {
        const png = encodePng({ width, height, channels: 3, pixels: new Uint8Array(width * height * 3) });
        expect(storedProjection(png, png.length, "none")).toEqual({ png, width, height });
      }),
    );
  });

  it("is none where the bytes are no PNG, or end within the header", () => {
    const png = encodePng({ width: 3, height: 2, channels: 1, pixels: new Uint8Array(6) });
    expect(storedProjection(png.subarray(0, 23), 23, "none")).toEqual({
      missing: "its projection is not stored as PNG",
    });
    const places = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15);
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 255 }), (at, change) => {
        const other = new Uint8Array(png);
        other[at] = (other[at] as number) ^ change;
        expect(pngSize(other)).toBeUndefined();
      }),
    );
  });

  it("is none of no pixels, of too many or of too many bytes", () => {
    const png = new Uint8Array(encodePng({ width: 3, height: 2, channels: 1, pixels: new Uint8Array(6) }));
    const sized = (width: number, height: number) => {
      const other = png.slice();
      const view = new DataView(other.buffer);
      view.setUint32(16, width);
      view.setUint32(20, height);
      return storedProjection(other, other.length, "none");
    };
    expect(sized(0, 5)).toEqual({ missing: "its projection is not stored as PNG" });
    expect(sized(4_294_967_295, 4_294_967_295)).toHaveProperty("missing");
    expect(sized(7000, 7000)).not.toHaveProperty("missing");
    expect(storedProjection(null, MOST_PNG_BYTES + 1, "none")).toEqual({
      missing: "its projection is a file of 16,777,217 bytes, more than a picture takes",
    });
    expect(storedProjection(null, null, "none")).toEqual({ missing: "none" });
  });
});
