import { deflateRawSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { gunzipBounded } from "../../../src/formats/archive/gzip.js";

const gunzip = (bytes: Uint8Array, limits: Partial<Limits> = {}) =>
  gunzipBounded(bytes, { file: "trace.gz", limits: { ...DEFAULT_LIMITS, ...limits } });

const whole = gzipSync("neuron,weight\nAVAL,3\n".repeat(20));

/** A member with every optional header field. */
function memberWithHeader(content: string): Buffer {
  const plain = gzipSync(content);
  const header = Buffer.from([0x1f, 0x8b, 8, 0b11110, 0, 0, 0, 0, 0, 3]);
  const extra = Buffer.from([3, 0, 1, 2, 3]);
  return Buffer.concat([header, extra, Buffer.from("name\0note\0"), Buffer.from([0, 0]), plain.subarray(10)]);
}

describe("gunzipBounded", () => {
  it("gives back any bytes in any number of members", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }), (parts) => {
        const packed = Buffer.concat(parts.map((part) => gzipSync(part)));
        expect(Buffer.from(gunzip(packed))).toEqual(Buffer.concat(parts));
      }),
    );
  });

  it("skips extra field, name, comment and header checksum", () => {
    expect(Buffer.from(gunzip(memberWithHeader("AVAL"))).toString()).toBe("AVAL");
  });

  it("refuses the file wherever it is cut off", () => {
    for (let length = 0; length < whole.length; length++) {
      const tag = length === 0 ? "format/empty" : length === 1 ? "format/not-gzip" : "format/truncated";
      expect(() => gunzip(whole.subarray(0, length)), `${length} bytes`).toThrowError(expect.objectContaining({ tag }));
    }
  });

  const wrongSize = Buffer.from(whole);
  wrongSize.writeUInt32LE(7, wrongSize.length - 4);
  const wrongChecksum = Buffer.from(whole);
  wrongChecksum.writeUInt32LE(7, wrongChecksum.length - 8);
  const reserved = Buffer.from(whole);
  reserved[3] = 0x80;
  const damaged = Buffer.from(whole);
  damaged[10] = 0xff;
  const stored = Buffer.concat([whole.subarray(0, 10), deflateRawSync(Buffer.alloc(20_000_000)), Buffer.alloc(8)]);

  it.each<[string, string, Uint8Array, Partial<Limits>]>([
    ["another format", "not-gzip", Buffer.from("pre,post\n"), {}],
    ["a lie about the size", "checksum", wrongSize, {}],
    ["a wrong CRC", "checksum", wrongChecksum, {}],
    ["reserved flags", "gzip-invalid", reserved, {}],
    ["damaged data", "gzip-invalid", damaged, {}],
    ["bytes behind the data", "trailing-bytes", Buffer.concat([whole, Buffer.from("x")]), {}],
    ["zeros behind the data", "trailing-bytes", Buffer.concat([whole, Buffer.alloc(512)]), {}],
    ["a bomb, by ratio", "compression-ratio", stored, { ratio: 100 }],
    ["a bomb, by size", "too-large", stored, { bytes: 1_000_000 }],
    [
      "a bomb of many members",
      "too-large",
      Buffer.concat(new Array(30).fill(gzipSync(Buffer.alloc(1000)))),
      { bytes: 20_000 },
    ],
    ["too many members", "too-many-entries", Buffer.concat(new Array(30).fill(gzipSync(""))), { entries: 10 }],
  ])("refuses %s", (_name, tag, bytes, limits) => {
    expect(() => gunzip(bytes, limits)).toThrowError(
      expect.objectContaining({ tag: `format/${tag}`, message: expect.stringContaining("trace.gz: ") }),
    );
  });
});
