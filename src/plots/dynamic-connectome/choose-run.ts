import { NeurotablesError } from "../../base/errors.js";
import { chooseName, someNames } from "../choose-name.js";
import { type PlotTables, requireTable } from "../plot-tables.js";

/** The pipeline that makes the tables. */
export const CONNECTOME_PIPELINE = "dynamic-connectome";

const MOST_RUNS = 10_000;

/** @throws {UsageError} `usage/no-table` naming the pipeline. */
export function requireTables(tables: PlotTables, names: readonly string[]): void {
  for (const name of names) requireTable(tables, `dynamic_connectome.${name}`, CONNECTOME_PIPELINE);
}

/**
 * The run that a person means: by its name or an end of it; by default the first that is no control and has rows in
 * `table`, which the picture is drawn from.
 *
 * @throws {UsageError} `usage/unknown-run`, `usage/ambiguous-run`.
 * @throws {NeurotablesError} `plot/nothing-to-show` where it has no such rows.
 */
export async function chooseRun(
  tables: PlotTables,
  given: string | undefined,
  table: "component" | "rank",
): Promise<ChosenRun> {
  const rows = await tables.rows<{ run_id: string; control: string | null; has_rows: boolean }>(
    `SELECT run_id, control, run_id IN (SELECT run_id FROM dynamic_connectome.${table}) AS has_rows
     FROM dynamic_connectome.experiment ORDER BY run_id LIMIT ${MOST_RUNS}`,
  );
  const full = rows.filter(({ has_rows: hasRows }) => hasRows);
  const usual = full.find(({ control }) => control === null) ?? full[0] ?? rows[0];
  const name = given === undefined && usual !== undefined ? usual.run_id : undefined;
  const runId =
    name ??
    (rows.length === 0
      ? undefined
      : chooseName(
          "run",
          given,
          rows.map(({ run_id: id }) => id),
        ));
  if (runId === undefined || !full.some(({ run_id: id }) => id === runId)) {
    const what =
      runId === undefined ? "there is no run" : `the run ${runId} has no ${table === "rank" ? "ranks" : "components"}`;
    throw new NeurotablesError("plot/nothing-to-show", what, {
      fields: { run: runId ?? given ?? null, table: `dynamic_connectome.${table}` },
      wayOut: `neurotables run ${CONNECTOME_PIPELINE} makes them out of the recordings; neurotables status says what was left out`,
    });
  }
  const others = rows.map(({ run_id: id }) => id).filter((id) => id !== runId);
  return { runId, others: given === undefined ? others : [] };
}

export interface ChosenRun {
  readonly runId: string;
  /** Runs that could have been meant; none where one was named. */
  readonly others: readonly string[];
}

/** What is said of runs that are not shown. */
export function otherRuns(others: readonly string[]): string[] {
  return others.length === 0 ? [] : [`other runs: ${someNames(others)}`];
}
