import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { allocate, elementCount, type VolumeData, type VolumeType } from "../../../src/formats/volume/volume.js";
import type { ZarrFile } from "../../../src/sample-data/zarr-writer.js";

export const VOLUME_TYPES: readonly VolumeType[] = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "uint64",
  "int64",
  "float32",
  "float64",
];

/** Writes the files of a store below a folder. */
export function writeFiles(folder: string, files: readonly ZarrFile[]): void {
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** Pseudo-random values of a type; floats are numbers, since the tests copy them one by one, which may change a NaN. */
export function counted(type: VolumeType, shape: readonly number[], seed = 1): VolumeData {
  const data = allocate(type, elementCount(shape));
  const bytes = new Uint8Array(data.buffer);
  let state = seed >>> 0;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  if (type === "float32" || type === "float64") {
    const whole = new Int16Array(bytes.buffer, 0, data.length).slice();
    for (const [i, value] of whole.entries()) data[i] = value / 8;
  }
  return data;
}

/** The box of an array in C order, element by element. */
export function sliceOf(
  array: { readonly data: VolumeData; readonly shape: readonly number[]; readonly type: VolumeType },
  origin: readonly number[],
  size: readonly number[],
): VolumeData {
  const out = allocate(array.type, elementCount(size));
  for (let i = 0; i < out.length; i++) {
    let rest = i;
    let position = 0;
    let stride = 1;
    for (let axis = size.length - 1; axis >= 0; axis--) {
      const length = size[axis] as number;
      position += ((rest % length) + (origin[axis] as number)) * stride;
      rest = Math.floor(rest / length);
      stride *= array.shape[axis] as number;
    }
    (out as Uint8Array)[i] = array.data[position] as number;
  }
  return out;
}

export function bytesOf(data: VolumeData): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** A shape, a chunk shape for it and a box inside of it. */
export const arbitraryGrid = fc.integer({ min: 1, max: 4 }).chain((rank) =>
  fc.record({
    shape: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: rank, maxLength: rank }),
    chunks: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: rank, maxLength: rank }),
    other: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: rank, maxLength: rank }),
    cuts: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: rank, maxLength: rank }),
  }),
);

/** A box inside of a shape from arbitrary numbers. */
export function boxIn(shape: readonly number[], cuts: readonly (readonly [number, number])[]) {
  const origin = shape.map((size, axis) => (cuts[axis]?.[0] ?? 0) % size);
  const size = origin.map((from, axis) => 1 + ((cuts[axis]?.[1] ?? 0) % ((shape[axis] as number) - from)));
  return { origin, size };
}
