import { NeurotablesError, UsageError } from "../../base/errors.js";
import { chooseName } from "../choose-name.js";
import type { PlotTables } from "../plot-tables.js";

const MOST_RUNS = 100_000;

interface RunRow {
  readonly run_id: string;
  readonly experiment_id: string;
  readonly role: string;
  readonly is_measured: boolean;
}

/**
 * The target run that a person means: by its name, that of its experiment, or an end of one; by default the first that
 * was measured.
 * @throws {UsageError} `usage/unknown-run`, `usage/ambiguous-run`, `usage/no-target-run`.
 * @throws {NeurotablesError} `plot/nothing-to-show` where no attack on it was measured.
 */
export async function chooseRun(
  tables: PlotTables,
  given: string | undefined,
  pipeline: string,
): Promise<{ readonly runId: string; readonly notes: readonly string[] }> {
  const rows = await tables.rows<RunRow>(
    `SELECT run_id, experiment_id, role, run_id IN (SELECT run_id FROM membership.metric) AS is_measured
     FROM membership.run ORDER BY run_id LIMIT ${MOST_RUNS}`,
  );
  const targets = rows.filter(({ role }) => role === "target");
  const other = rows.find(({ run_id: id, role }) => id === given && role !== "target");
  if (targets.length === 0 || other !== undefined) {
    const said = other === undefined ? "there is no run of a target model" : `${other.run_id} is a ${other.role} run`;
    throw new UsageError("no-target-run", `${said}: attacks are measured on target runs`, {
      fields: { run: given ?? null },
      wayOut:
        targets.length === 0
          ? `neurotables run ${pipeline} makes one`
          : `name one of ${targets
              .slice(0, 5)
              .map(({ run_id: id }) => id)
              .join(", ")}`,
    });
  }
  const fitting = given === undefined ? targets : ofName(targets, given);
  const chosen = fitting.find(({ is_measured: isMeasured }) => isMeasured) ?? fitting[0];
  if (chosen === undefined) throw new Error(`no run fits ${given}`);
  if (!chosen.is_measured) {
    throw new NeurotablesError("plot/nothing-to-show", `no attack on ${chosen.run_id} was measured`, {
      fields: { run: chosen.run_id },
      wayOut: `neurotables run ${pipeline}, or the pipeline that scored it, up to the step that makes membership.metric`,
    });
  }
  const rest = fitting.filter((run) => run !== chosen).map(({ run_id: id }) => id);
  const more = rest.length > 3 ? `, and ${rest.length - 3} more` : "";
  return {
    runId: chosen.run_id,
    notes: rest.length === 0 ? [] : [`other runs: ${rest.slice(0, 3).join(", ")}${more}`],
  };
}

/** Runs of an experiment, or the one of a name. */
function ofName(targets: readonly RunRow[], given: string): readonly RunRow[] {
  const runs = targets.map(({ run_id: id }) => id);
  const experiments = [...new Set(targets.map(({ experiment_id: id }) => id))].filter((id) => !runs.includes(id));
  const name = chooseName("run", given, [...experiments, ...runs]);
  return targets.filter(({ run_id: id, experiment_id: experiment }) =>
    experiments.includes(name) ? experiment === name : id === name,
  );
}
