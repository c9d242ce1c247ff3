import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { decodeBlock, encodeBlock } from "../../../src/formats/volume/block-data.js";

describe("blocks in tables", () => {
  it("come back as they were, also from bytes that are not aligned", () => {
    fc.assert(
      fc.property(fc.uint16Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 7 }), (values, shift) => {
        const stored = encodeBlock(values);
        expect(stored.sha256).toBe(sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
        expect(stored.bytes).toBe(values.byteLength);
        const moved = new Uint8Array(stored.data.length + shift);
        moved.set(stored.data, shift);
        expect(decodeBlock("uint16", stored.codec, moved.subarray(shift), values.length)).toEqual(values.slice());
      }),
    );
  });

  it("of zeros take no bytes, and have the hash of their zeros", () => {
    const stored = encodeBlock(new Uint32Array(9));
    expect(stored).toEqual({ codec: "zero", bytes: 36, sha256: sha256(new Uint8Array(36)), data: new Uint8Array(0) });
    expect(decodeBlock("uint32", "zero", stored.data, 9)).toEqual(new Uint32Array(9));
  });

  it("with a negative zero are not zeros", () => {
    expect(encodeBlock(Float64Array.of(0, -0)).codec).toBe("raw");
    expect(encodeBlock(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1)).codec).toBe("raw");
  });

  it("that do not fit are refused", () => {
    expect(() => decodeBlock("uint16", "raw", new Uint8Array(5), 3)).toThrow("5 bytes are not 3 values of uint16");
    expect(() => decodeBlock("uint16", "zip", new Uint8Array(6), 3)).toThrow("unknown codec zip");
  });
});
