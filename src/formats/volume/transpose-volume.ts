import { UsageError } from "../../base/errors.js";
import { type ChunkedVolume, checkBox, chunkBox } from "./chunked-volume.js";
import { copyBox, rowMajorStrides } from "./copy-box.js";
import { allocate, elementCount, type Volume, type VolumeBlock, type VolumeData, type VolumeSource } from "./volume.js";

/** Axes that a volume can have: channel, depth, row, column, time. */
const LETTERS = "czyxt";

/**
 * A view of a volume with its axes in another order. `from` names the axes as they are stored, slowest first, one letter
 * each of `c` (channel), `z`, `y`, `x` and `t`; `to` those of the result. A letter that only `to` has becomes an axis of
 * length 1, one that only `from` has (a single time point) must have length 1 and is dropped, so that the result always
 * has exactly the axes `to`. `x` and `y` must be in `from`.
 * Blocks come in the order of the volume, each transposed. Cost: a copy of every block whose elements move.
 * @throws {UsageError} `usage/axes` that says what is wrong, with the shape.
 */
export function reorderAxes(volume: Volume, from: string, to?: string): Volume;
export function reorderAxes(volume: VolumeSource, from: string, to?: string): VolumeSource;
export function reorderAxes(volume: Volume | VolumeSource, from: string, to = "czyx"): Volume | VolumeSource {
  const order = axisOrder(volume, from, to);
  const arrange = <T>(values: readonly T[], missing: T): T[] =>
    order.map((axis) => (axis < 0 ? missing : (values[axis] as T)));
  const transposeBlock = (block: VolumeBlock): VolumeBlock => ({
    origin: arrange(block.origin, 0),
    shape: arrange(block.shape, 1),
    data: transpose(block.data, { order, shape: block.shape }, volume),
  });
  const source: VolumeSource = {
    name: volume.name,
    shape: arrange(volume.shape, 1),
    type: volume.type,
    async *blocks() {
      for await (const block of volume.blocks()) yield transposeBlock(block);
    },
  };
  if (!("read" in volume)) return source;
  const view: Volume = {
    ...source,
    axes: to,
    spacing: volume.spacing === undefined ? undefined : arrange(volume.spacing, undefined),
    attributes: volume.attributes,
    blockShape: arrange(volume.blockShape, 1),
    read: async (origin, shape) => {
      checkBox({ name: volume.name, file: volume.name, shape: source.shape }, origin, shape);
      if (shape.includes(0)) return allocate(volume.type, 0);
      // Dropped axes have length 1.
      const stored = { origin: volume.shape.map(() => 0), shape: volume.shape.map(() => 1) };
      for (const [i, axis] of order.entries()) {
        if (axis < 0) continue;
        stored.origin[axis] = origin[i] as number;
        stored.shape[axis] = shape[i] as number;
      }
      const data = await volume.read(stored.origin, stored.shape);
      return transpose(data, { order, shape: stored.shape }, volume);
    },
    close: () => volume.close(),
  };
  if (!("chunk" in volume)) return view;
  const { chunk, blockShape } = volume as ChunkedVolume;
  const transposed: ChunkedVolume = {
    ...view,
    chunk: async (index) => {
      const stored = volume.shape.map(() => 0);
      for (const [i, axis] of order.entries()) if (axis >= 0) stored[axis] = index[i] as number;
      const { size } = chunkBox({ shape: volume.shape, chunkShape: blockShape }, stored);
      const values = await chunk(stored);
      return values === undefined ? undefined : transpose(values, { order, shape: size }, volume);
    },
  };
  return transposed;
}

/** For each axis of the result, its place in the volume, or −1 where it is added. */
function axisOrder(volume: VolumeSource, from: string, to: string): number[] {
  const shape = `${volume.name} has the shape ${volume.shape.join(" x ")}`;
  const fail = (message: string): UsageError =>
    new UsageError("axes", `${message}; ${shape}`, {
      fields: { axes: from, to, shape: volume.shape },
      wayOut: `Name each axis once, slowest first, with the letters ${[...LETTERS].join(", ")}: for example czyx or zyx.`,
    });
  for (const letters of [from, to]) {
    const unknown = [...letters].find((letter) => !LETTERS.includes(letter));
    if (unknown !== undefined) throw fail(`axes "${letters}": there is no axis "${unknown}"`);
    const twice = [...letters].find((letter, i) => letters.indexOf(letter) !== i);
    if (twice !== undefined) throw fail(`axes "${letters}": the axis "${twice}" is named twice`);
    const missing = [..."yx"].find((letter) => !letters.includes(letter));
    if (missing !== undefined) throw fail(`axes "${letters}": the axis "${missing}" is missing`);
  }
  if (from.length !== volume.shape.length) {
    throw fail(`axes "${from}" are ${from.length}, the array has ${volume.shape.length}`);
  }
  const long = [...from].find((letter, i) => !to.includes(letter) && volume.shape[i] !== 1);
  if (long !== undefined) {
    const length = volume.shape[from.indexOf(long)];
    throw fail(`axes "${from}": the axis "${long}" cannot be dropped for "${to}": its length is ${length}, not 1`);
  }
  return [...to].map((letter) => from.indexOf(letter));
}

/** The same values in another order of axes; the same array where no element moves. */
function transpose(
  data: VolumeData,
  { order, shape }: { readonly order: readonly number[]; readonly shape: readonly number[] },
  { type }: Pick<VolumeSource, "type">,
): VolumeData {
  const moving = order.filter((axis) => axis >= 0 && shape[axis] !== 1);
  if (moving.every((axis, i) => i === 0 || axis > (moving[i - 1] as number))) return data;
  const strides = rowMajorStrides(shape);
  const target = order.map((axis) => (axis < 0 ? 1 : (shape[axis] as number)));
  const out = allocate(type, elementCount(shape));
  const from = { data, offset: 0, strides: order.map((axis) => (axis < 0 ? 0 : (strides[axis] as number))) };
  copyBox(from, { data: out, offset: 0, strides: rowMajorStrides(target) }, target);
  return out;
}
