import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSealedFile, openSealedJson, readSealedLines, sealJson } from "../../src/base/checksummed-lines.js";

const objects = fc
  .dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>)
  .filter((value) => Object.keys(value).length > 0);

describe("sealed JSON", () => {
  it("gives back what was sealed, as one line of JSON", () => {
    fc.assert(
      fc.property(objects, (value) => {
        const line = sealJson(value);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(openSealedFile(Buffer.from(line))).toEqual(value);
        expect(JSON.parse(line)).toMatchObject({ checksum: expect.stringMatching(/^[0-9a-f]{64}$/) });
      }),
    );
  });

  it("sees any flipped bit", () => {
    fc.assert(
      fc.property(objects, fc.nat(), (value, n) => {
        const bytes = Buffer.from(sealJson(value));
        const bit = n % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(openSealedFile(bytes)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it("sees any cut", () => {
    const bytes = Buffer.from(sealJson({ a: [1, 2, { b: "ü" }] }));
    for (let length = 0; length < bytes.length; length++)
      expect(openSealedFile(bytes.subarray(0, length))).toBeUndefined();
  });

  it("sees a flip that decodes to the same text", () => {
    const bytes = Buffer.from(sealJson({ a: "\uFFFD" }));
    const at = bytes.indexOf(Buffer.from([0xef, 0xbf, 0xbd]));
    const broken = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
    expect(broken.toString()).toBe(bytes.toString());
    expect(openSealedFile(broken)).toBeUndefined();
  });

  it("is not fooled by a checksum of something that is no object", () => {
    expect(openSealedJson(Buffer.from("{}"))).toBeUndefined();
    expect(() => sealJson({})).toThrow(TypeError);
  });
});

describe("lines of sealed JSON", () => {
  const lines = [sealJson({ n: 0 }), sealJson({ n: 1 }), sealJson({ n: 2 })];

  it("reads all", () => {
    expect(readSealedLines(Buffer.from(lines.join("")))).toEqual({
      values: [{ n: 0 }, { n: 1 }, { n: 2 }],
      damaged: [],
      torn: false,
    });
    expect(readSealedLines(Buffer.alloc(0))).toEqual({ values: [], damaged: [], torn: false });
  });

  it("ignores a last line that was cut off anywhere", () => {
    const whole = Buffer.from(lines.join(""));
    const before = (lines[0] as string).length + (lines[1] as string).length;
    for (let length = before + 1; length < whole.length; length++) {
      expect(readSealedLines(whole.subarray(0, length))).toEqual({
        values: [{ n: 0 }, { n: 1 }],
        damaged: [],
        torn: true,
      });
    }
  });

  it("names the damaged line and reads the others", () => {
    const text = lines.join("").replace('"n":1', '"n":7');
    expect(readSealedLines(Buffer.from(text))).toEqual({ values: [{ n: 0 }, { n: 2 }], damaged: [2], torn: false });
  });
});
