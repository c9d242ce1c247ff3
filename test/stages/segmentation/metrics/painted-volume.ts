import type { VolumeSource } from "../../../../src/formats/volume/volume.js";
import {
  FISBE_PRESET,
  type ImageScore,
  type ScoreOptions,
} from "../../../../src/stages/segmentation/metrics/image-score.js";
import { scoreImage } from "../../../../src/stages/segmentation/metrics/score-image.js";
import { type MemoryVolumeOptions, memoryVolume } from "../../../support/memory-volume.js";

/** Half-open range on one axis. */
export type Range = readonly [from: number, to: number];

/** A box of one value; later boxes paint over earlier ones of their channel. */
export interface PaintedBox {
  readonly value: number;
  readonly channel?: number;
  /** One range per spatial axis. */
  readonly box: readonly Range[];
}

/** Boxes in a volume; with `channels` undefined it has no channel axis. */
export function painted(
  shape: readonly number[],
  boxes: readonly PaintedBox[],
  channels?: number,
  options: MemoryVolumeOptions = {},
): VolumeSource {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Float64Array(size * (channels ?? 1));
  for (const { value, channel = 0, box } of boxes) {
    for (let i = 0; i < size; i++) {
      let rest = i;
      const inside = [...shape.keys()].reverse().every((axis) => {
        const at = rest % (shape[axis] as number);
        rest = Math.floor(rest / (shape[axis] as number));
        return at >= (box[axis] as Range)[0] && at < (box[axis] as Range)[1];
      });
      if (inside) values[channel * size + i] = value;
    }
  }
  return memoryVolume(channels === undefined ? shape : [channels, ...shape], values, options);
}

/** Scores without size filter, dim neurons evaluated (none) unless the changes say otherwise. */
export function score(
  truth: VolumeSource,
  prediction: VolumeSource,
  changes: Partial<ScoreOptions> = {},
): Promise<ImageScore> {
  return scoreImage({
    truth,
    prediction,
    options: { ...FISBE_PRESET, removeSmall: 0, dimNeurons: [], ...changes },
  });
}

/** A 3 × 3 bar along x, whose skeleton is its middle line. */
export function bar(z: number, y: number, x: Range): readonly Range[] {
  return [[z, z + 3], [y, y + 3], x];
}
