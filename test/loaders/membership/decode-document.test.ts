import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NeurotablesError } from "../../../src/base/errors.js";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { decodeDocument } from "../../../src/loaders/membership/decode-document.js";

const decode = (bytes: Uint8Array | string) =>
  decodeDocument(Buffer.from(bytes), { file: "a.txt", limits: DEFAULT_LIMITS });
/** Code points of the bytes 0x80 to 0x9f, by Python's codec cp1252. */
const PYTHON_1252 =
  "20ac - 201a 192 201e 2026 2020 2021 2c6 2030 160 2039 152 - 17d - - 2018 2019 201c 201d 2022 2013 2014 2dc 2122 161 203a 153 - 17e 178".split(
    " ",
  );
const bom = Buffer.from([0xef, 0xbb, 0xbf]);

function refusal(bytes: Uint8Array | string): NeurotablesError {
  try {
    decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(NeurotablesError);
    return error as NeurotablesError;
  }
  throw new Error("decoded");
}

function by1252(bytes: Uint8Array): string {
  const codes = [...bytes].map((byte) =>
    byte >= 0x80 && byte < 0xa0 ? Number.parseInt(PYTHON_1252[byte - 0x80] as string, 16) : byte,
  );
  return String.fromCharCode(...codes);
}

describe("decoding a document by its bytes", () => {
  it("takes UTF-8 with and without a mark, whatever else is stated", () => {
    expect(decode("Character set encoding: ISO-8859-1\nCafé")).toMatchObject({ encoding: "utf-8", hadBom: false });
    expect(decode(Buffer.concat([bom, Buffer.from("Café")]))).toEqual({
      text: "Café",
      encoding: "utf-8",
      hadBom: true,
      newline: "none",
    });
  });

  it("takes code page 1252 for what is no UTF-8, quotes included", () => {
    const bytes = Buffer.from([0x93, 0x43, 0x61, 0x66, 0xe9, 0x94, 0x20, 0x80, 0x9f, 0xff]);
    expect(decode(bytes)).toMatchObject({ text: "“Café” €Ÿÿ", encoding: "cp1252", hadBom: false });
  });

  it("removes every U+FEFF, also one inside", () => {
    expect(decode(Buffer.concat([bom, Buffer.from("\ufeffa\ufeffb")])).text).toBe("ab");
  });

  it("ends lines with LF and says how they ended", () => {
    expect(decode("a\r\nb\r\n")).toMatchObject({ text: "a\nb\n", newline: "crlf" });
    expect(decode("a\nb")).toMatchObject({ text: "a\nb", newline: "lf" });
    expect(decode("a\rb")).toMatchObject({ text: "a\nb", newline: "cr" });
    expect(decode("a\r\nb\nc")).toMatchObject({ text: "a\nb\nc", newline: "mixed" });
    expect(decode("a\r\r\nb")).toMatchObject({ text: "a\n\nb", newline: "mixed" });
    expect(decode("a")).toMatchObject({ newline: "none" });
  });

  it("refuses what is no text, with the place", () => {
    expect(refusal(Buffer.from("ab\0c"))).toMatchObject({ tag: "load/undecodable", fields: { offset: 2, byte: 0 } });
    expect(refusal(Buffer.from([0x61, 0xe9, 0x81]))).toMatchObject({
      tag: "load/undecodable",
      fields: { offset: 2, byte: 0x81 },
    });
    expect(refusal(Buffer.from("\ufeffab", "utf16le")).message).toContain("UTF-16");
    expect(refusal(Buffer.concat([bom, Buffer.from([0x61, 0xe9, 0x62])]))).toMatchObject({ tag: "format/not-utf8" });
    for (const empty of ["", " \r\n\t", bom]) expect(refusal(empty).tag).toBe("load/empty-document");
    expect(() => decodeDocument(Buffer.alloc(9, 97), { file: "a", limits: { ...DEFAULT_LIMITS, bytes: 8 } })).toThrow(
      "at most 8",
    );
  });

  it("agrees with other decoders on any bytes", () => {
    const unicode = fc.string({ unit: "binary" }).map((text) => Buffer.from(text));
    const any = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(unicode, any), (bytes) => {
        let found: ReturnType<typeof decode>;
        try {
          found = decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(NeurotablesError);
          return;
        }
        const text =
          found.encoding === "utf-8" ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : by1252(bytes);
        expect(found.text).toBe(text.replaceAll("\ufeff", "").replace(/\r\n?/g, "\n"));
      }),
      { numRuns: 500 },
    );
  });
});
