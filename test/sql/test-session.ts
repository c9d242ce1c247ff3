import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { SqlSession, type SqlSessionOptions } from "../../src/sql/sql-session.js";
import type { ResultColumn, ResultSummary, SqlFormat, SqlView } from "../../src/sql/sql-types.js";
import { builtPackage } from "../cli/support/built-package.js";

export interface TestTables {
  readonly folder: string;
  readonly views: readonly SqlView[];
  remove(): void;
}

/** Three datasets as Parquet parts: two parts (one below a folder that reads as a pattern and as a column), no rows, no parts, and a name that two datasets share. */
export async function testTables(): Promise<TestTables> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-sql-test-"));
  mkdirSync(join(folder, "parts"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const odd = "year=2024 [a]*?";
  mkdirSync(join(folder, odd));
  const part = async (name: string, sql: string, below = "parts") => {
    const path = join(folder, below, `${name}.parquet`);
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
    return path;
  };
  const edges = (from: number, to: number) =>
    `SELECT 'N' || range AS pre, 'N' || (range * 7 % 10) AS post, range::DOUBLE AS weight FROM range(${from}, ${to})`;
  const views: SqlView[] = [
    {
      name: "worm.edge",
      partPaths: [await part("edge-1", edges(0, 6)), await part("edge-2", edges(6, 10), odd)],
      description: "It's a table",
      columns: [{ name: "weight", type: "DOUBLE", description: "Strength [synapses]" }],
    },
    { name: "worm.empty", partPaths: [await part("empty", "SELECT 1 AS a, 'x' AS b WHERE false")] },
    { name: "worm.partless", partPaths: [], columns: [{ name: "list", type: "DOUBLE[]" }] },
    { name: "worm.sample", partPaths: [await part("sample-1", "SELECT 1 AS a", odd)] },
    { name: "fly.sample", partPaths: [await part("sample-2", "SELECT 2 AS a")] },
  ];
  connection.closeSync();
  instance.closeSync();
  return { folder, views, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function openSession(tables: TestTables, options: Partial<SqlSessionOptions> = {}): Promise<SqlSession> {
  return SqlSession.open({
    views: tables.views,
    catalogue: {
      snapshot: [{ table: "worm.edge", rows: 10, steps: '["a","b"]' }],
      run: [{ run: "r1", started_at: "2026-01-02T03:04:05.678Z", info: '{"pipelines":["p"]}' }],
      step: [
        { step: "it's", key_parts: '{"source a.csv":"00ff"}', seconds: 1.5, evidence: '{"a.loss":0.5}' },
        { step: "plain" },
      ],
    },
    temporaryDirectory: join(tables.folder, "tmp"),
    threads: 1,
    memoryBytes: 256e6,
    workerPath: join(builtPackage(), "sql", "sql-worker.js"),
    ...options,
  });
}

export interface Answer {
  readonly columns: readonly ResultColumn[];
  readonly cells: (string | null)[][];
  readonly bytes: Buffer;
  readonly text: string;
  readonly summary: ResultSummary;
}

/** Runs a query and keeps all of its result. */
export async function ask(session: SqlSession, sql: string, format: SqlFormat = "table"): Promise<Answer> {
  let columns: readonly ResultColumn[] = [];
  const cells: (string | null)[][] = [];
  const pieces: Uint8Array[] = [];
  const summary = await session.query({
    sql,
    format,
    sink: {
      columns(given) {
        columns = given;
      },
      cells(rows) {
        cells.push(...rows.map((row) => [...row]));
      },
      bytes(piece) {
        pieces.push(piece);
      },
    },
  });
  const bytes = Buffer.concat(pieces);
  return { columns, cells, bytes, text: bytes.toString("utf8"), summary };
}
