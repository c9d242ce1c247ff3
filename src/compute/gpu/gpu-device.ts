import { DeviceError } from "../../base/errors.js";
import type { Command } from "../device/command.js";
import type { ArrayOf, Device, DeviceBuffer, DeviceDescription, NumberArray, NumberType } from "../device/device.js";
import { ScopedDevice } from "../device/scoped-device.js";
import { type AdapterDescription, adapterNamed, gpuReasons, listAdapters, softwareOnly } from "./adapters.js";
import { type GpuLimits, limitsOf, UNKNOWN_MEMORY } from "./limits.js";
import { GpuQueueRunner } from "./queue-runner.js";
import { record } from "./record.js";
import { type GpuStorage, Recorder } from "./recorder.js";
import { readStorage, StorageFactory, writeStorage } from "./storage.js";
import type { WebgpuDevice, WebgpuModule } from "./webgpu-api.js";
import { importReason, importWebgpu } from "./webgpu-package.js";

export interface GpuOptions {
  /** Limits below those of the adapter. */
  readonly limits?: Partial<GpuLimits>;
}

/** A gpu in float32. Sums are made of blocks in a fixed order: the same adapter and driver give the same bits. */
export class GpuDevice extends ScopedDevice<GpuStorage> {
  readonly description: DeviceDescription;
  /** The device of the package. */
  readonly handle: WebgpuDevice;
  readonly #limits: GpuLimits;
  readonly #runner: GpuQueueRunner;
  readonly #storages: StorageFactory;
  /** Kept while the device is open: the package ends its work when nothing refers to what `create` gave. */
  readonly #kept = new Set<unknown>();

  constructor(name: string, adapter: AdapterDescription, handle: WebgpuDevice, root: unknown, limits: GpuLimits) {
    super();
    this.handle = handle;
    this.#kept.add(root);
    this.#limits = limits;
    this.#runner = new GpuQueueRunner(name, handle);
    this.#storages = new StorageFactory(name, handle, limits, this.#runner);
    this.description = {
      kind: "gpu",
      name,
      identity: `gpu ${adapter.name}, ${adapter.driver}, ${adapter.backend}`,
      floats: ["float32"],
      partials: "float32",
      threads: 1,
      adapter: adapter.name,
      driver: adapter.driver,
      software: adapter.software,
      limits: describedLimits(limits),
    };
  }

  protected create(_type: NumberType, length: number): GpuStorage {
    return this.#storages.create(length, this.bytesHeld);
  }

  protected free(storage: GpuStorage): void {
    this.#storages.free(storage);
  }

  protected store(storage: GpuStorage, buffer: DeviceBuffer, values: NumberArray, offset: number): void {
    writeStorage(this.handle, storage, buffer.type, values, offset);
  }

  protected async load<T extends NumberType>(storage: GpuStorage, buffer: DeviceBuffer<T>): Promise<ArrayOf[T]> {
    const bytes = await readStorage(this.handle, storage, this.#runner);
    return (buffer.type === "uint32" ? new Uint32Array(bytes) : new Float32Array(bytes)) as ArrayOf[T];
  }

  protected async execute(commands: readonly Command[]): Promise<void> {
    const recorder = new Recorder(this.#limits, this.#storages.scratch);
    const storageOf = (buffer: DeviceBuffer) => this.storageOf(buffer);
    for (const command of commands) {
      try {
        record(recorder, command, storageOf);
      } finally {
        recorder.endCommand();
      }
    }
    await this.#runner.run(recorder.steps, this.#limits);
  }

  protected async end(): Promise<void> {
    this.#storages.end();
    this.#runner.end();
    this.handle.destroy();
    this.#kept.clear();
  }
}

/** Under the names that WebGPU has for them. */
function describedLimits({ buffer, binding, memory }: GpuLimits): Record<string, number> {
  const known = { maxBufferSize: buffer, maxStorageBufferBindingSize: binding };
  return memory === UNKNOWN_MEMORY ? known : { ...known, memory };
}

/**
 * Opens a gpu: `gpu`, the first hardware adapter, or `gpu:TEXT`, the first whose name, driver or vendor holds the text,
 * software ones too.
 * @throws {DeviceError} `device/none` with the reason; `device/memory`, `device/lost` where it cannot be had.
 */
export async function openGpuDevice(name: string, options: GpuOptions = {}): Promise<Device> {
  return openGpu(name, options);
}

/** {@link openGpuDevice} with what is the gpu's alone, for tests. */
export async function openGpu(name: string, options: GpuOptions = {}): Promise<GpuDevice> {
  const { adapters, folder, reason } = await listAdapters();
  if (adapters.length === 0 || folder === undefined) throw none(name, reason);
  const adapter = chosen(name, adapters);
  if (adapter === undefined) throw none(name, await noSuchAdapter(name, adapters));
  let module: WebgpuModule;
  try {
    module = await importWebgpu(folder);
  } catch (error) {
    throw none(name, importReason(error instanceof Error ? error.message : String(error)), error);
  }
  const root = module.create([`backend=${adapter.backend}`, `adapter=${adapter.name}`]);
  const found = await root.requestAdapter();
  if (found === null) throw none(name, `the adapter ${adapter.name} is listed but cannot be opened`);
  const { maxBufferSize, maxStorageBufferBindingSize } = found.limits as Record<string, number>;
  let handle: WebgpuDevice;
  try {
    const requiredLimits = {
      maxBufferSize: maxBufferSize as number,
      maxStorageBufferBindingSize: maxStorageBufferBindingSize as number,
    };
    handle = await found.requestDevice({ requiredLimits });
  } catch (error) {
    throw none(name, `the adapter ${adapter.name} gives no device: ${String(error)}`, error);
  }
  const limits = limitsOf(found.limits, adapter.software, options.limits);
  return new GpuDevice(name, adapter, handle, root, limits);
}

function chosen(name: string, adapters: readonly AdapterDescription[]): AdapterDescription | undefined {
  if (name === "gpu") return adapters.find((adapter) => !adapter.software);
  return adapterNamed(adapters, name.slice("gpu:".length));
}

async function noSuchAdapter(name: string, adapters: readonly AdapterDescription[]): Promise<string> {
  if (name === "gpu") return (await gpuReasons()) || softwareOnly(adapters);
  const names = adapters.map((adapter) => adapter.name).join(", ");
  return `no adapter has ${JSON.stringify(name.slice("gpu:".length))} in its name; there are: ${names}`;
}

function none(name: string, reason: string, cause?: unknown): DeviceError {
  return new DeviceError("none", `device ${name}: ${reason}`, {
    fields: { device: name, reason },
    wayOut: "--device cpu computes without a gpu; neurotables doctor says what works here",
    ...(cause === undefined ? {} : { cause }),
  });
}
