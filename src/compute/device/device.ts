import type { Command } from "./command.js";

/** Types of the numbers in a buffer. `uint32` is for indices. */
export type NumberType = "float64" | "float32" | "uint32";
export type FloatType = Exclude<NumberType, "uint32">;

export interface ArrayOf {
  readonly float64: Float64Array;
  readonly float32: Float32Array;
  readonly uint32: Uint32Array;
}
export type NumberArray = ArrayOf[NumberType];

/** Numbers in the memory of a device: row-major, without gaps. It belongs to the scope that made it. */
export interface DeviceBuffer<T extends NumberType = NumberType> {
  readonly type: T;
  readonly length: number;
}

export type DeviceKind = "reference" | "cpu" | "gpu";

export interface DeviceDescription {
  readonly kind: DeviceKind;
  /** As given to {@link openDevice}: `reference`, `cpu`, `gpu`, `gpu:llvmpipe`. */
  readonly name: string;
  /** Text of all that a result may depend on: the kind, and of a gpu its adapter and driver. Part of keys of results. */
  readonly identity: string;
  /** Float types of buffers, the most exact first. */
  readonly floats: readonly FloatType[];
  /** Type in which partial sums leave the device: `float64` but on a gpu. */
  readonly partials: FloatType;
  readonly threads: number;
  /** Adapter and driver of a gpu. */
  readonly adapter?: string;
  readonly driver?: string;
  /** Whether a gpu is emulated in software. */
  readonly software: boolean;
  /** Bytes and counts: buffer, binding, memory, …, as far as known. */
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * Where numbers are computed. Commands run in the order given; operands are buffers of this device. Results of
 * `reference` and `cpu` do not depend on threads: work is cut into blocks by shape alone, partial sums are added in a
 * fixed tree.
 */
export interface Device {
  readonly description: DeviceDescription;
  /** Bytes of the buffers of open scopes. */
  readonly bytesHeld: number;
  /**
   * Runs `body` with memory of its own, which is freed when it ends, however it ends.
   * @throws What `body` throws.
   */
  scope<T>(body: (memory: DeviceMemory) => Promise<T>): Promise<T>;
  /**
   * Runs the commands, one after the other, and waits for the last. All are checked before the first runs. Never blocks the event loop for longer than a few
   * milliseconds, except `reference`.
   * @throws {DeviceError} `device/command` for operands that do not fit their command, `device/lost`, `device/memory`.
   */
  run(commands: readonly Command[]): Promise<void>;
  /** Ends threads and frees memory. The device is of no use afterwards. */
  close(): Promise<void>;
}

/** Memory of one scope. Buffers larger than a binding or an address space are tiled inside the device. */
export interface DeviceMemory {
  /** Zeros. @throws {DeviceError} `device/memory` with the bytes asked for and those there are. */
  allocate<T extends NumberType>(type: T, length: number): DeviceBuffer<T>;
  /** A copy of `values`, converted to `type`. @throws {DeviceError} `device/memory` */
  upload<T extends NumberType>(type: T, values: NumberArray): DeviceBuffer<T>;
  /** Overwrites a part of a buffer. @throws {RangeError} where it does not fit. */
  write(buffer: DeviceBuffer, values: NumberArray, offset?: number): void;
  /** A copy in the type of the buffer, after all commands so far. @throws {DeviceError} `device/lost` */
  download<T extends NumberType>(buffer: DeviceBuffer<T>): Promise<ArrayOf[T]>;
}
