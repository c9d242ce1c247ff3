import { join } from "node:path";
import type { RecordBatch } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readParquet } from "../../src/formats/parquet/read-parquet.js";
import { writeParquet } from "../../src/formats/parquet/write-parquet.js";
import { arrowSchema } from "../../src/tables/arrow-schema.js";
import { buildBatch } from "../../src/tables/batch-builder.js";
import type { Contract, FieldType, Row } from "../../src/tables/contract.js";
import { PartitionHasher, tableHash } from "../../src/tables/table-hash.js";
import { arbitraryTable, arbitraryValue, contractOf } from "../support/arbitrary-table.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const directory = temporaryDirectory();
const spill = join(directory, "spill");

function hashOfBatches(contract: Contract, batches: Iterable<RecordBatch>): string {
  const hasher = new PartitionHasher(contract);
  for (const batch of batches) hasher.update(batch);
  return hasher.digest();
}

const hashOfRows = (contract: Contract, rows: readonly Row[]) => hashOfBatches(contract, [buildBatch(contract, rows)]);

describe("partition hash", () => {
  test("does not depend on batch boundaries or slices", () => {
    fc.assert(
      fc.property(arbitraryTable({ minRows: 1 }), fc.integer({ min: 1, max: 9 }), ({ contract, rows }, size) => {
        const whole = buildBatch(contract, rows);
        const pieces: RecordBatch[] = [];
        const slices: RecordBatch[] = [];
        for (let i = 0; i < rows.length; i += size) {
          pieces.push(buildBatch(contract, rows.slice(i, i + size)));
          slices.push(whole.slice(i, i + size));
        }
        const hash = hashOfBatches(contract, [whole]);
        expect(hashOfBatches(contract, pieces)).toBe(hash);
        expect(hashOfBatches(contract, slices)).toBe(hash);
      }),
      { numRuns: 150 },
    );
  });

  test("does not depend on row groups, codec or dictionaries of the file", async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryTable(),
        fc.constantFrom("zstd" as const, "snappy" as const, "uncompressed" as const),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async ({ contract, rows }, compression, rowGroupRows, dictionaries) => {
          const path = join(directory, `${number++}.parquet`);
          const schema = arrowSchema(contract);
          const batches = [buildBatch(contract, rows)];
          await writeParquet({
            path,
            schema,
            batches,
            compression,
            rowGroupRows,
            dictionaries,
            temporaryDirectory: spill,
          });
          const hasher = new PartitionHasher(contract);
          for await (const batch of readParquet({ paths: [path], schema, temporaryDirectory: spill }))
            hasher.update(batch);
          expect(hasher.digest()).toBe(hashOfRows(contract, rows));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("changes with any single value", () => {
    const change = arbitraryTable({ minRows: 1 }).chain(({ contract, rows }) =>
      fc
        .record({ row: fc.nat({ max: rows.length - 1 }), column: fc.nat({ max: contract.fields.length - 1 }) })
        .chain(({ row, column }) => {
          const field = contract.fields[column] as (typeof contract.fields)[number];
          return arbitraryValue(field.type, field.nullable).map((value) => ({ contract, rows, row, field, value }));
        }),
    );
    fc.assert(
      fc.property(change, ({ contract, rows, row, field, value }) => {
        fc.pre(show(value, field.type) !== show(rows[row]?.[field.name], field.type));
        const changed = rows.map((old, index) => (index === row ? { ...old, [field.name]: value } : old));
        expect(hashOfRows(contract, changed)).not.toBe(hashOfRows(contract, rows));
      }),
      { numRuns: 300 },
    );
  });

  /** One text per value as the hash sees values: one NaN, −0 is not 0. */
  function show(value: unknown, type: FieldType): string {
    if (value === null || value === undefined) return "null";
    if (type.kind === "list") return `[${(value as unknown[]).map((item) => show(item, type.item)).join()}]`;
    if (type.kind === "struct") {
      const object = value as Record<string, unknown>;
      return `{${type.members.map((member) => show(object[member.name], member.type)).join()}}`;
    }
    if (typeof value === "string") return JSON.stringify(value);
    if (value instanceof Uint8Array) return Buffer.from(value).toString("hex") || "empty";
    return Object.is(value, -0) ? "-0" : String(value);
  }

  test.each<[string, FieldType, unknown[][]]>([
    [
      "null, empty and lists of null",
      { kind: "list", item: { kind: "utf8" }, itemNullable: true },
      [[null], [[]], [[null]], [[""]]],
    ],
    [
      "borders of text",
      { kind: "utf8" },
      [
        ["ab", "c"],
        ["a", "bc"],
        ["abc", ""],
        ["", "abc"],
        [null, "abc"],
      ],
    ],
    [
      "borders of lists",
      { kind: "list", item: { kind: "int8" } },
      [
        [[1, 2], [3]],
        [[1], [2, 3]],
        [[1, 2, 3], []],
        [[], [1, 2, 3]],
      ],
    ],
    ["zeros and null", { kind: "float64" }, [[0], [-0], [null], [Number.NaN]]],
    ["false and null", { kind: "bool" }, [[false], [true], [null]]],
    [
      "order of rows",
      { kind: "int8" },
      [
        [1, 2],
        [2, 1],
      ],
    ],
    [
      "null struct and struct of null",
      { kind: "struct", members: [{ name: "a", type: { kind: "int8" }, nullable: true }] },
      [[null], [{ a: null }], [{ a: 0 }]],
    ],
  ])("tells apart: %s", (_what, type, variants) => {
    const contract = contractOf([{ name: "x", type, nullable: true, nan: true }]);
    const hashes = variants.map((values) =>
      hashOfRows(
        contract,
        values.map((x) => ({ x })),
      ),
    );
    expect(new Set(hashes).size).toBe(variants.length);
  });

  test("there is one NaN, whatever its bits", () => {
    for (const kind of ["float32", "float64"] as const) {
      const contract = contractOf([{ name: "x", type: { kind: "list", item: { kind } }, nan: true }]);
      const quiet = kind === "float32" ? new Float32Array(2) : new Float64Array(2);
      const other = kind === "float32" ? new Float32Array(2) : new Float64Array(2);
      new Uint8Array(quiet.buffer).fill(0xff);
      other.fill(Number.NaN);
      expect(new Uint8Array(quiet.buffer)).not.toEqual(new Uint8Array(other.buffer));
      expect(hashOfRows(contract, [{ x: quiet }])).toBe(hashOfRows(contract, [{ x: other }]));
    }
  });

  test("bytes under null do not count", () => {
    const contract = contractOf([{ name: "x", type: { kind: "float64" }, nullable: true }]);
    const batch = buildBatch(contract, [{ x: 1 }, { x: null }, { x: 3 }]);
    const before = hashOfBatches(contract, [batch]);
    const values = batch.data.children[0]?.values as Float64Array;
    values[1] = 42;
    expect(hashOfBatches(contract, [batch])).toBe(before);
    values[2] = 4;
    expect(hashOfBatches(contract, [batch])).not.toBe(before);
  });

  test("names, types and units count; descriptions and rules do not", () => {
    const field = { name: "x", type: { kind: "int32" } as const };
    const hash = (more: object) => hashOfRows(contractOf([{ ...field, ...more }]), [{ x: 1 }]);
    expect(hash({ description: "Other words.", minimum: 0, nullable: true })).toBe(hash({}));
    expect(new Set([hash({}), hash({ unit: "um" }), hash({ type: { kind: "int64" } })]).size).toBe(3);
  });
});

describe("table hash", () => {
  const contract = contractOf([{ name: "x", type: { kind: "int32" } }]);
  const partition = (name: string, x: number) => ({ partition: name, rows: 1, hash: hashOfRows(contract, [{ x }]) });

  test("orders partitions by id, ignores their ids and empty ones", () => {
    const [a, b] = [partition("a", 1), partition("b", 2)];
    const hash = tableHash(contract, [a, b]);
    expect(tableHash(contract, [b, a])).toBe(hash);
    expect(tableHash(contract, [a, { partition: "aa", rows: 0, hash: hashOfRows(contract, []) }, b])).toBe(hash);
    expect(tableHash(contract, [{ ...a, partition: "c" }, b])).not.toBe(hash);
    expect(tableHash(contract, [a])).not.toBe(hash);
  });
});
