import type { Interval } from "./clopper-pearson.js";
import { randomNumbers } from "./random-numbers.js";
import { risingOrder } from "./roc.js";
import { quantile } from "./sorted-values.js";

/** Most draws without one of the classes: beyond, there are too few clusters for an interval. */
const MOST_EMPTY = 0.5;

/**
 * Percentile interval of an area under the curve, by drawing whole clusters with replacement. Draws that lack a class
 * are left out; undefined with fewer than two clusters, or when more than half of the draws lack one.
 * The result depends on the seed and on the order of `clusters`' numbers, not on the order of units. O(draws · n).
 * @param clusters number of the cluster of every unit, 0 … `count` − 1.
 */
export function clusterBootstrap(given: {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  readonly clusters: Int32Array;
  readonly count: number;
  readonly seed: number;
  readonly draws?: number;
  readonly confidence?: number;
}): Interval | undefined {
  const { scores, labels, clusters, count, seed, draws = 1000, confidence = 0.95 } = given;
  if (count < 2) return undefined;
  const order = risingOrder(scores);
  const random = randomNumbers(seed);
  const weights = new Int32Array(count);
  const areas: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    weights.fill(0);
    for (let pick = 0; pick < count; pick++) {
      const chosen = Math.floor(random() * count);
      weights[chosen] = (weights[chosen] as number) + 1;
    }
    const area = weightedArea({ order, scores, labels, clusters, weights });
    if (!Number.isNaN(area)) areas.push(area);
  }
  if (areas.length < draws * MOST_EMPTY) return undefined;
  const sorted = Float64Array.from(areas).sort();
  return [quantile(sorted, (1 - confidence) / 2), quantile(sorted, (1 + confidence) / 2)];
}

function weightedArea(given: {
  readonly order: Int32Array;
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  readonly clusters: Int32Array;
  readonly weights: Int32Array;
}): number {
  const { order, scores, labels, clusters, weights } = given;
  let [members, nonmembers, twice] = [0, 0, 0];
  for (let begin = 0; begin < order.length; ) {
    const value = scores[order[begin] as number] as number;
    let [m, n] = [0, 0];
    let end = begin;
    for (; end < order.length && scores[order[end] as number] === value; end++) {
      const unit = order[end] as number;
      const weight = weights[clusters[unit] as number] as number;
      if (labels[unit] === 1) m += weight;
      else n += weight;
    }
    twice += m * (2 * nonmembers + n);
    members += m;
    nonmembers += n;
    begin = end;
  }
  return twice / (2 * members * nonmembers);
}
