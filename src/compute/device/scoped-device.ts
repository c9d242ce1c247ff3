import { DeviceError } from "../../base/errors.js";
import type { Command } from "./command.js";
import { checkCommand } from "./command-check.js";
import type {
  ArrayOf,
  Device,
  DeviceBuffer,
  DeviceDescription,
  DeviceMemory,
  NumberArray,
  NumberType,
} from "./device.js";

/** Bytes of one number. */
export const NUMBER_BYTES: Readonly<Record<NumberType, number>> = { float64: 8, float32: 4, uint32: 4 };

interface Entry<Storage> {
  readonly storage: Storage;
  released: boolean;
}

/**
 * The part that all devices share: which buffers there are, whose they are, when they are freed, and that everything
 * asked for happens in the order asked, also where the caller did not wait. A device adds storage and execution.
 * A buffer may be used while the scope that made it is open, in inner scopes and beside it too.
 */
export abstract class ScopedDevice<Storage> implements Device {
  abstract readonly description: DeviceDescription;

  readonly #entries = new WeakMap<DeviceBuffer, Entry<Storage>>();
  readonly #open = new Set<DeviceBuffer>();
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;
  #closed = false;
  #bytesHeld = 0;

  /** New storage of zeros; called with a length of 0 too. @throws {DeviceError} `device/memory` */
  protected abstract create(type: NumberType, length: number): Storage;
  protected abstract free(storage: Storage, buffer: DeviceBuffer): void;
  /** Copies `values`, converted to the type of the buffer, to its element `offset` and on: they fit. */
  protected abstract store(storage: Storage, buffer: DeviceBuffer, values: NumberArray, offset: number): void;
  /** A copy that belongs to the caller. */
  protected abstract load<T extends NumberType>(storage: Storage, buffer: DeviceBuffer<T>): Promise<ArrayOf[T]>;
  /** Runs commands that are checked, in order; resolves when the last is done. One call at a time. */
  protected abstract execute(commands: readonly Command[]): Promise<void>;
  /** Ends what the device started. All buffers are freed already. */
  protected abstract end(): Promise<void>;

  /** Bytes of the buffers of open scopes, as asked for. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** @throws {DeviceError} `device/released`, `device/foreign` */
  protected storageOf(buffer: DeviceBuffer): Storage {
    return this.#entryOf(buffer).storage;
  }

  async scope<T>(body: (memory: DeviceMemory) => Promise<T>): Promise<T> {
    this.#refuseClosed();
    const owned = new Set<DeviceBuffer>();
    const state = { ended: false };
    try {
      return await body(this.#memoryOf(owned, state));
    } finally {
      state.ended = true;
      await this.#tail;
      for (const buffer of owned) this.#release(buffer);
    }
  }

  async run(commands: readonly Command[]): Promise<void> {
    this.#refuseClosed();
    const sizeOf = (buffer: DeviceBuffer) => {
      this.#entryOf(buffer);
      return buffer.length;
    };
    for (const command of commands) checkCommand(command, sizeOf, this.description.partials);
    await this.#inOrder(() => this.execute(commands));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#tail;
    for (const buffer of [...this.#open]) this.#release(buffer);
    await this.end();
  }

  #memoryOf(owned: Set<DeviceBuffer>, state: { readonly ended: boolean }): DeviceMemory {
    const allocate = <T extends NumberType>(type: T, length: number): DeviceBuffer<T> => {
      this.#refuseClosed();
      if (state.ended) throw new DeviceError("released", "memory is asked for in a scope that has ended");
      return this.#allocate(type, length, owned);
    };
    return {
      allocate,
      upload: <T extends NumberType>(type: T, values: NumberArray): DeviceBuffer<T> => {
        const buffer = allocate(type, values.length);
        this.store(this.storageOf(buffer), buffer, values, 0);
        return buffer;
      },
      write: (buffer, values, offset = 0) => {
        const storage = this.storageOf(buffer);
        if (!Number.isSafeInteger(offset) || offset < 0 || offset + values.length > buffer.length) {
          throw new RangeError(
            `${values.length} numbers from element ${offset} do not fit a buffer of ${buffer.length} numbers`,
          );
        }
        if (this.#pending === 0) this.store(storage, buffer, values, offset);
        else {
          const copy = values.slice();
          void this.#inOrder(async () => this.store(storage, buffer, copy, offset));
        }
      },
      download: async (buffer) => {
        const storage = this.storageOf(buffer);
        return this.#inOrder(() => this.load(storage, buffer));
      },
    };
  }

  #allocate<T extends NumberType>(type: T, length: number, owned: Set<DeviceBuffer>): DeviceBuffer<T> {
    const { name, floats } = this.description;
    if (type !== "uint32" && !floats.some((offered) => offered === type)) {
      throw new DeviceError("type", `device ${name} has no buffers of ${type}`, {
        fields: { device: name, type, offered: [...floats, "uint32"] },
        wayOut: `its types are ${[...floats, "uint32"].join(", ")}`,
      });
    }
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new DeviceError("memory", `a buffer cannot have ${length} numbers`, { fields: { device: name, length } });
    }
    const storage = this.create(type, length);
    const buffer: DeviceBuffer<T> = Object.freeze({ type, length });
    this.#entries.set(buffer, { storage, released: false });
    this.#open.add(buffer);
    owned.add(buffer);
    this.#bytesHeld += length * NUMBER_BYTES[type];
    return buffer;
  }

  #release(buffer: DeviceBuffer): void {
    const entry = this.#entries.get(buffer);
    if (entry === undefined || entry.released) return;
    entry.released = true;
    this.#open.delete(buffer);
    this.#bytesHeld -= buffer.length * NUMBER_BYTES[buffer.type];
    this.free(entry.storage, buffer);
  }

  #entryOf(buffer: DeviceBuffer): Entry<Storage> {
    const entry = this.#entries.get(buffer);
    const fields = { device: this.description.name, type: buffer.type, length: buffer.length };
    if (entry === undefined) {
      throw new DeviceError("foreign", `a buffer of ${buffer.length} numbers is not one of this device`, { fields });
    }
    if (entry.released) {
      const message = `a buffer of ${buffer.length} numbers is used after its scope has ended`;
      throw new DeviceError("released", message, { fields });
    }
    return entry;
  }

  #refuseClosed(): void {
    if (!this.#closed) return;
    const { name } = this.description;
    throw new DeviceError("closed", `device ${name} is closed`, { fields: { device: name } });
  }

  /** Runs `task` when all before it have ended, however they ended. */
  #inOrder<T>(task: () => Promise<T>): Promise<T> {
    this.#pending++;
    const result = this.#tail.then(task);
    const settled = () => {
      this.#pending--;
    };
    this.#tail = result.then(settled, settled);
    return result;
  }
}
