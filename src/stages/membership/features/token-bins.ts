import { binOf } from "./histogram-features.js";
import { REPLACEMENT } from "./normalise-tokens.js";

/** Of the numbers that say the bin: fewer bits after the point than this leave too many values to be looked at. */
const FEWEST_BITS = 4;
const MOST_BITS = 20;
/** Rounding errors between a token's base and its place among the bins, in units of its last bit; far fewer occur. */
const ROUNDINGS = 32 * 2 ** -53;

/**
 * Bins of the token values F = base + log R(v) of one fold and normalisation, without computing F: with offsets per
 * token number the place of a value among the bins is base · scale + offset, held as an integer with bits after the
 * point. Where these are so close to 0 or 1 that rounding could matter, F is computed and compared with the edges:
 * every value is in the bin where `countInBins` puts it.
 */
export class TokenBins {
  readonly edges: Float64Array;
  readonly #logReference: Float64Array;
  /** Per token number; NaN where log R is infinite, as a base may be: such values are looked at. */
  readonly offsets: Float64Array;
  readonly scale: number;
  /** After the point. */
  readonly bits: number;
  readonly #even: Int32Array;
  readonly #odd: Int32Array;

  private constructor(edges: Float64Array, logReference: Float64Array, scale: number, bits: number) {
    this.edges = edges;
    this.#logReference = logReference;
    this.scale = scale;
    this.bits = bits;
    this.#even = new Int32Array(edges.length + 1);
    this.#odd = new Int32Array(edges.length + 1);
    const low = edges[0] as number;
    this.offsets = logReference.map((reference) => (reference - low) * scale);
  }

  /**
   * @param range of all values that will come, those outside the edges included
   * @returns undefined where the bins are too narrow, or values too far outside, for places to be held as integers
   */
  static of(
    edges: Float64Array,
    logReference: Float64Array,
    range: { readonly min: number; readonly max: number },
  ): TokenBins | undefined {
    const bins = edges.length - 1;
    const [low, high] = [edges[0] as number, edges[bins] as number];
    let largestReference = 0;
    for (const reference of logReference) {
      const size = Math.abs(reference);
      if (size < Number.POSITIVE_INFINITY && size > largestReference) largestReference = size;
    }
    const largest =
      Math.max(Math.abs(range.min), Math.abs(range.max), Math.abs(low), Math.abs(high)) + largestReference;
    const perUnit = bins / (high - low);
    const furthest = 1 + Math.max(bins, (range.max - low) * perUnit, (low - range.min) * perUnit);
    for (let bits = MOST_BITS; bits >= FEWEST_BITS; bits--) {
      const scale = perUnit * 2 ** bits;
      if (furthest * 2 ** bits < 2 ** 31 && largest * scale * ROUNDINGS < 0.5) {
        return new TokenBins(edges, logReference, scale, bits);
      }
    }
    return undefined;
  }

  /** F of a token. */
  valueOf(base: number, id: number): number {
    const value = base + (this.#logReference[id] as number);
    return value - value === 0 ? value : REPLACEMENT;
  }

  /** Writes the bins of tokens `from` … `to` − 1 of a unit into `places`. Cost: some 5 ns per token. */
  place(base: Float64Array, ids: Int32Array, places: Int32Array, from = 0, to = base.length): void {
    const [offsets, scale, bits] = [this.offsets, this.scale, this.bits];
    const bins = this.edges.length - 1;
    const fraction = 2 ** bits - 1;
    for (let i = from; i < to; i++) {
      const id = ids[i] as number;
      const place = ((base[i] as number) * scale + (offsets[id] as number)) | 0;
      let bin = place >> bits;
      if (((place + 1) & fraction) < 2) bin = binOf(this.valueOf(base[i] as number, id), this.edges);
      else if (bin >>> 0 >= bins) bin = bin < 0 ? bins : bins + 1;
      places[i] = bin;
    }
  }

  /** Adds the first `n` of `places` to `counts`, laid out as by `countInBins`. Cost: some 2 ns per token. */
  count(places: Int32Array, n: number, counts: Uint32Array): void {
    // Two tables, and a loop of their own: a count that waits for the one before it is slow.
    const even = this.#even.fill(0);
    const odd = this.#odd.fill(0);
    for (let i = 0; i + 1 < n; i += 2) {
      const first = places[i] as number;
      const second = places[i + 1] as number;
      even[first] = ((even[first] as number) + 1) | 0;
      odd[second] = ((odd[second] as number) + 1) | 0;
    }
    if (n % 2 === 1) {
      const last = places[n - 1] as number;
      even[last] = (even[last] as number) + 1;
    }
    for (let bin = 0; bin < even.length; bin++) {
      counts[bin] = (counts[bin] as number) + (even[bin] as number) + (odd[bin] as number);
    }
  }
}

/** Tokens that are looked at again together when one of them is too close to an edge, or outside. */
const BLOCK = 512;

type Four<T> = readonly [T, T, T, T];

/** Four {@link TokenBins} of the same base and number of bins, whose places are found together in half the time. */
export class FourTokenBins {
  readonly #bins: Four<TokenBins>;
  /** Of the four, token after token. */
  readonly #offsets: Float64Array;
  readonly #scales: Four<number>;
  readonly #bits: number;

