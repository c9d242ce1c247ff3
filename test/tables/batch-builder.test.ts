import { Dictionary, Int32, makeData, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ContractError } from "../../src/base/errors.js";
import { batchOf } from "../../src/formats/arrow/array-builder.js";
import { arrowSchema, arrowType } from "../../src/tables/arrow-schema.js";
import { buildBatch } from "../../src/tables/batch-builder.js";
import { checkBatch } from "../../src/tables/check-batch.js";
import type { Contract, Field, Row } from "../../src/tables/contract.js";
import { parseFieldType } from "../../src/tables/field-type.js";
import { batchRows } from "../../src/tables/parquet-table.js";
import { arbitraryTable, contractOf } from "../support/arbitrary-table.js";

function column(type: string, rules: Partial<Field> = {}): Contract {
  return contractOf(
    [
      { name: "id", type: { kind: "utf8" } },
      { name: "x", type: parseFieldType(type), ...rules },
    ],
    { key: ["id"], sort: ["id"] },
  );
}

function fault(action: () => unknown): ContractError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ContractError);
    return error as ContractError;
  }
  throw new Error("nothing was refused");
}

const rowFault = (contract: Contract, x: unknown) =>
  fault(() => buildBatch(contract, [{ id: "a", x }], { firstRow: 12 }));

