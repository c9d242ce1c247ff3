import { betaQuantile } from "./beta-distribution.js";

/** Both ends of an interval. */
export type Interval = readonly [low: number, high: number];

/**
 * The exact interval of a proportion of k in n (Clopper and Pearson 1934), always in [0, 1]; [0, 1] for n = 0. A k that
 * is no whole number is taken as it is.
 * @throws {RangeError} unless 0 ≤ k ≤ n.
 */
export function clopperPearson(k: number, n: number, confidence = 0.95): Interval {
  if (!(k >= 0 && k <= n)) throw new RangeError(`${k} of ${n} is no proportion`);
  const tail = (1 - confidence) / 2;
  const low = k === 0 ? 0 : betaQuantile(tail, k, n - k + 1);
  const high = k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k);
  return [low, high];
}
