import { lowerBound, type VoxelIndex } from "./voxel-index.js";

/** Pairs of labels a < b that come near each other, by a, then b. */
export interface ClosePairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Squared smallest distance between a voxel of one and a voxel of the other: 1 for neighbours on a face. */
  readonly squared: Int32Array;
}

/**
 * The smallest Euclidean distance between any two labels (1, 2, …; 0 is nobody's) that is below `cutOff` voxels,
 * exactly. Looks at the ball around every voxel that has a voxel of another label, or none, next to it on an axis.
 * Cost: O(surface voxels × cutOff²) row searches, so for short distances: 3 takes 13 rows each.
 */
export function closePairs(index: VoxelIndex, labels: Int32Array, cutOff: number): ClosePairs {
  const { positions, rowStarts, shape } = index;
  const [depth, height, width] = shape;
  const rows = ballRows(cutOff);
  const found = new Map<number, number>();
  for (let i = 0; i < positions.length; i++) {
    const label = labels[i] as number;
    if (label === 0) continue;
    const position = positions[i] as number;
    const row = Math.floor(position / width);
    const [z, y, x] = [Math.floor(row / height), row % height, position % width];
    for (const { dz, dy, reach } of rows) {
      const [rowZ, rowY] = [z + dz, y + dy];
      if (rowZ >= depth || rowY < 0 || rowY >= height) continue;
      const other = rowZ * height + rowY;
      const end = rowStarts[other + 1] as number;
      if (rowStarts[other] === end) continue;
      const centre = other * width + x;
      const last = centre + Math.min(reach, width - 1 - x);
      for (let k = lowerBound(index, other, centre - Math.min(reach, x)); k < end; k++) {
        const at = positions[k] as number;
        if (at > last) break;
        const neighbour = labels[k] as number;
        if (neighbour === label || neighbour === 0) continue;
        const squared = dz * dz + dy * dy + (at - centre) ** 2;
        const key = label < neighbour ? label * 2 ** 26 + neighbour : neighbour * 2 ** 26 + label;
        const before = found.get(key);
        if (before === undefined || squared < before) found.set(key, squared);
      }
    }
  }
  const keys = Float64Array.from(found.keys()).sort();
  const first = new Int32Array(keys.length);
  const second = new Int32Array(keys.length);
  const squared = new Int32Array(keys.length);
  for (const [i, key] of keys.entries()) {
    first[i] = Math.floor(key / 2 ** 26);
    second[i] = key % 2 ** 26;
    squared[i] = found.get(key) as number;
  }
  return { first, second, squared };
}

/** Rows of the half ball of radius below `cutOff` that come after the centre's row or are it, nearest first. */
function ballRows(cutOff: number): { readonly dz: number; readonly dy: number; readonly reach: number }[] {
  const largest = Math.ceil(cutOff * cutOff) - 1;
  const rows: { dz: number; dy: number; reach: number }[] = [];
  for (let dz = 0; dz * dz <= largest; dz++) {
    const bound = Math.floor(Math.sqrt(largest - dz * dz));
    for (let dy = dz === 0 ? 0 : -bound; dy <= bound; dy++) {
      rows.push({ dz, dy, reach: Math.floor(Math.sqrt(largest - dz * dz - dy * dy)) });
    }
  }
  return rows;
}
