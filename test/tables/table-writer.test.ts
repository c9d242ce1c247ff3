import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareCodeUnits } from "../../src/base/canonical-json.js";
import { ContractError } from "../../src/base/errors.js";
import { RowOrder } from "../../src/formats/arrow/row-order.js";
import { sortBatches } from "../../src/formats/arrow/sort-batches.js";
import { buildBatch } from "../../src/tables/batch-builder.js";
import { concatenateParts, recomputeHashes } from "../../src/tables/concatenate-parts.js";
import type { Contract, Row } from "../../src/tables/contract.js";
import { batchRows, openTable } from "../../src/tables/parquet-table.js";
import { TableWriter, type WrittenTable } from "../../src/tables/table-writer.js";
import { contractOf } from "../support/arbitrary-table.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const directory = temporaryDirectory();
const spill = join(directory, "spill");
let folders = 0;

const contract = contractOf(
  [
    { name: "name", type: { kind: "utf8" } },
    { name: "index", type: { kind: "int64" } },
    { name: "weight", type: { kind: "float64" }, nullable: true, nan: true },
  ],
  { key: ["name", "index"], sort: ["name", "index"] },
);

function writer(of: Contract = contract, memoryBytes?: number): TableWriter {
  const options = { contract: of, directory: join(directory, `${folders++}`), temporaryDirectory: spill };
  return TableWriter.create(memoryBytes === undefined ? options : { ...options, memoryBytes });
}

async function rowsOf(of: Contract, written: WrittenTable, columns?: readonly string[]): Promise<Row[]> {
  const table = openTable({
    contract: of,
    partPaths: written.paths,
    rowCount: written.rows,
    temporaryDirectory: spill,
  });
  const rows: Row[] = [];
  for await (const row of table.rows<Row>(columns)) rows.push(row);
  return rows;
}

const names = fc.constantFrom(
  "",
  "a",
  "ab",
  "b",
  "é",
  "\ud83d\ude00",
  "\ue000",
  "\uffff",
  "AVAL",
  "AVAR",
  "longer than twelve bytes",
);
const keyed = fc
  .uniqueArray(fc.record({ name: names, index: fc.bigInt({ min: -5n, max: 5n }), weight: fc.option(fc.double()) }), {
    maxLength: 60,
    selector: (row) => `${row.name}/${row.index}`,
  })
  .map((rows) => rows as Row[]);

function inOrder(rows: readonly Row[]): Row[] {
  return [...rows].sort(
    (a, b) =>
      compareCodeUnits(a.name as string, b.name as string) ||
      ((a.index as bigint) < (b.index as bigint) ? -1 : (a.index as bigint) > (b.index as bigint) ? 1 : 0),
  );
}

describe("TableWriter", () => {
  test("sorts rows of any order, by code unit; the hash does not depend on the order of writing", async () => {
    await fc.assert(
      fc.asyncProperty(keyed, async (rows) => {
        const shuffled = writer();
        shuffled.write(rows);
        const written = await shuffled.finish();
        const sorted = inOrder(rows);
        expect(await rowsOf(contract, written)).toEqual(sorted);
        const ordered = writer();
        ordered.write(sorted);
        expect((await ordered.finish()).hash).toBe(written.hash);
      }),
      { numRuns: 40 },
    );
  });

  test("batches and rows give the same table; what is over the memory goes through a spool", async () => {
    const rows = Array.from({ length: 5000 }, (_unused, i) => ({ name: `n${i % 7}`, index: BigInt(i), weight: i / 3 }));
    const sorted = inOrder(rows);
    const byRows = writer();
    byRows.write(rows);
    const byBatches = writer(contract, 1000);
    for (let i = 0; i < sorted.length; i += 700) byBatches.writeBatch(buildBatch(contract, sorted.slice(i, i + 700)));
    const mixed = writer(contract, 1000);
    mixed.write(rows.slice(0, 10));
    mixed.writeBatch(buildBatch(contract, rows.slice(10)));
    const [one, two, three] = [await byRows.finish(), await byBatches.finish(), await mixed.finish()];
    expect(two.hash).toBe(one.hash);
    expect(three.hash).toBe(one.hash);
    expect(await rowsOf(contract, two)).toEqual(sorted);
    expect(readdirSync(spill).filter((name) => name.startsWith("spool"))).toEqual([]);
  });

  test("duplicate keys name both rows in the order of writing", async () => {
    const sink = writer();
    sink.write([
      { name: "b", index: 1, weight: 1 },
      { name: "a", index: 1, weight: 2 },
      { name: "b", index: 1, weight: 3 },
    ]);
    const attempt = sink.finish();
    await expect(attempt).rejects.toBeInstanceOf(ContractError);
    await expect(attempt).rejects.toMatchObject({
      message: "test.sample rows 0 and 2 have the same key (name=b, index=1)",
      fields: { rule: "key", row: 2, otherRow: 0 },
    });
  });

  test("a key that is not the beginning of the sort order is checked too", async () => {
    const other = contractOf(contract.fields, { key: ["name"], sort: ["index"] });
    const sink = writer(other);
    sink.write([
      { name: "a", index: 1 },
      { name: "b", index: 2 },
      { name: "a", index: 3 },
    ]);
    await expect(sink.finish()).rejects.toThrow("test.sample rows 0 and 2 have the same key (name=a)");
  });

  test("without key and sort rows keep their order and may repeat", async () => {
    const free = contractOf(contract.fields);
    const rows = [3, 1, 2, 1].map((index) => ({ name: "x", index: BigInt(index), weight: null }));
    const sink = writer(free);
    sink.write(rows);
    expect(await rowsOf(free, await sink.finish())).toEqual(rows);
  });

  test("numbers sort −0 before 0, NaN after all, null last", async () => {
    const numeric = contractOf([{ name: "x", type: { kind: "float64" }, nullable: true, nan: true }], { sort: ["x"] });
    const sink = writer(numeric);
    sink.write([null, Number.NaN, 1, 0, -0, Number.NEGATIVE_INFINITY].map((x) => ({ x })));
    const values = (await rowsOf(numeric, await sink.finish())).map((row) => row.x);
    expect(values).toEqual([Number.NEGATIVE_INFINITY, -0, 0, 1, Number.NaN, null]);
  });

  test("no rows make one part that carries the schema", async () => {
    const written = await writer().finish();
    expect(written).toMatchObject({ rows: 0 });
    expect(written.paths).toHaveLength(1);
    expect(await rowsOf(contract, written)).toEqual([]);
  });

  test("row numbers of faults count over all writes", () => {
    const sink = writer();
    sink.write([{ name: "a", index: 1 }]);
    sink.writeBatch(buildBatch(contract, [{ name: "b", index: 1 }]));
    expect(() => sink.write([{ name: "c", index: 1 }, { name: "d" }])).toThrow(
      'row 3 (name=d, index=null): column "index" is null',
    );
    sink.abort();
  });

  test("by itself it leaves nothing but the part", async () => {
    const folder = join(directory, "alone");
    const sink = TableWriter.create({ contract, directory: folder, memoryBytes: 10 });
    sink.write([{ name: "b", index: 1 }]);
    sink.write([{ name: "a", index: 1 }]);
    const written = await sink.finish();
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual(written.paths);
    const aborted = TableWriter.create({ contract, directory: join(directory, "aborted"), memoryBytes: 10 });
    aborted.write([{ name: "b", index: 1 }]);
    aborted.abort();
    expect(existsSync(join(directory, "aborted", "spill"))).toBe(false);
  });
});

