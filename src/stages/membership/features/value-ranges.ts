import type { Base, DictionaryKind } from "./feature-options.js";
import { REPLACEMENT } from "./normalise-tokens.js";

/** Smallest and largest value. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

interface TokenRanges {
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** Whether a value was not finite, which stands for {@link REPLACEMENT}. */
  replaced: boolean;
}

/**
 * Extremes of the bases of token values, per fold and token number. As F = base + log R, and rounding keeps order, they
 * give the exact extremes of F over the units of any folds, for dictionaries that are not known yet: one pass over the
 * tokens serves all folds and normalisations. Memory: folds × vocabulary × 4 numbers.
 */
export class ValueRanges {
  readonly #vocabulary: number;
  readonly #ranges = new Map<string, TokenRanges>();
  readonly #loss = new Map<number, { min: number; max: number }>();

  constructor(vocabulary: number) {
    this.#vocabulary = vocabulary;
  }

  /** Takes −log p of a unit into account, for NoNorm. */
  addLoss(fold: number, loss: Float64Array): void {
    const range = this.#loss.get(fold) ?? { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
    this.#loss.set(fold, range);
    for (let i = 0; i < loss.length; i++) {
      const value = loss[i] as number;
      if (value < range.min) range.min = value;
      if (value > range.max) range.max = value;
    }
  }

  /** Takes the base of the tokens of a unit into account. */
  addBase(fold: number, base: Base, values: Float64Array, ids: Int32Array): void {
    const key = `${fold} ${base}`;
    const ranges = this.#ranges.get(key) ?? {
      min: new Float64Array(this.#vocabulary).fill(Number.POSITIVE_INFINITY),
      max: new Float64Array(this.#vocabulary).fill(Number.NEGATIVE_INFINITY),
      replaced: false,
    };
    this.#ranges.set(key, ranges);
    const { min, max } = ranges;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      const id = ids[i] as number;
      if (value < (min[id] as number)) min[id] = value;
      if (value > (max[id] as number)) max[id] = value;
      if (Number.isNaN(value)) ranges.replaced = true;
    }
  }

  /** Extremes of −log p over some folds; infinite where they have no token. */
  ofLoss(folds: readonly number[]): ValueRange {
    const own = folds.flatMap((fold) => this.#loss.get(fold) ?? []);
    return { min: Math.min(...own.map(({ min }) => min)), max: Math.max(...own.map(({ max }) => max)) };
  }

  /** Extremes of F over some folds; infinite where they have no token. */
  ofBase(folds: readonly number[], base: Base, logReference: Float64Array): ValueRange {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let replaced = false;
    for (const fold of folds) {
      const ranges = this.#ranges.get(`${fold} ${base}`);
      if (ranges === undefined) continue;
      replaced ||= ranges.replaced;
      for (let id = 0; id < this.#vocabulary; id++) {
        if ((ranges.max[id] as number) === Number.NEGATIVE_INFINITY) continue;
        const reference = logReference[id] as number;
        if (!Number.isFinite(reference)) {
          replaced = true;
          continue;
        }
        const low = (ranges.min[id] as number) + reference;
        const high = (ranges.max[id] as number) + reference;
        if (low < min) min = low;
        if (high > max) max = high;
      }
    }
    return replaced ? { min: Math.min(min, REPLACEMENT), max: Math.max(max, REPLACEMENT) } : { min, max };
  }
}

/** Reference values by kind, of one fold, as logarithms. */
export type LogReferences = Readonly<Partial<Record<DictionaryKind, Float64Array>>>;
