import { DeviceError } from "../../base/errors.js";
import type { NumberArray, NumberType } from "../device/device.js";
import type { GpuLimits } from "./limits.js";
import type { GpuQueueRunner } from "./queue-runner.js";
import type { GpuStorage, ScratchPool } from "./recorder.js";
import { type GpuBuffer, MAP_READ, USAGE, type WebgpuDevice } from "./webgpu-api.js";

/** Bytes that are converted and handed over, or read back, at a time. */
const SLICE_BYTES = 8 * 2 ** 20;
const STORAGE = USAGE.storage | USAGE.copySource | USAGE.copyTarget;

/** Makes and frees buffers, and keeps the temporary ones for later commands. */
export class StorageFactory {
  readonly #name: string;
  readonly #device: WebgpuDevice;
  readonly #limits: GpuLimits;
  readonly #runner: GpuQueueRunner;
  readonly #free: GpuStorage[] = [];
  readonly scratch: ScratchPool;

  constructor(name: string, device: WebgpuDevice, limits: GpuLimits, runner: GpuQueueRunner) {
    this.#name = name;
    this.#device = device;
    this.#limits = limits;
    this.#runner = runner;
    this.scratch = {
      take: (length) => this.#take(length),
      giveBack: (storage) => this.#free.push(storage),
    };
  }

  /** Zeros. @throws {DeviceError} `device/memory` past the limit, where one is known */
  create(length: number, bytesHeld: number): GpuStorage {
    const bytes = length * 4;
    if (bytesHeld + bytes > this.#limits.memory) throw this.#full(bytes, bytesHeld);
    const partBytes = this.#limits.buffer;
    const parts: GpuBuffer[] = [];
    for (let done = 0; done < bytes; done += partBytes) {
      const size = Math.min(partBytes, bytes - done);
      parts.push(this.#runner.watchMemory(bytes, bytesHeld, () => this.#device.createBuffer({ size, usage: STORAGE })));
    }
    return { length, partBytes, parts };
  }

  free(storage: GpuStorage): void {
    for (const part of storage.parts) part.destroy();
  }

  end(): void {
    for (const storage of this.#free) this.free(storage);
    this.#free.length = 0;
  }

  /** The smallest free one that holds `length` numbers; new ones hold a power of two where that is not too much. */
  #take(length: number): GpuStorage {
    let best = -1;
    for (const [at, { length: found }] of this.#free.entries()) {
      if (found >= length && (best < 0 || found < (this.#free[best] as GpuStorage).length)) best = at;
    }
    if (best >= 0) return this.#free.splice(best, 1)[0] as GpuStorage;
    const rounded = 2 ** Math.ceil(Math.log2(Math.max(length, 64)));
    return this.create(rounded * 4 <= this.#limits.binding ? rounded : length, 0);
  }

  #full(bytes: number, held: number): DeviceError {
    return new DeviceError("memory", `device ${this.#name}: ${bytes} bytes asked for beside ${held} held`, {
      fields: { device: this.#name, bytes, held, limit: this.#limits.memory },
      wayOut: "a smaller problem, a gpu with more memory, or --device cpu",
    });
  }
}

/** Copies numbers into a storage, converted, from element `offset` on. */
export function writeStorage(
  device: WebgpuDevice,
  storage: GpuStorage,
  type: NumberType,
  values: NumberArray,
  offset: number,
): void {
  const { partBytes, parts } = storage;
  for (let done = 0; done < values.length; ) {
    const at = (offset + done) * 4;
    const part = Math.floor(at / partBytes);
    const room = (part + 1) * partBytes - at;
    const count = Math.min(values.length - done, Math.min(room, SLICE_BYTES) / 4);
    const slice = values.subarray(done, done + count);
    const isUint = type === "uint32";
    const converted = (isUint ? slice instanceof Uint32Array : slice instanceof Float32Array)
      ? slice
      : isUint
        ? Uint32Array.from(slice)
        : Float32Array.from(slice);
    device.queue.writeBuffer(parts[part] as GpuBuffer, at - part * partBytes, converted);
    done += count;
  }
}

/** The bytes of a storage, read through two staging buffers in turn: one is filled while the other is copied. */
export async function readStorage(
  device: WebgpuDevice,
  storage: GpuStorage,
  runner: GpuQueueRunner,
): Promise<ArrayBuffer> {
  const bytes = new ArrayBuffer(storage.length * 4);
  const target = new Uint8Array(bytes);
  const slices: { buffer: GpuBuffer; from: number; to: number; size: number }[] = [];
  for (const [part, buffer] of storage.parts.entries()) {
    for (let from = 0; from < buffer.size; from += SLICE_BYTES) {
      const size = Math.min(SLICE_BYTES, buffer.size - from);
      slices.push({ buffer, from, to: part * storage.partBytes + from, size });
    }
  }
  const size = Math.max(4, ...slices.map((slice) => slice.size));
  const usage = USAGE.mapRead | USAGE.copyTarget;
  const staging = slices.slice(0, 2).map(() => device.createBuffer({ size, usage }));
  const fill = async (at: number): Promise<void> => {
    const slice = slices[at];
    const into = staging[at % 2];
    if (slice === undefined || into === undefined) return;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(slice.buffer, slice.from, into, 0, slice.size);
    device.queue.submit([encoder.finish()]);
    await into.mapAsync(MAP_READ, 0, slice.size);
  };
  try {
    const pending: (Promise<void> | undefined)[] = [runner.guard(fill(0)), runner.guard(fill(1))];
    for (const promise of pending) promise?.catch(() => undefined);
    for (const [at, slice] of slices.entries()) {
      await pending[at % 2];
      const into = staging[at % 2] as GpuBuffer;
      target.set(new Uint8Array(into.getMappedRange(0, slice.size)), slice.to);
      into.unmap();
      const next = runner.guard(fill(at + 2));
      next.catch(() => undefined);
      pending[at % 2] = next;
    }
    await runner.settle();
    return bytes;
  } finally {
    for (const buffer of staging) buffer.destroy();
  }
}
