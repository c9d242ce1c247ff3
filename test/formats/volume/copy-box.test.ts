import { describe, expect, it } from "vitest";
import { copyBox, rowMajorStrides } from "../../../src/formats/volume/copy-box.js";

describe("copyBox", () => {
  it("keeps the bits of numbers that are none", () => {
    const bits = BigUint64Array.of(0x7ff0000000000001n, 0xfff0000000abcdefn, 0x7ff8000000000002n, 1n);
    const data = new Float64Array(bits.buffer);
    const out = new Float64Array(4);
    copyBox({ data, offset: 0, strides: [2, 1] }, { data: out, offset: 0, strides: [1, 2] }, [2, 2]);
    const copied = new BigUint64Array(out.buffer);
    expect([...copied]).toEqual([bits[0], bits[2], bits[1], bits[3]]);
  });

  it("copies long runs, single elements and nothing", () => {
    const data = Uint16Array.from({ length: 2000 }, (_, i) => i);
    const out = new Uint16Array(2000);
    const strides = rowMajorStrides([2, 10, 100]);
    copyBox({ data, offset: 100, strides }, { data: out, offset: 300, strides }, [1, 2, 100]);
    expect(out.subarray(300, 500)).toEqual(data.subarray(100, 300));
    expect(out.filter((value) => value !== 0).length).toBe(200);
    copyBox({ data, offset: 7, strides: [] }, { data: out, offset: 0, strides: [] }, []);
    expect(out[0]).toBe(7);
    copyBox({ data, offset: 9, strides }, { data: out, offset: 0, strides }, [1, 0, 100]);
    expect(out[0]).toBe(7);
  });
});
