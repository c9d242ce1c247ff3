import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { isJsonObject, JsonObject, type OrderedJsonValue } from "../../../src/formats/json/json-value.js";
import { type JsonOptions, parseJson } from "../../../src/formats/json/parse-json.js";

const base = { file: "labels.json", limits: DEFAULT_LIMITS };
const ordered = (text: string | Uint8Array, options: Partial<JsonOptions> = {}) =>
  parseJson(text, { ...base, ...options, ordered: true });

/** An ordered value as JSON.parse would have given it. */
function toPlain(value: OrderedJsonValue): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isJsonObject(value)) return value;
  const plain: Record<string, unknown> = {};
  for (const [key, member] of value) {
    Object.defineProperty(plain, key, { value: toPlain(member), writable: true, enumerable: true, configurable: true });
  }
  return plain;
}

describe("parseJson", () => {
  it("keeps the order of integer-like keys on request", () => {
    const value = ordered('{"56": 1, "5": 2, "a": 3, "35": 4}') as JsonObject;
    expect([...value.keys()]).toEqual(["56", "5", "a", "35"]);
    expect([...value.values()]).toEqual([1, 2, 3, 4]);
    expect([...value.entries()]).toEqual([...value]);
    expect([value.size, value.has("5"), value.get("35"), value.get("x")]).toEqual([4, true, 4, undefined]);
    expect(JSON.stringify(value)).toBe('{"5":2,"35":4,"56":1,"a":3}');
  });

  it("takes __proto__ as a key like any other", () => {
    const text = '{"__proto__": {"polluted": true}, "constructor": 1}';
    for (const options of [{}, { nonFinite: true }]) {
      const value = parseJson(text, { ...base, ...options }) as Record<string, unknown>;
      expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
      expect(value.polluted).toBeUndefined();
    }
    expect((ordered(text) as JsonObject).get("__proto__")).toBeInstanceOf(JsonObject);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("reads the literals that Python writes on request, and refuses them else", () => {
    const text = '{"trace": [NaN, -Infinity, Infinity, -1.5e-3]}';
    const { trace } = parseJson(text, { ...base, nonFinite: true }) as { trace: number[] };
    expect(trace).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -0.0015]);
    expect(() => parseJson(text, base)).toThrowError(expect.objectContaining({ tag: "format/json-syntax" }));
    expect(() => ordered(text)).toThrowError("labels.json:1:12: NaN is not JSON");
  });

  it("takes the last of a repeated key, or refuses it", () => {
    const text = '{"a": 1, "b": 2, "a": 3}';
    expect(parseJson(text, base)).toEqual({ a: 3, b: 2 });
    expect([...(ordered(text) as JsonObject)]).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
    expect(() => parseJson(text, { ...base, duplicateKeys: "error" })).toThrowError(
      expect.objectContaining({
        tag: "format/json-duplicate-key",
        fields: expect.objectContaining({ line: 1, column: 18 }),
      }),
    );
  });

  it("agrees with JSON.parse on every JSON text", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const expected = JSON.parse(text);
        expect(parseJson(text, base)).toEqual(expected);
        expect(parseJson(Buffer.from(text), { ...base, nonFinite: true })).toEqual(expected);
        expect(toPlain(ordered(text))).toEqual(expected);
      }),
    );
  });

  it("agrees with JSON.parse on what is no JSON text", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"',
      "\\",
      "\\u00e9",
      "0",
      "01",
      "-",
      "1.",
      ".5",
      "1e5",
      "1E+",
      "true",
      "nul",
      " ",
      "\t",
      "\n",
      "\u00a0",
      "\u0001",
      "'a'",
      "//",
      "\ud800",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join("");
        let expected: { value: unknown } | undefined;
        try {
          expected = { value: JSON.parse(text) };
        } catch {}
        for (const options of [{}, { nonFinite: true }, { duplicateKeys: "error" as const }]) {
          if (expected === undefined) {
            expect(() => parseJson(text, { ...base, ...options })).toThrowError(
              expect.objectContaining({
                tag: expect.stringMatching(/^format\/(json-syntax|json-duplicate-key|empty)$/),
              }),
            );
          } else if (options.duplicateKeys === undefined) {
            expect(parseJson(text, { ...base, ...options })).toEqual(expected.value);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("gives back every finite number exactly", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(parseJson(JSON.stringify(number), { ...base, nonFinite: true })).toBe(
          JSON.parse(JSON.stringify(number)),
        );
      }),
    );
  });
});

