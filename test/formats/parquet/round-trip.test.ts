import { join } from "node:path";
import type { RecordBatch } from "apache-arrow";
import fc from "fast-check";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { describe, expect, test } from "vitest";
import { readParquet } from "../../../src/formats/parquet/read-parquet.js";
import { writeParquet } from "../../../src/formats/parquet/write-parquet.js";
import { arrowSchema } from "../../../src/tables/arrow-schema.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Contract, FieldType, Row } from "../../../src/tables/contract.js";
import { batchRows } from "../../../src/tables/parquet-table.js";
import { arbitraryTable, contractOf } from "../../support/arbitrary-table.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";

const directory = temporaryDirectory();
const spill = join(directory, "spill");
let files = 0;

function split(contract: Contract, rows: readonly Row[], size: number): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let i = 0; i < rows.length; i += size) batches.push(buildBatch(contract, rows.slice(i, i + size)));
  return batches;
}

async function write(
  contract: Contract,
  batches: Iterable<RecordBatch> | AsyncIterable<RecordBatch>,
  options: { rowGroupRows?: number; compression?: "zstd" | "snappy" | "uncompressed" } = {},
): Promise<string> {
  const path = join(directory, `${files++}.parquet`);
  await writeParquet({ path, schema: arrowSchema(contract), batches, temporaryDirectory: spill, ...options });
  return path;
}

async function read(contract: Contract, paths: readonly string[], columns?: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  const batches = readParquet({
    paths,
    schema: arrowSchema(contract),
    temporaryDirectory: spill,
    ...(columns === undefined ? {} : { columns }),
  });
  for await (const batch of batches) rows.push(...batchRows(batch));
  return rows;
}

/** One form for our values and hyparquet's: integers as text, timestamps in milliseconds (it gives Dates). */
function plain(value: unknown, type: FieldType): unknown {
  if (value === null || value === undefined) return null;
  if (type.kind === "list") return Array.from(value as ArrayLike<unknown>, (item) => plain(item, type.item));
  if (type.kind === "struct") {
    const object = value as Record<string, unknown>;
    return Object.fromEntries(type.members.map((member) => [member.name, plain(object[member.name], member.type)]));
  }
  if (type.kind === "timestamp") return value instanceof Date ? value.getTime() + 0 : Number((value as bigint) / 1000n);
  if (type.kind === "binary") return Buffer.from(value as Uint8Array).toString("hex");
  if (typeof value === "bigint") return value.toString();
  return type.kind.includes("int") ? String(value) : value;
}

