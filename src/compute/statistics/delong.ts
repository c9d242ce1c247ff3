import { clopperPearson, type Interval } from "./clopper-pearson.js";
import { normalQuantileAbove } from "./normal-distribution.js";
import { midranks } from "./roc.js";

export interface DelongArea {
  /** Area under the curve; NaN with one class only. */
  readonly auc: number;
  /** Its variance; NaN with fewer than two of a class. */
  readonly variance: number;
  readonly members: number;
  readonly nonmembers: number;
}

/**
 * Area under the curve and its variance by DeLong, DeLong and Clarke-Pearson (1988), var(V₁₀)/n₁ + var(V₀₁)/n₀ with
 * ddof 1, through midranks (Sun and Xu 2014). O(n log n).
 * @param labels 1: member, 0: non-member.
 */
export function delong(scores: Float64Array, labels: Uint8Array): DelongArea {
  const { auc, ofMembers, ofNonmembers } = placements(scores, labels);
  return {
    auc,
    variance:
      covariance(ofMembers, ofMembers) / ofMembers.length +
      covariance(ofNonmembers, ofNonmembers) / ofNonmembers.length,
    members: ofMembers.length,
    nonmembers: ofNonmembers.length,
  };
}

export interface PairedDelong {
  readonly one: number;
  readonly other: number;
  /** Area of the one minus that of the other. */
  readonly difference: number;
  /** Variance of the difference, with the covariance of the two. */
  readonly variance: number;
  /** Normal interval of the difference, in [-1, 1]. */
  readonly interval: Interval;
}

/** Two scores of the same units: the difference of their areas and its variance (DeLong et al. 1988). */
export function pairedDelong(
  one: Float64Array,
  other: Float64Array,
  labels: Uint8Array,
  confidence = 0.95,
): PairedDelong {
  const [a, b] = [placements(one, labels), placements(other, labels)];
  const part = (x: Float64Array, y: Float64Array) => {
    const difference = x.map((value, at) => value - (y[at] as number));
    return covariance(difference, difference) / x.length;
  };
  const variance = part(a.ofMembers, b.ofMembers) + part(a.ofNonmembers, b.ofNonmembers);
  const difference = a.auc - b.auc;
  const half = normalQuantileAbove((1 - confidence) / 2) * Math.sqrt(variance);
  const interval: Interval = [Math.max(-1, difference - half), Math.min(1, difference + half)];
  return { one: a.auc, other: b.auc, difference, variance, interval };
}

/**
 * Interval of an area, always in [0, 1]: normal on the logit scale. Where members and non-members are told apart without
 * exception the variance is 0 and says nothing; then min(n₁, n₀) disjoint pairs all came out one way, and the exact
 * interval of their proportion is taken. NaN with fewer than two of a class.
 */
export function areaInterval({ auc, variance, members, nonmembers }: DelongArea, confidence = 0.95): Interval {
  if (Number.isNaN(auc) || Number.isNaN(variance)) return [Number.NaN, Number.NaN];
  const pairs = Math.min(members, nonmembers);
  if (auc <= 0 || auc >= 1) return clopperPearson(auc <= 0 ? 0 : pairs, pairs, confidence);
  const logit = Math.log(auc / (1 - auc));
  const half = (normalQuantileAbove((1 - confidence) / 2) * Math.sqrt(variance)) / (auc * (1 - auc));
  return [1 / (1 + Math.exp(half - logit)), 1 / (1 + Math.exp(-half - logit))];
}

/** The share of the other class that every unit places above. */
function placements(scores: Float64Array, labels: Uint8Array) {
  const all = midranks(scores);
  const own = [0, 1].map((label) => midranks(scores.filter((_, at) => labels[at] === label)));
  const [nonmembers, members] = own as [Float64Array, Float64Array];
  const ofMembers = new Float64Array(members.length);
  const ofNonmembers = new Float64Array(nonmembers.length);
  let [m, n, sum] = [0, 0, 0];
  for (let at = 0; at < scores.length; at++) {
    if (labels[at] === 1) {
      const above = (all[at] as number) - (members[m] as number);
      sum += above;
      ofMembers[m++] = above / nonmembers.length;
    } else {
      ofNonmembers[n] = 1 - ((all[at] as number) - (nonmembers[n] as number)) / members.length;
      n++;
    }
  }
  return { auc: sum / (members.length * nonmembers.length), ofMembers, ofNonmembers };
}

/** With ddof 1. */
function covariance(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let sum = 0;
  for (let at = 0; at < x.length; at++) sum += ((x[at] as number) - mx) * ((y[at] as number) - my);
  return x.length < 2 ? Number.NaN : sum / (x.length - 1);
}
