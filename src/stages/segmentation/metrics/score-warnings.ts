import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { ImageInstances } from "./image-instances.js";
import type { Profile, ScoreOptions, SubsetScore } from "./image-score.js";

const TOOL = "the published tool";

/** Empty truth, and empty predictions that the published tool does not survive. */
export function emptinessWarnings(image: ImageInstances, manyChannels: boolean): string[] {
  const warnings: string[] = [];
  if (image.truth.length === 0) {
    warnings.push(
      `the truth is empty: it has no recall and no coverage, and its image adds false positives only; ${TOOL} fails`,
    );
  }
  if (image.prediction.length > 0) return warnings;
  if (manyChannels) {
    warnings.push(`no label is left in the channels of the prediction: it counts as empty; ${TOOL} fails`);
  }
  if (image.truthOverlaps.voxels > 0) {
    warnings.push(`the prediction is empty and truth instances overlap: they count as not found; ${TOOL} fails`);
  }
  return warnings;
}

/** Dim ids that no instance has, and cases in which the published tool scores other instances, or none. */
export function preparationWarnings(image: ImageInstances, options: ScoreOptions): string[] {
  const warnings: string[] = [];
  if (image.unknownDimIds.length > 0) {
    warnings.push(
      `no truth instance has the dim ${idList(image.unknownDimIds)}: not counted; ${TOOL} scores another instance`,
    );
  }
  const channels = new Set(image.truth.map(({ channel }) => channel)).size;
  const subsets = (image.dim?.length ?? 0) > 0 || (options.overlapSubset && image.truthOverlaps.voxels > 0);
  if (options.localization === "cldice" && channels < image.truth.length && image.prediction.length > 0 && subsets) {
    warnings.push(
      `a truth channel holds several instances: dim and overlapping ones are scored by their own voxels; ${TOOL} takes channels, and fails or scores others`,
    );
  }
  if (options.dimensions === 2 && image.truthOverlaps.voxels > 0 && image.predictionOverlap) {
    warnings.push(`truth and prediction both overlap in two dimensions: ${TOOL} fails`);
  }
  return warnings;
}

interface Thinned {
  readonly runs: VoxelRuns;
  /** Voxels of the skeleton before anything stood in for it. */
  readonly thinned: number;
}

/** Instances that thinning deleted, and coverages that are 0 / 0 in the published tool. */
export function skeletonWarnings(
  truth: readonly Thinned[],
  prediction: readonly Thinned[],
  assigned: Uint32Array,
  united: boolean,
  profile: Profile,
): string[] {
  const warnings: string[] = [];
  const vanished = (instances: readonly Thinned[]) =>
    instances.flatMap(({ thinned }, i) => (thinned === 0 ? [i + 1] : []));
  const effect =
    profile === "fixed"
      ? "its voxel farthest from the background stands for it"
      : "it matches nothing, however well segmented";
  for (const [side, instances] of [
    ["truth", truth],
    ["prediction", prediction],
  ] as const) {
    const ids = vanished(instances);
    if (ids.length > 0) warnings.push(`thinning leaves nothing of ${side} ${idList(ids, "instance")}: ${effect}`);
  }
  if (united && profile === "flylight") {
    const assignedTo = new Set(assigned);
    const undefinedCoverage = vanished(truth).filter((g) => assignedTo.has(g));
    if (undefinedCoverage.length > 0) {
      warnings.push(
        `the coverage of truth ${idList(undefinedCoverage, "instance")} is 0, for its skeleton is empty; ${TOOL} has NaN`,
      );
    }
  }
  return warnings;
}

/** Optimal matching within a subset, which the published tool only survives where it can be of one pair. */
export function subsetWarnings(
  subsets: readonly (SubsetScore | undefined)[],
  predictions: number,
  match: ScoreOptions["match"],
): string[] {
  const fails = subsets.some(
    (subset) => subset && subset.truePositives > 0 && Math.min(subset.truthIds.length, predictions) > 1,
  );
  return match === "hungarian" && fails ? [`dim or overlapping truths are matched optimally: ${TOOL} fails`] : [];
}

/** `id 7`, `ids 1, 2, 3`; no more than ten are named. */
function idList(ids: readonly number[], noun = "id"): string {
  const named = ids.slice(0, 10).join(", ");
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : "";
  return `${noun}${ids.length === 1 ? "" : "s"} ${named}${more}`;
}