describe("table → Parquet → table", () => {
  test("any contract and rows come back exactly, with nulls at every level, −0, NaN, extremes", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable(), fc.integer({ min: 1, max: 70 }), async ({ contract, rows }, size) => {
        const path = await write(contract, split(contract, rows, size));
        expect(await read(contract, [path])).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  test("the independent reader hyparquet sees the same values", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable({ minRows: 1, maxRows: 30 }), async ({ contract, rows }) => {
        const file = await asyncBufferFromFile(await write(contract, split(contract, rows, 7)));
        const found = await parquetReadObjects({ file, compressors, utf8: false });
        const show = (row: Row) => contract.fields.map((field) => plain(row[field.name], field.type));
        expect(found.map((row) => show(row as Row))).toEqual(rows.map(show));
      }),
      { numRuns: 60 },
    );
  });

  test("10,000 rows over many chunks keep their order; a projection reads only what is asked", async () => {
    const contract = contractOf([
      { name: "id", type: { kind: "int32" } },
      { name: "name", type: { kind: "utf8" }, nullable: true },
      { name: "trace", type: { kind: "list", item: { kind: "float32" }, itemNullable: true } },
    ]);
    const rows = Array.from({ length: 10_000 }, (_unused, id) => ({
      id,
      name: id % 7 === 0 ? null : `a name longer than twelve bytes ${id % 13}`,
      trace: Array.from({ length: id % 11 }, (_value, k) => (k === 3 ? null : k)),
    }));
    const path = await write(contract, split(contract, rows, 3001), { rowGroupRows: 2048 });
    expect(await read(contract, [path])).toEqual(rows);
    expect(await read(contract, [path, path], ["name", "id"])).toEqual(
      [...rows, ...rows].map(({ name, id }) => ({ name, id })),
    );
  });

  test("lists far longer than a vector, with nulls in them", async () => {
    const contract = contractOf([
      { name: "trace", type: { kind: "list", item: { kind: "float64" }, itemNullable: true }, nullable: true },
    ]);
    const long = Array.from({ length: 50_000 }, (_unused, i) => (i % 1000 === 1 ? null : i / 2));
    const rows = [{ trace: long }, { trace: null }, { trace: [] }, { trace: long.slice(5) }];
    expect(await read(contract, [await write(contract, split(contract, rows, 3))])).toEqual(rows);
  });

  test("−0 in the second row group is kept (DuckDB's dictionaries would make it 0)", async () => {
    const contract = contractOf([{ name: "x", type: { kind: "float64" } }]);
    const rows = Array.from({ length: 5000 }, (_unused, i) => ({ x: i === 4999 ? -0 : 0 }));
    const found = await read(contract, [await write(contract, split(contract, rows, 5000), { rowGroupRows: 2048 })]);
    expect(Object.is(found[4999]?.x, -0)).toBe(true);
    expect(Object.is(found[0]?.x, 0)).toBe(true);
  });

  test("blocks of half a megabyte make row groups of 64", async () => {
    const contract = contractOf([{ name: "block", type: { kind: "binary" } }]);
    const rows = Array.from({ length: 130 }, (_unused, i) => ({ block: new Uint8Array(1 << 19).fill(i) }));
    const path = await write(contract, split(contract, rows, 50), { rowGroupRows: 64, compression: "uncompressed" });
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([64, 64, 2]);
    const found = await read(contract, [path]);
    expect(found.map((row) => [(row.block as Uint8Array).length, (row.block as Uint8Array)[7]])).toEqual(
      rows.map((row) => [1 << 19, row.block[7]]),
    );
  });

  test("a table without rows keeps its schema", async () => {
    const contract = contractOf([{ name: "x", type: { kind: "float64" }, unit: "um" }]);
    const path = await write(contract, []);
    expect(await read(contract, [path])).toEqual([]);
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(metadata.schema.map((column) => column.name)).toContain("x");
  });

  test("batches that can be had only once, or asynchronously, are written too", async () => {
    const contract = contractOf([{ name: "x", type: { kind: "float64" } }]);
    const rows = [{ x: 1 }, { x: -0 }, { x: 3 }];
    function* once() {
      yield* split(contract, rows, 1);
    }
    async function* later() {
      yield* split(contract, rows, 2);
    }
    expect(await read(contract, [await write(contract, once())])).toEqual(rows);
    expect(await read(contract, [await write(contract, later())])).toEqual(rows);
  });

  test("the same batches give the same bytes", async () => {
    const contract = contractOf([{ name: "x", type: { kind: "utf8" } }]);
    const batches = split(contract, [{ x: "a" }, { x: "b" }], 1);
    const { readFileSync } = await import("node:fs");
    const [one, other] = [await write(contract, batches), await write(contract, batches)];
    expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
  });

  test("paths with glob characters and quotes mean themselves", async () => {
    const contract = contractOf([{ name: "x", type: { kind: "int8" } }]);
    const path = join(directory, "o'b [1] *?", "a[b]*.parquet");
    await writeParquet({
      path,
      schema: arrowSchema(contract),
      batches: split(contract, [{ x: 1 }], 1),
      temporaryDirectory: spill,
    });
    expect(await read(contract, [path])).toEqual([{ x: 1 }]);
  });
});
