import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomNumbers } from "../../src/compute/statistics/random-numbers.js";
import { areaUnderCurve, rocCurve, trueRateAt } from "../../src/compute/statistics/roc.js";
import { macroStatements, SQL_MACROS } from "../../src/sql/macros.js";
import type { SqlSession } from "../../src/sql/sql-session.js";
import { evaluate } from "../../src/stages/membership/evaluate.js";
import type { Row } from "../../src/tables/contract.js";
import { assignmentRow, runMembershipStage, runRow } from "../stages/membership/support/run-membership-stage.js";
import { ask, openSession, type TestTables, testTables } from "./test-session.js";

/** 400 units, half of them members, scores that tie, and one unit without a score. */
const NAMES = Array.from({ length: 400 }, (_, at) => `d${at}`);
const LABELS = NAMES.map((_, at) => (at % 2) as 0 | 1);

function scoresOf(attack: string, seed: number): Row[] {
  const random = randomNumbers(seed);
  return NAMES.map((doc_id, at) => ({
    run_id: "coin/toy",
    attack,
    doc_id,
    fold: Math.floor(at / 2) % 5,
    score: at === 7 ? null : Math.round(20 * (random() + random() + 0.3 * (LABELS[at] as number))) / 20,
    orientation: 1,
    p_value: null,
    verdict: null,
  }));
}

const INPUTS = {
  document_score: [...scoresOf("loss", 1), ...scoresOf("mink_20", 2)],
  assignment: NAMES.map((doc_id, at) =>
    assignmentRow({ doc_id, label: LABELS[at] as 0 | 1, fold: Math.floor(at / 2) % 5 }),
  ),
  experiment: [
    {
      experiment_id: "coin",
      design: "randomised",
      label_basis: "randomised",
      split_seed: 1n,
      n_members: 200,
      n_nonmembers: 200,
      n_reference: 0,
      n_unused: 0,
      unused: [],
      n_clusters: 400,
      n_folds: 5,
      exposure: 1,
      duplicates: 1,
      trains_members: true,
      manifest_sha256: "0".repeat(64),
      parameters: "{}",
    },
  ],
  run: [runRow()],
  gate: [],
  blind_score: [],
  classifier_fit: [],
};

const PARTS = { document_score: ["score"], assignment: ["label"], run: ["role"] } as const;

let tables: TestTables;
let session: SqlSession;

beforeAll(async () => {
  tables = await testTables();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const views = [...tables.views];
  for (const table of Object.keys(PARTS) as (keyof typeof PARTS)[]) {
    const rows = INPUTS[table].map((row) =>
      Object.fromEntries(
        Object.entries(row).filter(([, value]) => ["string", "number"].includes(typeof value) || value === null),
      ),
    );
    const path = join(tables.folder, "parts", `${table}.parquet`);
    const json = JSON.stringify(rows).replaceAll("'", "''");
    await connection.run(
      `COPY (SELECT unnest(from_json('${json}', json_structure('${json}')), recursive := true)) TO '${path}' (FORMAT parquet)`,
    );
    views.push({ name: `membership.${table}`, partPaths: [path] });
  }
  connection.closeSync();
  instance.closeSync();
  session = await openSession({ ...tables, views });
});

afterAll(async () => {
  await session.close();
  tables.remove();
});

async function numbers(sql: string): Promise<(number | null)[]> {
  const { text } = await ask(session, sql, "json");
  return JSON.parse(text).flatMap((row: Record<string, number | null>) => Object.values(row));
}

