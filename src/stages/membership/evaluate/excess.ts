import { type PairedDelong, pairedDelong } from "../../../compute/statistics/delong.js";
import { fitLogisticRegression } from "../../../compute/statistics/logistic-regression.js";
import { shareBelow } from "../../../compute/statistics/sorted-values.js";
import type { ComparedUnit } from "./scored-part.js";

/** Ranks are from -½ to ½; so stretched, their standard deviation is about 1. */
const RANK_SCALE = Math.sqrt(12);

/**
 * What an attack adds to the blind baselines: area of attack and baselines together minus that of the baselines alone,
 * with paired DeLong. Each side is a logistic regression (C = 1) on the ranks of its scores among the training units,
 * fitted without the fold that it scores; the intercept, which differs from fold to fold, is left out of the score.
 * Undefined without baselines, with one class, and where a fold leaves fewer than two units of a class to train on.
 * Units without a score of the attack are left out; a baseline without a score of a unit counts as its middle rank.
 *
 * One object per experiment: the baselines alone are fitted once for all attacks on the same units.
 */
export class BlindExcess {
  readonly #units: readonly ComparedUnit[];
  readonly #blind: readonly Float64Array[];
  readonly #alone = new Map<string, Float64Array | undefined>();

  /** @param blind scores of every baseline, unit by unit; NaN: none. */
  constructor(units: readonly ComparedUnit[], blind: readonly Float64Array[]) {
    this.#units = units;
    this.#blind = blind;
  }

  /** @param scores of the attack, unit by unit; NaN: none. */
  of(scores: Float64Array): PairedDelong | undefined {
    const kept = [...this.#units.keys()].filter((at) => !Number.isNaN(scores[at]));
    const units = kept.map((at) => this.#units[at] as ComparedUnit);
    const labels = Uint8Array.from(units, ({ label }) => label);
    if (this.#blind.length === 0 || !labels.includes(0) || !labels.includes(1)) return undefined;
    const pick = (column: Float64Array) => Float64Array.from(kept, (at) => column[at] as number);
    const blind = this.#blind.map(pick);
    const key = kept.join(",");
    const alone = this.#alone.has(key) ? this.#alone.get(key) : combinedScores(units, blind);
    this.#alone.set(key, alone);
    const together = alone && combinedScores(units, [...blind, pick(scores)]);
    if (alone === undefined || together === undefined) return undefined;
    const found = pairedDelong(together, alone, labels);
    return Number.isNaN(found.variance) ? undefined : found;
  }
}

/** Scores of every unit by all columns together, fitted on the other folds. */
function combinedScores(units: readonly ComparedUnit[], columns: readonly Float64Array[]): Float64Array | undefined {
  const result = new Float64Array(units.length);
  for (const fold of new Set(units.map((unit) => unit.fold))) {
    const training = [...units.keys()].filter((at) => units[at]?.fold !== fold);
    const y = Uint8Array.from(training, (at) => units[at]?.label as number);
    const members = y.reduce((sum, label) => sum + label, 0);
    if (members < 2 || y.length - members < 2) return undefined;
    const ranks = columns.map((column) => ranksAmong(column, training));
    const m = columns.length;
    const x = new Float64Array(training.length * m);
    training.forEach((at, row) => {
      for (let j = 0; j < m; j++) x[row * m + j] = ranks[j]?.[at] as number;
    });
    const { weights } = fitLogisticRegression({ x, n: training.length, m, y });
    for (const [at, unit] of units.entries()) {
      if (unit.fold !== fold) continue;
      for (let j = 0; j < m; j++) {
        result[at] = (result[at] as number) + (weights[j] as number) * (ranks[j]?.[at] as number);
      }
    }
  }
  return result;
}

/** Ranks of all values among those of the training units, centred and scaled; 0 for NaN. */
function ranksAmong(values: Float64Array, training: readonly number[]): Float64Array {
  const sorted = Float64Array.from(training, (at) => values[at] as number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  return values.map((value) => {
    if (Number.isNaN(value) || sorted.length === 0) return 0;
    return RANK_SCALE * (shareBelow(sorted, value) - 0.5);
  });
}
