import { setImmediate } from "node:timers/promises";
import { canonicalJson, compareCodeUnits } from "../../base/canonical-json.js";
import { UsageError } from "../../base/errors.js";
import { ngramDigest } from "../../compute/language-model/ngram-digest.js";
import type { NgramTrie } from "../../compute/language-model/ngram-trie.js";
import { NgramScorer, tokenScores } from "../../compute/language-model/score-ngram.js";
import type { ExperimentRow, RunRow } from "../../tables/generated/membership.js";
import type { StageContext } from "../stage.js";
import { type NgramRun, ngramRuns } from "./language-models/ngram-runs.js";
import { ngramSelfTest } from "./language-models/ngram-self-test.js";
import { readUnitTokens, type UnitTokens } from "./language-models/ngram-tokens.js";
import { exposedTokens, trainOnUnits } from "./language-models/ngram-training.js";
import { readAssignments } from "./read-assignment.js";
import type { ScoreNgramParameters } from "./score-ngram.js";
import { TokenScoreWriter, type UnitScores, writeMeanProbability } from "./score-ngram-columns.js";
import { windowsOf } from "./windows.js";

type Context = StageContext<ScoreNgramParameters>;

/** Trains and scores every run of every experiment asked for; see the stage `membership/score-ngram`. */
export async function scoreExperiments(context: Context): Promise<void> {
  assertNoOverlap(context.parameters);
  const runs = await plannedRuns(context);
  const wanted = new Set(runs.flatMap(({ trained, scored }) => [...trained.map(({ docId }) => docId), ...scored]));
  const tables = { token: context.input("token"), tokenizer: context.input("tokenizer") };
  const units = await readUnitTokens(tables, wanted, context.signal);
  const tokensOf = (run: NgramRun) => run.scored.reduce((sum, docId) => sum + idsOf(units, docId).length, 0);
  const total = runs.reduce((sum, run) => sum + tokensOf(run), 0);
  const unpredicted = new Set<string>();
  const writer = new TokenScoreWriter(context.sink("token_score"));
  let done = 0;
  for (const run of runs) {
    const trie = train(context, run, units);
    context.sink("run").write([runRow(context, run, trie, units)]);
    const scorer = new UnitScorer(context, trie, writer);
    for (const docId of run.scored) {
      await setImmediate();
      context.signal.throwIfAborted();
      const ids = idsOf(units, docId);
      if (!scorer.score(run.runId, docId, ids)) unpredicted.add(docId);
      done += ids.length;
      context.progress(done, total, "tokens");
    }
  }
  writer.flush();
  for (const docId of unpredicted) context.log.warn(`${docId} has no token that could be predicted: it is not scored`);
  context.evidence({ runs: runs.length, tokens: total, units_not_scored: unpredicted.size });
}

function assertNoOverlap({ context, stride }: ScoreNgramParameters): void {
  if (stride >= context - 1) return;
  throw new UsageError("windows-overlap", `windows of ${context} tokens every ${stride} predict some tokens twice`, {
    fields: { context, stride },
    wayOut: `Set stride to ${context - 1} or more.`,
  });
}

/** The runs of the experiments asked for, in the order of their names. */
async function plannedRuns(context: Context): Promise<NgramRun[]> {
  const { order, experiments: names, reference } = context.parameters;
  const assignments = await readAssignments(context.input("assignment"));
  const runs: NgramRun[] = [];
  const known: string[] = [];
  for await (const experiment of context.input("experiment").rows<ExperimentRow>(["experiment_id", "trains_members"])) {
    const { experiment_id: experimentId } = experiment;
    known.push(experimentId);
    if (names !== null && !names.includes(experimentId)) continue;
    const units = assignments.get(experimentId) ?? [];
    const own = ngramRuns(experiment, units, { model: modelName(order), reference });
    const [target] = own as [NgramRun];
    if (target.trainedRoles.length === 0) {
      context.log.warn(`${target.runId} is trained on nothing: every token is as probable as any other`);
    } else if (!target.trainedRoles.includes("member") && !target.trainedRoles.includes("background")) {
      context.log.warn(`${target.runId} is trained on the reference units: the experiment trains on nothing else`);
    }
    runs.push(...own);
  }
  const unknown = (names ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      "unknown-experiment",
      `there is no experiment ${unknown.join(", ")}, only ${known.join(", ")}`,
      {
        fields: { unknown, known },
      },
    );
  }
  return runs.sort((a, b) => compareCodeUnits(a.runId, b.runId));
}

