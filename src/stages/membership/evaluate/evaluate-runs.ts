import type { MetricRow } from "../../../tables/generated/membership.js";
import type { StageContext } from "../../stage.js";
import type { EvaluateParameters } from "../evaluate.js";
import { claimOf } from "./claim.js";
import { mean, meanColumns } from "./mean-part.js";
import { type EvaluatedRun, readRuns } from "./read-inputs.js";
import { rocRows } from "./roc-points.js";
import { type ComparedUnit, type PartMetrics, partMetrics, rateColumns, scoredPart } from "./scored-part.js";

/** Writes `metric` and `roc` of every target run. */
export async function evaluateRuns(context: StageContext<EvaluateParameters>): Promise<void> {
  const table = (name: string) => context.input(name);
  const runs = await readRuns({
    document_score: table("document_score"),
    assignment: table("assignment"),
    experiment: table("experiment"),
    run: table("run"),
    gate: table("gate"),
    blind_score: table("blind_score"),
    classifier_fit: table("classifier_fit"),
  });
  const total = runs.reduce((sum, { scores }) => sum + scores.size, 0);
  let done = 0;
  for (const evaluated of runs) {
    warnOfClasses(context, evaluated);
    for (const [attack, scores] of evaluated.scores) {
      context.signal.throwIfAborted();
      evaluateAttack(context, evaluated, attack, scores);
      context.progress(++done, total, "attacks");
    }
  }
}

/** Writes the rows of one attack on one run. */
function evaluateAttack(
  context: StageContext<EvaluateParameters>,
  evaluated: EvaluatedRun,
  attack: string,
  scores: Float64Array,
): void {
  const { conventions, bootstrap_draws: draws, seed } = context.parameters;
  const { run, experiment } = evaluated;
  const trainAccuracy = evaluated.trainAccuracy.get(attack);
  const measure = (fold?: number) =>
    partMetrics(scoredPart(experiment.units, scores, fold), {
      draws,
      seed,
      isProbability: trainAccuracy !== undefined,
    });
  const pooled = measure();
  const folds = foldsOf(experiment.units).map((fold) => ({ fold, metrics: measure(fold) }));
  const shared = { run_id: run.run_id, attack, ...sharedColumns(evaluated, pooled) };
  const excess = experiment.excess.of(scores);
  const meanTraining = mean([...(trainAccuracy?.values() ?? [])]);
  for (const convention of conventions) {
    const ofFolds = folds.map(({ metrics }) => ({
      area: metrics.columns,
      rates: rateColumns(metrics.curve, convention),
    }));
    const rows: MetricRow[] = folds.map(({ fold, metrics }, at) => ({
      ...shared,
      ...NO_EXCESS,
      ...metrics.columns,
      ...(ofFolds[at] as (typeof ofFolds)[number]).rates,
      part: `fold_${fold}`,
      fold,
      convention,
      train_accuracy: trainAccuracy?.get(fold) ?? null,
    }));
    const over = { ...shared, fold: null, convention, train_accuracy: meanTraining };
    rows.push(
      {
        ...over,
        ...pooled.columns,
        ...rateColumns(pooled.curve, convention),
        part: "pooled",
        excess_auc: excess?.difference ?? null,
        excess_lo: excess?.interval[0] ?? null,
        excess_hi: excess?.interval[1] ?? null,
      },
      { ...over, ...NO_EXCESS, ...meanColumns(ofFolds), part: "mean" },
    );
    context.sink("metric").write(rows);
  }
  context.sink("roc").write(rocRows(run.run_id, attack, pooled.curve));
}

const NO_EXCESS = { excess_auc: null, excess_lo: null, excess_hi: null } as const;

/** What stands in every row of an attack. */
function sharedColumns(
  { run, experiment: { experiment, gate }, scores }: EvaluatedRun,
  pooled: PartMetrics,
): Pick<MetricRow, "experiment_id" | "label_basis" | "gate_auc" | "gate_status" | "n_attacks" | "claim"> {
  return {
    experiment_id: experiment.experiment_id,
    label_basis: experiment.label_basis,
    gate_auc: gate.value,
    gate_status: gate.status,
    n_attacks: scores.size,
    claim: claimOf({
      area: pooled.area,
      bootstrapLow: pooled.columns.bootstrap_lo,
      attacks: scores.size,
      labelBasis: experiment.label_basis,
      // Of a model that was trained elsewhere the labels themselves say what it was trained on.
      trainsMembers: experiment.trains_members || run.n_trained_tokens === null,
      gate: gate.status,
    }),
  };
}

function foldsOf(units: readonly ComparedUnit[]): number[] {
  return [...new Set(units.map(({ fold }) => fold))].sort((a, b) => a - b);
}

/** Says why there is nothing to measure, and what stands in the way of a claim. */
function warnOfClasses(context: StageContext<EvaluateParameters>, { run, experiment }: EvaluatedRun): void {
  const members = experiment.units.filter(({ label }) => label === 1).length;
  const others = experiment.units.length - members;
  if (members === 0 || others === 0) {
    context.log.warn(
      `${run.run_id}: ${members} members and ${others} non-members: with one class nothing can be measured`,
    );
  }
  const { status } = experiment.gate;
  if (status !== "pass") {
    context.log.warn(
      `${run.run_id}: the gate of ${experiment.experiment.experiment_id} is ${status.replace("_", " ")}`,
    );
  }
}
