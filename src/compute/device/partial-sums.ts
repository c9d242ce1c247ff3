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

/**
 * The tree of {@link treeSum} for vectors that come one after the other, element by element: the same sums in the same
 * order, with memory for log2(n) vectors.
 */
export class VectorTreeSum {
  readonly #size: number;
  /** Sums of 2^level vectors that have no neighbour yet, the largest first. */
  readonly #waiting: { readonly sums: Float64Array; level: number }[] = [];
  readonly #free: Float64Array[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** A vector of zeros to fill and to hand to {@link add}, which keeps it. */
  take(): Float64Array {
    return this.#free.pop()?.fill(0) ?? new Float64Array(this.#size);
  }

  add(vector: Float64Array): void {
    this.#waiting.push({ sums: vector, level: 0 });
    while (this.#waiting.at(-1)?.level === this.#waiting.at(-2)?.level) this.#merge();
  }

  /** The sum of all vectors, zeros if there were none. The tree is empty afterwards. */
  finish(): Float64Array {
    while (this.#waiting.length > 1) this.#merge();
    return this.#waiting.pop()?.sums ?? new Float64Array(this.#size);
  }

  #merge(): void {
    const right = this.#waiting.pop() as { readonly sums: Float64Array };
    const left = this.#waiting.at(-1) as { readonly sums: Float64Array; level: number };
    for (let i = 0; i < this.#size; i++) left.sums[i] = (left.sums[i] as number) + (right.sums[i] as number);
    left.level++;
    this.#free.push(right.sums);
  }
}
