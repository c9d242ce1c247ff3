import type { Foreground } from "./foreground.js";
import { hueOf } from "./hue.js";
import { describeSupervoxels, type Supervoxels } from "./supervoxels.js";

export interface SplitParameters {
  /** Supervoxels whose voxels fall in two hues at least this far apart are split (0: none is; at most √2). */
  readonly splitHue: number;
  /** Each part has at least this many voxels. */
  readonly splitVoxels: number;
}

const ROUNDS = 15;

/**
 * Splits supervoxels in which neurons of two hues touch: two means of the voxels' hues, again for each part, until the
 * two are alike or a part is too small. The published code has such a step, on the range of colours and switched off.
 * O(voxels × levels).
 */
export function splitSupervoxels(
  foreground: Foreground,
  pieces: Supervoxels,
  parameters: SplitParameters,
): Supervoxels {
  const { splitHue, splitVoxels } = parameters;
  if (splitHue <= 0) return pieces;
  const hues = hueOf(foreground.colours, foreground.channels, foreground.background);
  const labels = new Int32Array(pieces.labels.length);
  let count = 0;
  const waiting = membersOf(pieces).reverse();
  for (let voxels = waiting.pop(); voxels !== undefined; voxels = waiting.pop()) {
    const parts = voxels.length < 2 * splitVoxels ? undefined : twoMeans(hues, foreground.channels, voxels);
    if (parts === undefined || parts.distance < splitHue || parts.smaller < splitVoxels) {
      count++;
      for (const voxel of voxels) labels[voxel] = count;
    } else {
      const { second } = parts;
      waiting.push(
        voxels.filter((_, i) => second[i] === 1),
        voxels.filter((_, i) => second[i] === 0),
      );
    }
  }
  return describeSupervoxels(foreground, labels, count);
}

function membersOf({ labels, count, sizes }: Supervoxels): Int32Array[] {
  const members = Array.from({ length: count }, (_, i) => new Int32Array(sizes[i] as number));
  const filled = new Int32Array(count);
  for (let i = 0; i < labels.length; i++) {
    const label = (labels[i] as number) - 1;
    if (label < 0) continue;
    (members[label] as Int32Array)[filled[label] as number] = i;
    filled[label] = (filled[label] as number) + 1;
  }
  return members;
}

/** Two means from the voxel farthest from the mean and the one farthest from that; undefined when all are alike. */
function twoMeans(
  hues: Float32Array,
  channels: number,
  voxels: Int32Array,
): { readonly second: Uint8Array; readonly distance: number; readonly smaller: number } | undefined {
  const squaredTo = (voxel: number, place: Float64Array) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += ((hues[voxel * channels + c] as number) - (place[c] as number)) ** 2;
    return sum;
  };
  const placeOf = (voxel: number) =>
    Float64Array.from({ length: channels }, (_, c) => hues[voxel * channels + c] as number);
  const farthest = (place: Float64Array) => {
    let [best, distance] = [voxels[0] as number, -1];
    for (const voxel of voxels) {
      const squared = squaredTo(voxel, place);
      if (squared > distance) [best, distance] = [voxel, squared];
    }
    return placeOf(best);
  };
  const mean = new Float64Array(channels);
  for (const voxel of voxels) {
    for (let c = 0; c < channels; c++)
      mean[c] = (mean[c] as number) + (hues[voxel * channels + c] as number) / voxels.length;
  }
  let first = farthest(mean);
  let other = farthest(first);
  const second = new Uint8Array(voxels.length);
  let taken = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const sums = [new Float64Array(channels), new Float64Array(channels)] as const;
    taken = 0;
    for (const [i, voxel] of voxels.entries()) {
      const side = squaredTo(voxel, first) <= squaredTo(voxel, other) ? 0 : 1;
      second[i] = side;
      taken += side;
      for (let c = 0; c < channels; c++)
        sums[side][c] = (sums[side][c] as number) + (hues[voxel * channels + c] as number);
    }
    if (taken === 0) return undefined;
    first = sums[0].map((sum) => sum / (voxels.length - taken));
    other = sums[1].map((sum) => sum / taken);
  }
  let squared = 0;
  for (let c = 0; c < channels; c++) squared += ((first[c] as number) - (other[c] as number)) ** 2;
  return { second, distance: Math.sqrt(squared), smaller: Math.min(taken, voxels.length - taken) };
}
