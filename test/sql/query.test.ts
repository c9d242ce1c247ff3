import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NeurotablesError } from "../../src/base/errors.js";
import type { SqlSession } from "../../src/sql/sql-session.js";
import { ask, openSession, type TestTables, testTables } from "./test-session.js";

let tables: TestTables;
let session: SqlSession;

beforeAll(async () => {
  tables = await testTables();
  session = await openSession(tables);
});

afterAll(async () => {
  await session.close();
  tables.remove();
});

async function failure(sql: string): Promise<NeurotablesError> {
  return ask(session, sql).then(
    () => {
      throw new Error("it ran");
    },
    (error: NeurotablesError) => error,
  );
}

const ROWS = `SELECT 1 AS i, 9007199254740993 AS big, 0.1::FLOAT AS f, 'NaN'::DOUBLE AS nan, NULL AS nothing, '' AS blank,
  'a "b", c' AS text, [1.5::FLOAT, NULL] AS list, {'x': 1, 'y': 'é'} AS struct, MAP {'k': 2} AS map,
  '{"a": [1, 2]}'::JSON AS json, 12345678901234567.89 AS dec, 1.50 AS price, 'x'::BLOB AS blob,
  TIMESTAMPTZ '2020-01-01 00:00:00.000001+02' AS at, true AS yes`;

describe("formats", () => {
  it("json", async () => {
    const { text } = await ask(session, ROWS, "json");
    expect(text).toBe(
      '[\n{"i":1,"big":"9007199254740993","f":0.1,"nan":"NaN","nothing":null,"blank":"","text":"a \\"b\\", c",' +
        '"list":[1.5,null],"struct":{"x":1,"y":"é"},"map":[{"key":"k","value":2}],"json":{"a": [1, 2]},' +
        '"dec":"12345678901234567.89","price":1.50,"blob":"eA==","at":"2019-12-31 22:00:00.000001+00","yes":true}\n]\n',
    );
    expect(JSON.parse(text)).toHaveLength(1);
  });

  it("of a part whose folder reads as a pattern and as a column", async () => {
    expect((await ask(session, "FROM worm.sample", "json")).text).toBe('[\n{"a":1}\n]\n');
  });

  it("infinite constants", async () => {
    const { text } = await ask(session, `SELECT 1e400 AS a, -1e400 AS b, '"Infinity\\' AS c`, "json");
    expect(JSON.parse(text)).toEqual([{ a: "Infinity", b: "-Infinity", c: '"Infinity\\' }]);
  });

  it("json of nothing is an empty array, and columns of one name are told apart", async () => {
    expect((await ask(session, "FROM worm.empty", "json")).text).toBe("[]\n");
    const { text } = await ask(session, "SELECT 1 AS a, 2 AS a", "json");
    expect(Object.values(JSON.parse(text)[0])).toEqual([1, 2]);
  });

  it("csv", async () => {
    const { text } = await ask(session, `${ROWS} UNION ALL ${ROWS}`, "csv");
    const row =
      '1,9007199254740993,0.1,NaN,,"","a ""b"", c","[1.5,null]","{""x"":1,""y"":""é""}","[{""key"":""k"",""value"":2}]",' +
      '"{""a"": [1, 2]}",12345678901234567.89,1.50,x,2019-12-31 22:00:00.000001+00,true';
    expect(text).toBe(`i,big,f,nan,nothing,blank,text,list,struct,map,json,dec,price,blob,at,yes\n${row}\n${row}\n`);
  });

  it("table cells", async () => {
    const { columns, cells, summary } = await ask(session, "SELECT pre, weight FROM worm.edge ORDER BY weight LIMIT 2");
    expect(columns).toEqual([
      { name: "pre", type: "VARCHAR", align: "left" },
      { name: "weight", type: "DOUBLE", align: "right" },
    ]);
    expect(cells).toEqual([
      ["N0", "0"],
      ["N1", "1"],
    ]);
    expect(summary.rows).toBe(2);
  });

  it("arrow, in several batches, with every type DuckDB has", async () => {
    const many = tableFromIPC(
      (await ask(session, "SELECT range AS i, 'x' || range AS s FROM range(100000)", "arrow")).bytes,
    );
    expect(many.numRows).toBe(100_000);
    expect(many.batches.length).toBeGreaterThan(1);
    expect(many.get(99_999)?.toJSON()).toEqual({ i: 99_999n, s: "x99999" });
    const all = tableFromIPC((await ask(session, "SELECT * FROM test_all_types()", "arrow")).bytes);
    expect(all.numRows).toBe(3);
    expect(all.getChild("bigint")?.toArray()).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n));
    expect(all.getChild("varchar")?.get(1)).toBe("goo\0se");
    expect([...(all.getChild("nested_int_array")?.get(1) ?? [])]).toHaveLength(5);
    expect(all.schema.fields.filter((field) => all.getChild(field.name)?.isValid(2))).toEqual([]);
    const exact = tableFromIPC(
      (await ask(session, "SELECT TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS t, -3::HUGEINT AS h", "arrow")).bytes,
    );
    expect(exact.getChild("t")?.data[0]?.values[0]).toBe(1577836800123456789n);
    expect(Array.from(exact.getChild("h")?.data[0]?.values as Uint32Array)).toEqual([
      0xfffffffd, 0xffffffff, 0xffffffff, 0xffffffff,
    ]);
  });

  it("arrow of nothing still has its schema", async () => {
    const empty = tableFromIPC((await ask(session, "FROM worm.empty", "arrow")).bytes);
    expect(empty.numRows).toBe(0);
    expect(empty.schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual(["a Int32", "b Utf8"]);
  });

  it("parquet, read by another implementation; comments and quotes in the query do no harm", async () => {
    const sql =
      "SELECT pre, weight, 'it''s; ''quoted''' AS q FROM worm.edge WHERE weight < 3 ORDER BY weight; -- the end";
    const { summary } = await ask(session, sql, "parquet");
    expect(summary.rows).toBe(3);
    const file = await asyncBufferFromFile(session.exportPath);
    expect(await parquetReadObjects({ file, compressors })).toEqual([
      { pre: "N0", weight: 0, q: "it's; 'quoted'" },
      { pre: "N1", weight: 1, q: "it's; 'quoted'" },
      { pre: "N2", weight: 2, q: "it's; 'quoted'" },
    ]);
  });
});

