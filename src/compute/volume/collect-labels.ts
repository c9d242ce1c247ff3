import { LoadError } from "../../base/errors.js";
import type { VolumeBlock, VolumeSource } from "../../formats/volume/volume.js";
import { isAllZero } from "../../formats/volume/zero-bytes.js";
import type { LabelLayout } from "./label-layout.js";
import { type LabelledVoxels, LabelRuns } from "./label-runs.js";

export interface CollectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each block with the voxels read so far and those of the volume, all channels counted. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads a label volume once, block by block in any order, and returns the voxels of every positive value of every
 * channel inside the window, by channel, then by value. Memory: 12 bytes per run of equal values along x within a
 * block, and 8 more per joined run; background costs nothing.
 * @throws {LoadError} `load/negative-label`, `load/large-label` (2^53 and more), `load/many-labels`, `load/many-runs`.
 */
export async function collectLabels(
  source: VolumeSource,
  layout: LabelLayout,
  options: CollectOptions = {},
): Promise<readonly LabelledVoxels[]> {
  const runs = new LabelRuns(source.name);
  const total = source.shape.reduce((product, size) => product * size, 1);
  let done = 0;
  for await (const block of source.blocks()) {
    options.signal?.throwIfAborted();
    if (!isAllZero(block.data)) scanBlock(source.name, block, layout, runs);
    done += block.data.length;
    options.onProgress?.(done, total);
  }
  return runs.finish(layout.window).labels;
}

type SmallLabels = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

/** Row by row through a block, clipped to the window. */
function scanBlock(name: string, block: VolumeBlock, layout: LabelLayout, runs: LabelRuns): void {
  const { axes, offset, window } = layout;
  const first = axes.map((axis) => (axis < 0 ? 0 : (block.origin[axis] as number))) as [number, number, number, number];
  const size = axes.map((axis) => (axis < 0 ? 1 : (block.shape[axis] as number))) as [number, number, number, number];
  const [channels, depth, height, width] = size;
  // The window in steps of the block.
  const from = ([0, 1, 2] as const).map((axis) => Math.max(0, offset[axis] - (first[axis + 1] as number)));
  const to = ([0, 1, 2] as const).map((axis) =>
    Math.min(size[axis + 1] as number, offset[axis] + window[axis] - (first[axis + 1] as number)),
  );
  const [z0, y0, x0] = from as [number, number, number];
  const [z1, y1, x1] = to as [number, number, number];
  if (x0 >= x1) return;
  const wide = block.data instanceof BigInt64Array || block.data instanceof BigUint64Array;
  const words = wide ? new Int32Array(block.data.buffer, block.data.byteOffset, block.data.length * 2) : undefined;
  const small = block.data as SmallLabels;
  for (let c = 0; c < channels; c++) {
    const channel = first[0] + c;
    for (let z = z0; z < z1; z++) {
      const windowZ = first[1] + z - offset[0];
      for (let y = y0; y < y1; y++) {
        const row = ((c * depth + z) * height + y) * width;
        const windowRow = (windowZ * window[1] + first[2] + y - offset[1]) * window[2] + first[3] - offset[2];
        const negativeAt =
          words === undefined
            ? scanRow(small, row, x0, x1, windowRow, channel, runs)
            : scanWideRow(words, row, x0, x1, windowRow, channel, runs);
        if (negativeAt >= 0) {
          throw wrongLabel(name, block, axes, [c, z, y, negativeAt], block.data[row + negativeAt] as number | bigint);
        }
      }
    }
  }
}

/** Adds the runs of one row; returns the place of a negative value, or −1. */
function scanRow(
  data: SmallLabels,
  row: number,
  x0: number,
  x1: number,
  windowRow: number,
  channel: number,
  runs: LabelRuns,
): number {
  const end = row + x1;
  let i = row + x0;
  while (i < end) {
    while (i + 8 <= end && noneOfEight(data, i)) i += 8;
    if (i === end) break;
    const value = data[i] as number;
    if (value === 0) {
      i++;
      continue;
    }
    if (value < 0) return i - row;
    let stop = i + 1;
    while (stop < end && data[stop] === value) stop++;
    runs.add(channel, value, windowRow + i - row, stop - i);
    i = stop;
  }
  return -1;
}

/** Background is most of a volume: eight voxels in one test. */
function noneOfEight(data: SmallLabels, i: number): boolean {
  const low = (data[i] as number) | (data[i + 1] as number) | (data[i + 2] as number) | (data[i + 3] as number);
  const high = (data[i + 4] as number) | (data[i + 5] as number) | (data[i + 6] as number) | (data[i + 7] as number);
  return (low | high) === 0;
}

/** The same for values of 64 bits, read as pairs of 32 (little-endian); also returns the place of one of 2^53 or more. */
function scanWideRow(
  words: Int32Array,
  row: number,
  x0: number,
  x1: number,
  windowRow: number,
  channel: number,
  runs: LabelRuns,
): number {
  const end = row + x1;
  let i = row + x0;
  while (i < end) {
    const low = words[2 * i] as number;
    const high = words[2 * i + 1] as number;
    if (low === 0 && high === 0) {
      i++;
      continue;
    }
    if (high < 0 || high >= 2 ** 21) return i - row;
    let stop = i + 1;
    while (stop < end && words[2 * stop] === low && words[2 * stop + 1] === high) stop++;
    runs.add(channel, high * 2 ** 32 + (low >>> 0), windowRow + i - row, stop - i);
    i = stop;
  }
  return -1;
}

function wrongLabel(
  name: string,
  block: VolumeBlock,
  axes: LabelLayout["axes"],
  at: readonly [number, number, number, number],
  value: number | bigint,
): LoadError {
  const place = block.origin.map((origin, axis) => {
    const step = axes.indexOf(axis);
    return step < 0 ? origin : origin + (at[step] as number);
  });
  const negative = value < 0;
  return new LoadError(
    negative ? "negative-label" : "large-label",
    `${name}: the label at [${place.join(", ")}] is ${value}; ${negative ? "labels are not negative, and 0 is background" : "labels of 2^53 and more cannot be told apart"}`,
    {
      fields: { value: String(value), place },
      wayOut: negative
        ? "Write 0 for the background: labels - labels.min() makes it so where the smallest is the background."
        : "Number the labels anew, from 1.",
    },
  );
}
