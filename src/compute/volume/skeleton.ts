import { skeletonPoints2d } from "./skeletonize-2d.js";
import { skeletonPoints3d } from "./skeletonize-3d.js";
import type { VoxelRuns } from "./voxel-runs.js";

/**
 * Linear indices of the skeleton's voxels in the whole volume, ascending: Lee–Kashyap–Chu in three dimensions,
 * Zhang–Suen in two (a volume of one plane), both as scikit-image 0.19.3. May be empty for voxels that are not.
 * Cost and errors: {@link skeletonPoints3d}, {@link skeletonPoints2d}.
 */
export function skeletonOfRuns(runs: VoxelRuns, dimensions: 2 | 3 = 3): Uint32Array<ArrayBuffer> {
  return dimensions === 2 ? skeletonPoints2d(runs) : skeletonPoints3d(runs);
}
