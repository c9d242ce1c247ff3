import { UsageError } from "../../../base/errors.js";
import { collectLabels } from "../../../compute/volume/collect-labels.js";
import { labelLayouts } from "../../../compute/volume/label-layout.js";
import type { LabelledVoxels } from "../../../compute/volume/label-runs.js";
import { skeletonsOf } from "../../../compute/volume/parallel-skeletons.js";
import { difference, eraseWhere } from "../../../compute/volume/run-set.js";
import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { VolumeSource } from "../../../formats/volume/volume.js";
import { assignedTruth, summedCoverage, unitedCoverage } from "./coverage.js";
import { type ImageInstances, imageInstances } from "./image-instances.js";
import type { ImageScore, ScoredInstance, ScoreOptions, SubsetScore } from "./image-score.js";
import { consumingMatches, countMerges, countSplits, type InstancePair, simpleMatches } from "./many-to-many.js";
import { allRows } from "./one-to-one.js";
import {
  centerlineMatrices,
  intersectionMatrices,
  type MatrixInstance,
  type ScoreMatrices,
  skeletonRecall,
} from "./score-matrices.js";
import { emptinessWarnings, preparationWarnings, skeletonWarnings, subsetWarnings } from "./score-warnings.js";
import { scoreSubset } from "./subset-score.js";
import { thresholdScores } from "./threshold-scores.js";
import { farthestVoxel } from "./vanished-skeleton.js";

/** What is being done: voxels read, or skeletons thinned. */
export type ScorePhase = "truth" | "prediction" | "skeletons";

export interface ScoreImageInput {
  readonly truth: VolumeSource;
  readonly prediction: VolumeSource;
  readonly options: ScoreOptions;
  readonly signal?: AbortSignal | undefined;
  /** Worker threads for the skeletons. The result does not depend on it. */
  readonly threads?: number | undefined;
  readonly onProgress?: ((done: number, total: number, phase: ScorePhase) => void) | undefined;
  /** Gets the voxels of the numbered instances, index i holding instance i + 1, as soon as they are known. */
  readonly onInstances?:
    | ((instances: { readonly truth: readonly VoxelRuns[]; readonly prediction: readonly VoxelRuns[] }) => void)
    | undefined;
}

/**
 * Scores a predicted instance segmentation against the truth with the metrics of the FISBe benchmark (L. Mais et al.,
 * "FISBe: a real-world benchmark dataset for instance segmentation of long-range thin filamentous structures", CVPR
 * 2024): labels of one channel, or channels of labels or 0/1 masks whose instances may overlap.
 *
 * Each volume is read once, in blocks of any order. Memory: the runs of the foreground, one instance's box per thread
 * while thinning, and the matrices of all pairs.
 *
 * @throws {LoadError} for volumes that are not labels or do not fit each other, see {@link labelLayouts} and
 * {@link collectLabels}, or with too many pairs. {UsageError} for options out of range.
 */
export async function scoreImage(input: ScoreImageInput): Promise<ImageScore> {
  const { options, signal, onProgress } = input;
  checkOptions(options);
  const layouts = labelLayouts(input.truth, input.prediction, options.dimensions);
  const collect = (phase: "truth" | "prediction") =>
    collectLabels(input[phase], layouts[phase], {
      signal,
      onProgress: onProgress && ((done, total) => onProgress(done, total, phase)),
    });
  const truthLabels = await collect("truth");
  const predictedLabels = await collect("prediction");
  const image = imageInstances(layouts.truth.window, truthLabels, predictedLabels, options);
  input.onInstances?.({
    truth: image.truth.map(({ runs }) => runs),
    prediction: image.prediction.map(({ runs }) => runs),
  });
  const warnings = [
    ...emptinessWarnings(image, layouts.prediction.channels > 1),
    ...preparationWarnings(image, options),
  ];
  return options.localization === "iou"
    ? scoreByVoxels(image, options, warnings)
    : await scoreByCenterlines(image, input, warnings);
}

function checkOptions({ removeSmall, falseSplitThreshold, falseMergeThreshold }: ScoreOptions): void {
  if (!Number.isInteger(removeSmall) || removeSmall < 0) {
    throw new UsageError("score-options", `a size filter of ${removeSmall} voxels is not a whole number from 0 on`, {
      fields: { removeSmall },
    });
  }
  for (const threshold of [falseSplitThreshold, falseMergeThreshold]) {
    if (threshold >= 0 && threshold < 1) continue;
    throw new UsageError("score-options", `a threshold of ${threshold} is not from 0 to below 1`, {
      fields: { threshold },
    });
  }
}

/** Localisation `iou`: no skeletons, and nothing that is defined by them. */
function scoreByVoxels(image: ImageInstances, options: ScoreOptions, warnings: readonly string[]): ImageScore {
  const matrices = intersectionMatrices(image.truth, image.prediction, image.truthExtent, image.predictionExtent);
  const assigned = assignedTruth(matrices.precision, allRows(matrices.precision));
  return {
    ...common(image, options, matrices, assigned),
    truth: image.truth.map((instance) => scored(instance, 0)),
    prediction: image.prediction.map((instance) => scored(instance, 0)),
    thresholds: thresholdScores(matrices.score, matrices.recall, undefined, assigned, options),
    coverage: [],
    falseSplits: 0,
    falseMerges: 0,
    dim: undefined,
    overlap: undefined,
    recallWithoutOverlap: undefined,
    splitMatches: [],
    mergeMatches: [],
    warnings,
  };
}

