import { canonicalJson, compareCodeUnits } from "../../../base/canonical-json.js";
import { LoadError } from "../../../base/errors.js";
import { areaInterval, delong } from "../../../compute/statistics/delong.js";
import { spacedWords } from "../../../compute/text/words.js";
import type { ExcerptRow, ExperimentRow, GateRow, TokenRow } from "../../../tables/generated/membership.js";
import type { StageContext } from "../../stage.js";
import type { GateParameters } from "../gate.js";
import { type AssignedUnit, readAssignments } from "../read-assignment.js";
import { BlindBaselines } from "./blind-baselines.js";
import type { BlindUnits } from "./blind-units.js";
import { type Judgement, judge, judgeAll } from "./judge.js";
import { BlindUnitsBuilder } from "./prepare-units.js";
import { runPermutations } from "./run-permutations.js";
import { termHashes } from "./term-presence.js";

/** Baselines, and why one of them may not be there. */
const BASELINES: Readonly<Record<string, string>> = {
  bow_rf: "no word is in half of the units",
  tfidf_nb: "the units have no words",
  single_feature: "no term is in three units and missing in three",
  date_regex: "the units have no text",
  length: "",
  typography: "the units have no text",
  token_freq: "",
};

interface LabelledUnit extends AssignedUnit {
  readonly label: 0 | 1;
  readonly fold: number;
}

/** The gate over every experiment. Memory: words and terms of one experiment's units. */
export async function runGate(context: StageContext<GateParameters>): Promise<void> {
  const experiments: string[] = [];
  for await (const row of context.input("experiment").rows<ExperimentRow>()) experiments.push(row.experiment_id);
  const assignments = await readAssignments(context.input("assignment"));
  const statuses: Record<string, string> = {};
  for (const experiment of experiments.sort(compareCodeUnits)) {
    const units = (assignments.get(experiment) ?? []).filter(
      (unit): unit is LabelledUnit => unit.label !== null && unit.fold !== null,
    );
    statuses[experiment] = await judgeExperiment(context, experiment, units, {
      done: Object.keys(statuses).length,
      of: experiments.length,
    });
  }
  context.evidence(Object.fromEntries(Object.entries(statuses).map(([name, status]) => [`gate ${name}`, status])));
}

/** @returns Status of the experiment. */
async function judgeExperiment(
  context: StageContext<GateParameters>,
  experiment: string,
  units: readonly LabelledUnit[],
  place: { readonly done: number; readonly of: number },
): Promise<string> {
  const { enabled, permutations, seed } = context.parameters;
  if (!enabled)
    return notRun(context, experiment, "disabled", "the gate was disabled: nothing speaks for these results");
  const labels = Uint8Array.from(units, ({ label }) => label);
  const members = labels.reduce((sum, label) => sum + label, 0);
  if (members === 0 || members === units.length) {
    return notRun(
      context,
      experiment,
      "not_run",
      `${members} members, ${units.length - members} non-members: one class only`,
    );
  }
  const blind = await collect(context, units);
  if (blind.foldCount < 2) return notRun(context, experiment, "not_run", "one fold only: nothing to train on");
  const baselines = new BlindBaselines(blind, seed);
  const outcomes = baselines.run(labels);
  const nullValues = await runPermutations({
    units: blind,
    baselines,
    labels,
    seed,
    permutations,
    threads: context.threads,
    signal: context.signal,
    onProgress: (done) => context.progress(place.done * permutations + done, place.of * permutations, "permutations"),
  });

  const judged = new Map<string, Judgement>();
  for (const [name, { value }] of outcomes) judged.set(name, judge(value, nullValues[name] as Float64Array));
  const all = judgeAll(judged, nullValues);
  const rows: GateRow[] = [];
  for (const [name, reason] of Object.entries(BASELINES)) {
    const judgement = judged.get(name);
    const scores = outcomes.get(name)?.scores;
    if (judgement === undefined || scores === undefined) {
      rows.push(emptyRow(experiment, name, "not_run", reason));
      continue;
    }
    const interval = name === "single_feature" ? undefined : areaInterval(delong(scores, labels));
    const detail = name === "single_feature" ? await bestTerm(context, baselines, labels, units) : {};
    rows.push(gateRow(experiment, name, judgement, permutations, interval, detail));
    context.sink("blind_score").write(
      units.map((unit, k) => ({
        experiment_id: experiment,
        baseline: name,
        doc_id: unit.docId,
        fold: unit.fold,
        score: scores[k] as number,
      })),
    );
  }
  rows.push(gateRow(experiment, "all", all, permutations, undefined, { largest: all.largest }));
  context.sink("gate").write(rows);
  const words = { pass: "nothing told them apart", warn: all.p <= 0.05 ? "may leak" : "underpowered", fail: "leaks" };
  context.log.info(
    `experiment ${experiment}: gate ${all.status} (${words[all.status as "pass"] ?? ""}), largest blind AUC ${all.value.toFixed(3)}, p = ${all.p.toFixed(3)}`,
  );
  return all.status;
}

