import { MOST_VOXELS, RunCollector, type VolumeShape, type VoxelRuns } from "./voxel-runs.js";

/**
 * The voxels of a dense mask (anything but 0 is in the set), in C order. Cost: one pass over the mask.
 * @throws {RangeError} when the mask has not `product(shape)` values, or for volumes beyond 2^32 voxels.
 */
export function runsOfMask(mask: Uint8Array, shape: VolumeShape): VoxelRuns {
  checkLength(mask, shape);
  const [depth, height, width] = shape;
  const collector = new RunCollector(shape);
  const rows = width === 0 ? 0 : depth * height;
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * width;
    let x = row * width;
    while (x < end) {
      if (mask[x] === 0) {
        x++;
        continue;
      }
      const start = x;
      while (x < end && mask[x] !== 0) x++;
      collector.add(start, x - start);
    }
  }
  return collector.finish();
}

/** Linear indices of all voxels, ascending: 4 bytes each. */
export function voxelsOf(runs: VoxelRuns): Uint32Array {
  const voxels = new Uint32Array(runs.voxels);
  let size = 0;
  for (let i = 0; i < runs.starts.length; i++) {
    const start = runs.starts[i] as number;
    const length = runs.lengths[i] as number;
    for (let k = 0; k < length; k++) voxels[size++] = start + k;
  }
  return voxels;
}

function checkLength(mask: Uint8Array, shape: VolumeShape): void {
  const expected = shape[0] * shape[1] * shape[2];
  if (expected > MOST_VOXELS || mask.length !== expected) {
    throw new RangeError(`a mask of ${mask.length} voxels is not one of ${shape.join(" × ")}`);
  }
}
