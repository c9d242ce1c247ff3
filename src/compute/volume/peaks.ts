import { lowerBound, type VoxelIndex } from "./voxel-index.js";

export interface PeakOptions {
  /** Half the side of the cubic window, and the least Chebyshev distance of two peaks. */
  readonly minDistance: number;
  /** Whether voxels within `minDistance` of the border of the volume are no peaks (scikit-image's default). */
  readonly excludeBorder: boolean;
}

/**
 * Local maxima of positive values on a sparse set (everywhere else the value is 0), by descending value, equal values
 * in C order: maxima of the cubic window of 2·minDistance + 1, of which one nearer than `minDistance` (Chebyshev) to
 * an earlier one is left out. The rule of scikit-image 0.19.3 `peak_local_max` without labels, where the order of
 * equal values is arbitrary. Returns numbers of voxels. Cost: one look at the window per plateau voxel.
 */
export function localPeaks(index: VoxelIndex, values: ArrayLike<number>, options: PeakOptions): Int32Array {
  const { positions, shape } = index;
  const [depth, height, width] = shape;
  const { minDistance, excludeBorder } = options;
  const rowOffsets = nearRows(minDistance);
  const candidates: number[] = [];
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i] as number;
    const row = Math.floor(position / width);
    const [z, y, x] = [Math.floor(row / height), row % height, position % width];
    const border = excludeBorder ? minDistance : 0;
    if (z < border || y < border || x < border) continue;
    if (z >= depth - border || y >= height - border || x >= width - border) continue;
    if ((values[i] as number) > 0 && isMaximum(i, z, y, x)) candidates.push(i);
  }
  candidates.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  return spaced(index, candidates, minDistance);

  function isMaximum(i: number, z: number, y: number, x: number): boolean {
    const value = values[i] as number;
    for (const [dz, dy] of rowOffsets) {
      const [rowZ, rowY] = [z + dz, y + dy];
      if (rowZ < 0 || rowZ >= depth || rowY < 0 || rowY >= height) continue;
      const row = rowZ * height + rowY;
      const end = index.rowStarts[row + 1] as number;
      if (index.rowStarts[row] === end) continue;
      const last = row * width + x + minDistance;
      let k = lowerBound(index, row, row * width + x - minDistance);
      for (; k < end && (positions[k] as number) <= last; k++) if ((values[k] as number) > value) return false;
    }
    return true;
  }
}

/** Keeps a voxel unless one kept before is nearer than `spacing` on all axes. Cost: a look at 27 cells each. */
function spaced(index: VoxelIndex, voxels: readonly number[], spacing: number): Int32Array {
  const [, height, width] = index.shape;
  const side = Math.max(1, spacing);
  const columns = Math.floor(width / side) + 3;
  const lines = Math.floor(height / side) + 3;
  const cells = new Map<number, [number, number, number][]>();
  const kept: number[] = [];
  for (const voxel of voxels) {
    const position = index.positions[voxel] as number;
    const row = Math.floor(position / width);
    const [z, y, x] = [Math.floor(row / height), row % height, position % width];
    const cellOf = (dz: number, dy: number, dx: number) =>
      ((Math.floor(z / side) + dz + 1) * lines + Math.floor(y / side) + dy + 1) * columns +
      Math.floor(x / side) +
      dx +
      1;
    const crowded = STEPS.some((dz) =>
      STEPS.some((dy) =>
        STEPS.some((dx) =>
          cells
            .get(cellOf(dz, dy, dx))
            ?.some(
              ([pz, py, px]) => Math.abs(pz - z) < spacing && Math.abs(py - y) < spacing && Math.abs(px - x) < spacing,
            ),
        ),
      ),
    );
    if (crowded) continue;
    kept.push(voxel);
    const own = cellOf(0, 0, 0);
    const cell = cells.get(own);
    if (cell === undefined) cells.set(own, [[z, y, x]]);
    else cell.push([z, y, x]);
  }
  return Int32Array.from(kept);
}

const STEPS = [-1, 0, 1] as const;

/** Steps (z, y) of the window, nearest first: a larger value is mostly next door. */
function nearRows(distance: number): (readonly [number, number])[] {
  const rows: (readonly [number, number])[] = [];
  for (let dz = -distance; dz <= distance; dz++) for (let dy = -distance; dy <= distance; dy++) rows.push([dz, dy]);
  return rows.sort((a, b) => a[0] ** 2 + a[1] ** 2 - b[0] ** 2 - b[1] ** 2 || a[0] - b[0] || a[1] - b[1]);
}
