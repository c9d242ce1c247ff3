import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Store } from "../../../src/store/store.js";
import type { GenerationEntry } from "../../../src/store/types.js";

/** A project folder whose home holds two small tables, without any pipeline. */
export async function smallHome(): Promise<{ folder: string; home: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-cli-test-"));
  const home = join(folder, ".neurotables");
  const store = await Store.open({ home });
  const work = await store.temporaryDirectory("test");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const snapshots: Record<string, GenerationEntry> = {};
  const tables = {
    "worm.edge": "SELECT 'N' || range AS pre, range::DOUBLE AS weight, repeat('long ', 20) AS note FROM range(5)",
    "worm.empty": "SELECT 1 AS a WHERE false",
  };
  for (const [table, sql] of Object.entries(tables)) {
    const path = join(work, `${table}.parquet`);
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
    const { sha256, bytes, rows } = await store.adoptPart(path);
    snapshots[table] = {
      table,
      contractHash: "c".repeat(64),
      tableHash: "d".repeat(64),
      rows,
      bytes,
      partitions: [{ partition: "", rows, hash: "e".repeat(64) }],
      parts: [{ sha256, bytes, rows }],
      pipeline: "gone",
      steps: ["make"],
      keys: [],
      since: 1,
    };
  }
  connection.closeSync();
  instance.closeSync();
  await store.commitGeneration(() => snapshots, "20260102T030405Z-1-abcd");
  return { folder, home, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
