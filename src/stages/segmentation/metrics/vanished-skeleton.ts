import { squaredDistanceToBackground } from "../../../compute/volume/distance-transform.js";
import { indexOfRuns } from "../../../compute/volume/voxel-index.js";
import { RunCollector, type VoxelRuns } from "../../../compute/volume/voxel-runs.js";

/**
 * The voxel farthest from the background (Euclidean), the first in C order among equal ones, as a linear index: what
 * stands for an instance whose skeleton vanished. As in thinning, the border of the volume counts as background; the
 * single plane of a 2-D image does not. Cost: the instance's rows with a margin.
 */
export function farthestVoxel(runs: VoxelRuns, dimensions: 2 | 3): number {
  const { box, shape } = runs;
  const deep = dimensions === 3 ? 1 : 0;
  const height = box.y1 - box.y0 + 2;
  const width = box.x1 - box.x0 + 2;
  const collector = new RunCollector([box.z1 - box.z0 + 2 * deep, height, width]);
  for (let i = 0; i < runs.starts.length; i++) {
    const start = runs.starts[i] as number;
    const row = Math.floor(start / shape[2]);
    const z = Math.floor(row / shape[1]);
    const [dz, dy, dx] = [z - box.z0 + deep, row - z * shape[1] - box.y0 + 1, start - row * shape[2] - box.x0 + 1];
    collector.add((dz * height + dy) * width + dx, runs.lengths[i] as number);
  }
  const index = indexOfRuns(collector.finish());
  const squared = squaredDistanceToBackground(index);
  let farthest = 0;
  for (let i = 1; i < squared.length; i++) {
    if ((squared[i] as number) > (squared[farthest] as number)) farthest = i;
  }
  const position = index.positions[farthest] as number;
  const row = Math.floor(position / width);
  const z = Math.floor(row / height);
  const y = row - z * height - 1 + box.y0;
  return ((z - deep + box.z0) * shape[1] + y) * shape[2] + position - row * width - 1 + box.x0;
}
