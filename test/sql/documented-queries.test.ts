import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFiles } from "../../src/engine/glob.js";
import { duckdbType } from "../../src/formats/parquet/duckdb-types.js";
import { macroStatements } from "../../src/sql/macros.js";
import { arrowSchema } from "../../src/tables/arrow-schema.js";
import { readContract } from "../../src/tables/contract-file.js";
import { repositoryRoot } from "../support/real-data.js";

/** Queries of a page: its `sql` blocks, and what stands in quotation marks after `neurotables sql`. */
function queriesOf(page: string): string[] {
  const text = readFileSync(join(repositoryRoot, page), "utf8");
  const blocks = [...text.matchAll(/^```sql\n([^`]*)^```/gm)];
  const commands = [...text.matchAll(/neurotables sql "([^"]+)"/g)];
  return [...blocks, ...commands].map(([, query = ""]) => query.trim());
}

const cases = ["README.md", "docs/recordings.md", "docs/membership.md", "docs/dynamic-connectome.md"].flatMap((page) =>
  queriesOf(page).map((query, index) => ({ name: `${page} ${index + 1}`, query })),
);

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
  for (const statement of macroStatements()) await connection.run(statement);
  for (const path of findFiles(repositoryRoot, "schemas/*/*.yaml")) {
    const contract = await readContract(join(repositoryRoot, path));
    const columns = arrowSchema(contract).fields.map(({ name, type }) => `"${name}" ${duckdbType(type)}`);
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${contract.dataset}`);
    await connection.run(`CREATE TABLE ${contract.dataset}.${contract.table} (${columns.join(", ")})`);
  }
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

describe("queries of the documentation", () => {
  it("are found", () => {
    expect(cases.length).toBeGreaterThan(8);
  });

  it.each(cases)("$name names tables and columns that there are", async ({ query }) => {
    await expect(connection.runAndReadAll(query)).resolves.toBeDefined();
  });
});