test("sorting in many runs is the same as sorting in one", () => {
  const order = new RowOrder([
    { index: 0, type: buildBatch(contract, []).schema.fields[0]?.type as never },
    { index: 1, type: buildBatch(contract, []).schema.fields[1]?.type as never },
  ]);
  fc.assert(
    fc.property(keyed, fc.integer({ min: 1, max: 9 }), (rows, size) => {
      const batches = [];
      for (let i = 0; i < rows.length; i += size) batches.push(buildBatch(contract, rows.slice(i, i + size)));
      const schema = buildBatch(contract, []).schema;
      const sorted = sortBatches({ batches, schema, order, temporaryDirectory: spill, runBytes: 100 });
      const found = [...sorted.batches].flatMap((batch) => [...batchRows(batch)]);
      sorted.close();
      expect(found).toEqual(inOrder(rows));
    }),
    { numRuns: 60 },
  );
});

describe("stored tables", () => {
  test("columns are projected, in the order asked for; unknown ones are refused with a hint", async () => {
    const sink = writer();
    sink.write([{ name: "a", index: 1, weight: 2 }]);
    const written = await sink.finish();
    expect((await rowsOf(contract, written, ["weight", "name"])).map((row) => Object.entries(row))).toEqual([
      [
        ["weight", 2],
        ["name", "a"],
      ],
    ]);
    await expect(rowsOf(contract, written, ["wieght"])).rejects.toMatchObject({ wayOut: 'did you mean "weight"?' });
  });

  test("parts of partitions are joined in order; their hashes are found again", async () => {
    const partitions: (WrittenTable & { bytes: number })[] = [];
    const all: Row[] = [];
    for (const [count, name] of [
      [40, "p"],
      [0, "q"],
      [25, "r"],
      [1, "s"],
    ] as const) {
      const sink = writer();
      const rows = Array.from({ length: count }, (_unused, i) => ({ name, index: BigInt(i), weight: -0 }));
      sink.write(rows);
      all.push(...rows);
      partitions.push({ ...(await sink.finish()), bytes: 1000 });
    }
    const parts = partitions.map(({ paths, rows, bytes }) => ({ path: paths[0] as string, rows, bytes }));
    const join2 = (partBytes: number) =>
      concatenateParts({
        contract,
        parts,
        directory: join(directory, `joined${partBytes}`),
        temporaryDirectory: spill,
        partBytes,
      });
    const partitionRows = partitions.map((partition) => partition.rows);
    for (const [partBytes, count] of [
      [5000, 1],
      [2000, 2],
      [1000, 3],
    ] as const) {
      const joined = await join2(partBytes);
      expect(joined).toHaveLength(count);
      const written = { paths: joined.map((part) => part.path), rows: 66, hash: "" };
      expect(await rowsOf(contract, written)).toEqual(all);
      const hashes = await recomputeHashes({
        contract,
        partPaths: written.paths,
        partitionRows,
        temporaryDirectory: spill,
      });
      expect(hashes).toEqual(partitions.map((partition) => partition.hash));
    }
    expect((await join2(1000)).every((part) => part.reused)).toBe(true);
    const short = recomputeHashes({
      contract,
      partPaths: [parts[0]?.path ?? ""],
      partitionRows,
      temporaryDirectory: spill,
    });
    await expect(short).rejects.toMatchObject({ tag: "format/row-count" });
  });

  test("joining tables without rows keeps one empty part", async () => {
    const written = await writer().finish();
    const part = { path: written.paths[0] as string, rows: 0, bytes: 500 };
    const joined = await concatenateParts({ contract, parts: [part, part], directory: join(directory, "empty") });
    expect(joined).toEqual([{ ...part, reused: true }]);
  });
});
