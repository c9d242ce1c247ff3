import { insideFlags } from "../../../compute/volume/run-set.js";
import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import { float32Sum } from "./float32-sum.js";
import type { ScoreMatrix } from "./image-score.js";

/**
 * For each prediction the row whose share of its skeleton is largest, 0 for the background; the smaller one among equal
 * ones. Entry 0 is 0. `background`: what to take for row 0 instead of the matrix's own.
 */
export function assignedTruth(
  precision: ScoreMatrix,
  rows: readonly number[],
  background: Float32Array = precision.values.subarray(0, precision.columns),
): Uint32Array {
  const assigned = new Uint32Array(precision.columns);
  const best = background.slice();
  best[0] = 0;
  for (const [position, row] of rows.entries()) {
    const first = row * precision.columns;
    for (let p = 1; p < precision.columns; p++) {
      const value = precision.values[first + p] as number;
      if (value <= (best[p] as number)) continue;
      best[p] = value;
      assigned[p] = position + 1;
    }
  }
  return assigned;
}

/** Predictions assigned to each of `count` positions, ascending; entry 0 is the first position. */
function predictionsOf(assigned: Uint32Array, count: number): number[][] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (const [p, position] of assigned.entries()) if (position > 0) lists[position - 1]?.push(p);
  return lists;
}

/** Coverage of each row as the sum of its recalls over the predictions assigned to it, in float32 as numpy sums. */
export function summedCoverage(recall: ScoreMatrix, rows: readonly number[], assigned: Uint32Array): number[] {
  return predictionsOf(assigned, rows.length).map((predictions, position) => {
    const first = (rows[position] as number) * recall.columns;
    return float32Sum(Float32Array.from(predictions, (p) => recall.values[first + p] as number));
  });
}

/** Coverage of each skeleton by the union of the predictions assigned to it; 0 for a skeleton that vanished. */
export function unitedCoverage(
  skeletons: readonly Uint32Array[],
  predictions: readonly { readonly runs: VoxelRuns }[],
  assigned: Uint32Array,
): number[] {
  return predictionsOf(assigned, skeletons.length).map((list, position) => {
    const skeleton = skeletons[position] as Uint32Array;
    if (skeleton.length === 0 || list.length === 0) return 0;
    const covered = new Uint8Array(skeleton.length);
    for (const p of list) {
      const { runs } = predictions[p - 1] as { readonly runs: VoxelRuns };
      for (const [i, inside] of insideFlags(skeleton, runs).entries()) if (inside !== 0) covered[i] = 1;
    }
    return covered.reduce((sum, flag) => sum + flag, 0) / skeleton.length;
  });
}