describe("rows against a contract", () => {
  test("the message names table, row, key, column and rule", () => {
    const error = rowFault(column("float64"), Number.NaN);
    expect(error.message).toBe('test.sample row 12 (id=a): column "x" is NaN, but the contract allows no NaN');
    expect(error).toMatchObject({
      tag: "contract/value",
      exitCode: 1,
      fields: { table: "test.sample", column: "x", row: 12, key: "id=a", value: "NaN", rule: "nan" },
    });
  });

  test.each<[string, Partial<Field>, unknown, string, string]>([
    ["utf8", {}, null, "nullable", "is null, but the contract allows no null"],
    ["utf8", {}, undefined, "nullable", "is null"],
    ["utf8", {}, 5, "type", "is 5 (number), but the contract says utf8"],
    ["utf8", {}, "\ud800", "unicode", "half of a surrogate pair"],
    ["utf8", { values: ["chemical", "gap"] }, "chemicl", "values", "allows only chemical, gap"],
    ["utf8", { pattern: "[0-9a-f]{4}" }, "12345", "pattern", "does not match [0-9a-f]{4}"],
    ["int8", {}, 128, "range", "does not fit int8 (-128 to 127)"],
    ["int32", {}, 1.5, "type", "is 1.5, but the contract says int32"],
    ["int32", {}, Number.NaN, "type", "is NaN"],
    ["int32", {}, "5", "type", 'is "5" (text), but the contract says int32'],
    ["int32", {}, 2n ** 40n, "range", "does not fit int32"],
    ["uint8", {}, -1, "range", "does not fit uint8"],
    ["int64", {}, 2 ** 60, "range", "above 2^53, which is not exact"],
    ["int64", {}, 2n ** 63n, "range", "does not fit int64"],
    ["uint64", {}, -1n, "range", "does not fit uint64"],
    ["int16", { values: [1, 2] }, 3, "values", "allows only 1, 2"],
    ["int64", { maximum: 10 }, 11n, "maximum", "is 11, above the maximum 10"],
    ["float64", { minimum: 0 }, -0.5, "minimum", "is -0.5, below the minimum 0"],
    ["float64", {}, "1", "type", "text"],
    ["float32", {}, 1e300, "range", "does not fit float32"],
    ["bool", {}, 1, "type", "but the contract says bool"],
    ["binary", {}, "abc", "type", "but the contract says binary"],
    ["timestamp", {}, 1_700_000_000, "type", "but the contract says timestamp"],
    ["timestamp", {}, new Date(Number.NaN), "type", "an invalid Date"],
    ["list<utf8>", {}, "a", "type", "but the contract says list<utf8>"],
    ["struct<a: utf8>", {}, ["a"], "type", "is a list of 1"],
  ])("%s %j refuses %s: %s", (type, rules, value, rule, message) => {
    const error = rowFault(column(type, rules), value);
    expect(error.fields.rule).toBe(rule);
    expect(error.message).toContain(message);
  });

  test.each<[string, Partial<Field>, unknown, string]>([
    ["list<float64>", {}, [1, Number.NaN], "x[1]"],
    ["list<float64>", {}, Float64Array.of(1, 2, Number.NaN), "x[2]"],
    ["list<float64>", { maximum: 1 }, Float64Array.of(1, 2), "x[1]"],
    ["list<utf8>", {}, ["a", null], "x[1]"],
    ["list<utf8>", { values: ["a"] }, ["a", "a", "b"], "x[2]"],
    ["list<struct<a: utf8, b: float64>>", {}, [{ a: "a", b: 1 }, { a: "b" }], "x[1].b"],
    ["list<list<int8>>", {}, [[1], [2, 300]], "x[1][1]"],
    ["struct<weight: float64>", {}, { weight: 1, wieght: 2 }, "x.wieght"],
  ])("%s %j: the place inside the value", (type, rules, value, place) => {
    expect(rowFault(column(type, rules), value).fields.column).toBe(place);
  });

  test("an unknown column is refused with a hint", () => {
    const error = fault(() => buildBatch(column("int8"), [{ id: "a", x: 1, idd: "b" }]));
    expect(error).toMatchObject({
      tag: "contract/unknown-column",
      wayOut: 'did you mean "id"?',
      fields: { column: "idd" },
    });
  });

  test("a typed array goes into a list as it is; other arrays value by value", () => {
    const batch = buildBatch(column("list<float64>"), [
      { id: "a", x: Float64Array.of(1, -0) },
      { id: "b", x: Int16Array.of(1, 2) },
      { id: "c", x: [] },
    ]);
    expect([...batchRows(batch)].map((row) => row.x)).toEqual([[1, -0], [1, 2], []]);
  });

  test("−0 in an integer column is 0, dates become microseconds", () => {
    const contract = contractOf([
      { name: "n", type: { kind: "int32" } },
      { name: "t", type: { kind: "timestamp" } },
    ]);
    expect([...batchRows(buildBatch(contract, [{ n: -0, t: new Date(5) }]))]).toEqual([{ n: 0, t: 5000n }]);
  });

  test("rows in are rows out", () => {
    fc.assert(
      fc.property(arbitraryTable(), ({ contract, rows }) => {
        expect([...batchRows(buildBatch(contract, rows))]).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });
});

describe("Arrow batches against a contract", () => {
  const slack = (contract: Contract): Contract =>
    contractOf(contract.fields.map(({ name, type }) => ({ name, type: loose(type), nullable: true, nan: true })));

  /** The same type with nulls allowed everywhere. */
  function loose(type: Field["type"]): Field["type"] {
    if (type.kind === "list") return { kind: "list", item: loose(type.item), itemNullable: true };
    if (type.kind !== "struct") return type;
    return {
      kind: "struct",
      members: type.members.map((member) => ({ ...member, type: loose(member.type), nullable: true })),
    };
  }

  test("refuse exactly what rows refuse, with the same place and rule", () => {
    const cases: [string, Partial<Field>, unknown[]][] = [
      ["float64", {}, [1, Number.NaN]],
      ["float64", { nullable: true }, [1, null, Number.NaN]],
      ["utf8", {}, ["a", null]],
      ["utf8", { values: ["a", "b"], nullable: true }, ["a", null, "c"]],
      ["utf8", { pattern: "a+" }, ["a", "aab"]],
      ["int32", { minimum: 0 }, [0, -1]],
      ["int64", { maximum: 5 }, [5n, 6n]],
      ["int16", { values: [1, 2] }, [1, 3]],
      ["list<float64>", { nullable: true }, [[1], null, [], [1, 2, Number.NaN]]],
      ["list<utf8>", {}, [["a"], ["b", null]]],
      ["list<float32>", { minimum: 0 }, [[], [1, 2], [3, -1]]],
      [
        "list<struct<a: utf8, b: float64>>",
        {},
        [
          [{ a: "a", b: 1 }],
          [
            { a: "a", b: 1 },
            { a: "a", b: null },
          ],
        ],
      ],
      ["struct<a: list<float64>>", {}, [{ a: [1] }, { a: [1, Number.NaN] }]],
      [
        "list<list<int8>?>",
        { maximum: 3 },
        [
          [[1], null],
          [[1], [2, 4]],
        ],
      ],
    ];
    for (const [type, rules, values] of cases) {
      const contract = column(type, rules);
      const rows = values.map((x, index) => ({ id: `row${index}`, x }));
      const batch = buildBatch(slack(contract), rows);
      const byRow = fault(() => buildBatch(contract, rows, { firstRow: 7 }));
      const byBatch = fault(() => checkBatch(contract, batch, { firstRow: 7 }));
      expect(byBatch.message).toBe(byRow.message);
      expect(byBatch.fields).toEqual(byRow.fields);
    }
  });

  test("accept what rows accept, whole, sliced and after IPC", () => {
    fc.assert(
      fc.property(arbitraryTable({ minRows: 1 }), fc.nat(), fc.nat(), ({ contract, rows }, from, to) => {
        const batch = buildBatch(contract, rows);
        const [start, end] = [from % rows.length, 1 + (to % rows.length)].sort((a, b) => a - b) as [number, number];
        expect([...batchRows(checkBatch(contract, batch.slice(start, end)))]).toEqual(rows.slice(start, end));
        const read = tableFromIPC(tableToIPC(new Table([batch]))).batches[0];
        expect([...batchRows(checkBatch(contract, read ?? batch))]).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  test("columns in another order and dictionary-coded text are put right", () => {
    const contract = column("int32");
    const codes = vectorFromArray(["b", "a", null, "b"], new Dictionary(new Utf8(), new Int32(), 1));
    const nullable = contractOf([
      { name: "id", type: { kind: "utf8" }, nullable: true },
      { name: "x", type: { kind: "int32" } },
    ]);
    const table = new Table({ x: vectorFromArray([1, 2, 3, 4], new Int32()), id: codes });
    const checked = checkBatch(nullable, table.batches[0] as never);
    expect(checked.schema.fields.map((field) => field.name)).toEqual(["id", "x"]);
    expect([...batchRows(checked)].map((row) => row.id)).toEqual(["b", "a", null, "b"]);
    expect(fault(() => checkBatch(contract, table.batches[0] as never)).fields).toMatchObject({
      rule: "nullable",
      row: 2,
    });
  });

  test("missing, unknown and differently typed columns are refused", () => {
    const contract = column("int32");
    const batch = (names: Record<string, string>) => {
      const other = contractOf(Object.entries(names).map(([name, type]) => ({ name, type: parseFieldType(type) })));
      return buildBatch(other, []);
    };
    expect(fault(() => checkBatch(contract, batch({ id: "utf8" }))).tag).toBe("contract/missing-column");
    expect(fault(() => checkBatch(contract, batch({ id: "utf8", x: "int32", y: "int8" }))).tag).toBe(
      "contract/unknown-column",
    );
    expect(fault(() => checkBatch(contract, batch({ id: "utf8", x: "float64" }))).message).toContain(
      "contract says int32",
    );
  });

  test("bytes that are no UTF-8, or cut a character in two, are refused", () => {
    const contract = contractOf([{ name: "s", type: { kind: "utf8" } }]);
    const schema = arrowSchema(contract);
    const batch = (bytes: number[], offsets: number[]) => {
      const data = makeData({
        type: arrowType({ kind: "utf8" }),
        length: offsets.length - 1,
        valueOffsets: Int32Array.from(offsets),
        data: Uint8Array.from(bytes),
      } as never);
      return batchOf(schema, [data], offsets.length - 1);
    };
    const e = [0xc3, 0xa9];
    expect([...batchRows<Row>(checkBatch(contract, batch(e, [0, 2])))]).toEqual([{ s: "é" }]);
    expect(fault(() => checkBatch(contract, batch([65, 0xff], [0, 1, 2]))).fields).toMatchObject({
      rule: "unicode",
      row: 1,
    });
    expect(fault(() => checkBatch(contract, batch(e, [0, 1, 2]))).fields.rule).toBe("unicode");
  });
});
