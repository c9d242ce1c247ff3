import { DeviceError } from "../../base/errors.js";
import type { DeviceBuffer, FloatType } from "../device/device.js";
import type { KernelMemory } from "./kernel-memory.js";
import { type KernelName, type KernelValues, type Phase, RECORD_BYTES, writeRecord } from "./kernel-table.js";
import { ALIGNMENT } from "./range-allocator.js";

/** Where the numbers of a buffer are: in the shared memory, or in a buffer of their own outside of it. */
export type Place =
  | { readonly address: number; readonly outside: 0; readonly buffer?: undefined }
  | { readonly address: 0; readonly outside: number; readonly buffer: SharedArrayBuffer };

/** Most tasks of a phase whose tasks leave partial sums. */
export const MOST_BLOCKS = 64;
/** Most bytes of the partial sums of a phase. */
const PARTIAL_BYTES = 2 ** 26;
const HEADING_BYTES = 64;
/** What is added to offsets of temporaries until their place is known. */
const TEMPORARY = 2 ** 40;

/** Sizes in which kernels count, for one float type. */
export class FloatSizes {
  readonly float32: boolean;
  readonly bytes: number;
  readonly lanes: number;

  constructor(type: FloatType) {
    this.float32 = type === "float32";
    this.bytes = this.float32 ? 4 : 8;
    this.lanes = 16 / this.bytes;
  }

  /** Vectors that hold `count` numbers. */
  vectors(count: number): number {
    return Math.ceil(count / this.lanes);
  }

  /** Bytes of a row of `count` numbers as float64, padded to whole vectors. */
  wideBytes(count: number): number {
    return this.vectors(count) * this.lanes * 8;
  }
}

/**
 * What the threads are to do for a list of commands: phases, each of which is cut into tasks by shape alone, temporaries
 * in the shared memory that the phases of a command share, and room that each thread has for itself.
 */
export class Plan {
  readonly #placeOf: (buffer: DeviceBuffer) => Place;
  readonly #phases: Phase[] = [];
  readonly #temporaryBuffers = new WeakMap<DeviceBuffer, number>();
  readonly #outside = new Map<number, SharedArrayBuffer>();
  #float32 = false;
  #temporaryBytes = 0;
  #mostTemporaryBytes = 0;
  #roomBytes = 0;

  constructor(placeOf: (buffer: DeviceBuffer) => Place) {
    this.#placeOf = placeOf;
  }

  /** Begins a command: its temporaries take the place of those before. */
  begin(sizes: FloatSizes): void {
    this.#float32 = sizes.float32;
    this.#temporaryBytes = 0;
    this.#wait();
  }

  /** Address of a buffer; @throws {DeviceError} `device/memory` where it lies outside. */
  address(buffer: DeviceBuffer): number {
    const temporary = this.#temporaryBuffers.get(buffer);
    if (temporary !== undefined) return temporary;
    const place = this.#placeOf(buffer);
    if (place.outside !== 0) throw tooLarge(buffer);
    return place.address;
  }

  /** A buffer that the kernel can also read tile by tile. */
  place(buffer: DeviceBuffer): { readonly address: number; readonly outside: number } {
    const place = this.#placeOf(buffer);
    if (place.buffer !== undefined) this.#outside.set(place.outside, place.buffer);
    return place;
  }

  /** Memory that the phases of this command share; it holds anything. */
  temporary(bytes: number): number {
    const at = this.#temporaryBytes;
    this.#temporaryBytes += aligned(bytes);
    this.#mostTemporaryBytes = Math.max(this.#mostTemporaryBytes, this.#temporaryBytes);
    return TEMPORARY + at;
  }

  /** A temporary that stands for a buffer of a command. */
  temporaryBuffer(type: FloatType, length: number): DeviceBuffer<FloatType> {
    const buffer = { type, length };
    this.#temporaryBuffers.set(buffer, this.temporary(length * (type === "float64" ? 8 : 4)));
    return buffer;
  }

