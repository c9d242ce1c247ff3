import type { RandomNumbers } from "./random-numbers.js";

/** Points of equal dimension, one after the other. */
export interface Points {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float64Array;
}

export interface KMeansResult {
  /** Nearest centre of each point. */
  readonly assignment: Int32Array;
  readonly centres: Float64Array;
  readonly iterations: number;
}

export interface KMeansOptions {
  readonly clusters: number;
  readonly random: RandomNumbers;
  /** One positive number per point. */
  readonly weights?: Float64Array | undefined;
  readonly iterations?: number;
}

/**
 * Lloyd's algorithm from a k-means++ start (Arthur and Vassilvitskii 2007). A cluster that loses all its points takes
 * the point farthest from its own centre. At most `iterations` rounds (300). O(points × clusters × dimensions) each.
 */
export function kMeans(points: Points, options: KMeansOptions): KMeansResult {
  const { count, dimensions } = points;
  const { clusters, weights, iterations = 300 } = options;
  if (clusters < 1 || clusters > count) throw new RangeError(`${clusters} clusters of ${count} points`);
  const centres = plusPlusCentres(points, options);
  const assignment = new Int32Array(count).fill(-1);
  const distances = new Float64Array(count);
  let round = 0;
  for (; round < iterations; round++) {
    let changes = 0;
    for (let i = 0; i < count; i++) {
      let [best, nearest] = [Number.POSITIVE_INFINITY, 0];
      for (let k = 0; k < clusters; k++) {
        const distance = squaredDistance(points, i, centres, k);
        if (distance < best) [best, nearest] = [distance, k];
      }
      distances[i] = best;
      if (assignment[i] !== nearest) changes++;
      assignment[i] = nearest;
    }
    if (changes === 0) break;
    const totals = new Float64Array(clusters);
    for (let i = 0; i < count; i++) {
      totals[assignment[i] as number] = (totals[assignment[i] as number] as number) + (weights?.[i] ?? 1);
    }
    for (let k = 0; k < clusters; k++) {
      if (totals[k] !== 0) continue;
      let farthest = 0;
      for (let i = 1; i < count; i++) if ((distances[i] as number) > (distances[farthest] as number)) farthest = i;
      const weight = weights?.[farthest] ?? 1;
      totals[assignment[farthest] as number] = (totals[assignment[farthest] as number] as number) - weight;
      totals[k] = weight;
      assignment[farthest] = k;
      distances[farthest] = 0;
    }
    centres.fill(0);
    for (let i = 0; i < count; i++) {
      const k = assignment[i] as number;
      const share = (weights?.[i] ?? 1) / (totals[k] as number);
      for (let d = 0; d < dimensions; d++) {
        centres[k * dimensions + d] =
          (centres[k * dimensions + d] as number) + share * (points.values[i * dimensions + d] as number);
      }
    }
  }
  return { assignment, centres, iterations: round };
}

function plusPlusCentres(points: Points, { clusters, random, weights }: KMeansOptions): Float64Array {
  const { count, dimensions, values } = points;
  const centres = new Float64Array(clusters * dimensions);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < clusters; k++) {
    const chances = Float64Array.from(
      { length: count },
      (_, i) => (weights?.[i] ?? 1) * (k === 0 ? 1 : (nearest[i] as number)),
    );
    const chosen = drawn(chances, random);
    for (let d = 0; d < dimensions; d++) centres[k * dimensions + d] = values[chosen * dimensions + d] as number;
    for (let i = 0; i < count; i++) nearest[i] = Math.min(nearest[i] as number, squaredDistance(points, i, centres, k));
  }
  return centres;
}

/** An index with chance in proportion to its value; when all are 0, any. */
function drawn(chances: Float64Array, random: RandomNumbers): number {
  let total = 0;
  for (const chance of chances) total += chance;
  if (total === 0) return Math.floor(random() * chances.length);
  let left = random() * total;
  for (let i = 0; i < chances.length; i++) {
    left -= chances[i] as number;
    if (left < 0) return i;
  }
  return chances.length - 1;
}

function squaredDistance({ dimensions, values }: Points, i: number, centres: Float64Array, k: number): number {
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    sum += ((values[i * dimensions + d] as number) - (centres[k * dimensions + d] as number)) ** 2;
  }
  return sum;
}
