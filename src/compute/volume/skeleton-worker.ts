// Thread that thins voxel sets: see parallel-skeletons.ts.
import { serveJobs } from "../../base/worker-pool.js";
import { skeletonOfRuns } from "./skeleton.js";
import type { VoxelRuns } from "./voxel-runs.js";

/** One set to thin. */
export interface SkeletonJob {
  readonly runs: VoxelRuns;
  readonly dimensions: 2 | 3;
}

serveJobs<SkeletonJob>(({ runs, dimensions }) => {
  const points = skeletonOfRuns(runs, dimensions);
  return { message: points, transfer: [points.buffer] };
});