/** Reads text and tokens of the units. Units without text make the whole experiment go by tokens. */
async function collect(context: StageContext<GateParameters>, units: readonly LabelledUnit[]): Promise<BlindUnits> {
  const names = new Set(units.map(({ docId }) => docId));
  let texts = 0;
  for await (const { doc_id } of context.input("excerpt").rows<Pick<ExcerptRow, "doc_id">>(["doc_id"]))
    if (names.has(doc_id)) texts++;
  const withText = texts === units.length;
  const builder = new BlindUnitsBuilder(units, withText);
  if (withText) {
    for await (const row of inOrder(context.input("excerpt").rows<ExcerptRow>(["doc_id", "text"]), units)) {
      builder.addText(row.doc_id, row.text);
    }
  }
  for await (const row of inOrder(context.input("token").rows<TokenRow>(["doc_id", "input_ids"]), units)) {
    builder.addTokens(row.doc_id, row.input_ids);
  }
  const [missing] = builder.missing;
  if (missing !== undefined) {
    throw new LoadError("unit-without-tokens", `the unit ${missing} is compared, but token has no row of it`, {
      fields: { doc_id: missing, units: builder.missing.length },
      wayOut: "Tokenise all units of the assignment.",
    });
  }
  return builder.finish();
}

/** Rows of the units, in the order of the units; what the table holds in partitions is put in order. */
async function* inOrder<T extends { readonly doc_id: string }>(
  rows: AsyncIterable<T>,
  units: readonly LabelledUnit[],
): AsyncGenerator<T> {
  const place = new Map(units.map(({ docId }, index) => [docId, index]));
  const waiting = new Map<number, T>();
  let next = 0;
  for await (const row of rows) {
    const at = place.get(row.doc_id);
    if (at === undefined) continue;
    waiting.set(at, row);
    for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
      waiting.delete(next++);
      yield ready;
    }
  }
}

/** The term that tells best, found again in the texts by its hash. */
async function bestTerm(
  context: StageContext<GateParameters>,
  baselines: BlindBaselines,
  labels: Uint8Array,
  units: readonly LabelledUnit[],
): Promise<Record<string, string | number>> {
  const best = baselines.bestTerm(labels);
  if (best === undefined) return {};
  const names = new Set(units.map(({ docId }) => docId));
  for await (const { doc_id, text } of context.input("excerpt").rows<ExcerptRow>(["doc_id", "text"])) {
    if (!names.has(doc_id)) continue;
    const words = spacedWords(text);
    for (const { hash, from, length } of termHashes(words)) {
      if (hash === best.hash)
        return {
          term: words
            .slice(from, from + length)
            .join(" ")
            .slice(0, 200),
          auc: best.auc,
        };
    }
  }
  return { auc: best.auc };
}

function notRun(
  context: StageContext<GateParameters>,
  experiment: string,
  status: "not_run" | "disabled",
  reason: string,
): string {
  context.log.warn(`experiment ${experiment}: gate ${status === "disabled" ? "disabled" : "not run"}: ${reason}`);
  context
    .sink("gate")
    .write([...Object.keys(BASELINES), "all"].map((name) => emptyRow(experiment, name, status, reason)));
  return status;
}

function emptyRow(experiment: string, gate: string, status: GateRow["status"], reason: string): GateRow {
  return {
    experiment_id: experiment,
    gate,
    value: null,
    ci_lo: null,
    ci_hi: null,
    null_mean: null,
    null_sd: null,
    null_q95: null,
    p: null,
    n_permutations: 0,
    status,
    underpowered: false,
    detail: canonicalJson({ reason }),
  };
}

function gateRow(
  experiment: string,
  gate: string,
  judgement: Judgement,
  permutations: number,
  interval: readonly [low: number, high: number] | undefined,
  detail: Readonly<Record<string, string | number>>,
): GateRow {
  return {
    experiment_id: experiment,
    gate,
    value: judgement.value,
    ci_lo: interval?.[0] ?? null,
    ci_hi: interval?.[1] ?? null,
    null_mean: judgement.nullMean,
    null_sd: judgement.nullSd,
    null_q95: judgement.nullQ95,
    p: judgement.p,
    n_permutations: permutations,
    status: judgement.status,
    underpowered: judgement.underpowered,
    detail: canonicalJson(detail),
  };
}
