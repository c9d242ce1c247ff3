import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { sqlType } from "../../../../src/cli/current-tables.js";
import { type PlotTables, sessionTables } from "../../../../src/plots/plot-tables.js";
import { SqlSession } from "../../../../src/sql/sql-session.js";
import type { SqlView } from "../../../../src/sql/sql-types.js";
import { buildBatch } from "../../../../src/tables/batch-builder.js";
import type { Contract, Field, Row } from "../../../../src/tables/contract.js";
import { readContract } from "../../../../src/tables/contract-file.js";
import { builtPackage } from "../../../cli/support/built-package.js";
import { repositoryRoot } from "../../../support/real-data.js";
import type { TableRows } from "./synthetic-run.js";

/** Rows that fit their contracts, as Parquet, read as `plot` reads the current tables. */
export async function writtenTables(rows: TableRows): Promise<{ readonly tables: PlotTables; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-connectome-plot-"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const views: SqlView[] = [];
  for (const [name, given] of Object.entries(rows)) {
    const contract = await readContract(join(repositoryRoot, "schemas", `${name.replace(".", "/")}.yaml`));
    const complete = given.map((row) => completed(contract, row));
    buildBatch(contract, complete);
    const [json, parquet] = [join(folder, `${name}.json`), join(folder, `${name}.parquet`)];
    writeFileSync(
      json,
      JSON.stringify(complete, (_, value) => (typeof value === "bigint" ? Number(value) : value)),
    );
    const columns = contract.fields.map((field) => `"${field.name}": '${sqlType(field.type)}'`).join(", ");
    await connection.run(
      `COPY (FROM read_json('${json}', format = 'array', columns = {${columns}})) TO '${parquet}' (FORMAT parquet)`,
    );
    views.push({ name, partPaths: [parquet] });
  }
  connection.closeSync();
  instance.closeSync();
  const session = await SqlSession.open({
    views,
    catalogue: { snapshot: [], run: [], step: [] },
    temporaryDirectory: join(folder, "tmp"),
    threads: 1,
    memoryBytes: 256e6,
    workerPath: join(builtPackage(), "sql", "sql-worker.js"),
  });
  return {
    tables: sessionTables(session, Object.keys(rows), new AbortController().signal),
    async close() {
      await session.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a row leaves out is null, or the nothing of its type. */
function completed(contract: Contract, row: Row): Row {
  return Object.fromEntries(contract.fields.map((field) => [field.name, row[field.name] ?? nothing(field)]));
}

function nothing({ type, nullable, values }: Field): unknown {
  if (nullable) return null;
  if (values !== undefined) return values[0];
  if (type.kind === "list") return [];
  return { bool: false, utf8: "", int64: 0n }[type.kind as "bool"] ?? 0;
}
