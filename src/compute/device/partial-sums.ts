/** Most rows whose terms are added before they leave a device. */
export const PARTIAL_ROWS = 64;

/** Partial sums of `rows` rows. */
export function partialCount(rows: number): number {
  return Math.max(1, Math.ceil(rows / PARTIAL_ROWS));
}

/**
 * Adds numbers pairwise in a fixed tree: neighbours first, an odd last one is carried along. The same on every device
 * and for every number of threads; error O(log n) roundings. Column `column` of `columns` interleaved ones is added.
 */
export function treeSum(values: ArrayLike<number>, columns = 1, column = 0): number {
  let sums = Float64Array.from(
    { length: values.length / columns },
    (_, row) => values[row * columns + column] as number,
  );
  if (sums.length === 0) return 0;
  while (sums.length > 1) {
    const half = new Float64Array(Math.ceil(sums.length / 2));
    for (let i = 0; i < half.length; i++) half[i] = (sums[2 * i] as number) + (sums[2 * i + 1] ?? 0);
    sums = half;
  }
  return sums[0] as number;
}

/** The two sums of a `fitTerms` command: ⟨M, A⟩ and Σ aᵀ G a, in float64. */
export function fitSums(partials: ArrayLike<number>): { readonly inner: number; readonly model: number } {
  return { inner: treeSum(partials, 2, 0), model: treeSum(partials, 2, 1) };
}
