/** A few numbers whose mean and deviation are wanted, reused for every pair. Sums run in the order of adding. */
export class Pool {
  readonly #values: number[] = [];

  clear(): void {
    this.#values.length = 0;
  }

  add(value: number): void {
    this.#values.push(value);
  }

  /** Keeps the first of equal values. */
  keepDistinct(): void {
    const values = this.#values;
    let kept = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (values.indexOf(value) === i) values[kept++] = value;
    }
    values.length = kept;
  }

  /** NaN when empty. */
  mean(): number {
    const values = this.#values;
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i] as number;
    return values.length === 0 ? Number.NaN : sum / values.length;
  }

  /** Standard deviation; NaN for `ddof` values or fewer. */
  deviation(ddof: 0 | 1): number {
    const values = this.#values;
    if (values.length <= ddof) return Number.NaN;
    const mean = this.mean();
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - mean) ** 2;
    return Math.sqrt(sum / (values.length - ddof));
  }
}
