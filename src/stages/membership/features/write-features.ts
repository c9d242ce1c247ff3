import { compareCodeUnits } from "../../../base/canonical-json.js";
import { ContractError } from "../../../base/errors.js";
import type { DocumentFeatureRow, FeatureSpecRow, NormDictRow, RunRow } from "../../../tables/generated/membership.js";
import type { StageContext } from "../../stage.js";
import type { FeatureParameters } from "../features.js";
import { type AssignedUnit, readAssignments } from "../read-assignment.js";
import { scoredUnits } from "../scored-units.js";
import { FeatureExtraction, type FeatureRow } from "./feature-extraction.js";
import { DICTIONARY_OF, extractorsOf, type FeatureForm, type FeatureOptions, FORMS, NORMS } from "./feature-options.js";
import { FoldCounts } from "./fold-counts.js";
import { logReference, type NormalisationDictionary } from "./normalisation-dictionary.js";
import type { LogReferences } from "./value-ranges.js";

type Context = StageContext<FeatureParameters>;
type Run = Pick<RunRow, "run_id" | "experiment_id" | "role" | "vocabulary">;

/** Writes dictionaries and features of every target run, runs in order of their names; see `membership/features`. */
export async function writeFeatures(context: Context): Promise<void> {
  const assignments = await readAssignments(context.input("assignment"));
  const runs: Run[] = [];
  const columns = ["run_id", "experiment_id", "role", "vocabulary"];
  for await (const run of context.input("run").rows<Run>(columns)) if (run.role === "target") runs.push(run);
  runs.sort((a, b) => compareCodeUnits(a.run_id, b.run_id));
  for (const sink of ["norm_dict", "document_feature", "feature_spec"]) context.sink(sink);
  for (const run of runs) {
    const assigned = assignments.get(run.experiment_id);
    if (assigned === undefined) {
      const message = `${run.run_id} is of the experiment ${run.experiment_id}, of which there is no assignment`;
      throw new ContractError("unknown-experiment", message, {
        fields: { run: run.run_id, experiment: run.experiment_id },
      });
    }
    await writeRun(context, run, assigned);
  }
}

/** The form of an experiment and what it means, single options taken into account. */
export function optionsOf(
  parameters: FeatureParameters,
  experiment: string,
): { readonly form: FeatureForm; readonly options: FeatureOptions } {
  const form = Object.hasOwn(parameters.forms, experiment)
    ? (parameters.forms[experiment] as FeatureForm)
    : parameters.form;
  const standard = FORMS[form];
  return {
    form,
    options: {
      nonfinite: parameters.nonfinite ?? standard.nonfinite,
      precision: parameters.precision ?? standard.precision,
      includeCount: parameters.include_count ?? standard.includeCount,
      generalProbability: parameters.general_probability ?? standard.generalProbability,
      histogram: parameters.histogram ?? standard.histogram,
    },
  };
}

async function writeRun(context: Context, run: Run, assigned: readonly AssignedUnit[]): Promise<void> {
  const { parameters, signal, log } = context;
  const runId = run.run_id;
  const { form, options } = optionsOf(parameters, run.experiment_id);
  const statistics = await FoldCounts.read(context, run, assigned, options);
  const { units, lacksMeans } = statistics;
  const requested = NORMS.filter((norm) => parameters.norms.includes(norm));
  const norms = requested.filter((norm) => DICTIONARY_OF[norm] !== "gp" || lacksMeans === 0);
  const references = new Map<number, LogReferences>();
  for (const fold of statistics.folds) {
    const dictionaries = statistics.dictionariesWithout(fold, options);
    references.set(
      fold,
      Object.fromEntries(dictionaries.map((dictionary) => [dictionary.kind, logReference(dictionary)])),
    );
    for (const dictionary of dictionaries) context.sink("norm_dict").write(dictionaryRows(runId, fold, dictionary));
  }
  const lengths = units.map(({ tokens }) => Math.max(0, tokens - 1)).sort((a, b) => a - b);
  const tables = { token: context.input("token"), token_score: context.input("token_score") };
  const extraction = new FeatureExtraction({
    runId,
    vocabulary: run.vocabulary,
    units,
    references,
    norms,
    extractors: extractorsOf(parameters.extractors, lengths[(lengths.length - 1) >> 1] ?? 0),
    options,
    scores: (columns) => scoredUnits(tables, runId, columns),
    threads: context.threads,
    signal,
    onProgress: (done, total) => context.progress(done, total, "documents"),
  });
  const survey = await extraction.survey();
  const left = requested.filter((norm) => !survey.norms.includes(norm));
  if (lacksMeans > 0) {
    log.warn(`${runId}: no general probability, as ${lacksMeans} documents have no mean distribution`);
  }
  if (survey.withoutMaximum > 0) {
    log.warn(`${runId}: no MaxNorm, as ${survey.withoutMaximum} documents lack the most probable tokens`);
  }
  if (survey.withoutTokens > 0) log.warn(`${runId}: ${survey.withoutTokens} documents of one token have no features`);
  const extractors = new Set<string>();
  for await (const block of extraction.blocks()) {
    signal.throwIfAborted();
    const { fold, norm, extractor } = block;
    extractors.add(extractor);
    const key = { run_id: runId, fold, norm, extractor };
    const spec: FeatureSpecRow = {
      ...key,
      form,
      columns: block.columns,
      bin_edges: [...block.edges],
      minimum: [...block.range.minimum],
      maximum: [...block.range.maximum],
    };
    context.sink("feature_spec").write([spec]);
    context.sink("document_feature").write(featureRows(key, block.rows()));
  }
  context.evidence({
    [`${runId}: form`]: form,
    [`${runId}: documents`]: units.length - survey.withoutTokens,
    [`${runId}: predicted tokens`]: survey.tokens,
    [`${runId}: extractors`]: [...extractors].join(", "),
    [`${runId}: normalisations left out`]: left.join(", "),
    [`${runId}: values not finite`]: survey.nonfinite.loss + survey.nonfinite.maximum,
  });
}

type FeatureKey = Pick<DocumentFeatureRow, "run_id" | "fold" | "norm" | "extractor">;

function* featureRows(key: FeatureKey, rows: Iterable<FeatureRow>): Iterable<Record<string, unknown>> {
  for (const { docId, split, x, scaled } of rows) yield { ...key, doc_id: docId, split, x, scaled };
}

function* dictionaryRows(run_id: string, fold: number, dictionary: NormalisationDictionary): Iterable<NormDictRow> {
  const { kind, values, present, unseen } = dictionary;
  for (let token_id = 0; token_id < values.length; token_id++) {
    if (present[token_id] === 0) continue;
    yield { run_id, fold, kind, token_id, value: values[token_id] as number, unseen_value: unseen };
  }
}
