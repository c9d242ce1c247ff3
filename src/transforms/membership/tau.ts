import { countBelow } from "../../compute/statistics/sorted-values.js";

/** Thresholds that are tried, from the smallest to the largest training value. */
const THRESHOLDS = 500;

export interface TauThreshold {
  readonly tau: number;
  /** Share of the training sequences that it tells rightly. */
  readonly accuracy: number;
}

/**
 * The threshold τ that tells most training sequences rightly (member: value ≥ τ) among 500 from the smallest to the
 * largest value, the last of equals: the rule of the SoK benchmark (Meeus et al.). Undefined without values.
 * O(n log n).
 * @param labels 1: of a member, 0: not.
 */
export function fitTau(values: Float64Array, labels: Uint8Array): TauThreshold | undefined {
  if (values.length === 0) return undefined;
  const [nonmembers, members] = [0, 1].map((label) => values.filter((_, at) => labels[at] === label).sort()) as [
    Float64Array,
    Float64Array,
  ];
  const low = Math.min(nonmembers[0] ?? Number.POSITIVE_INFINITY, members[0] ?? Number.POSITIVE_INFINITY);
  const high = Math.max(nonmembers.at(-1) ?? Number.NEGATIVE_INFINITY, members.at(-1) ?? Number.NEGATIVE_INFINITY);
  const step = (high - low) / (THRESHOLDS - 1);
  let [tau, right] = [low, -1];
  for (let at = 0; at < THRESHOLDS; at++) {
    const threshold = at === THRESHOLDS - 1 ? high : at * step + low;
    const found = countBelow(nonmembers, threshold) + members.length - countBelow(members, threshold);
    if (found >= right) [tau, right] = [threshold, found];
  }
  return { tau, accuracy: right / values.length };
}

/** Share of the sequences of a document at or above τ; NaN of none. */
export function shareAbove(values: Float64Array, tau: number): number {
  let above = 0;
  for (const value of values) if (value >= tau) above++;
  return above / values.length;
}
