/**
 * The written rules of the benchmark on dense arrays, one step after the other and without any of the structures of the
 * implementation, for tiny random volumes. Skeletons alone are taken from the library, which has its own tests.
 */
import { runsOfMask } from "../../../../src/compute/volume/mask-runs.js";
import { skeletonOfRuns } from "../../../../src/compute/volume/skeleton.js";
import type { VolumeShape } from "../../../../src/compute/volume/voxel-runs.js";
import { type ScoreOptions, THRESHOLDS } from "../../../../src/stages/segmentation/metrics/image-score.js";

/** Channels of dense labels over the same spatial shape. */
export interface DenseLabels {
  readonly channels: readonly Float64Array[];
}

type Mask = Uint8Array;
type Matrix = number[][];

export interface NaiveScore {
  readonly truths: number;
  readonly predictions: number;
  readonly recall: Matrix;
  readonly precision: Matrix;
  readonly score: Matrix;
  readonly withoutOverlap: Matrix | undefined;
  readonly thresholds: readonly {
    readonly counts: readonly number[];
    readonly matches: readonly (readonly number[])[];
  }[];
  readonly coverage: readonly number[];
  readonly splitMatches: readonly (readonly number[])[];
  readonly mergeMatches: readonly (readonly number[])[];
  readonly dim: readonly [truePositives: number, coverage: readonly number[]];
  readonly overlap: readonly [truePositives: number, coverage: readonly number[]];
}

export function naiveScore(
  shape: VolumeShape,
  truthLabels: DenseLabels,
  predictedLabels: DenseLabels,
  options: ScoreOptions,
): NaiveScore {
  const fixed = options.profile === "fixed";
  const size = shape[0] * shape[1] * shape[2];
  const truth = instancesOf(truthLabels.channels);
  const channels = predictedLabels.channels.map((channel) => channel.slice());
  const counted = (value: number, c: number) =>
    channels.reduce(
      (sum, channel, i) => sum + (fixed && i !== c ? 0 : channel.reduce((n, v) => n + (v === value ? 1 : 0), 0)),
      0,
    );
  const small = channels.map((channel, c) =>
    [...new Set(channel)].filter((v) => v > 0 && options.removeSmall > 0 && counted(v, c) <= options.removeSmall),
  );
  for (const [c, channel] of channels.entries()) {
    for (let i = 0; i < size; i++) {
      const noTruth = truthLabels.channels.every((one) => one[i] === 0);
      if (small[c]?.includes(channel[i] as number) || (options.foregroundOnly && noTruth)) channel[i] = 0;
    }
  }
  const prediction = instancesOf(channels);

  const skeleton = (mask: Mask): number[] => {
    const points = Array.from(skeletonOfRuns(runsOfMask(mask, shape), options.dimensions));
    if (points.length > 0 || !fixed || !mask.includes(1)) return points;
    return [farthest(mask, shape, options.dimensions)];
  };
  const truthMasks = truth.map(({ mask }) => mask);
  const predictionMasks = prediction.map(({ mask }) => mask);
  const truthSkeletons = truthMasks.map(skeleton);
  const predictionSkeletons = predictionMasks.map(skeleton);
  const recall = shares(truthSkeletons, predictionMasks);
  const precision = transposed(shares(predictionSkeletons, truthMasks));
  const scores = recall.map((row, g) =>
    row.map((r, p) => {
      const q = precision[g]?.[p] as number;
      return q + r === 0 ? 0 : Math.fround(Math.fround(Math.fround(2 * q) * r) / Math.fround(q + r));
    }),
  );
  const depth = (masks: readonly Mask[], i: number) => masks.reduce((sum, mask) => sum + (mask[i] as number), 0);
  const overlapping = (masks: readonly Mask[]) => Array.from({ length: size }, (_, i) => depth(masks, i) >= 2);
  const truthOverlap = overlapping(truthMasks).includes(true);
  const predictionOverlap = overlapping(predictionMasks).includes(true);
  const overlaps = truthOverlap || predictionOverlap;
  const shared = overlapping(truthMasks);
  const erased = (mask: Mask) => mask.map((v, i) => (shared[i] ? 0 : v));
  const withoutOverlap = overlaps
    ? shares(truthMasks.map(erased).map(skeleton), predictionMasks.map(erased))
    : undefined;

  const all = truthMasks.map((_, i) => i + 1);
  const largest = (matrix: Matrix, p: number) => {
    let best = 0;
    for (let g = 1; g < matrix.length; g++) if ((matrix[g]?.[p] as number) > (matrix[best]?.[p] as number)) best = g;
    return best;
  };
  const coverageOf = (ids: readonly number[]): number[] => {
    const masks = ids.map((id) => truthMasks[id - 1] as Mask);
    const matrix = transposed(shares(predictionSkeletons, masks));
    const union = fixed || (overlapping(masks).includes(true) && predictionOverlap);
    return ids.map((id, position) => {
      const members = predictionMasks.flatMap((_, p) => (largest(matrix, p + 1) === position + 1 ? [p + 1] : []));
      const points = truthSkeletons[id - 1] as number[];
      if (!union) return members.reduce((sum, p) => sum + (recall[id]?.[p] as number), 0);
      if (points.length === 0) return 0;
      return (
        points.filter((point) => members.some((p) => predictionMasks[p - 1]?.[point] === 1)).length / points.length
      );
    });
  };

  const thresholds = THRESHOLDS.map((threshold) => {
    const t = Math.fround(threshold);
    const matches = matchesOf(scores, all, threshold, options.match);
    const taken = matches.map(([, p]) => p);
    const unmatched = predictionMasks.map((_, p) => p + 1).filter((p) => !taken.includes(p));
    const split = unmatched.filter((p) => largest(precision, p) !== 0).length;
    let merge = 0;
    for (let p = 1; p <= predictionMasks.length; p++) {
      const merged = all.filter(
        (g) =>
          (recall[g]?.[p] as number) > t && (withoutOverlap === undefined || (withoutOverlap[g]?.[p] as number) > t),
      );
      merge += Math.max(0, merged.length - 1);
    }
    const tp = matches.length;
    const fp = options.partly ? split : predictionMasks.length - tp;
    return { counts: [tp, fp, all.length - tp, split, merge], matches };
  });

  const many = (threshold: number): number[][] =>
    overlaps
      ? consumed(recall, threshold, truthSkeletons, truthMasks, predictionMasks, fixed)
      : all.flatMap((g) =>
          predictionMasks.flatMap((_, p) =>
            (recall[g]?.[p + 1] as number) > Math.fround(threshold) ? [[g, p + 1]] : [],
          ),
        );
  const masksOnly = truth.every(({ value }) => value === 1);
  const dimIds = (options.dimNeurons ?? []).flatMap((id) => {
    const found = truth.findIndex(({ value }, i) => (masksOnly ? i + 1 : value) === id);
    return found < 0 ? [] : [found + 1];
  });
  const overlapIds = all.filter((g) => truthMasks[g - 1]?.some((v, i) => v === 1 && shared[i]));
  const subset = (ids: readonly number[]): [number, number[]] => [
    matchesOf(scores, ids, 0.5, options.match).length,
    coverageOf(ids),
  ];
  return {
    truths: truth.length,
    predictions: prediction.length,
    recall,
    precision,
    score: scores,
    withoutOverlap,
    thresholds,
    coverage: coverageOf(all),
    splitMatches: many(options.falseSplitThreshold),
    mergeMatches: many(options.falseMergeThreshold),
    dim: prediction.length === 0 && !fixed ? [0, []] : subset(dimIds),
    overlap: subset(overlapIds),
  };
}