function modelName(order: number): string {
  return `ngram-${order}`;
}

function idsOf(units: UnitTokens, docId: string): Int32Array {
  return units.ids.get(docId) as Int32Array;
}

function train(context: Context, run: NgramRun, units: UnitTokens): NgramTrie {
  const training = run.trained.map((unit) => ({ ...unit, ids: idsOf(units, unit.docId) }));
  const trie = trainOnUnits(training, context.parameters.order, units.tokenizer.vocabulary);
  const ngrams = trie.levels.map(({ token }) => token.length);
  context.log.info(
    `${run.runId}: trained on ${trie.tokens} tokens of ${run.trained.length} units, n-grams: ${ngrams.join(", ")}`,
  );
  return trie;
}

/** Scores units one after the other, and writes what the model says of them. */
class UnitScorer {
  readonly #context: Context;
  readonly #scorer: NgramScorer;
  readonly #writer: TokenScoreWriter;
  #scores: UnitScores = room(0);

  constructor(context: Context, trie: NgramTrie, writer: TokenScoreWriter) {
    this.#context = context;
    this.#scorer = new NgramScorer(trie);
    this.#writer = writer;
  }

  /** False where no token of the unit is predicted. */
  score(runId: string, docId: string, ids: Int32Array): boolean {
    const { context: length, stride } = this.#context.parameters;
    const windows = windowsOf(ids.length, length, stride);
    const predicted = windows.reduce((sum, { begin, end }) => sum + end - begin - 1, 0);
    if (predicted === 0) return false;
    if (this.#scores.rank.length < predicted) this.#scores = room(predicted);
    const scores = this.#scores;
    let at = 0;
    for (const [window, { begin, end }] of windows.entries()) {
      this.#scorer.score(ids, begin, end, scores, at);
      for (let place = begin + 1; place < end; place++, at++) {
        scores.position[at] = place;
        scores.window[at] = window;
      }
    }
    this.#writer.write(runId, docId, scores, predicted);
    const p = this.#scorer.takeProbabilities().sum.map((sum) => sum / predicted);
    writeMeanProbability(this.#context.sink("document_mean_probability"), { runId, docId, predicted, p });
    return true;
  }
}

function room(length: number): UnitScores {
  return { ...tokenScores(length, "float32"), position: new Int32Array(length), window: new Int32Array(length) };
}

function runRow(context: Context, run: NgramRun, trie: NgramTrie, { tokenizer, ids }: UnitTokens): RunRow {
  const { order, context: length, stride } = context.parameters;
  const longest = run.trained
    .map(({ docId, exposure }) => exposedTokens(ids.get(docId) as Int32Array, exposure))
    .reduce((best, one) => (one.length > best.length ? one : best), new Int32Array(0));
  const selfTest = ngramSelfTest(trie, longest);
  if (selfTest.shuffled_scores_lower?.passed === false) {
    context.log.warn(`${run.runId}: a text that it was trained on scores no lower when it is shuffled`);
  }
  return {
    run_id: run.runId,
    experiment_id: run.experimentId,
    role: run.role,
    backend: "ngram",
    model: modelName(order),
    model_sha: ngramDigest(trie),
    revision: null,
    dtype: "float64",
    tokenizer_id: tokenizer.tokenizerId,
    tokenizer_sha: tokenizer.sha256,
    vocabulary: tokenizer.vocabulary,
    context: length,
    stride,
    bos_policy: "none",
    capabilities: ["logprob", "max_logprob", "rank", "full_distribution", "mean_probability"],
    parameters: canonicalJson({ order, smoothing: "interpolated Witten-Bell", trained_roles: run.trainedRoles }),
    self_test: canonicalJson(selfTest),
    seed: null,
    n_trained_tokens: BigInt(trie.tokens),
  };
}
