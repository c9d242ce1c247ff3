import fc from "fast-check";
import type { VolumeShape } from "../../../../src/compute/volume/voxel-runs.js";
import { FISBE_PRESET, type ScoreOptions } from "../../../../src/stages/segmentation/metrics/image-score.js";

/** A tiny truth and prediction with overlaps, in channels. */
export interface TinyImage {
  readonly shape: VolumeShape;
  readonly truth: readonly Float64Array[];
  readonly prediction: readonly Float64Array[];
}

interface Box {
  readonly channel: number;
  readonly value: number;
  readonly from: readonly [number, number, number];
  readonly size: readonly [number, number, number];
}

const VALUES = [1, 1, 2, 3, 7, 300, 70_000];

function box(channels: number, extent: number, depth: number): fc.Arbitrary<Box> {
  const at = (size: number) => fc.integer({ min: 0, max: size - 1 });
  // Long along one axis and 1 to 3 voxels thick, or anything.
  const long = fc.integer({ min: 3, max: extent });
  const thick = fc.constantFrom(1, 2, 3, 3);
  return fc.record({
    channel: fc.integer({ min: 0, max: channels - 1 }),
    value: fc.constantFrom(...VALUES),
    from: fc.tuple(at(depth), at(extent), at(extent)),
    size: fc.oneof(
      fc.tuple(thick, thick, long),
      fc.tuple(thick, long, thick),
      fc.tuple(long, thick, thick),
      fc.tuple(long, long, thick),
    ),
  });
}

function paint(shape: VolumeShape, channels: readonly Float64Array[], boxes: readonly Box[]): readonly Float64Array[] {
  for (const { channel, value, from, size } of boxes) {
    for (let z = from[0]; z < Math.min(shape[0], from[0] + size[0]); z++) {
      for (let y = from[1]; y < Math.min(shape[1], from[1] + size[1]); y++) {
        const row = (z * shape[1] + y) * shape[2];
        channels[channel]?.fill(value, row + from[2], row + Math.min(shape[2], from[2] + size[2]));
      }
    }
  }
  return channels;
}

function image(dimensions: 2 | 3, mostBoxes: number, mostChannels: number): fc.Arbitrary<TinyImage> {
  const extent = 9;
  const shape: VolumeShape = dimensions === 3 ? [6, extent, extent] : [1, extent, extent];
  const size = shape[0] * shape[1] * shape[2];
  const channelCount = fc.integer({ min: 1, max: mostChannels });
  const boxes = (channels: number, least: number) =>
    fc.array(box(channels, extent, shape[0]), { minLength: least, maxLength: mostBoxes });
  const empty = (channels: number) => Array.from({ length: channels }, () => new Float64Array(size));
  return fc
    .tuple(channelCount, channelCount)
    .chain(([truthChannels, predictionChannels]) =>
      fc.record({
        truthChannels: fc.constant(truthChannels),
        predictionChannels: fc.constant(predictionChannels),
        truth: boxes(truthChannels, 1),
        prediction: boxes(predictionChannels, 0),
        changes: boxes(truthChannels, 0),
        fromTruth: fc.boolean(),
      }),
    )
    .map((drawn) => {
      const truth = paint(shape, empty(drawn.truthChannels), drawn.truth);
      const prediction = drawn.fromTruth
        ? paint(
            shape,
            truth.map((channel) => channel.slice()),
            drawn.changes.slice(0, 3).map((change, i) => (i === 0 ? { ...change, value: 0 } : change)),
          )
        : paint(shape, empty(drawn.predictionChannels), drawn.prediction);
      return { shape, truth, prediction };
    });
}

/** Few instances, where each rule shows, and many that share voxels, where consumption matters. */
export function tinyImage(dimensions: 2 | 3 = 3): fc.Arbitrary<TinyImage> {
  return fc.oneof(image(dimensions, 5, 3), image(dimensions, 9, 7));
}

export const scoreOptions: fc.Arbitrary<ScoreOptions> = fc
  .record({
    profile: fc.constantFrom("flylight", "fixed"),
    match: fc.constantFrom("greedy", "hungarian"),
    removeSmall: fc.constantFrom(0, 0, 5, 20),
    falseSplitThreshold: fc.constantFrom(0.05, 0.1, 0.3),
    falseMergeThreshold: fc.constantFrom(0.1, 0.05, 0.25),
    partly: fc.boolean(),
    dimNeurons: fc.array(fc.constantFrom(1, 2, 3, 300, 99), { maxLength: 3 }),
    foregroundOnly: fc.constantFrom(false, false, true),
  })
  .map((drawn) => ({ ...FISBE_PRESET, ...drawn }) as ScoreOptions);
