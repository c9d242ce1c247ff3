import { DeviceError } from "../../base/errors.js";
import { RangeAllocator } from "./range-allocator.js";
import { type SharedMemory, webAssembly } from "./web-assembly.js";

const PAGE = 65536;
/** Most pages of a 32-bit memory: 4 GiB. */
export const MOST_PAGES = 65536;
/** Kept for the kernels' own flags; 0 is never the address of anything. */
const RESERVED = 1024;
/** Kernels may read a vector past the end of a buffer. */
const SLACK = 64;

/** The one memory that all threads share. It grows on demand and never shrinks. */
export class KernelMemory {
  readonly memory: SharedMemory;
  readonly #ranges = new RangeAllocator(RESERVED);
  readonly #mostPages: number;
  #pages = 1;

  /** @throws {DeviceError} `device/memory` where the address space cannot be had. */
  constructor(mostPages = MOST_PAGES) {
    this.#mostPages = mostPages;
    try {
      this.memory = new webAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
    } catch (cause) {
      throw new DeviceError("memory", `4 GiB of addresses cannot be reserved: ${(cause as Error).message}`, {
        cause,
        wayOut: "raise the limit of virtual memory (ulimit -v), or use the device reference",
      });
    }
    this.#ranges.grow(PAGE - RESERVED);
  }

  get bytesTaken(): number {
    return this.#ranges.bytesTaken;
  }

  /** Address of `bytes` that hold anything; undefined where they cannot be had. */
  take(bytes: number): number | undefined {
    const found = this.#ranges.take(bytes + SLACK);
    if (found !== undefined) return found;
    const missing = Math.ceil(this.#ranges.missing(bytes + SLACK) / PAGE);
    if (this.#pages + missing > this.#mostPages) return undefined;
    // In steps, so that many small buffers do not each grow it.
    const step = Math.min(this.#mostPages - this.#pages, Math.max(missing, 64));
    try {
      this.memory.grow(step);
    } catch {
      return undefined;
    }
    this.#pages += step;
    this.#ranges.grow(step * PAGE);
    return this.#ranges.take(bytes + SLACK);
  }

  give(address: number): void {
    this.#ranges.give(address);
  }

  /** Of `bytes` that were asked for and could not be had. */
  shortage(bytes: number, purpose: string): DeviceError {
    const limit = this.#mostPages * PAGE;
    const held = this.bytesTaken;
    return new DeviceError("memory", `${bytes} bytes for ${purpose} do not fit beside ${held} of ${limit} bytes`, {
      fields: { device: "cpu", bytes, held, limit },
      wayOut: "use float32, fewer components or a smaller tensor",
    });
  }
}