function instancesOf(channels: readonly Float64Array[]): { value: number; mask: Mask }[] {
  return channels.flatMap((channel) =>
    [...new Set(channel)]
      .filter((value) => value > 0)
      .sort((a, b) => a - b)
      .map((value) => ({ value, mask: Uint8Array.from(channel, (v) => (v === value ? 1 : 0)) })),
  );
}

/** Row per skeleton, column per mask, both from 1; column 0: share in no mask. */
function shares(skeletons: readonly (readonly number[])[], masks: readonly Mask[]): Matrix {
  const zero = [0, ...masks.map(() => 0)];
  const rows = skeletons.map((points) => {
    if (points.length === 0) return zero;
    const outside = points.filter((point) => masks.every((mask) => mask[point] === 0)).length;
    const inside = masks.map((mask) => points.filter((point) => mask[point] === 1).length);
    return [outside, ...inside].map((count) => Math.fround(count / points.length));
  });
  return [zero, ...rows];
}

function transposed(matrix: Matrix): Matrix {
  return (matrix[0] as number[]).map((_, column) => matrix.map((row) => row[column] as number));
}

function matchesOf(scores: Matrix, ids: readonly number[], threshold: number, match: "greedy" | "hungarian") {
  const t = Math.fround(threshold);
  const columns = (scores[0] as number[]).length - 1;
  if (match === "hungarian") return bestMatches(scores, ids, t, columns);
  const pairs = ids.flatMap((g, position) =>
    Array.from({ length: columns }, (_, p) => ({ position, g, p: p + 1, value: scores[g]?.[p + 1] as number })),
  );
  const matches: number[][] = [];
  const taken = { rows: new Set<number>(), columns: new Set<number>() };
  for (;;) {
    let best: (typeof pairs)[number] | undefined;
    for (const pair of pairs) {
      const free = !taken.rows.has(pair.position) && !taken.columns.has(pair.p);
      // Row-major, so that the first of equal ones has the smallest g, then p.
      if (free && pair.value > t && (best === undefined || pair.value > best.value)) best = pair;
    }
    if (best === undefined) return matches;
    taken.rows.add(best.position);
    taken.columns.add(best.p);
    matches.push([best.g, best.p]);
  }
}

