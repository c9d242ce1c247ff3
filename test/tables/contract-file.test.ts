import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/base/errors.js";
import { parseContract, readContract } from "../../src/tables/contract-file.js";
import { formatFieldType, parseFieldType, TypeSyntaxError } from "../../src/tables/field-type.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const head = "dataset: test\ntable: edge\ndescription: One row per edge.\n";
const good = `${head}key: [pre, post]
fields:
  - { name: pre, type: utf8, description: Presynaptic cell. }
  - { name: post, type: utf8, description: Postsynaptic cell. }
  - { name: weight, type: float64, unit: synapse_count, minimum: 0, nullable: true, description: Weight. }
  - { name: parts, type: "list<struct<name: utf8, weight: float64?>>", description: Parts. }
`;

function faults(text: string): string[] {
  try {
    parseContract(text, "edge.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).diagnostics.map(({ line, column, message, hint }) =>
      [`${line}:${column} ${message}`, ...(hint === undefined ? [] : [hint])].join("; "),
    );
  }
  return [];
}

const field = (text: string) => faults(`${head}fields:\n  - { name: x, description: X., ${text} }\n`);

describe("parseContract", () => {
  test("reads fields, key, and sort that defaults to the key", () => {
    const contract = parseContract(good, "edge.yaml");
    expect(contract).toMatchObject({
      dataset: "test",
      table: "edge",
      role: "public",
      key: ["pre", "post"],
      sort: ["pre", "post"],
    });
    expect(contract.fields[2]).toEqual({
      name: "weight",
      type: { kind: "float64" },
      unit: "synapse_count",
      minimum: 0,
      nullable: true,
      nan: false,
      description: "Weight.",
    });
    expect(contract.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("the hash ignores descriptions, comments and layout; it sees every rule", () => {
    const hash = (text: string) => parseContract(text, "edge.yaml").hash;
    expect(hash(good.replace("Presynaptic cell.", "Other words.").concat("# comment\n"))).toBe(hash(good));
    const changed = [
      good.replace("minimum: 0", "minimum: 1"),
      good.replace("synapse_count", "um"),
      good.replace("nullable: true", "nullable: false"),
      good.replace("key: [pre, post]", "key: [post, pre]"),
      good.replace("float64?", "float64"),
      good.replace("name: parts", "name: pieces"),
      good.replace("type: float64", "type: float32"),
      good.replace("minimum: 0", "nan: true"),
    ].map(hash);
    expect(new Set([hash(good), ...changed]).size).toBe(changed.length + 1);
  });

  test("names all faults at once, each with its place and a hint", () => {
    const text = `${head}kye: [pre]
key: [prre, parts, maybe]
fields:
  - { name: pre, type: string, description: P. }
  - { name: pre, type: utf8, description: P. }
  - { name: parts, type: list<int8>, description: P. }
  - { name: maybe, type: int8, nullable: true, description: P. }
`;
    expect(faults(text)).toEqual([
      '4:1 unknown key "kye" in a contract; did you mean "key"?',
      '5:7 key column "prre" does not exist; did you mean "pre"?',
      '5:13 key column "parts" is a list, which has no order',
      '5:20 key column "maybe" is nullable: a key identifies a row',
      '7:24 unknown type "string"; did you mean "utf8"?',
    ]);
  });

  test("the frame shows the line and points at the place", () => {
    try {
      parseContract(good.replace("type: float64", "type: flaot64"), "edge.yaml");
      expect.unreachable();
    } catch (error) {
      expect((error as ConfigError).diagnostics[0]?.frame.split("\n")).toEqual([
        "8 |   - { name: weight, type: flaot64, unit: synapse_count, minimum: 0, nullable: true, description: Wei…",
        "  |                           ^",
      ]);
      expect((error as ConfigError).exitCode).toBe(3);
      expect((error as ConfigError).message).toContain(
        'edge.yaml:8:27: unknown type "flaot64"; did you mean "float64"?',
      );
    }
  });

  test.each([
    ["type: float16", "float16 is refused: DuckDB cannot store half floats"],
    ["type: fixed_size_binary", "fixed_size_binary is refused"],
    ["type: utf8, nullable: maybe", "expected true or false, found the text maybe"],
    ["type: utf8, minimum: 0", 'bounds are for numbers, "x" is utf8'],
    ["type: int8, minimum: 3, maximum: 1", "minimum 3 is above maximum 1"],
    ["type: int8, minimum: 0.5", "the bound of an integer column is an integer"],
    ["type: int8, values: [1, 300]", "300 does not fit int8"],
    ["type: utf8, values: [a, yes, a]", 'value "a" occurs twice'],
    ["type: utf8, values: [1]", "a value of a utf8 column is text, found the number 1"],
    ["type: utf8, values: []", "values lists at least one value"],
    ["type: utf8, pattern: '['", "pattern is no regular expression"],
    ["type: utf8, nan: true", "nan is for float columns"],
    ["type: utf8, references: somewhere", "references is table.column"],
    ["type: 'list<utf8'", "expected `>` in the type, found its end"],
    ["type: 'struct<a utf8>'", "expected `:` in the type"],
    ["type: 'struct<a: utf8, a: int8>'", 'member "a" occurs twice'],
    ["type: 'utf8?'", "a column is made nullable by `nullable: true`"],
    [`type: '${"list<".repeat(10)}int8${">".repeat(10)}'`, "8 levels deep"],
    ["type: utf8, units: um", 'unknown key "units" in a column; did you mean "unit"?'],
  ])("%s: %s", (text, message) => {
    expect(field(text).join("\n")).toContain(message);
  });

  test.each([
    ["", "a contract is a mapping"],
    ["- a\n- b\n", "a contract is a mapping"],
    ["dataset: [\n", "Flow sequence"],
    [`${head}fields: []\n`, "a table needs at least one column"],
    [`${head}fields: 3\n`, "expected a list, found the number 3"],
    [`${head}role: pubic\nfields: [{ name: x, type: utf8, description: X. }]\n`, 'did you mean "public"?'],
    [`${head}fields: [{ name: constructor, type: utf8, description: X. }]\n`, '"constructor" is no column name'],
    [`${head}dataset: again\nfields: [{ name: x, type: utf8, description: X. }]\n`, "unique"],
    [`${head}fields: [{ name: Bad-Name, type: utf8, description: X. }]\n`, '"Bad-Name" is no column name'],
    [`a: &a [1,1]\nb: &b [*a,*a]\nc: &c [${"*b,".repeat(99)}*b]\nd: [${"*c,".repeat(99)}*c]\n`, "alias"],
    [`${head}__proto__: { x: 1 }\nfields: [{ name: x, type: utf8, description: X. }]\n`, 'unknown key "__proto__"'],
  ])("broken file %#", (text, message) => {
    expect(faults(text).join("\n")).toContain(message);
  });

  test("a file of more than a megabyte is refused before it is parsed", () => {
    expect(() => parseContract("#".repeat(2 ** 20 + 1), "big.yaml")).toThrow("at most 1048576 characters");
  });
});

describe("readContract", () => {
  const directory = temporaryDirectory();

  test("the file's place must say its dataset and table", async () => {
    mkdirSync(join(directory, "test"));
    writeFileSync(join(directory, "test", "edge.yaml"), good);
    writeFileSync(join(directory, "test", "synapse.yaml"), good);
    expect((await readContract(join(directory, "test", "edge.yaml"))).table).toBe("edge");
    await expect(readContract(join(directory, "test", "synapse.yaml"))).rejects.toThrow(
      "the file's place says test/synapse, its content test/edge",
    );
  });

  test("a missing file is a configuration error", async () => {
    await expect(readContract(join(directory, "absent.yaml"))).rejects.toMatchObject({
      tag: "config/contract-unreadable",
    });
  });
});

describe("field types", () => {
  test.each(["utf8", "list<list<float64?>?>", "struct<a: utf8, b: list<struct<c: int64?>>?>"])(
    "%s reads and prints as it is",
    (text) => {
      expect(formatFieldType(parseFieldType(text))).toBe(text);
    },
  );

  test("a fault says where in the text", () => {
    try {
      parseFieldType("list<struct<a: utf8, b: bloob>>");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TypeSyntaxError);
      expect((error as TypeSyntaxError).position).toBe(24);
    }
  });
});
