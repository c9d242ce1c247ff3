import { LoadError } from "../../../base/errors.js";
import { indexVoxels, type VoxelIndex } from "../../../compute/volume/voxel-index.js";
import type { VolumeSource } from "../../../formats/volume/volume.js";
import { type DenoisedPlanes, visitMedians, visitRaw, visitSmoothedMedians } from "./bright-voxels.js";
import { type ChannelPlanes, channelPlanes } from "./channel-planes.js";
import type { BaselineOptions } from "./label-result.js";

export interface ForegroundParameters {
  /** Raw values are clipped here and divided by it. */
  readonly clip: number;
  readonly denoise: "none" | "median" | "median-gaussian";
  /** Standard deviation of the Gaussian in voxels. */
  readonly sigma: number;
  /** What is compared with the threshold: 0.2125 R + 0.7154 G + 0.0721 B, or the brightest channel. */
  readonly brightness: "luminance" | "brightest-channel";
  /** In shares of `clip`: a voxel is foreground above it. */
  readonly threshold: number;
}

/** Bright voxels and their denoised colours. */
export interface Foreground {
  readonly index: VoxelIndex;
  readonly channels: number;
  /** `channels` values from 0 to 1 per voxel. */
  readonly colours: Float32Array;
  /** What was compared with the threshold, per voxel. */
  readonly brightness: Float32Array;
  /** Median of each channel over the volume, from 0 to 1. */
  readonly background: readonly number[];
}

/** Weights of red, green and blue in the published luminance. */
const LUMINANCE = [0.2125, 0.7154, 0.0721] as const;

/** Some 8 % of a full volume. Neurons take 0.1 to 0.3 %. */
export const MOST_FOREGROUND = 2 ** 24;

/**
 * Voxels of a raw (C, Z, Y, X) volume above a threshold, plane by plane. Stands in for the published denoising by BM4D:
 * a 3³ median per channel, then, where asked for, a Gaussian. Memory: the planes of the stream and of the filters, and
 * 8 + 4·C bytes per foreground voxel.
 * @throws {LoadError} `load/foreground-too-large` above {@link MOST_FOREGROUND} voxels, `load/channels` when luminance
 * is asked of other than three channels. {FormatError} as `channelPlanes`.
 */
export async function findForeground(
  source: VolumeSource,
  parameters: ForegroundParameters,
  { signal, onProgress }: BaselineOptions = {},
): Promise<Foreground> {
  const { clip, brightness: measure, denoise, sigma } = parameters;
  const raw = channelPlanes(source, { clip, signal });
  const [channels, depth, height, width] = source.shape as readonly [number, number, number, number];
  if (measure === "luminance" && channels !== 3) {
    throw new LoadError("channels", `${source.name}: luminance is of three channels, not of ${channels}`, {
      fields: { file: source.name, channels },
      wayOut: "Take the brightest channel instead.",
    });
  }
  const bound = parameters.threshold * clip;
  const positions = new Grower(Uint32Array, 2 ** 16);
  const brightness = new Grower(Float32Array, 2 ** 16);
  const colours = new Grower(Float32Array, 2 ** 17);
  const levels = Array.from({ length: channels }, () => new Float64Array(clip + 1));
  const area = height * width;
  const input: DenoisedPlanes = {
    planes: counted(raw, levels),
    depth,
    size: { height, width },
    clip,
    visit: (z, offset, values) => {
      let bright = 0;
      if (measure === "luminance")
        for (let c = 0; c < 3; c++) bright += (LUMINANCE[c] as number) * (values[c] as number);
      else for (let c = 0; c < channels; c++) if ((values[c] as number) > bright) bright = values[c] as number;
      if (bright <= bound) return;
      positions.push(z * area + offset);
      brightness.push(bright / clip);
      for (let c = 0; c < channels; c++) colours.push((values[c] as number) / clip);
    },
    onPlane: (z) => {
      if (positions.size > MOST_FOREGROUND) throw tooLarge(source.name, parameters, z);
      onProgress?.(z + 1, depth, "planes");
    },
  };
  if (denoise === "none") await visitRaw(input);
  else if (denoise === "median") await visitMedians(input, bound);
  else await visitSmoothedMedians(input, sigma);
  return {
    index: indexVoxels([depth, height, width], positions.taken()),
    channels,
    colours: colours.taken(),
    brightness: brightness.taken(),
    background: levels.map((histogram) => medianLevel(histogram) / clip),
  };
}

function tooLarge(name: string, { threshold, clip }: ForegroundParameters, plane: number): LoadError {
  return new LoadError(
    "foreground-too-large",
    `${name}: more than ${MOST_FOREGROUND} voxels are brighter than ${threshold} of ${clip}, up to plane ${plane}`,
    {
      fields: { file: name, threshold, clip, plane, most: MOST_FOREGROUND },
      wayOut: "Raise the foreground threshold: neurons take less than 1 % of a volume.",
    },
  );
}

/** Every LEVEL_STEP-th value of a plane counts for the background. */
const LEVEL_STEP = 5;

/** The planes, with their values counted on the way. */
async function* counted(planes: AsyncIterable<ChannelPlanes>, levels: Float64Array[]): AsyncGenerator<ChannelPlanes> {
  for await (const plane of planes) {
    for (const [c, values] of plane.channels.entries()) {
      const histogram = levels[c] as Float64Array;
      for (let i = plane.z % LEVEL_STEP; i < values.length; i += LEVEL_STEP) {
        histogram[values[i] as number] = (histogram[values[i] as number] as number) + 1;
      }
    }
    yield plane;
  }
}

function medianLevel(histogram: Float64Array): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [level, count] of histogram.entries()) {
    below += count;
    if (below * 2 >= total) return level;
  }
  return 0;
}

/** A typed array that grows. */
class Grower<A extends Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>> {
  readonly #make: new (
    length: number,
  ) => A;
  #values: A;
  size = 0;

  constructor(make: new (length: number) => A, capacity: number) {
    this.#make = make;
    this.#values = new make(capacity);
  }

  push(value: number): void {
    if (this.size === this.#values.length) {
      const larger = new this.#make(Math.ceil(this.size * 1.6));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.size++] = value;
  }

  taken(): A {
    return this.#values.slice(0, this.size) as A;
  }
}
