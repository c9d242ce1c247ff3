import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/base/errors.js";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { parseToml, type TomlTable } from "../../../src/formats/toml/parse-toml.js";

function parse(text: string, limits = DEFAULT_LIMITS): TomlTable {
  return parseToml(Buffer.from(text), { file: "r.toml", limits });
}

/** Plain objects with a prototype, to compare. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("TOML", () => {
  it("has tables, quoted and dotted keys, lists over lines, comments", () => {
    const text = `# result\r\ntop = 1 # one\n[general]\n"Num GT" = 7\n'a b' = "x\\u00e9\\n"\nlist = [ "0.99", 0.5,\n  # third\n  3, ]
[confusion_matrix.th_0_1]\nAP = 1_000.5e-1\nlow.high = true\npoint = { x = -1, y.z = 'q' }\nhex = 0xff\n`;
    expect(plain(parse(text))).toEqual({
      top: 1,
      general: { "Num GT": 7, "a b": "xé\n", list: ["0.99", 0.5, 3] },
      confusion_matrix: {
        th_0_1: { AP: 100.05, low: { high: true }, point: { x: -1, y: { z: "q" } }, hex: 255 },
      },
    });
    expect(parse("a = nan\nb = -inf\nc = +inf")).toMatchObject({ a: Number.NaN, b: -Infinity, c: Infinity });
    expect(plain(parse("\ufeff"))).toEqual({});
  });

  it("takes __proto__ for a key", () => {
    const document = parse("[__proto__]\npolluted = 1\n");
    expect(Object.keys(document)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ["a = 1\na = 2", "r.toml:2:1", "given twice"],
    ["[a]\n[a]", "r.toml:2:1", "defined twice"],
    ["[a]\nb.c = 1\n[a.b]", "r.toml:3:1", "defined twice"],
    ["a = { b = 1 }\n[a.c]", "r.toml:2:1", "complete already"],
    ["a = 1\n[a.b]", "r.toml:2:1", "no table"],
    ["a = 01", "r.toml:1:5", "begin with 0"],
    ["a = 1 2", "r.toml:1:7", "line should end"],
    ["a = 1979-05-27", "r.toml:1:5", "a value is expected"],
    ["a = ", "r.toml:1:5", "a value is expected"],
    ["= 1", "r.toml:1:1", "a key is expected"],
    ["a 1", "r.toml:1:3", "= is expected"],
    ["a = [1, 2", "r.toml:1:5", "no end"],
    ["a = [1 2]", "r.toml:1:8", "comma"],
    ['a = "x', "r.toml:1:5", "no end"],
    ['a = """x"""', "r.toml:1:5", "several lines"],
    ['a = "\\q"', "r.toml:1:6", "no escape"],
    ['a = "\\ud800"', "r.toml:1:6", "no escape"],
    ["[[a]]", "r.toml:1:1", "arrays of tables"],
    ["[a", "r.toml:1:3", "] is expected"],
  ])("refuses %j at its place", (text, place, message) => {
    let fault: unknown;
    try {
      parse(text);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(FormatError);
    expect((fault as FormatError).tag).toBe("format/toml");
    expect((fault as FormatError).message).toContain(place);
    expect((fault as FormatError).message).toContain(message);
  });

  it("keeps within its limits", () => {
    const many = `a = [${"1,".repeat(50)}]`;
    expect(() => parse(many, { ...DEFAULT_LIMITS, entries: 20 })).toThrow("more than 20 values");
    expect(() => parse(`a = ${"[".repeat(100)}`)).toThrow("more than 64 nested values");
    expect(() => parse(`${"a.".repeat(100)}a = 1`)).toThrow("more than 64 nested keys");
    expect(() => parse("a = 123456789", { ...DEFAULT_LIMITS, bytes: 5 })).toThrow("at most 5 are read");
  });

  it("reads back what it was given", () => {
    const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", "é", "'", "#", " ", "😀") });
    const scalar = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.boolean(), text);
    const value = fc.oneof(scalar, fc.array(scalar));
    fc.assert(
      fc.property(fc.dictionary(text, fc.dictionary(text, value)), (tables) => {
        const quoted = (item: unknown): string => {
          if (typeof item === "string") return JSON.stringify(item);
          if (Array.isArray(item)) return `[${item.map(quoted).join(", ")}]`;
          return (Object.is(item, -0) ? "-0.0" : String(item)).replace("Infinity", "inf");
        };
        const lines = Object.entries(tables).flatMap(([name, keys]) => [
          `[${JSON.stringify(name)}]`,
          ...Object.entries(keys).map(([key, item]) => `${JSON.stringify(key)} = ${quoted(item)}`),
        ]);
        const found = parse(lines.join("\n"));
        expect(Object.keys(found)).toEqual(Object.keys(tables));
        for (const [name, keys] of Object.entries(tables))
          expect({ ...(found[name] as TomlTable) }).toEqual({ ...keys });
      }),
    );
  });
});
