import { RunCollector, type VolumeShape, type VoxelRuns } from "./voxel-runs.js";

/**
 * Voxels of a volume as ascending linear indices, with the place of every row: a neighbour is found by a short search
 * in its row. 4 bytes per voxel and 4 per row (z, y), whatever the size of the volume.
 */
export interface VoxelIndex {
  readonly shape: VolumeShape;
  /** (z·Y + y)·X + x, ascending, each once. */
  readonly positions: Uint32Array;
  /** Voxels `rowStarts[r]` … `rowStarts[r + 1] − 1` are in row r = z·Y + y. */
  readonly rowStarts: Uint32Array;
}

/** Most rows: the row table takes 4 bytes each. */
const MOST_ROWS = 2 ** 27;

/**
 * The index over voxels in C order.
 * @throws {RangeError} when the volume has 2^32 voxels or 2^27 rows, or positions are not ascending or outside it.
 */
export function indexVoxels(shape: VolumeShape, positions: Uint32Array): VoxelIndex {
  const rows = shape[0] * shape[1];
  const width = shape[2];
  if (rows * width >= 2 ** 32 || rows >= MOST_ROWS) {
    throw new RangeError(`a volume of ${shape.join(" × ")} voxels is too large: below 2^32 voxels and 2^27 rows`);
  }
  const rowStarts = new Uint32Array(rows + 1);
  let row = 0;
  let end = width;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i] as number;
    if (i > 0 && position <= (positions[i - 1] as number)) throw new RangeError("voxels are not in ascending order");
    if (position >= end) {
      const next = Math.floor(position / width);
      if (next >= rows) throw new RangeError(`voxel ${position} is outside of ${shape.join(" × ")}`);
      rowStarts.fill(i, row + 1, next + 1);
      row = next;
      end = (row + 1) * width;
    }
  }
  rowStarts.fill(positions.length, row + 1);
  return { shape, positions, rowStarts };
}

/** The index over the voxels of runs. Cost: 4 bytes per voxel. */
export function indexOfRuns(runs: VoxelRuns): VoxelIndex {
  const positions = new Uint32Array(runs.voxels);
  let size = 0;
  for (let i = 0; i < runs.starts.length; i++) {
    const start = runs.starts[i] as number;
    const length = runs.lengths[i] as number;
    for (let k = 0; k < length; k++) positions[size++] = start + k;
  }
  return indexVoxels(runs.shape, positions);
}

/** First voxel of a row at or behind a linear index, or `rowStarts[row + 1]` when there is none. */
export function lowerBound(index: VoxelIndex, row: number, position: number): number {
  const { positions, rowStarts } = index;
  let low = rowStarts[row] as number;
  let high = rowStarts[row + 1] as number;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] as number) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The voxel at a place inside of the volume, or −1. */
export function voxelAt(index: VoxelIndex, z: number, y: number, x: number): number {
  const row = z * index.shape[1] + y;
  const position = row * index.shape[2] + x;
  const found = lowerBound(index, row, position);
  return found < (index.rowStarts[row + 1] as number) && index.positions[found] === position ? found : -1;
}

/** Voxels with `keep[i] ≠ 0`, in order. */
export function selectVoxels(index: VoxelIndex, keep: ArrayLike<number>): VoxelIndex {
  const { positions, shape } = index;
  let size = 0;
  for (let i = 0; i < positions.length; i++) if (keep[i] !== 0) size++;
  const kept = new Uint32Array(size);
  size = 0;
  for (let i = 0; i < positions.length; i++) if (keep[i] !== 0) kept[size++] = positions[i] as number;
  return indexVoxels(shape, kept);
}

/** The voxels of labels 1 … `count` as runs, one set per label; 0 is left out. */
export function runsOfLabels(index: VoxelIndex, labels: ArrayLike<number>, count: number): VoxelRuns[] {
  const collectors = Array.from({ length: count }, () => new RunCollector(index.shape));
  const { positions } = index;
  const width = index.shape[2];
  for (let i = 0; i < positions.length; ) {
    const label = labels[i] as number;
    const start = positions[i] as number;
    let length = 1;
    while (
      i + length < positions.length &&
      positions[i + length] === start + length &&
      labels[i + length] === label &&
      (start + length) % width !== 0
    ) {
      length++;
    }
    if (label > 0) collectors[label - 1]?.add(start, length);
    i += length;
  }
  return collectors.map((collector) => collector.finish());
}
