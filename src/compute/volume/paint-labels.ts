import type { VolumeShape, VoxelRuns } from "./voxel-runs.js";

/** A block of a label volume on z, y, x. */
export interface LabelBlock {
  readonly origin: readonly [number, number, number];
  readonly shape: readonly [number, number, number];
  /** Valid until the next block is asked for. */
  readonly data: Uint16Array | Uint32Array;
}

/**
 * Instances as a label volume, block by block in the order of z, y, x: voxel value `values[i]`, by default i + 1, for
 * `instances[i]`, a later one over an earlier one, 0 elsewhere. Every block of the grid comes, cut at the end of the
 * volume. 16 bits where they suffice, else 32. Memory: the labelled blocks of one row of blocks along z. Cost: linear in the runs and the blocks.
 */
export function* paintLabels(
  instances: readonly VoxelRuns[],
  shape: VolumeShape,
  { values, blockSize = 64 }: { readonly values?: readonly number[]; readonly blockSize?: number } = {},
): Generator<LabelBlock> {
  const [depth, height, width] = shape;
  const largest = values === undefined ? instances.length : values.reduce((most, value) => Math.max(most, value), 0);
  if (largest >= 2 ** 32) throw new RangeError(`the label ${largest} does not fit 32 bits`);
  const wide = largest > 65_535;
  const allocate = (length: number) => (wide ? new Uint32Array(length) : new Uint16Array(length));
  const zeros = allocate(blockSize ** 3);
  const columns = Math.ceil(width / blockSize);
  const next = instances.map(() => 0);
  const sizeAt = (origin: number, size: number) => Math.min(blockSize, size - origin);
  for (let z0 = 0; z0 < depth; z0 += blockSize) {
    const slabDepth = sizeAt(z0, depth);
    const painted = new Map<number, Uint16Array | Uint32Array>();
    const end = (z0 + slabDepth) * height * width;
    for (const [index, runs] of instances.entries()) {
      let at = next[index] as number;
      for (; at < runs.starts.length && (runs.starts[at] as number) < end; at++) {
        paintRun(runs.starts[at] as number, runs.lengths[at] as number, values?.[index] ?? index + 1, painted, z0);
      }
      next[index] = at;
    }
    for (let y0 = 0; y0 < height; y0 += blockSize) {
      for (let x0 = 0; x0 < width; x0 += blockSize) {
        const size = [slabDepth, sizeAt(y0, height), sizeAt(x0, width)] as const;
        const block = painted.get((y0 / blockSize) * columns + x0 / blockSize);
        yield { origin: [z0, y0, x0], shape: size, data: block ?? zeros.subarray(0, size[0] * size[1] * size[2]) };
      }
    }
  }

  function paintRun(
    start: number,
    length: number,
    label: number,
    painted: Map<number, Uint16Array | Uint32Array>,
    z0: number,
  ): void {
    const row = Math.floor(start / width);
    const z = Math.floor(row / height);
    const y = row - z * height;
    const first = start - row * width;
    const blockY = Math.floor(y / blockSize);
    for (let x = first; x < first + length; ) {
      const blockX = Math.floor(x / blockSize);
      const stop = Math.min(first + length, (blockX + 1) * blockSize);
      const key = blockY * columns + blockX;
      const [rows, row0] = [sizeAt(blockY * blockSize, height), blockY * blockSize];
      const [wideness, x0] = [sizeAt(blockX * blockSize, width), blockX * blockSize];
      let block = painted.get(key);
      if (block === undefined) {
        block = allocate(sizeAt(z0, depth) * rows * wideness);
        painted.set(key, block);
      }
      const offset = ((z - z0) * rows + y - row0) * wideness - x0;
      block.fill(label, offset + x, offset + stop);
      x = stop;
    }
  }
}
