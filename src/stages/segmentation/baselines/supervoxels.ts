import { squaredDistanceToBackground } from "../../../compute/volume/distance-transform.js";
import { componentLabels } from "../../../compute/volume/label-propagation.js";
import { localPeaks } from "../../../compute/volume/peaks.js";
import { watershed } from "../../../compute/volume/watershed.js";
import type { Foreground } from "./foreground.js";

export interface SupervoxelParameters {
  /** Half the side of the window of seeds, which are at least this far apart on some axis. */
  readonly minDistance: number;
  /** No seeds within `minDistance` of the border of the volume, as published. */
  readonly excludeBorder: boolean;
  /** A component without a seed gets one where it is thickest; published: it is lost. */
  readonly seedEveryComponent: boolean;
}

/** Pieces of the foreground, about as long as thick. */
export interface Supervoxels {
  /** 1 … count per foreground voxel; 0 where no seed reaches. */
  readonly labels: Int32Array;
  readonly count: number;
  /** Voxels of each, by label − 1. */
  readonly sizes: Float64Array;
  /** Mean of each channel, `channels` values each. */
  readonly colours: Float64Array;
}

/**
 * Watershed of the distance transform from its peaks over 26 neighbours, numbered by seed in scan order.
 * Cost: some microseconds and 30 bytes per foreground voxel.
 */
export function supervoxels(foreground: Foreground, parameters: SupervoxelParameters): Supervoxels {
  const { index } = foreground;
  const heights = squaredDistanceToBackground(index);
  const seeds = [...localPeaks(index, heights, parameters)];
  if (parameters.seedEveryComponent) seeds.push(...missingSeeds(foreground, heights, seeds));
  seeds.sort((a, b) => a - b);
  const markers = new Int32Array(heights.length);
  for (const [i, seed] of seeds.entries()) markers[seed] = i + 1;
  for (let i = 0; i < heights.length; i++) heights[i] = -(heights[i] as number);
  return describeSupervoxels(foreground, watershed(index, heights, markers), seeds.length);
}

/** The thickest voxel, first in scan order, of every component that has no seed. */
function missingSeeds({ index }: Foreground, thickness: Int32Array, seeds: readonly number[]): number[] {
  const { labels, count } = componentLabels(index);
  const hasSeed = new Uint8Array(count + 1);
  for (const seed of seeds) hasSeed[labels[seed] as number] = 1;
  const thickest = new Int32Array(count + 1).fill(-1);
  for (let i = 0; i < thickness.length; i++) {
    const component = labels[i] as number;
    if (hasSeed[component] === 1) continue;
    const best = thickest[component] as number;
    if (best < 0 || (thickness[i] as number) > (thickness[best] as number)) thickest[component] = i;
  }
  return [...thickest].filter((voxel) => voxel >= 0);
}

/** Sizes and mean colours of labels 1 … `count`. */
export function describeSupervoxels({ colours, channels }: Foreground, labels: Int32Array, count: number): Supervoxels {
  const sizes = new Float64Array(count);
  const means = new Float64Array(count * channels);
  for (let i = 0; i < labels.length; i++) {
    const label = (labels[i] as number) - 1;
    if (label < 0) continue;
    sizes[label] = (sizes[label] as number) + 1;
    for (let c = 0; c < channels; c++) {
      means[label * channels + c] = (means[label * channels + c] as number) + (colours[i * channels + c] as number);
    }
  }
  for (let i = 0; i < means.length; i++) means[i] = (means[i] as number) / (sizes[Math.floor(i / channels)] as number);
  return { labels, count, sizes, colours: means };
}
