import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Job, QueryResult } from "../engine/executor.js";
import { allowedPaths, parquetScan, sqlName, sqlText } from "../formats/parquet/duckdb.js";

const MEMORY_LIMIT = "1GiB";

/**
 * Runs the queries of a job in an in-memory DuckDB that can read the given parts and nothing else. Tables go by
 * `dataset.table`, those of the job's dataset also by their bare name. A query that cannot be answered gives its error.
 */
export async function runQueryJob(job: Extract<Job, { kind: "query" }>): Promise<QueryResult[]> {
  const spill = join(job.temporaryDirectory, "spill");
  mkdirSync(spill, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    memory_limit: MEMORY_LIMIT,
    temp_directory: spill,
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
    allow_community_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    const schemas = new Set([job.dataset, ...job.views.map(({ name }) => name.split(".")[0] as string)]);
    for (const schema of schemas) await connection.run(`create schema ${sqlName(schema)}`);
    for (const { name, partPaths } of job.views) {
      if (partPaths.length === 0) continue;
      const [schema = "", table = ""] = name.split(".");
      const view = `${sqlName(schema)}.${sqlName(table)}`;
      await connection.run(`create view ${view} as select * from ${parquetScan(partPaths)}`);
    }
    const paths = job.views.flatMap(({ partPaths }) => partPaths);
    await connection.run(`set search_path = ${sqlText(`${job.dataset},main`)}`);
    await connection.run(`set allowed_paths = ${allowedPaths(paths)}`);
    await connection.run("set enable_external_access = false");
    await connection.run("set lock_configuration = true");
    const results: QueryResult[] = [];
    for (const { id, sql, maxRows } of job.queries) {
      try {
        // As a subquery it can be nothing but a SELECT.
        const counted = await connection.runAndReadAll(`select count(*) from (\n${sql}\n)`);
        const total = Number(counted.getRows()[0]?.[0] ?? 0);
        const reader =
          total === 0 ? undefined : await connection.runAndReadAll(`select * from (\n${sql}\n) limit ${maxRows}`);
        results.push({ id, total, rows: (reader?.getRowObjectsJson() ?? []) as QueryResult["rows"] });
      } catch (error) {
        results.push({ id, total: 0, rows: [], error: (error as Error).message.split("\n\n")[0] ?? "" });
      }
    }
    connection.closeSync();
    return results;
  } finally {
    instance.closeSync();
  }
}
