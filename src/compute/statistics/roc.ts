/** A receiver operating characteristic: one point per distinct score, from (0, 0), scores falling. */
export interface RocCurve {
  readonly members: number;
  readonly nonmembers: number;
  /** Score from which on a unit counts as member; +∞ at the first point. */
  readonly thresholds: Float64Array;
  /** Non-members at or above the threshold. */
  readonly falsePositives: Int32Array;
  /** Members at or above the threshold. */
  readonly truePositives: Int32Array;
}

/**
 * How a true-positive rate is read off a curve at a false-positive rate x. `largest_fpr_not_above`: the last point
 * whose rate is not above x. `nearest_fpr`: the point whose rate is nearest, the first of equals; it may exceed x, and
 * is the origin at small x. `interp`: on the line between points.
 */
export const RATE_CONVENTIONS = ["largest_fpr_not_above", "nearest_fpr", "interp"] as const;

export type RateConvention = (typeof RATE_CONVENTIONS)[number];

export interface TrueRate {
  /** True-positive rate; NaN with one class only. */
  readonly rate: number;
  /** Members at or above the threshold; with `interp` not a whole number. */
  readonly truePositives: number;
  /** Score from which on a unit counts as member; +∞ at the origin of the curve; of `interp` that of the last point not above. */
  readonly threshold: number;
  /** False where there are fewer non-members than 1/x: no share of them is as small, so the rate says nothing. */
  readonly estimable: boolean;
  /** Most non-members that may be at or above a threshold. */
  readonly falsePositivesAllowed: number;
}

/** Positions of scores in rising order; equal scores in order of position. */
export function risingOrder(scores: Float64Array): Int32Array {
  const order = Int32Array.from(scores, (_, index) => index);
  return order.sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
}

/** 1-based ranks in rising order; equal scores share the mean of theirs. O(n log n). */
export function midranks(scores: Float64Array): Float64Array {
  const order = risingOrder(scores);
  const ranks = new Float64Array(scores.length);
  for (let begin = 0; begin < order.length; ) {
    const value = scores[order[begin] as number] as number;
    let end = begin + 1;
    while (end < order.length && scores[order[end] as number] === value) end++;
    for (let at = begin; at < end; at++) ranks[order[at] as number] = (begin + 1 + end) / 2;
    begin = end;
  }
  return ranks;
}

/**
 * The statistic U of Mann and Whitney (1947): pairs of a member and a non-member of which the member scores higher, ties
 * counting half. Exact below 2⁵² pairs.
 * @param labels 1: member, 0: non-member.
 * @throws {RangeError} where lengths differ or a score is NaN.
 */
export function mannWhitney(
  scores: Float64Array,
  labels: Uint8Array,
): { readonly u: number; readonly members: number; readonly nonmembers: number } {
  checkScores(scores, labels);
  const ranks = midranks(scores);
  let [sum, members] = [0, 0];
  for (let at = 0; at < ranks.length; at++) {
    if (labels[at] === 1) {
      sum += ranks[at] as number;
      members++;
    }
  }
  return { u: sum - (members * (members + 1)) / 2, members, nonmembers: scores.length - members };
}

/**
 * Area under the receiver operating characteristic, ties counting half; NaN with one class only. O(n log n).
 * @throws {RangeError} where lengths differ or a score is NaN.
 */
export function areaUnderCurve(scores: Float64Array, labels: Uint8Array): number {
  const { u, members, nonmembers } = mannWhitney(scores, labels);
  return u / (members * nonmembers);
}

/** Standard deviation of the area by chance, without ties: √((n₁ + n₀ + 1) / (12 n₁ n₀)). */
export function chanceDeviation(members: number, nonmembers: number): number {
  return Math.sqrt((members + nonmembers + 1) / (12 * members * nonmembers));
}

/**
 * All points of the curve, none left out. O(n log n).
 * @throws {RangeError} where lengths differ or a score is NaN.
 */
export function rocCurve(scores: Float64Array, labels: Uint8Array): RocCurve {
  checkScores(scores, labels);
  const order = risingOrder(scores).reverse();
  const thresholds = [Number.POSITIVE_INFINITY];
  const falsePositives = [0];
  const truePositives = [0];
  let members = 0;
  for (let begin = 0; begin < order.length; ) {
    const value = scores[order[begin] as number] as number;
    let end = begin;
    for (; end < order.length && scores[order[end] as number] === value; end++) {
      members += labels[order[end] as number] as number;
    }
    thresholds.push(value);
    truePositives.push(members);
    falsePositives.push(end - members);
    begin = end;
  }
  return {
    members,
    nonmembers: order.length - members,
    thresholds: Float64Array.from(thresholds),
    falsePositives: Int32Array.from(falsePositives),
    truePositives: Int32Array.from(truePositives),
  };
}

/** The true-positive rate at a false-positive rate, 0 < x < 1. */
export function trueRateAt(curve: RocCurve, fpr: number, convention: RateConvention): TrueRate {
  const { members, nonmembers, thresholds, falsePositives, truePositives } = curve;
  const rateOf = (point: number) => (falsePositives[point] as number) / nonmembers;
  let last = 0;
  while (last + 1 < thresholds.length && rateOf(last + 1) <= fpr) last++;
  let found = truePositives[last] as number;
  let at = last;
  if (convention === "nearest_fpr") {
    at = nearestPoint(thresholds.length, (point) => Math.abs(rateOf(point) - fpr));
    found = truePositives[at] as number;
  } else if (convention === "interp" && last + 1 < thresholds.length) {
    const share = (fpr - rateOf(last)) / (rateOf(last + 1) - rateOf(last));
    found += share * ((truePositives[last + 1] as number) - found);
  }
  let allowed = Math.floor(nonmembers * fpr);
  if ((allowed + 1) / nonmembers <= fpr) allowed++;
  return {
    rate: nonmembers === 0 ? Number.NaN : found / members,
    truePositives: found,
    threshold: thresholds[at] as number,
    estimable: members > 0 && allowed >= 1,
    falsePositivesAllowed: allowed,
  };
}

function nearestPoint(points: number, distance: (point: number) => number): number {
  let nearest = 0;
  for (let point = 1; point < points; point++) if (distance(point) < distance(nearest)) nearest = point;
  return nearest;
}

function checkScores(scores: Float64Array, labels: Uint8Array): void {
  if (scores.length !== labels.length) {
    throw new RangeError(`${scores.length} scores, but ${labels.length} labels`);
  }
  for (let at = 0; at < scores.length; at++) {
    if (Number.isNaN(scores[at])) throw new RangeError(`score ${at} is not a number`);
    if ((labels[at] as number) > 1) throw new RangeError(`label ${at} is ${labels[at]}, not 0 or 1`);
  }
}
