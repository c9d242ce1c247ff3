import { DeviceError } from "../../base/errors.js";
import type { Kernel } from "./kernel.js";
import type { GpuLimits } from "./limits.js";
import type { BufferBinding, GpuBuffer } from "./webgpu-api.js";

/** Numbers of 4 bytes in one or, where they pass the largest buffer, several buffers of equal size. */
export interface GpuStorage {
  readonly length: number;
  /** Bytes of every part but the last. */
  readonly partBytes: number;
  readonly parts: readonly GpuBuffer[];
}

/** A run of elements of a storage. */
export interface Span {
  readonly storage: GpuStorage;
  readonly start: number;
  readonly length: number;
}

export interface Dispatch {
  readonly kind: "dispatch";
  readonly kernel: Kernel;
  readonly bindings: readonly BufferBinding[];
  /** In the order of the parameters of the kernel. */
  readonly parameters: readonly number[];
  readonly groups: number;
  readonly work: number;
}

export interface BufferCopy {
  readonly kind: "copy";
  readonly from: GpuBuffer;
  readonly fromOffset: number;
  readonly to: GpuBuffer;
  readonly toOffset: number;
  readonly bytes: number;
}

export type Step = Dispatch | BufferCopy;

/** Temporary storage; what is given back is used again by later commands, which the queue runs later. */
export interface ScratchPool {
  take(length: number): GpuStorage;
  giveBack(storage: GpuStorage): void;
}

export interface KernelCall {
  readonly operands: Readonly<Record<string, Span>>;
  readonly parameters?: Readonly<Record<string, number>>;
  /** Workgroups; with 0 nothing happens. */
  readonly groups: number;
  /** Floating-point operations of one workgroup, about. */
  readonly work: number;
}

/** All of a storage. */
export function whole(storage: GpuStorage): Span {
  return { storage, start: 0, length: storage.length };
}

/** Turns commands into dispatches and copies that keep to the limits of the device. */
export class Recorder {
  readonly steps: Step[] = [];
  readonly limits: GpuLimits;
  readonly #pool: ScratchPool;
  #taken: GpuStorage[] = [];

  constructor(limits: GpuLimits, pool: ScratchPool) {
    this.limits = limits;
    this.#pool = pool;
  }

  /** Most elements of a span that one kernel can see wherever it begins. */
  get mostElements(): number {
    return Math.floor((this.limits.binding - this.limits.alignment) / 4);
  }

  /** Temporary storage until {@link endCommand}; what it holds is not known. */
  scratch(length: number): Span {
    const storage = this.#pool.take(length);
    this.#taken.push(storage);
    return { storage, start: 0, length };
  }

  endCommand(): void {
    for (const storage of this.#taken) this.#pool.giveBack(storage);
    this.#taken = [];
  }

  /** Groups are split over several dispatches where they would take long. */
  dispatch(kernel: Kernel, call: KernelCall): void {
    if (call.groups === 0) return;
    const bindings: BufferBinding[] = [];
    const places = new Map<string, number>();
    const after: [Span, Span][] = [];
    for (const { name, written } of kernel.operands) {
      const span = call.operands[name];
      if (span === undefined) throw new Error(`${kernel.name} has no operand ${name}`);
      const found = this.#bind(kernel, name, span, written, after);
      bindings.push(found.binding);
      places.set(`${name}_at`, found.at);
    }
    const most = Math.max(1, Math.floor(this.limits.dispatchWork / Math.max(1, call.work)));
    for (let first = 0; first < call.groups; first += most) {
      const last = Math.min(call.groups, first + most);
      const parameters = kernel.parameters.map(([name]) => {
        const value = name === "first" ? first : name === "last" ? last : (places.get(name) ?? call.parameters?.[name]);
        if (value === undefined) throw new Error(`${kernel.name} has no parameter ${name}`);
        return value;
      });
      const groups = last - first;
      this.steps.push({ kind: "dispatch", kernel, bindings, parameters, groups, work: groups * call.work });
    }
    for (const [from, to] of after) this.copy(from, to);
  }

  /** Copies elements; spans of equal length, of different storage. */
  copy(from: Span, to: Span): void {
    for (let done = 0; done < from.length; ) {
      const source = place(from, done);
      const target = place(to, done);
      const bytes = Math.min(source.bytes, target.bytes, (from.length - done) * 4);
      this.steps.push({
        kind: "copy",
        from: source.buffer,
        fromOffset: source.offset,
        to: target.buffer,
        toOffset: target.offset,
        bytes,
      });
      done += bytes / 4;
    }
  }

  /** What a kernel sees of a span: from the aligned place before it; through a copy where it lies in two buffers. */
  #bind(kernel: Kernel, name: string, span: Span, written: boolean, after: [Span, Span][]) {
    const { binding: most, alignment } = this.limits;
    const { buffer, offset, bytes } = place(span, 0);
    if (span.length * 4 > bytes) {
      this.#refuseLarge(kernel, name, span.length * 4);
      const copied = this.scratch(span.length);
      this.copy(span, copied);
      if (written) after.push([copied, span]);
      return { binding: { buffer: copied.storage.parts[0] as GpuBuffer, offset: 0, size: span.length * 4 }, at: 0 };
    }
    const begin = offset - (offset % alignment);
    const size = offset - begin + span.length * 4;
    if (size > most) this.#refuseLarge(kernel, name, size, true);
    return { binding: { buffer, offset: begin, size }, at: (offset - begin) / 4 };
  }

  #refuseLarge(kernel: Kernel, name: string, bytes: number, always = false): void {
    const most = this.limits.binding;
    if (bytes <= most && !always) return;
    throw new DeviceError("memory", `${kernel.name}: ${name} needs ${bytes} bytes at once; the gpu binds ${most}`, {
      fields: { operand: name, bytes, limit: most },
      wayOut: "--device cpu has no such limit",
    });
  }
}

/** Where an element of a span lies, and how many bytes of its buffer follow. */
function place(span: Span, element: number): { buffer: GpuBuffer; offset: number; bytes: number } {
  const { parts, partBytes } = span.storage;
  const at = (span.start + element) * 4;
  const part = Math.min(parts.length - 1, Math.floor(at / partBytes));
  const buffer = parts[part] as GpuBuffer;
  const offset = at - part * partBytes;
  return { buffer, offset, bytes: buffer.size - offset };
}
