/** Percentiles of `simple_agg`. */
export const PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99] as const;

/** Ranks of sorted values, from 0, that their percentiles lie between; rising from 50 values on. */
export function percentileRanks(n: number): Int32Array {
  const ranks = new Int32Array(2 * PERCENTILES.length);
  PERCENTILES.forEach((percentile, k) => {
    const lower = Math.floor(((n - 1) * percentile) / 100);
    ranks[2 * k] = lower;
    ranks[2 * k + 1] = Math.min(n - 1, lower + 1);
  });
  return ranks;
}

/** Percentiles from the values at {@link percentileRanks}: linear interpolation, from the nearer end as in numpy. */
export function interpolatePercentiles(n: number, found: Float64Array, into: Float64Array): void {
  PERCENTILES.forEach((percentile, k) => {
    const place = ((n - 1) * percentile) / 100;
    const part = place - Math.floor(place);
    const lower = found[2 * k] as number;
    const upper = found[2 * k + 1] as number;
    into[k] = part < 0.5 ? lower + (upper - lower) * part : upper - (upper - lower) * (1 - part);
  });
}

/** Shorter pieces are sorted by insertion. */
const SHORT = 12;

/**
 * The value that would be at place `rank` of `values` if places `from` … `to` − 1 were sorted (Hoare's selection).
 * Moves values among these places so that nothing before the rank is larger than it and nothing after it smaller.
 * @param mostRounds after which the rest is sorted: selection has bad cases
 */
export function selectRank(values: Float64Array, from: number, to: number, rank: number, mostRounds = 32): number {
  let low = from;
  let high = to - 1;
  for (let round = 0; high - low > SHORT; round++) {
    if (round === mostRounds) {
      values.subarray(low, high + 1).sort();
      return values[rank] as number;
    }
    const [a, b, c] = [values[low] as number, values[(low + high) >> 1] as number, values[high] as number];
    const pivot = a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const value = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = value;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else return values[rank] as number;
  }
  for (let i = low + 1; i <= high; i++) {
    const value = values[i] as number;
    let k = i - 1;
    while (k >= low && (values[k] as number) > value) {
      values[k + 1] = values[k] as number;
      k--;
    }
    values[k + 1] = value;
  }
  return values[rank] as number;
}
