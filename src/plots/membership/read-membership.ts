import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import type { ExperimentFacts, MembershipData, RunFacts } from "./membership-data.js";
import { readAttacks } from "./read-attacks.js";
import { readControls, readGate } from "./read-gate.js";
import { bestBaseline, readBlind, readScores } from "./read-scores.js";

/** One run out of the current tables. Cost: the scores of two attacks on its units. @throws {NeurotablesError} */
export async function readMembership(
  tables: PlotTables,
  runId: string,
  notes: readonly string[],
): Promise<MembershipData> {
  const { run, experiment } = await readRun(tables, runId);
  const attacks = await readAttacks(tables, runId);
  const gate = await readGate(tables, experiment.id);
  const baseline = bestBaseline(gate);
  const { gateStatus } = attacks;
  const stale = `the gate was ${gateStatus} when the attack was measured: membership.metric is of another run of the pipeline`;
  return {
    run,
    experiment,
    headline: attacks.headline,
    others: attacks.others,
    blind: baseline === undefined ? undefined : await readBlind(tables, experiment.id, baseline),
    scores: await readScores(tables, { runId, experimentId: experiment.id, attack: attacks.headline.name }),
    gate,
    controls: await readControls(tables, experiment.id),
    notes: [...(gateStatus === gate.all.status ? [] : [stale]), ...attacks.notes, ...notes],
  };
}

async function readRun(
  tables: PlotTables,
  runId: string,
): Promise<{ readonly run: RunFacts; readonly experiment: ExperimentFacts }> {
  type Row = {
    model: string;
    backend: string;
    context: number;
    experiment_id: string;
    design: string;
    label_basis: ExperimentFacts["labelBasis"];
    n_clusters: number;
    n_folds: number;
    exposure: number;
    trains_members: boolean;
    is_trained_here: boolean;
  };
  const [row] = await tables.rows<Row>(
    `SELECT r.model, r.backend, r.context, e.experiment_id, e.design, e.label_basis, e.n_clusters, e.n_folds,
       e.exposure::DOUBLE AS exposure, e.trains_members,
       r.n_trained_tokens IS NOT NULL AS is_trained_here
     FROM membership.run AS r JOIN membership.experiment AS e ON e.experiment_id = r.experiment_id
     WHERE r.run_id = ${sqlLiteral(runId)} LIMIT 1`,
  );
  if (row === undefined) throw new Error(`the run has no experiment: ${runId}`);
  return {
    run: { id: runId, model: row.model, backend: row.backend, context: row.context },
    experiment: {
      id: row.experiment_id,
      design: row.design,
      labelBasis: row.label_basis,
      clusters: row.n_clusters,
      folds: row.n_folds,
      exposure: row.exposure,
      training: row.trains_members ? "members" : row.is_trained_here ? "others" : "elsewhere",
    },
  };
}
