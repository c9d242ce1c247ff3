import { readFile } from "node:fs/promises";
import { DeviceError } from "../../base/errors.js";
import type { Command } from "../device/command.js";
import { checkIndices } from "../device/command-check.js";
import type { ArrayOf, Device, DeviceBuffer, DeviceDescription, NumberArray, NumberType } from "../device/device.js";
import { NUMBER_BYTES, ScopedDevice } from "../device/scoped-device.js";
import { KernelMemory, MOST_PAGES } from "./kernel-memory.js";
import { type Place, Plan } from "./plan.js";
import { planCommand } from "./plan-command.js";
import { ThreadTeam } from "./thread-team.js";
import { type KernelModule, webAssembly } from "./web-assembly.js";

/** Buffers from this many bytes on lie outside of the 4 GiB that the kernels can address. */
const LARGE_BYTES = 2 ** 30;
/** Where kernels say that an index was out of range: see wasm/outside.ts. */
const FAULT_ADDRESS = 16;

export interface CpuOptions {
  /** Threads (default 1). Results do not depend on them. The calling thread computes nothing. */
  readonly threads?: number | undefined;
  /** For tests: size from which buffers lie outside of the kernels' memory, largest size of it, file of the worker. */
  readonly largeBytes?: number;
  readonly mostPages?: number;
  readonly workerPath?: string;
}

let compiled: Promise<KernelModule> | undefined;

/** Compiles the kernels once for the process. */
async function kernels(): Promise<KernelModule> {
  compiled ??= readFile(new URL("./kernels.wasm", import.meta.url)).then((bytes) => webAssembly.compile(bytes));
  return compiled;
}

/**
 * Opens the device whose kernels are WebAssembly SIMD, in float64 and float32, on worker threads that share one memory.
 * Sums of float32 are added in float64 at least every 256 terms. Threads start with the first commands (some 50 ms).
 * @throws {DeviceError} `device/memory` where 4 GiB of addresses cannot be reserved (nothing is used yet).
 */
export async function openCpuDevice(options: CpuOptions = {}): Promise<Device> {
  return new CpuDevice(await kernels(), options);
}

class CpuDevice extends ScopedDevice<Place> {
  readonly description: DeviceDescription;
  readonly #memory: KernelMemory;
  readonly #team: ThreadTeam;
  readonly #largeBytes: number;
  #lastOutside = 0;

  constructor(module: KernelModule, options: CpuOptions) {
    super();
    const { threads: wanted = 1, largeBytes = LARGE_BYTES, mostPages = MOST_PAGES, workerPath } = options;
    const threads = Math.max(1, Math.floor(wanted));
    this.#largeBytes = largeBytes;
    this.#memory = new KernelMemory(mostPages);
    this.#team = new ThreadTeam(threads, { module, memory: this.#memory.memory }, workerPath);
    this.description = {
      ...{ kind: "cpu", name: "cpu", identity: "cpu", floats: ["float64", "float32"], partials: "float64", threads },
      ...{ software: false, limits: { kernelMemory: mostPages * 65536 } },
    };
  }

  protected create(type: NumberType, length: number): Place {
    const bytes = length * NUMBER_BYTES[type];
    const address = bytes < this.#largeBytes ? this.#memory.take(bytes) : undefined;
    if (address !== undefined) {
      new Uint8Array(this.#memory.memory.buffer, address, bytes).fill(0);
      return { address, outside: 0 };
    }
    try {
      return { address: 0, outside: ++this.#lastOutside, buffer: new SharedArrayBuffer(bytes) };
    } catch {
      throw this.#memory.shortage(bytes, `${length} numbers of ${type}`);
    }
  }

  protected free(place: Place): void {
    if (place.outside === 0) this.#memory.give(place.address);
  }

  protected store(place: Place, buffer: DeviceBuffer, values: NumberArray, offset: number): void {
    this.#view(place, buffer.type, offset, values.length).set(values);
  }

  protected async load<T extends NumberType>(place: Place, buffer: DeviceBuffer<T>): Promise<ArrayOf[T]> {
    this.#team.assertPresent();
    return this.#view(place, buffer.type, 0, buffer.length).slice() as ArrayOf[T];
  }

  protected async execute(commands: readonly Command[]): Promise<void> {
    this.#team.assertPresent();
    const plan = new Plan((buffer) => this.storageOf(buffer));
    for (const command of commands) planCommand(plan, command);
    const placed = plan.write(this.#memory, this.description.threads);
    try {
      await this.#team.run((thread) => ({
        ...{ plan: placed.address, threads: this.description.threads, scratch: placed.room(thread) },
        outside: placed.outside,
      }));
    } finally {
      this.#memory.give(placed.address);
    }
    this.#refuseFault(commands);
  }

  protected async end(): Promise<void> {
    await this.#team.end();
  }

  /** Kernels skip what an index out of range names, and say so. */
  #refuseFault(commands: readonly Command[]): void {
    const fault = new Int32Array(this.#memory.memory.buffer, FAULT_ADDRESS, 1);
    if (Atomics.exchange(fault, 0, 0) === 0) return;
    for (const command of commands) {
      if (command.kind === "imputeEntries") {
        const [I, J, K] = command.tensor.shape;
        checkIndices(command, "entries", this.#indices(command.entries), I * J * K);
      } else if ("rowGroup" in command && command.rowGroup !== undefined) {
        const count = command.grams.length / (command.rank * command.rank);
        checkIndices(command, "rowGroup", this.#indices(command.rowGroup), count);
      }
    }
    throw new DeviceError("command", "an index was out of range", { fields: { device: "cpu" } });
  }

  #indices(buffer: DeviceBuffer): NumberArray {
    return this.#view(this.storageOf(buffer), buffer.type, 0, buffer.length);
  }

  #view(place: Place, type: NumberType, offset: number, length: number): NumberArray {
    const bytes = place.buffer ?? this.#memory.memory.buffer;
    const at = place.address + offset * NUMBER_BYTES[type];
    if (type === "float64") return new Float64Array(bytes, at, length);
    if (type === "float32") return new Float32Array(bytes, at, length);
    return new Uint32Array(bytes, at, length);
  }
}