  /** Offsets of areas of these sizes in the room of each thread. */
  room<K extends string>(sizes: Readonly<Record<K, number>>): Record<K, number> {
    let end = 0;
    const offsets = {} as Record<K, number>;
    for (const name of Object.keys(sizes) as K[]) {
      offsets[name] = end;
      end += aligned(sizes[name]);
    }
    this.#roomBytes = Math.max(this.#roomBytes, end);
    return offsets;
  }

  /** A phase that begins when all before it have ended. */
  phase<K extends KernelName>(kernel: K, tasks: number, values: KernelValues<K>): void {
    this.#wait();
    this.#phases.push({ kernel, tasks, float32: this.#float32, joins: false, values });
  }

  /** A phase that may run beside those of the same kind after it. */
  beside<K extends KernelName>(kernel: K, tasks: number, values: KernelValues<K>): void {
    this.#phases.push({ kernel, tasks, float32: this.#float32, joins: true, values });
  }

  #wait(): void {
    const last = this.#phases.at(-1);
    if (last?.joins) this.#phases[this.#phases.length - 1] = { ...last, joins: false };
  }

  /** Puts the plan into the memory. @throws {DeviceError} `device/memory` */
  write(memory: KernelMemory, threads: number): PlacedPlan {
    this.#wait();
    const recordBytes = HEADING_BYTES + this.#phases.length * RECORD_BYTES;
    const bytes = aligned(recordBytes) + this.#mostTemporaryBytes + threads * this.#roomBytes;
    const address = memory.take(bytes);
    if (address === undefined) throw memory.shortage(bytes, "temporaries of commands");
    const temporaries = address + aligned(recordBytes);
    const rooms = temporaries + this.#mostTemporaryBytes;
    const view = new DataView(memory.memory.buffer, address, recordBytes);
    view.setInt32(0, this.#phases.length, true);
    for (let at = 4; at < HEADING_BYTES; at += 4) view.setInt32(at, 0, true);
    for (const [index, phase] of this.#phases.entries()) {
      const values: Record<string, number> = {};
      for (const [name, value] of Object.entries(phase.values)) {
        values[name] = value >= TEMPORARY ? value - TEMPORARY + temporaries : value;
      }
      writeRecord(view, HEADING_BYTES + index * RECORD_BYTES, { ...phase, values });
    }
    const outside = [...this.#outside].map(([id, buffer]) => ({ id, buffer }));
    return { address, room: (thread) => rooms + thread * this.#roomBytes, outside };
  }
}

/** A plan in the memory. */
export interface PlacedPlan {
  readonly address: number;
  readonly room: (thread: number) => number;
  readonly outside: readonly { readonly id: number; readonly buffer: SharedArrayBuffer }[];
}

/** Blocks of `rows` with at least `least` rows, whose partial sums have `bytes` each: at most 64, and 64 MiB. */
export function blockCount(rows: number, least: number, bytes = 0): number {
  const most = bytes === 0 ? MOST_BLOCKS : Math.min(MOST_BLOCKS, Math.floor(PARTIAL_BYTES / bytes));
  return Math.max(1, Math.min(most, Math.ceil(rows / least)));
}

/** Bytes of rows that do not fall on the same lines of a cache as their neighbours. */
export function spreadRow(bytes: number): number {
  return (Math.ceil(bytes / ALIGNMENT) | 1) * ALIGNMENT;
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function tooLarge(buffer: DeviceBuffer): DeviceError {
  const message = `a buffer of ${buffer.length} numbers of ${buffer.type} is too large for this operand`;
  return new DeviceError("memory", message, {
    fields: { device: "cpu", length: buffer.length, type: buffer.type },
    wayOut: "only tensors and roots may be larger than the memory of the kernels",
  });
}

/** Room for a vector that is read or written past the end is part of every area. */
function aligned(bytes: number): number {
  return Math.ceil((bytes + 16) / ALIGNMENT) * ALIGNMENT;
}
