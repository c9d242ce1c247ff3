import type { BagOfWords } from "../../../compute/text/bag-of-words.js";
import type { TermPresence } from "./term-presence.js";

/**
 * What the blind baselines look at, without labels: made once, used for every permutation. Unit u has row u everywhere.
 * All arrays can be handed to another thread.
 */
export interface BlindUnits {
  readonly units: number;
  /** Fold of every unit, from 0. */
  readonly folds: Uint16Array;
  readonly foldCount: number;
  /** Cluster of every unit, from 0: units of a cluster share label and fold. */
  readonly clusters: Uint32Array;
  readonly bag: BagOfWords;
  readonly presence: TermPresence;
  /** Features by baseline, [units, columns] row by row. */
  readonly single: Readonly<Record<string, FeatureColumns>>;
  /** Features that a forest is grown on, by baseline: the same for all folds, or one matrix per fold. */
  readonly forest: Readonly<Record<string, readonly FeatureColumns[]>>;
}

export interface FeatureColumns {
  readonly names: readonly string[];
  readonly values: Float64Array;
}

/** Rows that train and test a fold. */
export interface FoldRows {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Rows of every fold; a fold without test units is left out. */
export function foldRows(folds: Uint16Array, foldCount: number): FoldRows[] {
  const rows: FoldRows[] = [];
  for (let fold = 0; fold < foldCount; fold++) {
    const train: number[] = [];
    const test: number[] = [];
    for (let unit = 0; unit < folds.length; unit++) (folds[unit] === fold ? test : train).push(unit);
    if (test.length > 0) rows.push({ train: Int32Array.from(train), test: Int32Array.from(test) });
  }
  return rows;
}
