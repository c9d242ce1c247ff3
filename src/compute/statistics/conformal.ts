/**
 * Conformal p-values against scores of a null class: (1 + those at least as large) / (1 + all). Were the unit one of the
 * class and exchangeable with it, P(p ≤ α) ≤ α (Vovk, Gammerman and Shafer 2005). O((n + m) log m).
 */
export function conformalPValues(scores: Float64Array, nullScores: Float64Array): Float64Array {
  const sorted = Float64Array.from(nullScores).sort();
  return scores.map((score) => (1 + sorted.length - countBelow(sorted, score)) / (1 + sorted.length));
}

/** How many of the sorted values are below. */
export function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
