/**
 * Sums of many vectors of numbers ≥ 0 whose bits do not depend on the order in which they are added: every number is cut
 * at two fixed places and the parts are added exactly (Demmel and Nguyen, Fast reproducible floating-point summation,
 * 2013). What is lost lies below `terms` · `bound` · 2^−100. Cost: three additions more per number.
 */
export class ReproducibleSum {
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #cuts: readonly [number, number];

  /**
   * @param length numbers of each vector
   * @param bound no sum is larger
   * @param terms no more vectors are added
   */
  constructor(length: number, bound: number, terms: number) {
    this.#high = new Float64Array(length);
    this.#low = new Float64Array(length);
    const first = Math.ceil(Math.log2(Math.max(1, bound))) + 1;
    const second = first - 52 + Math.ceil(Math.log2(Math.max(1, terms))) + 1;
    this.#cuts = [1.5 * 2 ** first, 1.5 * 2 ** second];
  }

  /** Adds `weight` times each of the numbers. */
  add(values: ArrayLike<number>, weight = 1): void {
    const [first, second] = this.#cuts;
    const high = this.#high;
    const low = this.#low;
    for (let i = 0; i < high.length; i++) {
      const value = (values[i] as number) * weight;
      const upper = value + first - first;
      const lower = value - upper + second - second;
      high[i] = (high[i] as number) + upper;
      low[i] = (low[i] as number) + lower;
    }
  }

  /** The sums so far. */
  total(): Float64Array {
    return this.#high.map((value, i) => value + (this.#low[i] as number));
  }
}
