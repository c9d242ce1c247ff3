import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { decodeUtf8, positionAt } from "../../../src/formats/text/utf8-text.js";

const options = { file: "labels.txt", limits: DEFAULT_LIMITS };

describe("decodeUtf8", () => {
  it("gives back any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decodeUtf8(Buffer.from(text), options)).toBe(text.replace(/^\ufeff/, ""));
      }),
    );
  });

  it("accepts exactly what the platform's strict decoder accepts", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const bytes = fc.uint8Array({ maxLength: 12 });
    const mostlyHigh = fc.array(
      fc.constantFrom(0x41, 0xc2, 0xa9, 0xe0, 0xa0, 0x80, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          mostlyHigh.map((list) => Uint8Array.from(list)),
        ),
        (input) => {
          fc.pre(!(input[0] === 0xff && input[1] === 0xfe) && !(input[0] === 0xfe && input[1] === 0xff));
          let expected: string | undefined;
          try {
            expected = strict.decode(input).replace(/^\ufeff/, "");
          } catch {
            expect(() => decodeUtf8(input, options)).toThrowError(/is not UTF-8/);
            return;
          }
          expect(decodeUtf8(input, options)).toBe(expected);
        },
      ),
    );
  });

  it("names byte, offset and line of what is not UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from("AVAL\r\nä\rx\n"), Buffer.from([0x41, 0xe9, 0x42])]);
    expect(() => decodeUtf8(bytes, options)).toThrowError(
      expect.objectContaining({
        tag: "format/not-utf8",
        message: "labels.txt: byte 0xe9 at offset 12 (line 4) is not UTF-8",
        fields: { file: "labels.txt", offset: 12, line: 4, byte: 0xe9 },
      }),
    );
  });

  it("names UTF-16 for what it is", () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("AVAL", "utf16le")]);
    expect(() => decodeUtf8(bytes, options)).toThrowError(expect.objectContaining({ tag: "format/utf-16" }));
  });

  it("removes one byte order mark", () => expect(decodeUtf8(Buffer.from("\ufeffa\ufeff"), options)).toBe("a\ufeff"));

  it("keeps the limit", () => {
    const limits = { ...DEFAULT_LIMITS, bytes: 3 };
    expect(() => decodeUtf8(Buffer.from("AVAL"), { ...options, limits })).toThrowError(
      expect.objectContaining({ tag: "format/too-large" }),
    );
  });
});

describe("positionAt", () => {
  it("counts LF, CR and CRLF as one line end each", () => {
    expect(positionAt("a\r\nb\rc\nde", 8)).toEqual({ line: 4, column: 2 });
    expect(positionAt("", 0)).toEqual({ line: 1, column: 1 });
  });
});