describe("names", () => {
  it("are found without the dataset where one dataset has them", async () => {
    expect((await ask(session, "SELECT count(*) FROM edge")).cells).toEqual([["10"]]);
    const error = await failure("FROM sample");
    expect(error.tag).toBe("usage/ambiguous-table");
    expect(error.wayOut).toBe("say worm.sample or fly.sample");
    expect((await ask(session, "SELECT a FROM fly.sample")).cells).toEqual([["2"]]);
  });

  it("of tables without rows or parts are there", async () => {
    expect((await ask(session, "FROM empty")).cells).toEqual([]);
    expect((await ask(session, "FROM partless")).columns).toEqual([{ name: "list", type: "DOUBLE[]", align: "left" }]);
  });

  it("can be listed and described", async () => {
    expect((await ask(session, "SHOW TABLES")).cells.flat()).toContain("edge");
    expect((await ask(session, "SHOW ALL TABLES")).cells.map((row) => `${row[1]}.${row[2]}`)).toContain("fly.sample");
    expect((await ask(session, "DESCRIBE edge")).cells.map((row) => row[0])).toEqual(["pre", "post", "weight"]);
    expect((await ask(session, "SUMMARIZE edge")).cells).toHaveLength(3);
    const comments = await ask(
      session,
      "SELECT comment FROM duckdb_views() WHERE view_name = 'edge' AND schema_name = 'worm'",
    );
    expect(comments.cells).toEqual([["It's a table"]]);
  });

  it("of the catalogue have types", async () => {
    expect((await ask(session, "SELECT rows, steps[2] FROM neurotables.snapshot")).cells).toEqual([["10", "b"]]);
    const run = "SELECT year(started_at), info->>'$.pipelines[0]', finished_at FROM neurotables.run";
    expect((await ask(session, run)).cells).toEqual([["2026", "p", null]]);
    expect(
      (await ask(session, "SELECT key_parts['source a.csv'] FROM neurotables.step WHERE step = 'it''s'")).cells,
    ).toEqual([["00ff"]]);
    const evidence = "SELECT step, CAST(evidence->>'a.loss' AS DOUBLE) FROM neurotables.step ORDER BY step";
    expect((await ask(session, evidence)).cells).toEqual([
      ["it's", "0.5"],
      ["plain", null],
    ]);
  });
});

describe("explain", () => {
  it.each(["EXPLAIN SELECT 1", "explain analyze select 1", "/* a */ EXPLAIN -- b\n (FORMAT json) SELECT 1"])(
    "%s",
    async (sql) => {
      expect((await ask(session, sql)).columns.map(({ name }) => name)).toEqual(["explain_key", "explain_value"]);
    },
  );
});

