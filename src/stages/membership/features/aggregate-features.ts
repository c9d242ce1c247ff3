import { interpolatePercentiles, PERCENTILES, percentileRanks, selectRank } from "./percentiles.js";
import type { TokenBins } from "./token-bins.js";
import type { Moments } from "./token-groups.js";

/** Names of the features, in order. */
export function aggregateColumns(includeCount: boolean): string[] {
  const moments = ["mean", "min", "max", "std", ...(includeCount ? ["count"] : [])];
  return [...moments, ...PERCENTILES.map((percentile) => `perc_${percentile}`)];
}

/** Below this many values sorting all is as fast as looking for some. */
const SORTED = 96;
const MOST_BUCKETS = 4096;
/** Values to look through, of all values, beyond which finer buckets are worth making. */
const MOST_CANDIDATES = 1 / 2;

/** Values of a unit that are already in bins: the bin of each and how many each holds, as {@link TokenBins} has them. */
export interface BinnedValues {
  readonly bins: TokenBins;
  readonly base: Float64Array;
  readonly ids: Int32Array;
  readonly places: Int32Array;
  readonly counts: Uint32Array;
}

/**
 * Mean, extremes, standard deviation (ddof 0) and percentiles (linear interpolation) of the values of a unit: AggFE of
 * Meeus et al. 2024, section 4.3. Keeps its memory between units.
 */
export class AggregateExtractor {
  readonly #includeCount: boolean;
  readonly #found = new Float64Array(2 * PERCENTILES.length);
  readonly #counts = new Int32Array(MOST_BUCKETS);
  #places = new Int32Array(0);
  #gathered = new Float64Array(0);
  /** Of each bin: where its next value is put, −1 where its values are not needed. */
  #marks = new Int32Array(MOST_BUCKETS);

  constructor({ includeCount }: { readonly includeCount: boolean }) {
    this.#includeCount = includeCount;
  }

  /**
   * Features of `values`, finite and at least one, in the order of {@link aggregateColumns}. Cost: some 15 ns per value,
   * without sorting all of them; a third less where the moments are known.
   */
  extract(values: Float64Array, moments: Moments = momentsOf(values)): Float64Array {
    const n = values.length;
    const { min, max } = moments;
    const ranks = percentileRanks(n);
    // A range so small that its inverse overflows cannot be cut into buckets.
    if (n <= SORTED || max - min < 1e-290) {
      const sorted = values.slice().sort();
      ranks.forEach((rank, k) => {
        this.#found[k] = sorted[rank] as number;
      });
    } else this.#selectOf(values, min, max, ranks);
    return this.#features(n, moments);
  }

  /**
   * Features of values that are in bins. Cost: some 2 ns per value.
   * @returns undefined where the bins are so coarse that {@link extract} is faster
   */
  extractBinned({ bins, base, ids, places, counts }: BinnedValues, moments: Moments): Float64Array | undefined {
    const n = base.length;
    if (n <= SORTED) return undefined;
    const ranks = percentileRanks(n);
    const last = counts.length - 3;
    // What is below the first edge is counted after the last bin.
    const order = (k: number) => (k === 0 ? last + 1 : k <= last + 1 ? k - 1 : last + 2);
    const starts = this.#mark(counts, order, ranks, n * MOST_CANDIDATES);
    if (starts === undefined) return undefined;
    const [marks, gathered] = [this.#marks, this.#gathered];
    for (let i = 0; i < n; i++) {
      const bin = places[i] as number;
      const to = marks[bin] as number;
      if (to < 0) continue;
      gathered[to] = bins.valueOf(base[i] as number, ids[i] as number);
      marks[bin] = to + 1;
    }
    this.#selectFrom(starts);
    return this.#features(n, moments);
  }

  #features(n: number, { mean, min, max, deviation }: Moments): Float64Array {
    const head = [mean, min, max, deviation, ...(this.#includeCount ? [n] : [])];
    const features = new Float64Array(head.length + PERCENTILES.length);
    features.set(head);
    interpolatePercentiles(n, this.#found, features.subarray(head.length));
    return features;
  }

  /** Finds the values at some ranks: values are spread over equal buckets, and only those of the ranks are looked at. */
  #selectOf(values: Float64Array, min: number, max: number, ranks: Int32Array): void {
    const n = values.length;
    if (n > this.#places.length) this.#places = new Int32Array(2 * n);
    const buckets = Math.min(MOST_BUCKETS, n);
    const scale = buckets / (max - min);
    const counts = this.#counts.subarray(0, buckets).fill(0);
    const places = this.#places;
    for (let i = 0; i < n; i++) {
      const place = (((values[i] as number) - min) * scale) | 0;
      const bucket = place < buckets ? place : buckets - 1;
      places[i] = bucket;
      counts[bucket] = (counts[bucket] as number) + 1;
    }
    const starts = this.#mark(counts, (bucket) => bucket, ranks, n) as Int32Array;
    const [marks, gathered] = [this.#marks, this.#gathered];
    for (let i = 0; i < n; i++) {
      const bucket = places[i] as number;
      const to = marks[bucket] as number;
      if (to < 0) continue;
      gathered[to] = values[i] as number;
      marks[bucket] = to + 1;
    }
    this.#selectFrom(starts);
  }

  /**
   * Makes room for the values of the bins that hold the ranks.
   * @param order of the bins by their values
   * @returns of each rank, where its bin begins among the gathered values, where it ends, and where the rank is;
   * undefined when these bins hold more than `most` values
   */
  #mark(
    counts: Int32Array | Uint32Array,
    order: (k: number) => number,
    ranks: Int32Array,
    most: number,
  ): Int32Array | undefined {
    if (this.#marks.length < counts.length) this.#marks = new Int32Array(counts.length);
    const marks = this.#marks.fill(-1, 0, counts.length);
    const sections = new Int32Array(3 * ranks.length);
    let room = 0;
    let below = 0;
    for (let k = 0, next = 0; next < ranks.length; k++) {
      const bin = order(k);
      const own = counts[bin] as number;
      const begin = room;
      for (; next < ranks.length && (ranks[next] as number) < below + own; next++) {
        marks[bin] = begin;
        room = begin + own;
        sections.set([begin, room, begin + (ranks[next] as number) - below], 3 * next);
      }
      below += own;
    }
    if (room > most) return undefined;
    if (room > this.#gathered.length) this.#gathered = new Float64Array(2 * room);
    return sections;
  }

  #selectFrom(sections: Int32Array): void {
    for (let k = 0; k < this.#found.length; k++) {
      const [begin, end, place] = [sections[3 * k], sections[3 * k + 1], sections[3 * k + 2]] as [
        number,
        number,
        number,
      ];
      this.#found[k] = selectRank(this.#gathered, begin, end, place);
    }
  }
}

function momentsOf(values: Float64Array): Moments {
  const n = values.length;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, min, max, deviation: Math.sqrt(squares / n) };
}
