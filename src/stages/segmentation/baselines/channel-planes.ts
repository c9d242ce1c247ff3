import { FormatError } from "../../../base/errors.js";
import { elementBytes, type VolumeBlock, type VolumeSource } from "../../../formats/volume/volume.js";

/** One z of all channels, values clipped to 0 … `clip`. */
export interface ChannelPlanes {
  readonly z: number;
  /** Y · X values per channel. Not touched again by the stream: the caller may keep them. */
  readonly channels: readonly Uint16Array[];
}

export interface PlaneOptions {
  /** Largest value; larger ones become it. */
  readonly clip: number;
  /** Most bytes of planes held while their blocks arrive. */
  readonly windowBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

const WINDOW_BYTES = 192 * 1024 ** 2;

/**
 * Planes of a (C, Z, Y, X) volume in the order of z, from blocks of any shape and order. Blocks that come by z pass
 * once; where blocks lie too far ahead of the first incomplete plane (channels stored one after the other), they are
 * passed over and the volume is gone through again for them. Memory: the window, or one block's planes if more.
 * @throws {FormatError} `format/unsupported-type` for other than integers of at most 32 bits, `format/shape` unless
 * there are four axes, `format/truncated` when blocks do not cover the volume.
 */
export async function* channelPlanes(source: VolumeSource, options: PlaneOptions): AsyncGenerator<ChannelPlanes> {
  const { name, shape, type } = source;
  const fields = { file: name, shape: [...shape], type };
  if (shape.length !== 4) {
    throw new FormatError(
      "shape",
      `${name}: a raw volume has axes C, Z, Y, X, this one has shape ${shape.join(" × ")}`,
      {
        fields,
      },
    );
  }
  if (!/^u?int(8|16|32)$/.test(type)) {
    throw new FormatError("unsupported-type", `${name}: raw values are integers of at most 32 bits, not ${type}`, {
      fields,
      wayOut: "Give the raw volume as the microscope wrote it, not a normalised copy.",
    });
  }
  const [channels, depth, height, width] = shape as readonly [number, number, number, number];
  const area = height * width;
  const planeBytes = Math.max(1, channels * area * elementBytes("uint16"));
  const budget = Math.max(1, Math.floor((options.windowBytes ?? WINDOW_BYTES) / planeBytes));
  const open = new Map<number, { readonly channels: Uint16Array[]; missing: number }>();
  let next = 0;
  while (next < depth) {
    const before = next;
    // Planes of which this pass has passed over a block: they wait for the next one.
    let passedOver = Number.POSITIVE_INFINITY;
    for await (const block of source.blocks()) {
      options.signal?.throwIfAborted();
      const first = block.origin[1] as number;
      const end = first + (block.shape[1] as number);
      if (end <= next) continue;
      const window = next + Math.max(budget, first <= next ? end - next : 0);
      const upTo = Math.min(end, window, passedOver);
      if (upTo < end) {
        passedOver = Math.min(passedOver, Math.max(upTo, first));
        for (const z of open.keys()) if (z >= passedOver) open.delete(z);
      }
      for (let z = Math.max(first, next); z < upTo; z++) {
        let plane = open.get(z);
        if (plane === undefined) {
          plane = { channels: Array.from({ length: channels }, () => new Uint16Array(area)), missing: channels * area };
          open.set(z, plane);
        }
        copyPlane(block, z - first, plane.channels, width, options.clip);
        plane.missing -= (block.shape[0] as number) * (block.shape[2] as number) * (block.shape[3] as number);
      }
      for (let plane = open.get(next); plane !== undefined && plane.missing === 0; plane = open.get(next)) {
        open.delete(next);
        yield { z: next, channels: plane.channels };
        next++;
      }
    }
    open.clear();
    if (next === before) {
      throw new FormatError("truncated", `${name}: its blocks do not cover plane ${next} of ${depth}`, {
        fields: { ...fields, plane: next },
      });
    }
  }
}

function copyPlane(block: VolumeBlock, dz: number, planes: Uint16Array[], width: number, clip: number): void {
  const [channels, depth, height, columns] = block.shape as readonly [number, number, number, number];
  const [firstChannel, , firstY, firstX] = block.origin as readonly [number, number, number, number];
  const data = block.data as Exclude<VolumeBlock["data"], BigUint64Array | BigInt64Array>;
  for (let c = 0; c < channels; c++) {
    const plane = planes[firstChannel + c] as Uint16Array;
    for (let y = 0; y < height; y++) {
      const from = ((c * depth + dz) * height + y) * columns;
      const to = (firstY + y) * width + firstX;
      for (let x = 0; x < columns; x++) {
        const value = data[from + x] as number;
        plane[to + x] = value > clip ? clip : value < 0 ? 0 : value;
      }
    }
  }
}