  constructor(bins: Four<TokenBins>) {
    this.#bins = bins;
    const bits = Math.min(...bins.map((one) => one.bits));
    // Powers of two: nothing is rounded.
    const shrink = (one: TokenBins) => 2 ** (bits - one.bits);
    this.#bits = bits;
    this.#scales = bins.map((one) => one.scale * shrink(one)) as unknown as Four<number>;
    this.#offsets = new Float64Array(4 * bins[0].offsets.length);
    for (const [k, one] of bins.entries()) {
      const own = one.offsets;
      for (let id = 0; id < own.length; id++) this.#offsets[4 * id + k] = (own[id] as number) * shrink(one);
    }
  }

  /** As {@link TokenBins.place}, for each of the four. Cost: some 3 ns per token and member. */
  place(base: Float64Array, ids: Int32Array, places: Four<Int32Array>): void {
    const n = base.length;
    for (let from = 0; from < n; from += BLOCK) {
      const to = Math.min(n, from + BLOCK);
      if (this.#placeBlock(base, ids, places, from, to)) continue;
      for (let k = 0; k < 4; k++) {
        (this.#bins[k] as TokenBins).place(base, ids, places[k] as Int32Array, from, to);
      }
    }
  }

  /** @returns whether all are certain and inside; without branches per token, which cost more than the rest */
  #placeBlock(
    base: Float64Array,
    ids: Int32Array,
    [first, second, third, fourth]: Four<Int32Array>,
    from: number,
    to: number,
  ): boolean {
    const offsets = this.#offsets;
    const bits = this.#bits;
    const fraction = 2 ** bits - 1;
    const last = this.#bins[0].edges.length - 2;
    const [scale1, scale2, scale3, scale4] = this.#scales;
    // Negative where one is.
    let sign = 0;
    for (let i = from; i < to; i++) {
      const value = base[i] as number;
      const at = (ids[i] as number) << 2;
      const place1 = (value * scale1 + (offsets[at] as number)) | 0;
      const place2 = (value * scale2 + (offsets[at + 1] as number)) | 0;
      const place3 = (value * scale3 + (offsets[at + 2] as number)) | 0;
      const place4 = (value * scale4 + (offsets[at + 3] as number)) | 0;
      const bin1 = place1 >> bits;
      const bin2 = place2 >> bits;
      const bin3 = place3 >> bits;
      const bin4 = place4 >> bits;
      sign |= (((place1 + 1) & fraction) - 2) | bin1 | (last - bin1);
      sign |= (((place2 + 1) & fraction) - 2) | bin2 | (last - bin2);
      sign |= (((place3 + 1) & fraction) - 2) | bin3 | (last - bin3);
      sign |= (((place4 + 1) & fraction) - 2) | bin4 | (last - bin4);
      first[i] = bin1;
      second[i] = bin2;
      third[i] = bin3;
      fourth[i] = bin4;
    }
    return sign >= 0;
  }
}
