import {
  allocate,
  elementBytes,
  elementCount,
  over,
  type Volume,
  type VolumeData,
  type VolumeType,
} from "../volume/volume.js";
import { type Box, contiguousBlock } from "./block-grid.js";
import { mustSwap, swapBytes } from "./byte-order.js";
import type { ElementSource } from "./element-source.js";
import { type BlockReader, type GridVolumeOptions, gridVolume } from "./grid-volume.js";

export interface LinearVolumeOptions extends Omit<GridVolumeOptions, "blockShape" | "reader" | "type"> {
  /** Type of the elements in the file. */
  readonly type: VolumeType;
  readonly littleEndian: boolean;
  readonly source: ElementSource;
  /** Turns stored elements into what the volume gives; without it they are given as they are. */
  readonly convert?: { readonly type: VolumeType; readonly apply: (stored: VolumeData, target: VolumeData) => void };
}

/** A volume whose elements follow each other in one stretch, in C or Fortran order, see {@link gridVolume}. */
export function linearVolume(options: LinearVolumeOptions): Volume {
  const { shape, type, convert } = options;
  const blockShape = contiguousBlock(
    shape,
    convert && elementBytes(convert.type) > elementBytes(type) ? convert.type : type,
  );
  const most = elementCount(blockShape);
  return gridVolume({
    ...options,
    blockShape,
    type: convert?.type ?? type,
    reader: ({ keep }) => linearReader(options, keep ? undefined : most),
  });
}

/** `most`: elements of the largest block, whose memory is then used for all. */
function linearReader({ shape, type, littleEndian, source, convert }: LinearVolumeOptions, most?: number): BlockReader {
  const width = elementBytes(type);
  const swap = mustSwap(littleEndian);
  const cursor = source.cursor();
  const shared = most === undefined ? undefined : new ArrayBuffer(Math.min(most, elementCount(shape)) * width);
  return {
    block: async (_index, box) => {
      const count = elementCount(box.shape);
      const buffer = shared ?? new ArrayBuffer(count * width);
      const bytes = new Uint8Array(buffer, 0, count * width);
      await cursor.fill(bytes, firstElement(shape, box) * width);
      if (swap) swapBytes(bytes, width);
      const stored = over(type, buffer, 0, count);
      if (convert === undefined) return stored;
      const converted = allocate(convert.type, count);
      convert.apply(stored, converted);
      return converted;
    },
    finish: () => cursor.finish(),
    close: () => cursor.close(),
  };
}

function firstElement(shape: readonly number[], box: Box): number {
  return box.origin.reduce((offset, at, axis) => offset * (shape[axis] as number) + at, 0);
}
