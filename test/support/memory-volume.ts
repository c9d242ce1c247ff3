import {
  allocate,
  elementCount,
  type VolumeBlock,
  type VolumeData,
  type VolumeSource,
  type VolumeType,
} from "../../src/formats/volume/volume.js";

/** An array in memory that hands itself out in blocks of any grid, in any order. */
export interface MemoryVolumeOptions {
  readonly name?: string;
  readonly type?: VolumeType;
  /** Largest block; default: one block. */
  readonly blockShape?: readonly number[];
  /** Reorders the blocks. */
  readonly order?: (blocks: readonly number[]) => readonly number[];
}

export function memoryVolume(
  shape: readonly number[],
  values: ArrayLike<number | bigint>,
  options: MemoryVolumeOptions = {},
): VolumeSource {
  const type = options.type ?? "int32";
  const data = allocate(type, elementCount(shape));
  if (values.length !== data.length) throw new Error(`${values.length} values for ${shape.join(" × ")}`);
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < data.length; i++) {
    const value = values[i] as number | bigint;
    (data as { [i: number]: number | bigint })[i] = wide ? BigInt(value) : Number(value);
  }
  const blockShape = options.blockShape ?? shape;
  if (blockShape.length !== shape.length)
    throw new Error(`blocks of ${blockShape.join(" × ")} in ${shape.join(" × ")}`);
  return {
    name: options.name ?? "memory",
    shape,
    type,
    async *blocks() {
      const counts = shape.map((size, axis) => Math.ceil(size / (blockShape[axis] as number)));
      const numbers = Array.from({ length: elementCount(counts) }, (_, i) => i);
      for (const number of options.order?.(numbers) ?? numbers) yield blockOf(number, counts);
    },
  };

  function blockOf(number: number, counts: readonly number[]): VolumeBlock {
    let rest = number;
    const origin = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      origin[axis] = (rest % (counts[axis] as number)) * (blockShape[axis] as number);
      rest = Math.floor(rest / (counts[axis] as number));
    }
    const size = shape.map((full, axis) => Math.min(blockShape[axis] as number, full - (origin[axis] as number)));
    const box = allocate(type, elementCount(size));
    for (let i = 0; i < box.length; i++) {
      let left = i;
      let at = 0;
      let stride = 1;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        at += ((origin[axis] as number) + (left % (size[axis] as number))) * stride;
        left = Math.floor(left / (size[axis] as number));
        stride *= shape[axis] as number;
      }
      (box as { [i: number]: number | bigint })[i] = data[at] as number | bigint;
    }
    return { origin, shape: size, data: box as VolumeData };
  }
}
