import { compareCodeUnits } from "../../../base/canonical-json.js";
import { ContractError } from "../../../base/errors.js";
import type {
  BlindScoreRow,
  ClassifierFitRow,
  DocumentScoreRow,
  ExperimentRow,
  GateRow,
  RunRow,
} from "../../../tables/generated/membership.js";
import type { TableSource } from "../../../tables/table-io.js";
import { readAssignments } from "../read-assignment.js";
import { BlindExcess } from "./excess.js";
import type { ComparedUnit } from "./scored-part.js";

/** What is known of an experiment beside the scores of attacks. */
export interface EvaluatedExperiment {
  readonly experiment: ExperimentRow;
  readonly units: readonly ComparedUnit[];
  readonly places: ReadonlyMap<string, number>;
  readonly gate: Pick<GateRow, "status" | "value">;
  readonly excess: BlindExcess;
}

/** A run with the scores of its attacks, attacks in order of their names. */
export interface EvaluatedRun {
  readonly run: RunRow;
  readonly experiment: EvaluatedExperiment;
  /** By attack, unit by unit; NaN: no score. */
  readonly scores: ReadonlyMap<string, Float64Array>;
  /** Training accuracy by attack and fold: of attacks whose scores are probabilities. */
  readonly trainAccuracy: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

export type EvaluationTables = Readonly<
  Record<
    "document_score" | "assignment" | "experiment" | "run" | "gate" | "blind_score" | "classifier_fit",
    TableSource
  >
>;

/** The target runs in order of their names. Memory: one number per run, attack and unit. */
export async function readRuns(tables: EvaluationTables): Promise<EvaluatedRun[]> {
  const experiments = await readExperiments(tables);
  const runs: RunRow[] = [];
  for await (const row of tables.run.rows<RunRow>()) if (row.role === "target") runs.push(row);
  runs.sort((a, b) => compareCodeUnits(a.run_id, b.run_id));
  const found = new Map<string, { run: RunRow; experiment: EvaluatedExperiment; scores: Map<string, Float64Array> }>();
  for (const run of runs) {
    const experiment = experiments.get(run.experiment_id);
    if (experiment === undefined)
      throw unknown(`run ${run.run_id} is of experiment ${run.experiment_id}`, "experiment");
    found.set(run.run_id, { run, experiment, scores: new Map() });
  }
  const columns = ["run_id", "attack", "doc_id", "score"];
  for await (const row of tables.document_score.rows<DocumentScoreRow>(columns)) {
    const of = found.get(row.run_id);
    if (of === undefined) throw unknown(`scores of ${row.attack} are of run ${row.run_id}`, "target run");
    const place = of.experiment.places.get(row.doc_id);
    if (place === undefined) throw unknown(`${row.run_id} has a score of ${row.doc_id}`, "unit in the comparison");
    const scores = of.scores.get(row.attack) ?? new Float64Array(of.experiment.units.length).fill(Number.NaN);
    of.scores.set(row.attack, scores);
    scores[place] = row.score ?? Number.NaN;
  }
  const fits = await readFits(tables.classifier_fit);
  return [...found.values()].map(({ run, experiment, scores }) => ({
    run,
    experiment,
    scores: new Map([...scores].sort(([a], [b]) => compareCodeUnits(a, b))),
    trainAccuracy: fits.get(run.run_id) ?? new Map(),
  }));
}

async function readExperiments(tables: EvaluationTables): Promise<Map<string, EvaluatedExperiment>> {
  const assignments = await readAssignments(tables.assignment);
  const gates = new Map<string, Pick<GateRow, "status" | "value">>();
  for await (const row of tables.gate.rows<GateRow>()) if (row.gate === "all") gates.set(row.experiment_id, row);
  const experiments: ExperimentRow[] = [];
  for await (const row of tables.experiment.rows<ExperimentRow>()) experiments.push(row);
  const blind = await readBlind(tables.blind_score);
  return new Map(
    experiments.map((experiment) => {
      const id = experiment.experiment_id;
      const units = (assignments.get(id) ?? []).flatMap(({ docId, label, fold, cluster }): ComparedUnit[] =>
        label === null || fold === null ? [] : [{ docId, label, fold, cluster }],
      );
      const places = new Map(units.map(({ docId }, place) => [docId, place]));
      const baselines = [...(blind.get(id) ?? [])].sort(([a], [b]) => compareCodeUnits(a, b));
      const columns = baselines.map(([, scores]) =>
        Float64Array.from(units, ({ docId }) => scores.get(docId) ?? Number.NaN),
      );
      const gate = gates.get(id) ?? { status: "not_run" as const, value: null };
      return [id, { experiment, units, places, gate, excess: new BlindExcess(units, columns) }];
    }),
  );
}

/** By experiment, baseline and unit. */
async function readBlind(table: TableSource): Promise<Map<string, Map<string, Map<string, number | null>>>> {
  const found = new Map<string, Map<string, Map<string, number | null>>>();
  for await (const { experiment_id, baseline, doc_id, score } of table.rows<BlindScoreRow>()) {
    const baselines = found.get(experiment_id) ?? new Map<string, Map<string, number | null>>();
    found.set(experiment_id, baselines);
    const scores = baselines.get(baseline) ?? new Map<string, number | null>();
    baselines.set(baseline, scores);
    scores.set(doc_id, score);
  }
  return found;
}

/** By run, attack and fold. */
async function readFits(table: TableSource): Promise<Map<string, Map<string, Map<number, number>>>> {
  const found = new Map<string, Map<string, Map<number, number>>>();
  for await (const { run_id, attack, fold, train_accuracy } of table.rows<ClassifierFitRow>()) {
    const attacks = found.get(run_id) ?? new Map<string, Map<number, number>>();
    found.set(run_id, attacks);
    const folds = attacks.get(attack) ?? new Map<number, number>();
    attacks.set(attack, folds);
    folds.set(fold, train_accuracy);
  }
  return found;
}

function unknown(statement: string, what: string): ContractError {
  return new ContractError("unknown-reference", `${statement}, and there is no such ${what}`, {
    fields: { what },
    wayOut: "The tables must be of the same run of the pipeline: run the steps that make them again.",
  });
}