/** All assignments tried: the smallest cost decides. Which of several equal ones it is, is not told. */
function bestMatches(scores: Matrix, ids: readonly number[], t: number, columns: number): number[][] {
  const smaller = Math.min(ids.length, columns);
  let best: { cost: number; pairs: number[][] } = { cost: Number.POSITIVE_INFINITY, pairs: [] };
  const search = (position: number, used: readonly number[], cost: number, pairs: readonly number[][]) => {
    if (position === ids.length) {
      if (used.length === smaller && cost < best.cost - 1e-12) best = { cost, pairs: [...pairs] };
      return;
    }
    const g = ids[position] as number;
    if (used.length + ids.length - position - 1 >= smaller) search(position + 1, used, cost, pairs);
    for (let p = 1; p <= columns; p++) {
      if (used.includes(p)) continue;
      const value = scores[g]?.[p] as number;
      const step = (value > t ? -1 : 0) - Math.fround(value / (2 * smaller));
      search(position + 1, [...used, p], cost + step, [...pairs, [g, p]]);
    }
  };
  search(0, [], 0, []);
  return best.pairs.filter(([g, p]) => (scores[g as number]?.[p as number] as number) > t);
}

/** The queue as a plain list that is searched. */
function consumed(
  recall: Matrix,
  threshold: number,
  skeletons: readonly (readonly number[])[],
  truthMasks: readonly Mask[],
  predictionMasks: readonly Mask[],
  monotone: boolean,
): number[][] {
  const t = Math.fround(threshold);
  const above = (g: number, p: number) => (recall[g]?.[p] as number) > t;
  const entries: { priority: number; order: number; version: number; pair: string }[] = [];
  const versions = new Map<string, number>();
  const issued = new Map<string, number>();
  let order = 0;
  const push = (pair: string, priority: number) => {
    const version = ((monotone ? issued : versions).get(pair) ?? 0) + 1;
    versions.set(pair, version);
    issued.set(pair, version);
    entries.push({ priority, order: order++, version, pair });
  };
  const drop = (pair: string) => {
    if (versions.has(pair)) versions.set(pair, -1);
  };
  const freeTruth = skeletons.map((points) => new Set(points));
  const freePrediction = predictionMasks.map((mask) => mask.slice());
  for (let g = 1; g < recall.length; g++) {
    for (let p = 1; p <= predictionMasks.length; p++) if (above(g, p)) push(`${g},${p}`, -(recall[g]?.[p] as number));
  }
  const matches: number[][] = [];
  while (entries.length > 0) {
    entries.sort((a, b) => a.priority - b.priority || a.order - b.order);
    const entry = entries.shift() as (typeof entries)[number];
    if (versions.get(entry.pair) !== entry.version) continue;
    versions.delete(entry.pair);
    const [g, p] = entry.pair.split(",").map(Number) as [number, number];
    matches.push([g, p]);
    const free = freeTruth[g - 1] as Set<number>;
    for (const point of [...free]) if (predictionMasks[p - 1]?.[point] === 1) free.delete(point);
    const rest = freePrediction[p - 1] as Mask;
    for (const i of rest.keys()) if (truthMasks[g - 1]?.[i] === 1) rest[i] = 0;
    const renew = (a: number, b: number, count: number) => {
      const value = count / ((skeletons[a - 1] as readonly number[]).length || 1);
      if (value > threshold) push(`${a},${b}`, -value);
      else drop(`${a},${b}`);
    };
    for (let q = 1; q <= predictionMasks.length; q++) {
      if (above(g, q)) renew(g, q, [...free].filter((point) => predictionMasks[q - 1]?.[point] === 1).length);
    }
    for (let h = 1; h < recall.length; h++) {
      if (above(h, p)) renew(h, p, (skeletons[h - 1] as number[]).filter((point) => rest[point] === 1).length);
    }
  }
  return matches;
}

/** By the distance to every background voxel, the border of the volume included. */
function farthest(mask: Mask, [depth, height, width]: VolumeShape, dimensions: 2 | 3): number {
  const planes = dimensions === 3 ? 1 : 0;
  const at = (z: number, y: number, x: number) =>
    z >= 0 && z < depth && y >= 0 && y < height && x >= 0 && x < width
      ? (mask[(z * height + y) * width + x] as number)
      : 0;
  let [best, bestDistance] = [-1, -1];
  for (const [i, inside] of mask.entries()) {
    if (inside === 0) continue;
    const [z, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    let nearest = Number.POSITIVE_INFINITY;
    for (let bz = -planes; bz < depth + planes; bz++) {
      for (let by = -1; by <= height; by++) {
        for (let bx = -1; bx <= width; bx++) {
          if (at(bz, by, bx) === 0) nearest = Math.min(nearest, (bz - z) ** 2 + (by - y) ** 2 + (bx - x) ** 2);
        }
      }
    }
    if (nearest > bestDistance) [best, bestDistance] = [i, nearest];
  }
  return best;
}
