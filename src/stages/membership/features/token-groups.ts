import { REPLACEMENT } from "./normalise-tokens.js";

/** Mean, smallest, largest and standard deviation (ddof 0). */
export interface Moments {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly deviation: number;
}

/**
 * The bases of a unit's token values, summed up by token number. F = base + log R(v) moves all values of a token together,
 * so that the moments of F follow from those of the bases for any R, in steps per distinct token instead of per token:
 * the variance is that within tokens plus that between their means, and as rounding keeps order the extremes are exact.
 * Keeps its memory between units.
 */
export class TokenGroups {
  #tokens = new Int32Array(0);
  #counts = new Float64Array(0);
  #means = new Float64Array(0);
  #minima = new Float64Array(0);
  #maxima = new Float64Array(0);
  #distinct = 0;
  /** Sum of squares within tokens, as they all move together. */
  #within = new Float64Array(0);
  #replaced = 0;
  #length = 0;

  /** Takes another unit: the bases of its tokens, NaN standing for {@link REPLACEMENT}; `ids` rise. */
  gather(base: Float64Array, ids: Int32Array): void {
    const n = base.length;
    this.#reserve(n);
    this.#length = n;
    this.#replaced = 0;
    let group = 0;
    for (let from = 0; from < n; ) {
      const id = ids[from] as number;
      let to = from;
      let count = 0;
      let sum = 0;
      let min = Number.POSITIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      for (; to < n && ids[to] === id; to++) {
        const value = base[to] as number;
        if (Number.isNaN(value)) continue;
        count++;
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      this.#replaced += to - from - count;
      if (count > 0) {
        const mean = sum / count;
        let squares = 0;
        for (let i = from; i < to; i++) {
          const square = ((base[i] as number) - mean) ** 2;
          if (square > 0) squares += square;
        }
        this.#tokens[group] = id;
        this.#counts[group] = count;
        this.#means[group] = mean;
        this.#within[group] = squares;
        this.#minima[group] = min;
        this.#maxima[group] = max;
        group++;
      }
      from = to;
    }
    this.#distinct = group;
  }

  /** Moments of F; ±∞ stands for {@link REPLACEMENT}. Cost: some 4 ns per distinct token. */
  moments(logReference: Float64Array): Moments {
    const [tokens, counts, means, within] = [this.#tokens, this.#counts, this.#means, this.#within];
    const [minima, maxima] = [this.#minima, this.#maxima];
    const distinct = this.#distinct;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    let replaced = this.#replaced;
    for (let group = 0; group < distinct; group++) {
      const reference = logReference[tokens[group] as number] as number;
      const count = counts[group] as number;
      if (reference - reference !== 0) {
        replaced += count;
        continue;
      }
      sum += count * ((means[group] as number) + reference);
      const low = (minima[group] as number) + reference;
      const high = (maxima[group] as number) + reference;
      if (low < min) min = low;
      if (high > max) max = high;
    }
    if (replaced > 0) {
      sum += replaced * REPLACEMENT;
      min = Math.min(min, REPLACEMENT);
      max = Math.max(max, REPLACEMENT);
    }
    const mean = sum / this.#length;
    let squares = replaced * (REPLACEMENT - mean) ** 2;
    for (let group = 0; group < distinct; group++) {
      const reference = logReference[tokens[group] as number] as number;
      if (reference - reference !== 0) continue;
      const difference = (means[group] as number) + reference - mean;
      squares += (within[group] as number) + (counts[group] as number) * difference * difference;
    }
    return { mean, min, max, deviation: Math.sqrt(squares / this.#length) };
  }

  #reserve(size: number): void {
    if (size <= this.#tokens.length) return;
    const capacity = 2 * size;
    this.#tokens = new Int32Array(capacity);
    this.#counts = new Float64Array(capacity);
    this.#means = new Float64Array(capacity);
    this.#within = new Float64Array(capacity);
    this.#minima = new Float64Array(capacity);
    this.#maxima = new Float64Array(capacity);
  }
}
