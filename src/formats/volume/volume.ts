/** Element types of stored arrays. Booleans come as `uint8`. */
export type VolumeType =
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float32"
  | "float64";

/** Values in the byte order of this machine. */
export type VolumeData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** A box of an array, in C order: the last axis is the fastest. */
export interface VolumeBlock {
  /** First index of the box on every axis. */
  readonly origin: readonly number[];
  readonly shape: readonly number[];
  /** `product(shape)` values. Valid until the next block is asked for, and not to be written: copy what must stay. */
  readonly data: VolumeData;
}

/** An array that comes block by block, in whatever place it is stored. */
export interface VolumeSource {
  /** For messages: `R14A02.hdf: volumes/gmm_label`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: VolumeType;
  /**
   * Every block once; together they cover the shape, and none reaches beyond it. Blocks of one array have one order,
   * the same at every call. Memory: a few blocks.
   * @throws {FormatError} for broken bytes, when the block is reached.
   */
  blocks(): AsyncIterable<VolumeBlock>;
}

/** An array in a file or folder, see {@link VolumeSource}. */
export interface Volume extends VolumeSource {
  /** One lower-case letter per axis, slowest first (`czyx`), where the file states it. */
  readonly axes: string | undefined;
  /** Micrometres per step on every axis, where the file states it. */
  readonly spacing: readonly (number | undefined)[] | undefined;
  /** What else the file says of the array, as plain JSON values. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Shape of the unit in which it is stored: `blocks()` comes in these, or in slabs of the slowest axis. */
  readonly blockShape: readonly number[];
  /**
   * One box, in C order. Cost: the stored blocks that it touches; the last ones decoded are kept (64 MiB).
   * @throws {FormatError} `format/box` when it reaches beyond the shape, or for broken bytes.
   */
  read(origin: readonly number[], shape: readonly number[]): Promise<VolumeData>;
  close(): Promise<void>;
}

const BYTES: Readonly<Record<VolumeType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

/** Bytes of one element. */
export function elementBytes(type: VolumeType): number {
  return BYTES[type];
}

/** A zeroed array of that type. */
export function allocate(type: VolumeType, length: number): VolumeData {
  return over(type, new ArrayBuffer(length * BYTES[type]), 0, length);
}

/** A view of little-endian bytes on a little-endian machine; `byteOffset` must be a multiple of the element's size. */
export function over(type: VolumeType, buffer: ArrayBufferLike, byteOffset: number, length: number): VolumeData {
  switch (type) {
    case "uint8":
      return new Uint8Array(buffer, byteOffset, length);
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, length);
    case "int16":
      return new Int16Array(buffer, byteOffset, length);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "uint64":
      return new BigUint64Array(buffer, byteOffset, length);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
  }
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
