import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NeurotablesError } from "../../src/base/errors.js";
import type { SqlSession } from "../../src/sql/sql-session.js";
import { ask, openSession, type TestTables, testTables } from "./test-session.js";

let tables: TestTables;
let session: SqlSession;
let before: string[];

beforeAll(async () => {
  tables = await testTables();
  writeFileSync(join(tables.folder, "secret.txt"), "top secret");
  writeFileSync(join(tables.folder, "secret.csv"), "a,b\n1,2\n");
  session = await openSession(tables);
  before = listing();
});

afterAll(async () => {
  await session.close();
  tables.remove();
});

/** Every file with its length: nothing may appear, vanish or change. */
function listing(): string[] {
  return (readdirSync(tables.folder, { recursive: true }) as string[])
    .filter((name) => !name.startsWith("tmp"))
    .map((name) => `${name} ${statSync(join(tables.folder, name)).size}`)
    .sort();
}

async function refusal(sql: string): Promise<NeurotablesError> {
  const here = sql.replaceAll("FOLDER", tables.folder);
  return ask(session, here).then(
    (answer) => {
      throw new Error(`it ran: ${here}: ${JSON.stringify(answer.cells).slice(0, 200)}`);
    },
    (error: NeurotablesError) => error,
  );
}

const NOT_A_QUERY = [
  "COPY (SELECT 1) TO 'FOLDER/evil.csv'",
  "COPY worm.edge TO 'FOLDER/parts/empty.parquet' (FORMAT parquet)",
  "COPY worm.edge FROM 'FOLDER/secret.csv'",
  "/* SELECT */ COPY (SELECT 1) TO 'FOLDER/evil.csv' -- SELECT 1",
  "-- SELECT 1\nCOPY (SELECT 1) TO 'FOLDER/evil.csv'",
  "ATTACH 'FOLDER/evil.db' AS evil",
  "ATTACH ':memory:' AS evil",
  "DETACH memory",
  "USE worm",
  "INSTALL httpfs",
  "LOAD httpfs",
  "FORCE INSTALL httpfs FROM 'https://example.com'",
  "SET threads = 8",
  "SET enable_external_access = true",
  "RESET ALL",
  "SET VARIABLE x = 1",
  "PRAGMA database_list",
  "PRAGMA enable_profiling",
  "CREATE TABLE evil AS SELECT 1",
  "CREATE TEMP TABLE evil AS SELECT 1",
  "CREATE OR REPLACE VIEW worm.edge AS SELECT 1",
  "CREATE MACRO evil() AS 1",
  "CREATE SECRET evil (TYPE s3)",
  "DROP VIEW worm.edge",
  "INSERT INTO neurotables.run VALUES (1)",
  "UPDATE neurotables.run SET run = 'x'",
  "DELETE FROM neurotables.run",
  "TRUNCATE neurotables.run",
  "ALTER TABLE neurotables.run RENAME TO gone",
  "COMMENT ON VIEW worm.edge IS 'x'",
  "EXPORT DATABASE 'FOLDER/evil'",
  "IMPORT DATABASE 'FOLDER/evil'",
  "CALL enable_logging()",
  "CALL pragma_version()",
  "CHECKPOINT",
  "VACUUM",
  "BEGIN TRANSACTION",
  "PREPARE p AS SELECT 1",
  "EXECUTE p",
  "MERGE INTO neurotables.run USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
  "EXPLAIN COPY (SELECT 1) TO 'FOLDER/evil.csv'",
  "EXPLAIN ANALYZE COPY (SELECT 1) TO 'FOLDER/evil.csv'",
  "EXPLAIN ANALYZE CREATE TABLE evil AS SELECT 1",
  "EXPLAIN (ANALYZE, FORMAT json) DELETE FROM neurotables.run",
  "EXPLAIN EXPLAIN ANALYZE DELETE FROM neurotables.run",
  "EXPLAIN /* /* */ ANALYZE DELETE FROM neurotables.run -- */ \n",
  "PIVOT worm.edge ON post USING sum(weight)",
  "",
  "   ;  ",
  "-- nothing but a comment",
];

const MANY = [
  "SELECT 1; SELECT 2",
  "SELECT 1; COPY (SELECT 1) TO 'FOLDER/evil.csv'",
  "SELECT 1 -- ;\n; DELETE FROM neurotables.run",
  "SELECT ';'; SELECT $$;$$",
  "EXPLAIN SELECT 1; DROP VIEW worm.edge",
];

