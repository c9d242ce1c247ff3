import { insideFlags } from "../../../compute/volume/run-set.js";
import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { ScoreMatrix } from "./image-score.js";
import { allRows, pairsAbove } from "./one-to-one.js";
import type { MatrixInstance } from "./score-matrices.js";
import { VersionQueue } from "./version-queue.js";

/** A truth instance and a prediction, counted from 1. */
export type InstancePair = readonly [truth: number, prediction: number];

/** All pairs whose recall exceeds the threshold: the many-to-many matches of an image without overlaps. */
export function simpleMatches(recall: ScoreMatrix, threshold: number): readonly InstancePair[] {
  return pairsAbove(recall, allRows(recall), threshold).map(({ position, prediction }) => [position + 1, prediction]);
}

/**
 * Many-to-many matches with consumption, for images with overlaps: pairs are taken by recall, highest first. A taken
 * pair uses up the truth skeleton inside the prediction, for the truth's other predictions, and the prediction's voxels
 * inside the truth, for the prediction's other truths, whose recall is computed anew (in double precision, over the
 * whole skeleton); what falls to the threshold or below is dropped. In the order in which pairs are taken.
 *
 * Cost: for every taken pair the skeleton points of its candidates, those with an original recall above the threshold.
 */
export function consumingMatches(
  recall: ScoreMatrix,
  threshold: number,
  truth: readonly MatrixInstance[],
  prediction: readonly { readonly runs: VoxelRuns }[],
  monotoneVersions: boolean,
): readonly InstancePair[] {
  const pairs = pairsAbove(recall, allRows(recall), threshold);
  const { columns } = recall;
  const keyOf = (g: number, p: number) => g * columns + p;
  const queue = new VersionQueue(monotoneVersions);
  const ofTruth = new Map<number, number[]>();
  const ofPrediction = new Map<number, number[]>();
  /** Points of the truth's skeleton in the prediction, as positions in the skeleton. */
  const shared = new Map<number, Uint32Array>();
  /** The same without those in truths that the prediction was matched with. */
  const left = new Map<number, Uint32Array>();
  const available = new Map<number, Uint8Array>();
  for (const { position, prediction: p, score } of pairs) {
    const g = position + 1;
    queue.push(keyOf(g, p), -score);
    listOf(ofTruth, g).push(p);
    listOf(ofPrediction, p).push(g);
    const skeleton = skeletonOf(g);
    const points = positionsOf(insideFlags(skeleton, (prediction[p - 1] as { readonly runs: VoxelRuns }).runs));
    shared.set(keyOf(g, p), points);
    left.set(keyOf(g, p), points);
    if (!available.has(g)) available.set(g, new Uint8Array(skeleton.length).fill(1));
  }

  const matches: InstancePair[] = [];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const g = Math.floor(key / columns);
    const p = key - g * columns;
    matches.push([g, p]);
    const free = available.get(g) as Uint8Array;
    for (const point of shared.get(key) as Uint32Array) free[point] = 0;
    for (const q of listOf(ofTruth, g)) {
      let count = 0;
      for (const point of shared.get(keyOf(g, q)) as Uint32Array) count += free[point] as number;
      update(keyOf(g, q), count / skeletonOf(g).length);
    }
    for (const h of listOf(ofPrediction, p)) {
      const remaining = withoutVoxels(
        left.get(keyOf(h, p)) as Uint32Array,
        skeletonOf(h),
        truth[g - 1] as MatrixInstance,
      );
      left.set(keyOf(h, p), remaining);
      update(keyOf(h, p), remaining.length / skeletonOf(h).length);
    }
  }
  return matches;

  function update(key: number, value: number): void {
    if (value > threshold) queue.push(key, -value);
    else queue.drop(key);
  }

  function skeletonOf(g: number): Uint32Array {
    return (truth[g - 1] as MatrixInstance).skeleton;
  }
}

/** Σ over truths of the predictions matched beyond the first. */
export function countSplits(matches: readonly InstancePair[]): number {
  return matches.length - new Set(matches.map(([truth]) => truth)).size;
}

/** Σ over predictions of the truths matched beyond the first. */
export function countMerges(matches: readonly InstancePair[]): number {
  return matches.length - new Set(matches.map(([, prediction]) => prediction)).size;
}

function listOf(lists: Map<number, number[]>, key: number): number[] {
  const found = lists.get(key);
  if (found !== undefined) return found;
  const list: number[] = [];
  lists.set(key, list);
  return list;
}

function withoutVoxels(positions: Uint32Array, skeleton: Uint32Array, consumed: MatrixInstance): Uint32Array {
  const points = positions.map((position) => skeleton[position] as number);
  const flags = insideFlags(points, consumed.runs);
  return positions.filter((_, i) => flags[i] === 0);
}

function positionsOf(flags: Uint8Array): Uint32Array {
  const positions = new Uint32Array(flags.reduce((sum, flag) => sum + flag, 0));
  let size = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) positions[size++] = i;
  return positions;
}
