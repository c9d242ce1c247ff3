// Generated from schemas/celegans_structure_function/*.yaml by `npm run generate`: do not edit.
// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.

/**
 * One row per recording and pair of labelled neurons: correlation of their activity, and how they are wired. Table
 * `celegans_structure_function.pair`, key recording_id, a, b.
 */
export type PairRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Neuron; a < b in code-unit order. */
  readonly a: string;
  /** Neuron. */
  readonly b: string;
  /** Samples of the common grid valid in both. Bounds: at least 0. */
  readonly n: number;
  /**
   * Pearson correlation of the resampled traces over these samples at lag 0; null when n < 3 or one does not vary.
   * Bounds: at least -1, at most 1.
   */
  readonly r: number | null;
  /**
   * Lag of the largest absolute correlation within the given window, over lags with at least half of n; positive when b
   * follows a; null when r is. Unit: s.
   */
  readonly lag_s: number | null;
  /** Correlation at that lag. Bounds: at least -1, at most 1. */
  readonly r_lag: number | null;
  /**
   * Mean synapse count a to b over covering lineages (consensus); 0 when covered and absent, null when not covered, or
   * only in EM sections. Unit: synapse_count.
   */
  readonly chemical_a_b: number | null;
  /** The same, b to a. Unit: synapse_count. */
  readonly chemical_b_a: number | null;
  /** Mean gap junction count; 0 when covered and absent, null when not covered. Unit: synapse_count. */
  readonly gap: number | null;
  /** Response of b to stimulation of a as the atlas states it, significant or not; null when not in it. */
  readonly functional_a_b: number | null;
  /** Response of a to stimulation of b. */
  readonly functional_b_a: number | null;
};

export const PAIR_COLUMNS = [
  "recording_id",
  "a",
  "b",
  "n",
  "r",
  "lag_s",
  "r_lag",
  "chemical_a_b",
  "chemical_b_a",
  "gap",
  "functional_a_b",
  "functional_b_a",
] as const;