describe("parseJson refuses", () => {
  const deep = "[".repeat(100);
  it.each<[string, string, string | Uint8Array, Partial<JsonOptions>, string]>([
    ["an empty file", "empty", new Uint8Array(0), {}, "labels.json: the file is empty"],
    ["only white space", "empty", " \n", {}, "labels.json: there is no JSON value"],
    [
      "a text that is cut off",
      "json-syntax",
      '{"a": [1,\n 2',
      {},
      'labels.json:2:3: the text ends where "," or "]" is expected',
    ],
    ["an open string", "json-syntax", '["AVAL]', {}, "labels.json:1:2: a string is never closed"],
    [
      "a missing comma",
      "json-syntax",
      '{"a": 1\n"b": 2}',
      {},
      'labels.json:2:1: "\\"" stands where "," or "}" is expected',
    ],
    ["a trailing comma", "json-syntax", "[1,]", {}, 'labels.json:1:4: "]" stands where a value is expected'],
    [
      "single quotes",
      "json-syntax",
      "{'a': 1}",
      {},
      `labels.json:1:2: "'" stands where a key in double quotes is expected`,
    ],
    ["two values", "json-syntax", "{} {}", {}, 'labels.json:1:4: "{" stands where the end of the text is expected'],
    ["a wrong escape", "json-syntax", '["\\x"]', {}, "labels.json:1:3: an unknown escape \\x"],
    ["a short \\u", "json-syntax", '["\\u12"]', {}, "labels.json:1:3: \\u needs four hexadecimal digits"],
    [
      "a raw line end in a string",
      "json-syntax",
      '["a\nb"]',
      {},
      "labels.json:1:4: a raw control character in a string",
    ],
    ["nesting", "too-deep", deep, {}, "labels.json:1:65: nested more than 64 deep"],
    [
      "nesting beyond our own stack",
      "too-deep",
      "[".repeat(100_000),
      { limits: { ...DEFAULT_LIMITS, depth: 1e9 } },
      "labels.json:1:1001: nested more than 1000 deep",
    ],
    [
      "too many values",
      "too-many-cells",
      "[1,2,3]",
      { limits: { ...DEFAULT_LIMITS, cells: 3 } },
      "labels.json: about 4 values, at most 3 are read",
    ],
    [
      "too many bytes",
      "too-large",
      "[1,2,3]",
      { limits: { ...DEFAULT_LIMITS, bytes: 3 } },
      "labels.json: 7 characters of text, at most 3 are read",
    ],
    ["a gzip file", "not-json", gzipSync("{}"), {}, "labels.json: this is a gzip file, not JSON"],
    ["a web page", "not-json", Buffer.from("<html>404</html>"), {}, "labels.json: this is an HTML page, not JSON"],
    [
      "Latin-1",
      "not-utf8",
      Buffer.from('["\xe9"]', "latin1"),
      {},
      "labels.json: byte 0xe9 at offset 2 (line 1) is not UTF-8",
    ],
  ])("%s", (_name, tag, source, options, message) => {
    for (const more of [{}, { ordered: true }]) {
      expect(() =>
        parseJson(source, { ...base, ...options, ...more } as typeof base & { ordered: false }),
      ).toThrowError(expect.objectContaining({ tag: `format/${tag}`, message: expect.stringContaining(message) }));
    }
  });

  it("shows the place in a frame", () => {
    expect(() => parseJson('{\n  "a": tru\n}', base)).toThrowError('2 |   "a": tru\n  |        ^');
  });
});