async function scoreByCenterlines(
  image: ImageInstances,
  input: ScoreImageInput,
  warnings: readonly string[],
): Promise<ImageScore> {
  const { options } = input;
  const truthOverlap = image.truthOverlaps.voxels > 0;
  const overlaps = truthOverlap || image.predictionOverlap;
  const thinned = await thin(image, input);
  const { truth, prediction } = thinned;
  const matrices = centerlineMatrices(truth, prediction);
  const recallWithoutOverlap = overlaps ? skeletonRecall(thinned.withoutOverlap, prediction) : undefined;
  const rows = allRows(matrices.recall);
  const assigned = assignedTruth(matrices.precision, rows);
  const united = options.profile === "fixed" || (truthOverlap && image.predictionOverlap);
  const coverage = united
    ? unitedCoverage(
        truth.map(({ skeleton }) => skeleton),
        prediction,
        assigned,
      )
    : summedCoverage(matrices.recall, rows, assigned);
  const match = (threshold: number): readonly InstancePair[] =>
    overlaps
      ? consumingMatches(matrices.recall, threshold, truth, prediction, options.profile === "fixed")
      : simpleMatches(matrices.recall, threshold);
  const splitMatches = match(options.falseSplitThreshold);
  const mergeMatches =
    options.falseMergeThreshold === options.falseSplitThreshold ? splitMatches : match(options.falseMergeThreshold);
  const subset = (ids: readonly number[]): SubsetScore =>
    scoreSubset(ids, image.shape, truth, prediction, matrices, image.predictionOverlap, options);
  const dim = image.dim && dimScore(image.dim, image, options, subset);
  const overlap = options.overlapSubset ? subset(touching(image)) : undefined;
  return {
    ...common(image, options, matrices, assigned),
    truth: truth.map((instance) => scored(instance, instance.thinned)),
    prediction: prediction.map((instance) => scored(instance, instance.thinned)),
    thresholds: thresholdScores(matrices.score, matrices.recall, recallWithoutOverlap, assigned, options),
    coverage,
    falseSplits: countSplits(splitMatches),
    falseMerges: countMerges(mergeMatches),
    dim,
    overlap,
    recallWithoutOverlap,
    splitMatches,
    mergeMatches,
    warnings: [
      ...warnings,
      ...subsetWarnings([dim, overlap], prediction.length, options.match),
      ...skeletonWarnings(truth, prediction, assigned, united, options.profile),
    ],
  };
}

/** As the published tool, an empty prediction leaves out the coverages of dim neurons; profile `fixed` has zeros. */
function dimScore(
  ids: readonly number[],
  image: ImageInstances,
  { profile }: ScoreOptions,
  subset: (ids: readonly number[]) => SubsetScore,
): SubsetScore {
  if (image.prediction.length > 0 || profile === "fixed") return subset(ids);
  return { truthIds: ids, truePositives: 0, coverage: [] };
}

/** Truth instances with a voxel that another one has too, ascending. */
function touching({ truth, truthOverlaps }: ImageInstances): number[] {
  const sets = truth.map(({ runs }) => runs);
  // A set without such voxels stays the same object.
  return eraseWhere(sets, truthOverlaps).flatMap((set, i) => (set === sets[i] ? [] : [i + 1]));
}

type ThinnedInstance = LabelledVoxels & MatrixInstance & { readonly thinned: number };

interface ThinnedImage {
  readonly truth: readonly ThinnedInstance[];
  readonly prediction: readonly ThinnedInstance[];
  /** Skeletons of the truth without its overlaps, thinned anew; empty for what is gone. */
  readonly withoutOverlap: readonly Uint32Array[];
}

async function thin(image: ImageInstances, input: ScoreImageInput): Promise<ThinnedImage> {
  const { profile, dimensions } = input.options;
  const reduced = image.truth.flatMap(({ runs }, i) => {
    const rest = difference(runs, image.truthOverlaps);
    return rest.voxels === runs.voxels ? [] : [{ i, rest }];
  });
  const sets: VoxelRuns[] = [...image.truth, ...image.prediction].map(({ runs }) => runs);
  sets.push(...reduced.map(({ rest }) => rest));
  let done = 0;
  const skeletons = await skeletonsOf(sets, {
    dimensions,
    ...(input.threads === undefined ? {} : { threads: input.threads }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    onDone: () => input.onProgress?.(++done, sets.length, "skeletons"),
  });
  const standing = skeletons.map((skeleton, i) => {
    const set = sets[i] as VoxelRuns;
    if (skeleton.length > 0 || set.voxels === 0 || profile === "flylight") return skeleton;
    return Uint32Array.of(farthestVoxel(set, dimensions));
  });
  const instance = (labelled: LabelledVoxels, i: number): ThinnedInstance => ({
    ...labelled,
    skeleton: standing[i] as Uint32Array,
    thinned: (skeletons[i] as Uint32Array).length,
  });
  const truth = image.truth.map(instance);
  const prediction = image.prediction.map((labelled, i) => instance(labelled, truth.length + i));
  const withoutOverlap = truth.map(({ skeleton }) => skeleton);
  for (const [k, { i }] of reduced.entries()) {
    withoutOverlap[i] = standing[truth.length + prediction.length + k] as Uint32Array;
  }
  return { truth, prediction, withoutOverlap };
}

function common(image: ImageInstances, options: ScoreOptions, matrices: ScoreMatrices, assigned: Uint32Array) {
  return {
    options,
    labelsBeforeFilter: image.labelsBeforeFilter,
    truthOverlap: image.truthOverlaps.voxels > 0,
    predictionOverlap: image.predictionOverlap,
    assigned: Array.from(assigned),
    ...matrices,
  };
}

function scored({ channel, label, runs }: LabelledVoxels, skeletonVoxels: number): ScoredInstance {
  const { z0, y0, x0, z1, y1, x1 } = runs.box;
  return { channel, label, voxels: runs.voxels, skeletonVoxels, box: [z0, y0, x0, z1, y1, x1] };
}
