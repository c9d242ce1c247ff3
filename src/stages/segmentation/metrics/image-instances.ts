import type { LabelledVoxels } from "../../../compute/volume/label-runs.js";
import { coveredBy, intersection } from "../../../compute/volume/run-set.js";
import type { VolumeShape, VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { ScoreOptions } from "./image-score.js";
import type { ChannelExtent } from "./score-matrices.js";

/** Truth and prediction as numbered instances, after everything that comes before the localisation. */
export interface ImageInstances {
  readonly shape: VolumeShape;
  /** Instance g is `truth[g − 1]`. By channel, then by value. */
  readonly truth: readonly LabelledVoxels[];
  readonly prediction: readonly LabelledVoxels[];
  readonly truthExtent: ChannelExtent;
  readonly predictionExtent: ChannelExtent;
  readonly labelsBeforeFilter: number;
  /** Voxels in two or more truth instances. */
  readonly truthOverlaps: VoxelRuns;
  readonly predictionOverlap: boolean;
  /** Instances of the dim ids, in their order; undefined when they are not evaluated. */
  readonly dim: readonly number[] | undefined;
  readonly unknownDimIds: readonly number[];
}

type PreparationOptions = Pick<ScoreOptions, "profile" | "removeSmall" | "foregroundOnly" | "dimNeurons">;

/**
 * Size filter of the prediction, `foregroundOnly`, empty channels, ids and overlaps, in the order of the published tool:
 * the filter counts a value over all channels (profile `fixed`: each channel's label for itself); every value of every
 * channel that is left is one instance. Dim ids are values of the truth, or channel numbers counted from 1 where its
 * channels are 0/1 masks; one that occurs in several channels means the first.
 */
export function imageInstances(
  shape: VolumeShape,
  truth: readonly LabelledVoxels[],
  predicted: readonly LabelledVoxels[],
  options: PreparationOptions,
): ImageInstances {
  let prediction = withoutSmall(predicted, options);
  if (options.foregroundOnly) {
    const foreground = coveredBy(setsOf(truth), 1, shape);
    prediction = prediction
      .map((instance) => ({ ...instance, runs: intersection(instance.runs, foreground) }))
      .filter(({ runs }) => runs.voxels > 0);
  }
  const dim = dimInstances(truth, options.dimNeurons);
  return {
    shape,
    truth,
    prediction,
    truthExtent: extentOf(shape, truth),
    predictionExtent: extentOf(shape, prediction),
    labelsBeforeFilter: predicted.length,
    truthOverlaps: coveredBy(setsOf(truth), 2, shape),
    predictionOverlap: coveredBy(setsOf(prediction), 2, shape).voxels > 0,
    ...dim,
  };
}

function withoutSmall(
  labels: readonly LabelledVoxels[],
  { profile, removeSmall }: PreparationOptions,
): readonly LabelledVoxels[] {
  if (removeSmall === 0) return labels;
  if (profile === "fixed") return labels.filter(({ runs }) => runs.voxels > removeSmall);
  const sizes = new Map<number, number>();
  for (const { label, runs } of labels) sizes.set(label, (sizes.get(label) ?? 0) + runs.voxels);
  return labels.filter(({ label }) => (sizes.get(label) as number) > removeSmall);
}

function extentOf(shape: VolumeShape, instances: readonly LabelledVoxels[]): ChannelExtent {
  const channels = Math.max(1, new Set(instances.map(({ channel }) => channel)).size);
  return { channels, voxels: channels * shape[0] * shape[1] * shape[2] };
}

function dimInstances(
  truth: readonly LabelledVoxels[],
  ids: readonly number[] | undefined,
): Pick<ImageInstances, "dim" | "unknownDimIds"> {
  if (ids === undefined) return { dim: undefined, unknownDimIds: [] };
  const masks = truth.every(({ label }) => label === 1);
  const first = new Map<number, number>();
  for (const [i, { label }] of truth.entries()) {
    // In 0/1 masks every channel that is left is one instance, numbered like it.
    const id = masks ? i + 1 : label;
    if (!first.has(id)) first.set(id, i + 1);
  }
  return {
    dim: ids.flatMap((id) => first.get(id) ?? []),
    unknownDimIds: ids.filter((id) => !first.has(id)),
  };
}

function setsOf(instances: readonly LabelledVoxels[]): VoxelRuns[] {
  return instances.map(({ runs }) => runs);
}
