/** Size of a volume on z, y, x. */
export type VolumeShape = readonly [number, number, number];

/** Half-open box in voxels: z0 ≤ z < z1, and so on. */
export interface Box {
  readonly z0: number;
  readonly y0: number;
  readonly x0: number;
  readonly z1: number;
  readonly y1: number;
  readonly x1: number;
}

/**
 * A set of voxels as runs along x, in C order: disjoint, not touching within a row. `start` is the linear index
 * (z·Y + y)·X + x of a run's first voxel; a run never leaves its row. Thin neurons take some 8 bytes per 2–4 voxels, a
 * filled volume no more than 8 bytes per row.
 */
export interface VoxelRuns {
  readonly shape: VolumeShape;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly voxels: number;
  /** Smallest box around the voxels; all zero when there are none. */
  readonly box: Box;
}

/** Largest volume whose linear indices fit 32 bits. */
export const MOST_VOXELS = 2 ** 32 - 1;

const EMPTY_BOX: Box = { z0: 0, y0: 0, x0: 0, z1: 0, y1: 0, x1: 0 };

/** Collects runs in any order, as blocks of a volume bring them, and puts them together. */
export class RunCollector {
  readonly #shape: VolumeShape;
  #starts = new Uint32Array(64);
  #lengths = new Uint32Array(64);
  #count = 0;

  /** @throws {RangeError} for a volume of 2^32 voxels or more, or with rows of 2^20 or more. */
  constructor(shape: VolumeShape) {
    if (shape[0] * shape[1] * shape[2] > MOST_VOXELS || shape[2] >= 2 ** 20) {
      throw new RangeError(`a volume of ${shape.join(" × ")} voxels is too large: below 2^32, rows below 2^20`);
    }
    this.#shape = shape;
  }

  /** Adds voxels x … x + length − 1 of a row. A run that goes on where the last one ended is joined to it. */
  add(start: number, length: number): void {
    const last = this.#count - 1;
    if (last >= 0) {
      const end = (this.#starts[last] as number) + (this.#lengths[last] as number);
      if (end === start && start % this.#shape[2] !== 0) {
        this.#lengths[last] = (this.#lengths[last] as number) + length;
        return;
      }
    }
    if (this.#count === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#lengths = grown(this.#lengths);
    }
    this.#starts[this.#count] = start;
    this.#lengths[this.#count] = length;
    this.#count++;
  }

  /** The set of all voxels added; adding one twice counts it once. Cost: a sort where blocks came out of order. */
  finish(): VoxelRuns {
    return normalized(this.#shape, this.#starts.subarray(0, this.#count), this.#lengths.subarray(0, this.#count));
  }
}

/** Sorts runs and joins those that overlap or touch within a row. */
function normalized(shape: VolumeShape, starts: Uint32Array, lengths: Uint32Array): VoxelRuns {
  const count = starts.length;
  let ordered = true;
  for (let i = 1; i < count && ordered; i++) {
    ordered = (starts[i] as number) > (starts[i - 1] as number) + (lengths[i - 1] as number) - 1;
  }
  let sortedStarts = starts;
  let sortedLengths = lengths;
  if (!ordered) {
    // Start and length in one double each keep the sort in typed arrays: 2^32 · 2^20 < 2^53.
    const packed = new Float64Array(count);
    for (let i = 0; i < count; i++) packed[i] = (starts[i] as number) * 2 ** 20 + (lengths[i] as number);
    packed.sort();
    sortedStarts = new Uint32Array(count);
    sortedLengths = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const start = Math.floor((packed[i] as number) / 2 ** 20);
      sortedStarts[i] = start;
      sortedLengths[i] = (packed[i] as number) - start * 2 ** 20;
    }
  }
  const outStarts = new Uint32Array(count);
  const outLengths = new Uint32Array(count);
  const width = shape[2];
  let size = 0;
  let end = -1;
  for (let i = 0; i < count; i++) {
    const start = sortedStarts[i] as number;
    const stop = start + (sortedLengths[i] as number);
    const joins = size > 0 && (start < end || (start === end && start % width !== 0));
    if (joins) {
      if (stop > end) {
        outLengths[size - 1] = (outLengths[size - 1] as number) + stop - end;
        end = stop;
      }
    } else {
      outStarts[size] = start;
      outLengths[size] = stop - start;
      size++;
      end = stop;
    }
  }
  return runsOf(shape, outStarts.slice(0, size), outLengths.slice(0, size));
}

/** Runs that are already in order and disjoint, with their count and box. Cost: one pass over the runs. */
export function runsOf(shape: VolumeShape, starts: Uint32Array, lengths: Uint32Array): VoxelRuns {
  const [, height, width] = shape;
  let voxels = 0;
  let [z0, y0, x0, z1, y1, x1] = [shape[0], height, width, 0, 0, 0];
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    const length = lengths[i] as number;
    const row = Math.floor(start / width);
    const x = start - row * width;
    const z = Math.floor(row / height);
    const y = row - z * height;
    voxels += length;
    if (z < z0) z0 = z;
    if (z >= z1) z1 = z + 1;
    if (y < y0) y0 = y;
    if (y >= y1) y1 = y + 1;
    if (x < x0) x0 = x;
    if (x + length > x1) x1 = x + length;
  }
  return { shape, starts, lengths, voxels, box: voxels === 0 ? EMPTY_BOX : { z0, y0, x0, z1, y1, x1 } };
}

/** The voxels of a dense box as bytes 0 and 1, in C order of the box grown by `margin` on every side (not clipped). */
export function maskOf(runs: VoxelRuns, box: Box = runs.box, margin = 0): { data: Uint8Array; shape: VolumeShape } {
  const depth = box.z1 - box.z0 + 2 * margin;
  const height = box.y1 - box.y0 + 2 * margin;
  const width = box.x1 - box.x0 + 2 * margin;
  const data = new Uint8Array(depth * height * width);
  const [, rows, columns] = runs.shape;
  for (let i = 0; i < runs.starts.length; i++) {
    const start = runs.starts[i] as number;
    const row = Math.floor(start / columns);
    const z = Math.floor(row / rows);
    const y = row - z * rows;
    const first = start - row * columns;
    const x0 = Math.max(first, box.x0 - margin);
    const x1 = Math.min(first + (runs.lengths[i] as number), box.x1 + margin);
    const [dz, dy] = [z - box.z0 + margin, y - box.y0 + margin];
    if (dz < 0 || dz >= depth || dy < 0 || dy >= height || x1 <= x0) continue;
    const offset = (dz * height + dy) * width - box.x0 + margin;
    data.fill(1, offset + x0, offset + x1);
  }
  return { data, shape: [depth, height, width] };
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