describe("macros of a session", () => {
  it("give the metrics of the stage again from document_score", async () => {
    const { rows } = await runMembershipStage(evaluate, INPUTS, { bootstrap_draws: 0 });
    const { text } = await ask(
      session,
      `SELECT run_id, attack, auc(score, label) AS auc, tpr_at_fpr(score, label, 0.001) AS low,
         tpr_at_fpr(score, label, 0.01) AS middle, tpr_at_fpr(score, label, 0.1) AS high
       FROM document_score JOIN run USING (run_id) JOIN assignment USING (experiment_id, doc_id) GROUP BY ALL ORDER BY attack`,
      "json",
    );
    const pooled = (rows.metric ?? []).filter(({ part }) => part === "pooled");
    const found: Record<string, number | null>[] = JSON.parse(text);
    expect(found).toHaveLength(2);
    for (const row of found) {
      const metric = pooled.find(({ attack }) => attack === row.attack);
      expect(Math.abs((row.auc as number) - Number(metric?.auc))).toBeLessThan(1e-12);
      expect(row.low).toBeNull();
      expect(Math.abs((row.middle as number) - Number(metric?.tpr_at_fpr_0_01))).toBeLessThan(1e-12);
      expect(Math.abs((row.high as number) - Number(metric?.tpr_at_fpr_0_1))).toBeLessThan(1e-12);
    }
  });

  it("give the metric of every fold", async () => {
    const { rows } = await runMembershipStage(evaluate, INPUTS, { bootstrap_draws: 0 });
    const found = await numbers(
      `SELECT auc(score, label) FROM document_score JOIN assignment USING (doc_id)
       WHERE attack = 'loss' GROUP BY assignment.fold ORDER BY assignment.fold`,
    );
    const folds = (rows.metric ?? []).filter(({ attack, fold }) => attack === "loss" && fold !== null);
    expect(found).toHaveLength(5);
    found.forEach((auc, fold) => {
      expect(auc).toBeCloseTo(Number(folds.find((row) => row.fold === fold)?.auc), 12);
    });
  });

  it("work in HAVING, ORDER BY, expressions, subqueries and exports", async () => {
    const having =
      "SELECT attack, auc(-score, label) AS a FROM document_score JOIN assignment USING (doc_id) GROUP BY ALL";
    expect((await ask(session, `${having} HAVING a < 0.5 ORDER BY a`)).cells).toHaveLength(2);
    expect(await numbers("SELECT 2 * auc(s, l) FROM (VALUES (1, 0), (2, 1), (2, 0)) t(s, l)")).toEqual([1.5]);
    expect(await numbers("SELECT auc(s, l) FROM (VALUES (1, false), (2, true)) t(s, l)")).toEqual([1]);
    const sum = `SELECT (SELECT auc(score, label) FROM document_score JOIN assignment USING (doc_id)) BETWEEN 0.5 AND 1 AS yes`;
    expect((await ask(session, sum)).cells).toEqual([["true"]]);
    expect((await ask(session, `${having} HAVING a < 0.5`, "parquet")).summary.rows).toBe(2);
    expect((await ask(session, `EXPLAIN ${having}`)).cells.length).toBeGreaterThan(0);
  });

  it("are null with one class, without units, and where too few non-members say it", async () => {
    const one = "(VALUES (1.0, 1), (2.0, 1)) t(s, l)";
    expect(await numbers(`SELECT auc(s, l), tpr_at_fpr(s, l, 0.5) FROM ${one}`)).toEqual([null, null]);
    expect(await numbers(`SELECT auc(s, 1 - l), tpr_at_fpr(s, 1 - l, 0.5) FROM ${one}`)).toEqual([null, null]);
    expect(await numbers(`SELECT auc(s, l) FROM ${one} WHERE s > 5`)).toEqual([null]);
    expect(await numbers("SELECT auc(s, l) FROM (VALUES (1.0, 0), (2.0, 1), (NULL, 1), (0.0, NULL)) t(s, l)")).toEqual([
      1,
    ]);
  });

  it("are listed with what they do", async () => {
    const { cells } = await ask(
      session,
      "SELECT function_name, comment FROM duckdb_functions() WHERE function_type = 'macro' AND NOT internal ORDER BY 1",
    );
    expect(cells).toEqual(SQL_MACROS.map(({ name, description }) => [name, description]));
  });

  it("cannot be changed, and open no way out", async () => {
    const path = join(tables.folder, "parts", "run.parquet");
    for (const sql of [
      "CREATE OR REPLACE MACRO auc(a, b) AS 1",
      "DROP MACRO auc",
      `SELECT auc(s, l) FROM read_parquet('${path}')`,
      "SELECT auc(getenv('PATH'), 1)",
    ]) {
      await expect(ask(session, sql)).rejects.toMatchObject({ exitCode: 2 });
    }
    expect(await numbers("SELECT auc(s, l) FROM (VALUES (1, 0), (2, 1)) t(s, l)")).toEqual([1]);
  });
});

describe("macros", () => {
  it("agree with the definitions, whatever ties", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    for (const statement of macroStatements()) await connection.run(statement);
    const unit = fc.record({ score: fc.integer({ min: -3, max: 3 }), label: fc.integer({ min: 0, max: 1 }) });
    const rate = fc.constantFrom(0.01, 0.05, 0.1, 0.2, 0.25, 1 / 3, 0.5, 0.7);
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 30 }), rate, async (units, fpr) => {
        const values = units.map(({ score, label }) => `(${score} / 7, ${label})`).join(", ");
        const sql = `SELECT auc(s, l), tpr_at_fpr(s, l, ${fpr}::DOUBLE) FROM (VALUES ${values}) t(s, l)`;
        const [[auc, tpr]] = (await connection.runAndReadAll(sql)).getRowsJS() as [[number | null, number | null]];
        const scores = Float64Array.from(units, ({ score }) => score / 7);
        const labels = Uint8Array.from(units, ({ label }) => label);
        const expected = areaUnderCurve(scores, labels);
        if (Number.isNaN(expected)) expect(auc).toBeNull();
        else expect(auc).toBeCloseTo(expected, 12);
        const { rate: expectedRate, estimable } = trueRateAt(rocCurve(scores, labels), fpr, "largest_fpr_not_above");
        if (estimable) expect(tpr).toBeCloseTo(expectedRate, 12);
        else expect(tpr).toBeNull();
      }),
      { numRuns: 60 },
    );
    connection.closeSync();
    instance.closeSync();
  });
});