const FUNCTIONS = [
  "SELECT * FROM read_text('FOLDER/secret.txt')",
  "SELECT * FROM read_blob('FOLDER/secret.txt')",
  "SELECT * FROM read_csv('FOLDER/secret.csv')",
  "SELECT * FROM READ_CSV_AUTO('FOLDER/secret.csv')",
  "SELECT * FROM main.read_csv('FOLDER/secret.csv')",
  "SELECT * FROM sniff_csv('FOLDER/secret.csv')",
  "SELECT * FROM read_json('FOLDER/secret.csv')",
  "SELECT * FROM read_parquet('FOLDER/parts/empty.parquet')",
  "SELECT * FROM parquet_scan('FOLDER/parts/*.parquet')",
  "SELECT * FROM parquet_metadata('FOLDER/parts/empty.parquet')",
  "SELECT * FROM glob('FOLDER/*')",
  "SELECT * FROM read_duckdb('FOLDER/x.db')",
  "SELECT (SELECT content FROM read_text('FOLDER/secret.txt')) AS stolen",
  "WITH x AS (SELECT * FROM read_text('FOLDER/secret.txt')) SELECT * FROM x",
  "DESCRIBE SELECT * FROM read_csv('FOLDER/secret.csv')",
  "EXPLAIN ANALYZE SELECT * FROM read_text('FOLDER/secret.txt')",
  "SELECT * FROM worm.edge WHERE EXISTS (SELECT 1 FROM read_text('FOLDER/secret.txt'))",
  "SELECT * FROM query('SELECT * FROM read_text(''FOLDER/secret.txt'')')",
  "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  "SELECT * FROM enable_logging(storage := 'file', storage_path := 'FOLDER/log')",
  "SELECT * FROM enable_profiling(save_location := 'FOLDER/profile')",
  "SELECT * FROM checkpoint()",
  "SELECT * FROM which_secret('s3://x', 's3')",
  "SELECT * FROM duckdb_secrets()",
  "SELECT write_log('x')",
  "SELECT getenv('PATH')",
];

const OTHERWISE = [
  "SELECT * FROM 'FOLDER/secret.csv'",
  "FROM 'FOLDER/secret.csv'",
  'SELECT * FROM "FOLDER/parts/../secret.csv"',
  "SELECT * FROM 'https://example.com/x.parquet'",
  "SELECT * FROM worm.edge WHERE weight = $1",
  "SELECT * FROM worm.edge WHERE weight = ?",
  "SELECT * FROM sqlite_scan('FOLDER/x.db', 't')",
];

describe("what is no single SELECT or EXPLAIN", () => {
  it.each(NOT_A_QUERY)("is refused: %s", async (sql) => {
    const error = await refusal(sql);
    expect(error.exitCode).toBe(2);
    expect(["usage/not-a-query", "usage/syntax"]).toContain(error.tag);
  });

  it.each(MANY)("is refused when there are more: %s", async (sql) => {
    const error = await refusal(sql);
    expect(error.exitCode).toBe(2);
    expect(["usage/many-statements", "usage/not-a-query"]).toContain(error.tag);
  });

  it("is refused with a NUL character", async () => {
    expect((await refusal("SELECT 1 \0 FROM worm.edge")).tag).toBe("usage/not-a-query");
  });

  it("names the kind of statement and a way out", async () => {
    const error = await refusal("COPY (SELECT 1) TO 'FOLDER/evil.csv'");
    expect(error.message).toBe(
      "COPY is not a query: only one SELECT or EXPLAIN SELECT is run, and nothing is ever written",
    );
    expect(error.wayOut).toContain("SHOW ALL TABLES");
  });
});

describe("functions with an effect, or that read files", () => {
  it.each(FUNCTIONS)("are refused before anything runs: %s", async (sql) => {
    const error = await refusal(sql);
    expect(error.tag).toBe("usage/refused-function");
    expect(String(error.fields.frame)).toContain("^");
  });

  it.each(OTHERWISE)("other ways out are closed too: %s", async (sql) => {
    const error = await refusal(sql);
    expect(error.exitCode).toBe(2);
    expect(error.message).not.toContain("top secret");
  });
});

describe("after all of this", () => {
  it("the session still answers", async () => {
    expect((await ask(session, "SELECT count(*) FROM worm.edge")).cells).toEqual([["10"]]);
  });

  it("no file was made, changed or removed", () => {
    expect(listing()).toEqual(before);
    expect(existsSync(join(tables.folder, "evil.csv"))).toBe(false);
    expect(readFileSync(join(tables.folder, "secret.txt"), "utf8")).toBe("top secret");
  });

  it("settings are locked", async () => {
    const settings = await ask(
      session,
      "SELECT name, value FROM duckdb_settings() WHERE name IN ('enable_external_access', 'lock_configuration', " +
        "'autoload_known_extensions', 'autoinstall_known_extensions') ORDER BY name",
    );
    expect(settings.cells).toEqual([
      ["autoinstall_known_extensions", "false"],
      ["autoload_known_extensions", "false"],
      ["enable_external_access", "false"],
      ["lock_configuration", "true"],
    ]);
  });

  it.skipIf(process.platform !== "linux")(
    "the process holds no secret of its parent (looked at on Linux)",
    async () => {
      process.env.HF_TOKEN = "a-secret-token";
      const other = await openSession(tables);
      delete process.env.HF_TOKEN;
      const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
      const environments = children.map((pid) => readFileSync(`/proc/${pid}/environ`, "utf8"));
      await other.close();
      expect(environments.filter((text) => text.includes("TZ=UTC")).length).toBeGreaterThan(0);
      expect(environments.filter((text) => text.includes("a-secret-token"))).toEqual([]);
    },
  );
});
