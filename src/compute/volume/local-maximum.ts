import { lowerBound, type VoxelIndex } from "./voxel-index.js";

/**
 * The largest value within a cube of 2·radius + 1 around each voxel of a sparse set, over voxels of the set. Cost:
 * (2·radius + 1)² row searches per voxel.
 */
export function localMaximum(index: VoxelIndex, values: Float32Array, radius: number): Float32Array {
  const { positions, rowStarts, shape } = index;
  const [depth, height, width] = shape;
  const largest = new Float32Array(values.length);
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i] as number;
    const row = Math.floor(position / width);
    const x = position - row * width;
    const z = Math.floor(row / height);
    const y = row - z * height;
    const [left, right] = [Math.min(radius, x), Math.min(radius, width - 1 - x)];
    let best = values[i] as number;
    for (let zz = Math.max(0, z - radius); zz <= Math.min(depth - 1, z + radius); zz++) {
      for (let yy = Math.max(0, y - radius); yy <= Math.min(height - 1, y + radius); yy++) {
        const other = zz * height + yy;
        const end = rowStarts[other + 1] as number;
        if (rowStarts[other] === end) continue;
        const last = other * width + x + right;
        for (let k = lowerBound(index, other, other * width + x - left); k < end; k++) {
          if ((positions[k] as number) > last) break;
          if ((values[k] as number) > best) best = values[k] as number;
        }
      }
    }
    largest[i] = best;
  }
  return largest;
}
