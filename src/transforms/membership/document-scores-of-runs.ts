import { compareCodeUnits } from "../../base/canonical-json.js";
import { ContractError } from "../../base/errors.js";
import type {
  AssignmentRow,
  ClassifierScoreRow,
  DocumentScoreRow,
  RunRow,
  SequenceScoreRow,
} from "../../tables/generated/membership.js";
import type { TableSource } from "../../tables/table-io.js";
import type { TransformContext } from "../transform.js";
import { orientationOf } from "./attack-names.js";
import type { DocumentScoreParameters } from "./document-scores.js";
import { judgeScores, type LabelledUnit } from "./document-verdict.js";
import { WindowScores } from "./window-scores.js";

/** Writes `document_score` of every target run, runs and attacks in order of their names. */
export async function writeDocumentScores(context: TransformContext<DocumentScoreParameters>): Promise<void> {
  const { parameters } = context;
  const runs: RunRow[] = [];
  for await (const row of context.input("run").rows<RunRow>()) if (row.role === "target") runs.push(row);
  runs.sort((a, b) => compareCodeUnits(a.run_id, b.run_id));
  const experiments = await labelledUnits(context.input("assignment"));
  let done = 0;
  for (const run of runs) {
    context.signal.throwIfAborted();
    const units = experiments.get(run.experiment_id) ?? [];
    const scores = await readScores(context, run, units);
    const names = [...scores.keys()].filter((name) => !parameters.omit.includes(name)).sort(compareCodeUnits);
    const unable = names.filter((name) => scores.get(name)?.every(Number.isNaN));
    if (unable.length > 0) context.log.warn(`${run.run_id}: no unit has a score of ${unable.join(", ")}`);
    for (const attack of names) {
      if (unable.includes(attack)) continue;
      const values = scores.get(attack) as Float64Array;
      context.sink("document_score").write(scoreRows({ run, attack, units, values, parameters }));
    }
    context.progress(++done, runs.length, "runs");
  }
}

/** Units with a label and a fold by experiment, in order of their names. */
async function labelledUnits(assignment: TableSource): Promise<Map<string, LabelledUnit[]>> {
  const found = new Map<string, LabelledUnit[]>();
  const columns = ["experiment_id", "doc_id", "label", "fold"];
  for await (const { experiment_id, doc_id, label, fold } of assignment.rows<AssignmentRow>(columns)) {
    const units = found.get(experiment_id) ?? [];
    found.set(experiment_id, units);
    if (label !== null && fold !== null) units.push({ docId: doc_id, label, fold });
  }
  for (const units of found.values()) units.sort((a, b) => compareCodeUnits(a.docId, b.docId));
  return found;
}

/** Scores of every attack on a run, unit by unit; NaN where there is none. */
async function readScores(
  context: TransformContext<DocumentScoreParameters>,
  run: RunRow,
  units: readonly LabelledUnit[],
): Promise<Map<string, Float64Array>> {
  const { tau, omit } = context.parameters;
  const places = new Map(units.map(({ docId }, place) => [docId, place]));
  const scores = new Map<string, Float64Array>();
  const windows = new Map<string, WindowScores>();
  const of = <T>(map: Map<string, T>, attack: string, make: () => T): T => {
    const known = map.get(attack) ?? make();
    map.set(attack, known);
    return known;
  };
  const set = (attack: string, docId: string, score: number | null) => {
    const column = of(scores, attack, () => new Float64Array(units.length).fill(Number.NaN));
    const place = places.get(docId);
    if (place === undefined) throw unknownUnit(run, attack, docId);
    if (score !== null) column[place] = score;
  };
  const where = { run_id: run.run_id };
  const classified = context.input("classifier_score").rows<ClassifierScoreRow>(["attack", "doc_id", "score"], where);
  for await (const { attack, doc_id, score } of classified) set(attack, doc_id, score);
  const columns = ["attack", "doc_id", "window", "score"];
  for await (const row of context.input("sequence_score").rows<SequenceScoreRow>(columns, where)) {
    const { attack, doc_id, window, score } = row;
    if (window < 0) set(attack, doc_id, score);
    else if (
      score !== null &&
      !omit.includes(attack) &&
      (tau === "all" || (tau !== "none" && tau.includes(attack as never)))
    ) {
      const place = places.get(doc_id);
      if (place === undefined) throw unknownUnit(run, attack, doc_id);
      of(windows, attack, () => new WindowScores()).add(place, score);
    }
  }
  for (const [attack, ofWindows] of windows) scores.set(`tau/${attack}`, ofWindows.tauScores(units));
  return scores;
}

function* scoreRows(given: {
  readonly run: RunRow;
  readonly attack: string;
  readonly units: readonly LabelledUnit[];
  readonly values: Float64Array;
  readonly parameters: DocumentScoreParameters;
}): Generator<DocumentScoreRow> {
  const { run, attack, units, values, parameters } = given;
  const judged = judgeScores(units, values, parameters.false_positive_rate);
  const orientation = orientationOf(attack);
  for (const [at, { docId, fold }] of units.entries()) {
    const score = values[at] as number;
    yield {
      run_id: run.run_id,
      attack,
      doc_id: docId,
      fold,
      score: Number.isNaN(score) ? null : score,
      orientation,
      p_value: judged[at]?.pValue ?? null,
      verdict: judged[at]?.verdict ?? null,
    };
  }
}

function unknownUnit(run: RunRow, attack: string, docId: string): ContractError {
  const message = `${run.run_id} has a score of ${docId} by ${attack}, but ${run.experiment_id} does not compare that unit`;
  return new ContractError("unknown-unit", message, {
    fields: { run: run.run_id, attack, unit: docId, experiment: run.experiment_id },
    wayOut: "Give it a label and a fold in the assignment, or leave its scores out.",
  });
}