describe("errors", () => {
  it.each([
    ["SELECT * FRO edge", "usage/syntax", 1, 14],
    ["SELECT '€ß',\n  nosuch FROM edge", "usage/binder", 2, 3],
    ["SELECT pre FROM nosuch", "usage/unknown-table", 1, 17],
    ["EXPLAIN\nSELECT 1 +", "usage/syntax", 2, 11],
    [`SELECT ${"1 + ".repeat(60)}nosuch`, "usage/binder", 1, 248],
  ])("say where: %s", async (sql, tag, line, column) => {
    const error = await failure(sql);
    expect(error.tag).toBe(tag);
    expect(error.exitCode).toBe(2);
    expect({ line: error.fields.line, column: error.fields.column }).toEqual({ line, column });
    expect(String(error.fields.frame).split("\n")).toHaveLength(2);
  });

  it("hand on what DuckDB suggests", async () => {
    expect((await failure("SELECT wight FROM edge")).wayOut).toContain("weight");
    expect((await failure("FROM worm.edgee")).wayOut).toContain("edge");
  });

  it("while running are of the query too", async () => {
    const error = await failure("SELECT CAST(pre AS INTEGER) FROM edge");
    expect(error.tag).toBe("usage/conversion");
    expect(error.exitCode).toBe(2);
  });
});

describe("a session", () => {
  it("cancels a running query and goes on", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 150);
    const long = session.query({
      sql: "SELECT count(*) FROM range(1000000000000)",
      format: "json",
      sink: { columns() {}, cells() {}, bytes() {} },
      signal: controller.signal,
    });
    await expect(long).rejects.toMatchObject({ tag: "interrupted", exitCode: 130 });
    expect((await ask(session, "SELECT 1")).cells).toEqual([["1"]]);
  });

  it("waits for a slow reader instead of piling up", async () => {
    let inHand = 0;
    let most = 0;
    const { rows } = await session.query({
      sql: "SELECT range, repeat('x', 100) AS s FROM range(100000)",
      format: "csv",
      sink: {
        columns() {},
        cells() {},
        async bytes() {
          inHand += 1;
          most = Math.max(most, inHand);
          await new Promise((resolve) => setImmediate(resolve));
          inHand -= 1;
        },
      },
    });
    expect(rows).toBe(100_000);
    expect(most).toBe(1);
  });

  it("ends a query that is late", async () => {
    const limited = await openSession(tables, { seconds: 0.2 });
    await expect(ask(limited, "SELECT count(*) FROM range(1000000000000)")).rejects.toMatchObject({
      tag: "limit/time",
    });
    expect((await ask(limited, "SELECT 1")).cells).toEqual([["1"]]);
    await limited.close();
  });

  it("spills to its folder when memory is short, and says so when that is not enough", async () => {
    const small = await openSession(tables, { memoryBytes: 64 * 2 ** 20 });
    const sorted = "SELECT count(*) FROM (SELECT range, hash(range) AS h FROM range(3000000) ORDER BY h)";
    expect((await ask(small, sorted)).cells).toEqual([["3000000"]]);
    await expect(
      ask(small, "SELECT length(string_agg(repeat('x', 1000), '')) FROM range(1000000)"),
    ).rejects.toMatchObject({ exitCode: 2 });
    await small.close();
  });

  it("reports a reader that fails", async () => {
    const other = await openSession(tables);
    const broken = other.query({
      sql: "SELECT 1",
      format: "json",
      sink: {
        columns() {},
        cells() {},
        bytes() {
          throw new Error("disk full");
        },
      },
    });
    await expect(broken).rejects.toThrow("disk full");
    expect((await ask(other, "SELECT 1")).cells).toEqual([["1"]]);
    await other.close();
  });

  it("leaves nothing behind", async () => {
    const other = await openSession(tables);
    const folder = join(tables.folder, "tmp");
    expect(readdirSync(folder).length).toBe(2);
    await other.close();
    expect(readdirSync(folder).length).toBe(1);
    expect(existsSync(other.exportPath)).toBe(false);
  });

  it("opens over tables whose contract has moved on, and over a dataset called main", async () => {
    const [edge] = tables.views;
    if (edge === undefined) throw new Error("no table");
    const columns = [{ name: "renamed", type: "DOUBLE", description: "Not there yet" }];
    const other = await openSession({
      ...tables,
      views: [
        { ...edge, columns },
        { ...edge, name: "main.other" },
      ],
    });
    expect((await ask(other, "SELECT (SELECT count(*) FROM edge) + (SELECT count(*) FROM other)")).cells).toEqual([
      ["20"],
    ]);
    await other.close();
  });

  it("says which part is damaged", async () => {
    const views = [{ name: "worm.gone", partPaths: [join(tables.folder, "parts", "gone.parquet")] }];
    await expect(openSession({ ...tables, views })).rejects.toMatchObject({
      tag: "storage/part-unreadable",
      exitCode: 7,
    });
  });
});
