import { LoadError } from "../../../base/errors.js";
import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { ScoreMatrix } from "./image-score.js";
import { indexInstances, OverlapCounter } from "./instance-index.js";

/** An instance with the thinned voxels that stand for it. */
export interface MatrixInstance {
  readonly channel: number;
  readonly runs: VoxelRuns;
  /** Linear indices, ascending; empty for a skeleton that vanished. */
  readonly skeleton: Uint32Array;
}

export interface ScoreMatrices {
  readonly recall: ScoreMatrix;
  readonly precision: ScoreMatrix;
  readonly score: ScoreMatrix;
}

/** Most pairs of truth and prediction, 4 bytes each in up to four matrices. */
const MOST_PAIRS = 50_000_000;

/** @throws {LoadError} `load/many-pairs`. */
function emptyMatrix(truths: number, predictions: number): ScoreMatrix {
  const [rows, columns] = [truths + 1, predictions + 1];
  if (rows * columns > MOST_PAIRS) {
    throw new LoadError(
      "many-pairs",
      `${truths} instances of the truth and ${predictions} of the prediction make ${rows * columns} pairs, more than ${MOST_PAIRS}`,
      { fields: { truths, predictions, limit: MOST_PAIRS }, wayOut: "Remove small labels with the size filter." },
    );
  }
  return { rows, columns, values: new Float32Array(rows * columns) };
}

/**
 * Share of each truth skeleton in each prediction: entry (g, p); (g, 0) is the share in no prediction. Overlapping
 * predictions each count, so that a row may sum to more than 1. A vanished skeleton gives a zero row.
 */
export function skeletonRecall(
  skeletons: readonly Uint32Array[],
  predictions: readonly { readonly channel: number; readonly runs: VoxelRuns }[],
): ScoreMatrix {
  const matrix = emptyMatrix(skeletons.length, predictions.length);
  const counter = new OverlapCounter(indexInstances(predictions));
  for (const [i, skeleton] of skeletons.entries()) {
    if (skeleton.length === 0) continue;
    const row = (i + 1) * matrix.columns;
    const outside = counter.points(skeleton, (p, count) => {
      matrix.values[row + p] = count / skeleton.length;
    });
    matrix.values[row] = outside / skeleton.length;
  }
  return matrix;
}

/**
 * Centre-line recall, precision and Dice of all pairs. Every value is float32, and so is every step of
 * clDice = ((2 · precision) · recall) / (precision + recall); 0 where both are 0.
 */
export function centerlineMatrices(
  truth: readonly MatrixInstance[],
  prediction: readonly MatrixInstance[],
): ScoreMatrices {
  const recall = skeletonRecall(
    truth.map(({ skeleton }) => skeleton),
    prediction,
  );
  const precision = emptyMatrix(truth.length, prediction.length);
  const { columns } = precision;
  const counter = new OverlapCounter(indexInstances(truth));
  for (const [i, { skeleton }] of prediction.entries()) {
    if (skeleton.length === 0) continue;
    const outside = counter.points(skeleton, (g, count) => {
      precision.values[g * columns + i + 1] = count / skeleton.length;
    });
    precision.values[i + 1] = outside / skeleton.length;
  }
  const score = emptyMatrix(truth.length, prediction.length);
  for (let at = columns; at < score.values.length; at++) {
    const [p, r] = [precision.values[at] as number, recall.values[at] as number];
    if (p > 0 && r > 0) score.values[at] = Math.fround(Math.fround(2 * p) * r) / Math.fround(p + r);
  }
  return { recall, precision, score };
}

/** Number of channels that are not empty, at least one, and the voxels of all of them together. */
export interface ChannelExtent {
  readonly channels: number;
  readonly voxels: number;
}

/**
 * Intersection over union of all pairs, with recall and precision by voxels. The background of each side is counted in
 * every channel, as in the published tool, so that entries with it may exceed 1.
 */
export function intersectionMatrices(
  truth: readonly { readonly channel: number; readonly runs: VoxelRuns }[],
  prediction: readonly { readonly channel: number; readonly runs: VoxelRuns }[],
  truthExtent: ChannelExtent,
  predictionExtent: ChannelExtent,
): ScoreMatrices {
  const [recall, precision, score] = [1, 2, 3].map(() => emptyMatrix(truth.length, prediction.length)) as [
    ScoreMatrix,
    ScoreMatrix,
    ScoreMatrix,
  ];
  const { columns } = score;
  const sum = (sizes: readonly { readonly runs: VoxelRuns }[]) => sizes.reduce((all, { runs }) => all + runs.voxels, 0);
  const truthZeros = truthExtent.voxels - sum(truth);
  const predictionZeros = predictionExtent.voxels - sum(prediction);
  const set = (g: number, p: number, shared: number, truthSize: number, predictionSize: number) => {
    if (shared === 0) return;
    const at = g * columns + p;
    score.values[at] = shared / (truthSize + predictionSize - shared);
    recall.values[at] = shared / truthSize;
    precision.values[at] = shared / predictionSize;
  };
  const counter = new OverlapCounter(indexInstances(prediction));
  const inTruth = new Float64Array(columns);
  for (const [i, { runs }] of truth.entries()) {
    let inPrediction = 0;
    counter.runs(runs, (p, shared) => {
      inPrediction += shared;
      inTruth[p] = (inTruth[p] as number) + shared;
      set(i + 1, p, shared, runs.voxels, (prediction[p - 1] as { readonly runs: VoxelRuns }).runs.voxels);
    });
    set(i + 1, 0, predictionExtent.channels * runs.voxels - inPrediction, runs.voxels, predictionZeros);
  }
  for (const [i, { runs }] of prediction.entries()) {
    const outside = truthExtent.channels * runs.voxels - (inTruth[i + 1] as number);
    set(0, i + 1, outside, truthZeros, runs.voxels);
  }
  return { recall, precision, score };
}
