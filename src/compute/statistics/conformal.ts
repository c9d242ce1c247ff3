import { countBelow } from "./sorted-values.js";

/**
 * Conformal p-values against scores of a null class: (1 + those at least as large) / (1 + all). Were the unit one of the
 * class and exchangeable with it, P(p ≤ α) ≤ α (Vovk, Gammerman and Shafer 2005). O((n + m) log m).
 */
export function conformalPValues(scores: Float64Array, nullScores: Float64Array): Float64Array {
  const sorted = Float64Array.from(nullScores).sort();
  return scores.map((score) => (1 + sorted.length - countBelow(sorted, score)) / (1 + sorted.length));
}
