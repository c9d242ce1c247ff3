import type { NeurotablesError } from "../../base/errors.js";
import { serializeError } from "../../base/errors.js";
import { setScoreJson } from "../../stages/segmentation/aggregate/aggregate-json.js";
import type { AggregateScore } from "../../stages/segmentation/aggregate/aggregate-scores.js";
import type { SetScore } from "../../stages/segmentation/aggregate/pool-images.js";
import type { ImageScore, ScoredInstance, ScoreOptions } from "../../stages/segmentation/metrics/image-score.js";
import { imageScoreJson } from "../../stages/segmentation/metrics/image-score-json.js";
import type { ReadVolume, ScoredPair } from "./score-pair.js";

/** An image that could not be scored. */
export interface FailedImage {
  readonly sample: string;
  readonly error: NeurotablesError;
}

/** The document of one image: the published tool's keys at the top level, and how they came about. */
export function imageDocument(pair: ScoredPair, warnings: readonly string[]): unknown {
  return {
    sample: pair.sample,
    partly: pair.partly,
    profile: pair.score.options.profile,
    ...imageScoreJson(pair.score),
    ...instancesJson(pair.score),
    labels_before_filter: pair.score.labelsBeforeFilter,
    options: { ...optionsJson(pair.score.options), dim_neurons: pair.score.options.dimNeurons ?? null },
    truth: volumeJson(pair.truth),
    prediction: volumeJson(pair.prediction),
    warnings,
  };
}

/** The document of many images: each of them, and what they are together. */
export function imagesDocument({
  pairs,
  failed,
  aggregate,
  options,
  withoutPrediction,
  withoutTruth,
  warnings,
}: {
  readonly pairs: readonly ScoredPair[];
  readonly failed: readonly FailedImage[];
  /** Undefined where no image could be scored. */
  readonly aggregate: AggregateScore | undefined;
  readonly options: ScoreOptions;
  readonly withoutPrediction: readonly string[];
  readonly withoutTruth: readonly string[];
  readonly warnings: readonly string[];
}): unknown {
  return {
    profile: options.profile,
    options: optionsJson(options),
    images: pairs.map((pair) => imageDocument(pair, pair.score.warnings)),
    complete: setJson(aggregate?.complete),
    partly: setJson(aggregate?.partly),
    combined: setJson(aggregate?.combined),
    combined_mode: aggregate?.mode ?? null,
    without_prediction: withoutPrediction,
    without_truth: withoutTruth,
    failed: failed.map(({ sample, error }) => ({ sample, error: serializeError(error) })),
    warnings,
  };
}

/** The instances behind the counts, with the ids and channels that they have in the files. */
function instancesJson(score: ImageScore): Readonly<Record<string, unknown>> {
  const half = score.thresholds.find(({ threshold }) => threshold === 0.5)?.matches ?? [];
  const instance = ({ label, channel, voxels, skeletonVoxels }: ScoredInstance, index: number) => ({
    id: index + 1,
    label,
    channel,
    voxels,
    skeleton_voxels: score.options.localization === "iou" ? null : skeletonVoxels,
  });
  return {
    neurons: score.truth.map((truth, index) => {
      const match = half.find(({ truth: id }) => id === index + 1);
      return {
        ...instance(truth, index),
        coverage: score.coverage[index] ?? null,
        match: match?.prediction ?? null,
        match_score: match?.score ?? null,
      };
    }),
    predictions: score.prediction.map((prediction, index) => ({
      ...instance(prediction, index),
      /** The neuron that holds most of it; 0: the background. */
      mostly_in: score.assigned[index + 1] ?? null,
      match: half.find(({ prediction: id }) => id === index + 1)?.truth ?? null,
    })),
  };
}

function setJson(set: SetScore | undefined): unknown {
  return set === undefined ? null : { samples: set.images, ...setScoreJson(set) };
}

function optionsJson(options: ScoreOptions): Readonly<Record<string, unknown>> {
  return {
    localization: options.localization,
    match: options.match,
    remove_small: options.removeSmall,
    fs_thresh: options.falseSplitThreshold,
    fm_thresh: options.falseMergeThreshold,
    dimensions: options.dimensions,
  };
}

function volumeJson({ file, name, shape, type }: ReadVolume): unknown {
  return { file, name, shape, type };
}
