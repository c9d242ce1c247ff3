import { coveredBy, insideFlags } from "../../../compute/volume/run-set.js";
import type { VolumeShape, VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import { assignedTruth, summedCoverage, unitedCoverage } from "./coverage.js";
import type { ScoreOptions, SubsetScore } from "./image-score.js";
import { greedyAssignment, hungarianAssignment } from "./one-to-one.js";
import type { MatrixInstance, ScoreMatrices } from "./score-matrices.js";

/** Score at which a truth instance of a subset counts as found. */
const FOUND = 0.5;

/**
 * Scores some of the truth instances apart: recall and score of the whole image, precision only against the subset, so
 * that skeleton voxels in other truth instances are background. `ids` in the order in which ties are resolved.
 */
export function scoreSubset(
  ids: readonly number[],
  shape: VolumeShape,
  truth: readonly MatrixInstance[],
  prediction: readonly MatrixInstance[],
  matrices: ScoreMatrices,
  predictionOverlap: boolean,
  options: Pick<ScoreOptions, "match" | "profile">,
): SubsetScore {
  const members = ids.map((id) => truth[id - 1] as MatrixInstance);
  const assigned = assignedTruth(matrices.precision, ids, outsideShares(ids, truth, prediction, matrices));
  const overlap = () =>
    coveredBy(
      members.map(({ runs }) => runs),
      2,
      shape,
    ).voxels > 0;
  const united = options.profile === "fixed" || (predictionOverlap && overlap());
  const coverage = united
    ? unitedCoverage(
        members.map(({ skeleton }) => skeleton),
        prediction,
        assigned,
      )
    : summedCoverage(matrices.recall, ids, assigned);
  const assignment =
    options.match === "greedy"
      ? greedyAssignment(matrices.score, ids, FOUND)
      : hungarianAssignment(matrices.score, ids);
  return { truthIds: ids, truePositives: assignment.at(FOUND).length, coverage };
}

/** Share of each prediction's skeleton in no instance of the subset, as float32. Entry 0 is 0. */
function outsideShares(
  ids: readonly number[],
  truth: readonly MatrixInstance[],
  prediction: readonly MatrixInstance[],
  { precision }: ScoreMatrices,
): Float32Array {
  const outside = new Float32Array(precision.columns);
  for (const [i, { skeleton }] of prediction.entries()) {
    if (skeleton.length === 0) continue;
    const covered = new Uint8Array(skeleton.length);
    for (const id of ids) {
      if ((precision.values[id * precision.columns + i + 1] as number) === 0) continue;
      const { runs } = truth[id - 1] as { readonly runs: VoxelRuns };
      for (const [k, inside] of insideFlags(skeleton, runs).entries()) if (inside !== 0) covered[k] = 1;
    }
    outside[i + 1] = covered.reduce((sum, flag) => sum + 1 - flag, 0) / skeleton.length;
  }
  return outside;
}
