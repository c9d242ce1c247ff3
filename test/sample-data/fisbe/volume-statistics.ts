import { connectedComponents } from "../../../src/compute/volume/connected-components.js";
import { skeletonOfRuns } from "../../../src/compute/volume/skeleton.js";
import { RunCollector } from "../../../src/compute/volume/voxel-runs.js";
import type { SyntheticVolume } from "../../../src/sample-data/fisbe/synthetic-volume.js";

export interface NeuronStatistics {
  readonly dim: boolean;
  readonly voxels: number;
  readonly skeletonVoxels: number;
  readonly components: number;
  /** Largest channel mean over the voxels that no other neuron has. */
  readonly dominantMean: number;
  /** Standard deviation over mean of that channel on the skeleton. */
  readonly variation: number;
}

export interface VolumeStatistics {
  readonly foregroundShare: number;
  /** Shares of the foreground in two neurons or more, and in three or more. */
  readonly overlapShare: number;
  readonly tripleShare: number;
  /** Per channel, over voxels more than three voxels from any neuron. */
  readonly backgroundMedian: readonly number[];
  readonly backgroundMean: readonly number[];
  readonly backgroundP99: readonly number[];
  /** Per channel, on z, y, x: correlation of neighbours over the whole volume. */
  readonly autocorrelation: readonly (readonly [number, number, number])[];
  /** Standard deviation over median of the difference to the median of 3³ voxels, where that is 30 to 60. */
  readonly texture: number;
  readonly neurons: readonly NeuronStatistics[];
}

/** The statistics that the real images were measured by. Holds the whole volume. */
export function volumeStatistics(volume: SyntheticVolume): VolumeStatistics {
  const { shape, instanceCount } = volume;
  const voxels = shape[0] * shape[1] * shape[2];
  const raw = volume.readRaw(0, shape[0]);
  const instances = volume.readInstances(0, shape[0]);
  const count = new Uint8Array(voxels);
  for (let k = 0; k < instanceCount; k++) {
    for (let i = 0; i < voxels; i++) if (instances[k * voxels + i] !== 0) count[i] = (count[i] as number) + 1;
  }
  const foreground = count.filter((value) => value > 0).length;
  const near = grown(count, shape, 3);
  const channels = [0, 1, 2].map((channel) => raw.subarray(channel * voxels, (channel + 1) * voxels));
  const backgrounds = channels.map((values) => values.filter((_, i) => near[i] === 0).sort());
  return {
    foregroundShare: foreground / voxels,
    overlapShare: count.filter((value) => value > 1).length / foreground,
    tripleShare: count.filter((value) => value > 2).length / foreground,
    backgroundMedian: backgrounds.map((values) => values[values.length >> 1] as number),
    backgroundMean: backgrounds.map(meanOf),
    backgroundP99: backgrounds.map((values) => values[Math.floor(values.length * 0.99)] as number),
    autocorrelation: channels.map((values) => [
      lagOne(values, shape, 0),
      lagOne(values, shape, 1),
      lagOne(values, shape, 2),
    ]),
    texture: textureOf(channels[0] as Uint16Array, shape),
    neurons: Array.from({ length: instanceCount }, (_, k) => {
      const mask = instances.subarray(k * voxels, (k + 1) * voxels);
      return neuronStatistics(volume, k, mask, count, channels);
    }),
  };
}

function neuronStatistics(
  volume: SyntheticVolume,
  index: number,
  mask: Uint8Array,
  count: Uint8Array,
  channels: readonly Uint16Array[],
): NeuronStatistics {
  const collector = new RunCollector(volume.shape);
  const exclusive: number[] = [];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    collector.add(i, 1);
    if (count[i] === 1) exclusive.push(i);
  }
  const runs = collector.finish();
  const skeleton = skeletonOfRuns(runs);
  const means = channels.map((values) => meanOf(exclusive.map((i) => values[i] as number)));
  const dominantMean = Math.max(...means);
  const dominant = channels[means.indexOf(dominantMean)] as Uint16Array;
  const along = Array.from(skeleton, (i) => dominant[i] as number);
  const level = meanOf(along);
  return {
    dim: volume.dimNeurons.includes(index + 1),
    voxels: runs.voxels,
    skeletonVoxels: skeleton.length,
    components: connectedComponents(
      mask.map((value) => (value === 0 ? 0 : 1)),
      volume.shape,
      26,
    ).count,
    dominantMean,
    variation: Math.sqrt(meanOf(along.map((value) => (value - level) ** 2))) / level,
  };
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

function lagOne(values: Uint16Array, shape: readonly number[], axis: number): number {
  const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const size = shape[axis] as number;
  const level = meanOf(values);
  let product = 0;
  let pairs = 0;
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    const here = (values[i] as number) - level;
    square += here * here;
    if (Math.floor(i / stride) % size === size - 1) continue;
    product += here * ((values[i + stride] as number) - level);
    pairs++;
  }
  return product / pairs / (square / values.length);
}

/** Cubic dilation: 1 within `reach` voxels on every axis. */
function grown(mask: Uint8Array, shape: readonly number[], reach: number): Uint8Array {
  let from = mask.map((value) => (value > 0 ? 1 : 0));
  for (let axis = 0; axis < 3; axis++) {
    const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    const size = shape[axis] as number;
    const to = new Uint8Array(from);
    for (let i = 0; i < from.length; i++) {
      if (from[i] === 0) continue;
      const at = Math.floor(i / stride) % size;
      for (let d = Math.max(-reach, -at); d <= Math.min(reach, size - 1 - at); d++) to[i + d * stride] = 1;
    }
    from = to;
  }
  return from;
}

function textureOf(values: Uint16Array, [depth, height, width]: readonly [number, number, number]): number {
  const residuals: number[] = [];
  const medians: number[] = [];
  const window = new Uint16Array(27);
  for (let z = 1; z < depth - 1; z++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = (z * height + y) * width + x;
        const value = values[at] as number;
        if (value < 15 || value > 120) continue;
        let n = 0;
        for (let dz = -1; dz <= 1; dz++) {
          for (let dy = -1; dy <= 1; dy++) {
            for (let dx = -1; dx <= 1; dx++) window[n++] = values[at + (dz * height + dy) * width + dx] as number;
          }
        }
        const median = window.sort()[13] as number;
        if (median < 30 || median > 60) continue;
        residuals.push(value - median);
        medians.push(median);
      }
    }
  }
  const level = meanOf(residuals);
  return Math.sqrt(meanOf(residuals.map((value) => (value - level) ** 2))) / meanOf(medians);
}
