import { fitPrepared, prepareColumns } from "../../../compute/statistics/random-forest/small-forest.js";
import { areaUnderCurve } from "../../../compute/statistics/roc.js";
import { denseCounts, documentFrequency } from "../../../compute/text/bag-of-words.js";
import { scoreBestColumn } from "./best-column.js";
import { type BlindUnits, type FeatureColumns, type FoldRows, foldRows } from "./blind-units.js";
import { type FoldWeights, foldWeights, scoreNaiveBayes } from "./naive-bayes.js";
import { presenceAucs } from "./term-presence.js";

/** A forest of the blind baselines: that of the bag-of-words classifier of Meeus et al. (SoK). */
const FOREST = { trees: 100, maxDepth: 2, minSamplesLeaf: 5 } as const;

/** What every baseline makes of one labelling: its AUC, and out-of-fold scores of all units. */
export interface BlindOutcome {
  readonly value: number;
  readonly scores: Float64Array;
}

type PreparedColumns = ReturnType<typeof prepareColumns>;

/**
 * The blind baselines over one set of units. What does not depend on labels is computed once, in the constructor; then
 * any number of labelings is scored.
 */
export class BlindBaselines {
  readonly #units: BlindUnits;
  readonly #seed: number;
  readonly #folds: readonly FoldRows[];
  readonly #weights: readonly FoldWeights[];
  /** By baseline, then fold. */
  readonly #forests = new Map<string, readonly (PreparedColumns | undefined)[]>();

  constructor(units: BlindUnits, seed: number) {
    this.#units = units;
    this.#seed = seed;
    this.#folds = foldRows(units.folds, units.foldCount);
    this.#weights = this.#folds.map((rows) => foldWeights(units.bag, rows));
    this.#forests.set(
      "bow_rf",
      this.#folds.map((rows) => prepared(frequentWords(units, rows), units.units)),
    );
    for (const [name, features] of Object.entries(units.forest)) {
      const shared = features.length === 1 ? prepared(features[0] as FeatureColumns, units.units) : undefined;
      this.#forests.set(
        name,
        this.#folds.map((_, fold) => shared ?? prepared(features[fold] as FeatureColumns, units.units)),
      );
    }
  }

  /** Names of the baselines, in the order in which they are listed. */
  get names(): string[] {
    return ["bow_rf", "tfidf_nb", "single_feature", ...Object.keys(this.#units.single), ...this.#forestNames()];
  }

  #forestNames(): string[] {
    return Object.keys(this.#units.forest);
  }

  /**
   * @param scored Whether out-of-fold scores of `single_feature` are wanted: its value needs none.
   * @returns By baseline; a baseline that no fold could train is left out.
   */
  run(labels: Uint8Array, scored = true): Map<string, BlindOutcome> {
    const outcomes = new Map<string, BlindOutcome>();
    for (const name of ["bow_rf", ...this.#forestNames()])
      this.#keep(outcomes, name, this.#forestScores(name, labels), labels);
    const bayes = new Float64Array(labels.length);
    for (const fold of this.#weights) scoreNaiveBayes(this.#units.bag, fold, labels, bayes);
    this.#keep(outcomes, "tfidf_nb", bayes, labels);
    for (const [name, features] of Object.entries(this.#units.single)) {
      const scores = new Float64Array(labels.length);
      for (const rows of this.#folds) scoreBestColumn(features, rows, labels, scores);
      this.#keep(outcomes, name, scores, labels);
    }
    if (this.#units.presence.hashes.length > 0) {
      const value =
        0.5 + presenceAucs(this.#units.presence, labels).reduce((most, auc) => Math.max(most, Math.abs(auc - 0.5)), 0);
      outcomes.set("single_feature", { value, scores: scored ? this.#presenceScores(labels) : new Float64Array(0) });
    }
    return outcomes;
  }

  /** The term that tells best, its AUC for these labels. */
  bestTerm(labels: Uint8Array): { hash: number; auc: number } | undefined {
    const aucs = presenceAucs(this.#units.presence, labels);
    let best = -1;
    for (let i = 0; i < aucs.length; i++) {
      if (best < 0 || Math.abs((aucs[i] as number) - 0.5) > Math.abs((aucs[best] as number) - 0.5)) best = i;
    }
    return best < 0 ? undefined : { hash: this.#units.presence.hashes[best] as number, auc: aucs[best] as number };
  }

  #keep(outcomes: Map<string, BlindOutcome>, name: string, scores: Float64Array, labels: Uint8Array): void {
    outcomes.set(name, { value: areaUnderCurve(scores, labels), scores });
  }

  #forestScores(name: string, labels: Uint8Array): Float64Array {
    const scores = new Float64Array(labels.length).fill(0.5);
    for (const [fold, rows] of this.#folds.entries()) {
      const columns = this.#forests.get(name)?.[fold];
      if (columns === undefined || !bothClasses(rows.train, labels)) continue;
      const forest = fitPrepared(columns, rows.train, labels, { ...FOREST, seed: this.#seed + fold });
      const probabilities = forest.predictPrepared(rows.test);
      for (const [k, unit] of rows.test.entries()) scores[unit] = probabilities[k] as number;
    }
    return scores;
  }

  #presenceScores(labels: Uint8Array): Float64Array {
    const { presence } = this.#units;
    const scores = new Float64Array(labels.length);
    for (const rows of this.#folds) {
      if (!bothClasses(rows.train, labels)) continue;
      const aucs = presenceAucs(presence, labels, rows.train);
      let best = 0;
      for (let i = 1; i < aucs.length; i++) {
        if (Math.abs((aucs[i] as number) - 0.5) > Math.abs((aucs[best] as number) - 0.5)) best = i;
      }
      const sign = (aucs[best] as number) < 0.5 ? -1 : 1;
      const having = new Set(presence.units.subarray(presence.starts[best], presence.starts[best + 1]));
      for (const unit of rows.test) scores[unit] = having.has(unit) ? sign : 0;
    }
    return scores;
  }
}

/** Counts of the words that at least half of the training units have (`min_df` 0.5). */
function frequentWords({ bag }: BlindUnits, rows: FoldRows): FeatureColumns {
  const frequency = documentFrequency(bag, rows.train);
  const columns: number[] = [];
  for (let term = 0; term < bag.size; term++) {
    if ((frequency[term] as number) >= 0.5 * rows.train.length) columns.push(term);
  }
  return { names: columns.map(String), values: denseCounts(bag, columns) };
}

function prepared({ names, values }: FeatureColumns, units: number): PreparedColumns | undefined {
  return names.length === 0 ? undefined : prepareColumns(values, units, names.length);
}

function bothClasses(rows: Int32Array, labels: Uint8Array): boolean {
  return rows.some((unit) => labels[unit] === 1) && rows.some((unit) => labels[unit] === 0);
}
