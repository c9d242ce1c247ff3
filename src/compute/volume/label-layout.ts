import { LoadError } from "../../base/errors.js";
import type { VolumeSource } from "../../formats/volume/volume.js";
import { MOST_VOXELS, type VolumeShape } from "./voxel-runs.js";

/** Where the channels and the three spatial axes of a label volume are, and which part of it is looked at. */
export interface LabelLayout {
  readonly channels: number;
  /** Axis of the source, or −1 for an axis of one step that the source does not have. */
  readonly axes: readonly [channel: number, z: number, y: number, x: number];
  /** Size of the source on z, y, x. */
  readonly shape: VolumeShape;
  /** First voxel of the window on z, y, x. */
  readonly offset: readonly [number, number, number];
  /** Size of the window, the same for truth and prediction. */
  readonly window: VolumeShape;
}

/**
 * Places the axes of truth and prediction and the part that both have: axes of one step are dropped, then
 * `dimensions` axes are left (one channel) or one more (channels first). Where one of the two is at least as large on
 * every axis, its centre is taken, from floor((larger − smaller) / 2).
 * @throws {LoadError} `load/label-axes` for another number of axes, `load/label-shapes` when each is larger on some
 * axis, `load/label-size` beyond 2^32 voxels, `load/label-type` for anything but whole numbers.
 */
export function labelLayouts(
  truth: VolumeSource,
  prediction: VolumeSource,
  dimensions: 2 | 3,
): { readonly truth: LabelLayout; readonly prediction: LabelLayout } {
  const [a, b] = [placed(truth, dimensions), placed(prediction, dimensions)];
  const window = a.shape.map((size, axis) => Math.min(size, b.shape[axis] as number)) as unknown as VolumeShape;
  if (!same(window, a.shape) && !same(window, b.shape)) {
    const [truthShape, predictionShape] = [a.shape.slice(3 - dimensions), b.shape.slice(3 - dimensions)];
    throw new LoadError(
      "label-shapes",
      `${truth.name} has ${truthShape.join(" × ")} voxels, ${prediction.name} ${predictionShape.join(" × ")}: each is larger on some axis, so neither can be cropped to the other`,
      {
        fields: { truth: [...truthShape], prediction: [...predictionShape] },
        wayOut: "Score volumes of the same size, or check the order of the axes.",
      },
    );
  }
  refuseLarge(truth, window);
  return { truth: windowed(a, window), prediction: windowed(b, window) };
}

/**
 * The axes of one label volume, all of it: axes of one step are dropped, then `dimensions` axes are left (one channel)
 * or one more (channels first).
 * @throws {LoadError} `load/label-axes`, `load/label-size`, `load/label-type`, as {@link labelLayouts}.
 */
export function labelLayout(source: VolumeSource, dimensions: 2 | 3): LabelLayout {
  const layout = placed(source, dimensions);
  refuseLarge(source, layout.shape);
  return windowed(layout, layout.shape);
}

function refuseLarge(source: VolumeSource, window: VolumeShape): void {
  if (window[0] * window[1] * window[2] <= MOST_VOXELS && window[2] < 2 ** 20) return;
  throw new LoadError(
    "label-size",
    `${source.name}: ${window.join(" × ")} voxels are too many; below 2^32 in all and 2^20 in a row can be scored`,
    { fields: { shape: [...window] } },
  );
}

function placed(source: VolumeSource, dimensions: 2 | 3): Omit<LabelLayout, "offset" | "window"> {
  if (source.type === "float32" || source.type === "float64") {
    throw new LoadError("label-type", `${source.name} holds ${source.type} values; labels are whole numbers`, {
      fields: { type: source.type },
      wayOut: "Name the array of labels, or convert it to an integer type.",
    });
  }
  const kept = source.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  if (kept.length !== dimensions && kept.length !== dimensions + 1) {
    throw new LoadError(
      "label-axes",
      `${source.name} has the shape ${source.shape.join(" × ")}: without axes of one step ${kept.length} are left, where ${dimensions} or, with channels first, ${dimensions + 1} are expected`,
      { fields: { shape: [...source.shape], dimensions } },
    );
  }
  const channel = kept.length > dimensions ? (kept[0] as number) : -1;
  const [y, x] = kept.slice(-2) as [number, number];
  const z = dimensions === 3 ? (kept.at(-3) as number) : -1;
  const size = (axis: number) => (axis < 0 ? 1 : (source.shape[axis] as number));
  return { channels: size(channel), axes: [channel, z, y, x], shape: [size(z), size(y), size(x)] };
}

function windowed(layout: Omit<LabelLayout, "offset" | "window">, window: VolumeShape): LabelLayout {
  const [z, y, x] = layout.shape;
  const middle = (size: number, kept: number) => Math.floor((size - kept) / 2);
  return { ...layout, window, offset: [middle(z, window[0]), middle(y, window[1]), middle(x, window[2])] };
}

function same(a: VolumeShape, b: VolumeShape): boolean {
  return a.every((size, axis) => size === b[axis]);
}
