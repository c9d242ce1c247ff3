import type { VolumeShape } from "./voxel-runs.js";

/** Places of voxels given by their linear indices (z·Y + y)·X + x, in the same order. */
export function* placesOf(
  indices: Iterable<number>,
  [, height, width]: VolumeShape,
): Generator<{ readonly z: number; readonly y: number; readonly x: number }> {
  for (const index of indices) {
    const row = Math.floor(index / width);
    const z = Math.floor(row / height);
    yield { z, y: row - z * height, x: index - row * width };
  }
}
