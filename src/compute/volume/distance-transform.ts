import { lowerBound, type VoxelIndex } from "./voxel-index.js";

/** Squared distance of a voxel from which no background can be reached (the whole volume is foreground). */
export const UNREACHED = 2 ** 31 - 1;

/**
 * Exact Euclidean distance transform of a sparse set, squared: for every voxel the squared distance to the nearest
 * voxel outside of the set. The border of the volume is not background (as in scipy's `distance_transform_edt`).
 * One pass per axis, each with the lower envelope found by looking outwards until no row can be nearer (Saito and
 * Toriwaki 1994): O(voxels × radius), which suits thin objects. 8 bytes per voxel.
 */
export function squaredDistanceToBackground(index: VoxelIndex): Int32Array {
  const inRow = squaredDistanceInRow(index);
  const inPlane = outwards(index, inRow, 1);
  return outwards(index, inPlane, 0);
}

/** Along x: the nearer end of the voxel's run. */
function squaredDistanceInRow({ positions, shape }: VoxelIndex): Int32Array {
  const width = shape[2];
  const squared = new Int32Array(positions.length);
  for (let i = 0; i < positions.length; ) {
    const start = positions[i] as number;
    const x = start % width;
    let length = 1;
    while (positions[i + length] === start + length && x + length < width) length++;
    const openLeft = x === 0;
    const openRight = x + length === width;
    for (let k = 0; k < length; k++) {
      const left = openLeft ? UNREACHED : (k + 1) ** 2;
      const right = openRight ? UNREACHED : (length - k) ** 2;
      squared[i + k] = Math.min(left, right);
    }
    i += length;
  }
  return squared;
}

/** min over the step d along an axis of before(p + d) + d²; a voxel outside of the set has 0. */
function outwards(index: VoxelIndex, before: Int32Array, axis: 0 | 1): Int32Array {
  const { positions, rowStarts, shape } = index;
  const [depth, height, width] = shape;
  const limit = axis === 0 ? depth : height;
  const rowStep = axis === 0 ? height : 1;
  const squared = new Int32Array(positions.length);
  for (let row = 0; row < depth * height; row++) {
    const end = rowStarts[row + 1] as number;
    const at = axis === 0 ? Math.floor(row / height) : row % height;
    for (let i = rowStarts[row] as number; i < end; i++) {
      let best = before[i] as number;
      for (let d = 1; d * d < best; d++) {
        const below = at - d >= 0;
        const above = at + d < limit;
        if (!below && !above) break;
        if (below) best = Math.min(best, valueAt(i, row - d * rowStep) + d * d);
        if (above) best = Math.min(best, valueAt(i, row + d * rowStep) + d * d);
      }
      squared[i] = best;
    }
  }
  return squared;

  function valueAt(i: number, row: number): number {
    const start = rowStarts[row] as number;
    const end = rowStarts[row + 1] as number;
    if (start === end) return 0;
    const position = row * width + ((positions[i] as number) % width);
    const found = lowerBound(index, row, position);
    if (found === end || positions[found] !== position) return 0;
    return before[found] as number;
  }
}
