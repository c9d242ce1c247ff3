import { swapBytes } from "../../../src/formats/image/byte-order.js";
import {
  allocate,
  elementBytes,
  elementCount,
  type VolumeData,
  type VolumeType,
} from "../../../src/formats/volume/volume.js";

export const NPY_CODES: readonly (readonly [string, VolumeType])[] = [
  ["u1", "uint8"],
  ["i1", "int8"],
  ["u2", "uint16"],
  ["i2", "int16"],
  ["u4", "uint32"],
  ["i4", "int32"],
  ["u8", "uint64"],
  ["i8", "int64"],
  ["f4", "float32"],
  ["f8", "float64"],
];

/** Bytes of a `.npy` file as `numpy.lib.format` describes it, around elements that are stored as given. */
export function npyFile(options: {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
  readonly elements: Uint8Array;
}): Uint8Array {
  const { descr, shape, fortran = false, version = 1, elements } = options;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${tuple}, }`;
  const start = version === 1 ? 10 : 12;
  const header = text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1, " ").concat("\n");
  const length = Buffer.alloc(start - 8);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY", "latin1"),
    Buffer.from([version, 0]),
    length,
    Buffer.from(header),
    elements,
  ]);
}

/** Elements in C order as a `.npy` file stores them. */
export function npyElements(
  values: VolumeData,
  shape: readonly number[],
  { fortran, bigEndian, type }: { fortran: boolean; bigEndian: boolean; type: VolumeType },
): Uint8Array {
  const stored = allocate(type, values.length);
  for (let i = 0; i < values.length; i++) {
    (stored as Uint8Array)[fortran ? fortranIndex(i, shape) : i] = values[i] as number;
  }
  const bytes = new Uint8Array(stored.buffer, 0, elementCount(shape) * elementBytes(type));
  if (bigEndian) swapBytes(bytes, elementBytes(type));
  return bytes;
}

function fortranIndex(index: number, shape: readonly number[]): number {
  let rest = index;
  const at: number[] = [];
  for (const size of [...shape].reverse()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  let position = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--)
    position = position * (shape[axis] as number) + (at[axis] as number);
  return position;
}
