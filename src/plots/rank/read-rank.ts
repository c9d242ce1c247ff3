import { someNames } from "../choose-name.js";
import { otherRuns } from "../dynamic-connectome/choose-run.js";
import { readRun } from "../dynamic-connectome/read-run.js";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import type { RankCurve, RankData, RankLimits, RankPoint, StartPoint } from "./rank-data.js";

/** Controls that are drawn beside a run. */
const MOST_CONTROLS = 2;
const MOST_RANKS = 1000;
const MOST_STARTS = 50_000;

/** Evidence of one run and of the runs that are its controls; of `others` those that are not drawn are named. */
export async function readRank(tables: PlotTables, runId: string, others: readonly string[]): Promise<RankData> {
  const run = await readRun(tables, runId);
  const found = await tables.rows<{ run_id: string }>(
    `SELECT run_id FROM dynamic_connectome.experiment WHERE control_of = ${sqlLiteral(runId)}
       AND run_id IN (SELECT run_id FROM dynamic_connectome.rank) ORDER BY run_id LIMIT 1000`,
  );
  const names = found.map(({ run_id: id }) => id);
  const controls: RankCurve[] = [];
  for (const name of names.slice(0, MOST_CONTROLS)) controls.push(await readCurve(tables, name));
  const rest = names.slice(MOST_CONTROLS);
  return {
    run,
    curve: await readCurve(tables, runId),
    controls,
    limits: await readLimits(tables, runId),
    notes: [
      ...(rest.length > 0 ? [`controls not shown: ${someNames(rest)}`] : []),
      ...otherRuns(others.filter((name) => !names.includes(name))),
    ],
  };
}

async function readCurve(tables: PlotTables, runId: string): Promise<RankCurve> {
  const where = `run_id = ${sqlLiteral(runId)}`;
  type Row = {
    rank: number;
    best_err: number;
    corcondia: number | null;
    stability: number | null;
    nuclear_score: number | null;
    cv_err: number | null;
  };
  const ranks = await tables.rows<Row>(
    `SELECT rank, best_err, corcondia, stability, nuclear_score, cv_err FROM dynamic_connectome.rank
     WHERE ${where} ORDER BY rank LIMIT ${MOST_RANKS}`,
  );
  return {
    runId,
    ranks: ranks.map(
      (row): RankPoint => ({
        rank: row.rank,
        bestError: row.best_err,
        corcondia: row.corcondia,
        stability: row.stability,
        nuclearScore: row.nuclear_score,
        heldOutError: row.cv_err,
      }),
    ),
    starts: await readStarts(tables, where),
  };
}

async function readStarts(tables: PlotTables, where: string): Promise<StartPoint[]> {
  if (!tables.has("dynamic_connectome.run")) return [];
  type Row = { rank: number; start: number; rel_err: number; stuck: boolean };
  const rows = await tables.rows<Row>(
    `SELECT rank, "start", rel_err, stuck FROM dynamic_connectome.run
     WHERE ${where} ORDER BY rank, "start" LIMIT ${MOST_STARTS}`,
  );
  return rows.map(({ rank, start, rel_err: error, stuck }) => ({ rank, start, error, stuck }));
}

/** The limits of a run, as the step that chose its rank recorded them. */
async function readLimits(tables: PlotTables, runId: string): Promise<RankLimits> {
  const table = ["dynamic_connectome.parameter", "dynamic_connectome.factor_parameter"].find((name) =>
    tables.has(name),
  );
  const rows =
    table === undefined
      ? []
      : await tables.rows<{ name: string; value: string }>(
          `SELECT name, value FROM ${table} WHERE run_id = ${sqlLiteral(runId)} AND step = 'factors'
             AND name IN ('least_corcondia', 'least_stability', 'reproducible') ORDER BY name LIMIT 10`,
        );
  const limit = (name: string) => {
    const value = Number(rows.find((row) => row.name === name)?.value ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  return {
    corcondia: limit("least_corcondia"),
    stability: limit("least_stability"),
    reproducible: limit("reproducible"),
  };
}
