import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command } from "../../../src/compute/device/command.js";
import type { Device, DeviceBuffer, DeviceMemory, NumberType } from "../../../src/compute/device/device.js";
import { type GpuLimits, limitsOf } from "../../../src/compute/gpu/limits.js";
import { record } from "../../../src/compute/gpu/record.js";
import { type GpuStorage, Recorder, type Step, whole } from "../../../src/compute/gpu/recorder.js";
import type { GpuBuffer } from "../../../src/compute/gpu/webgpu-api.js";
import { allCommands } from "./all-commands.js";

interface NumberedBuffer extends GpuBuffer {
  readonly number: number;
}

/** Storage without a gpu behind it. */
class PaperStorages {
  readonly storages = new Map<DeviceBuffer, GpuStorage>();
  readonly limits: GpuLimits;
  #buffers = 0;

  constructor(limits: GpuLimits) {
    this.limits = limits;
  }

  make(length: number): GpuStorage {
    const partBytes = this.limits.buffer;
    const parts: GpuBuffer[] = [];
    for (let done = 0; done < length * 4; done += partBytes) {
      parts.push({ size: Math.min(partBytes, length * 4 - done), number: this.#buffers++ } as NumberedBuffer);
    }
    return { length, partBytes, parts };
  }

  memory(): DeviceMemory {
    const allocate = <T extends NumberType>(type: T, length: number): DeviceBuffer<T> => {
      const buffer = { type, length };
      this.storages.set(buffer, this.make(length));
      return buffer;
    };
    const upload = <T extends NumberType>(type: T, values: ArrayLike<number>) => allocate(type, values.length);
    return { allocate, upload } as unknown as DeviceMemory;
  }

  recorder(): Recorder {
    return new Recorder(this.limits, { take: (length) => this.make(length), giveBack: () => undefined });
  }
}

/** Whether a step keeps to the buffers that it names, to alignments and to the limit of bindings. */
function isWithin(step: Step, binding: number): boolean {
  if (step.kind === "copy") {
    const { from, fromOffset, to, toOffset, bytes } = step;
    return fromOffset + bytes <= from.size && toOffset + bytes <= to.size && from !== to && bytes > 0;
  }
  const written = step.bindings[step.kernel.operands.findIndex((operand) => operand.written)]?.buffer;
  const fit = step.bindings.map(({ buffer, offset, size }, at) => {
    const apart = step.kernel.operands[at]?.written === true || buffer !== written;
    return apart && size > 0 && size <= binding && offset % 256 === 0 && offset + size <= buffer.size;
  });
  return step.groups > 0 && step.parameters.every(Number.isFinite) && fit.every((isFitting) => isFitting);
}

const PAPER_DEVICE = { description: { partials: "float32" } } as Device;

describe("what commands become", () => {
  // At least what 64 rows of a factor need, whose terms of the fit are added together.
  const limits = fc.record({
    binding: fc.integer({ min: 14, max: 200 }).map((quarter) => quarter * 256),
    buffer: fc.integer({ min: 1, max: 9 }),
    dispatchWork: fc.integer({ min: 1e5, max: 1e8 }),
  });

  it("keeps to the limits, whatever they are", () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 13 }), ({ binding, buffer, dispatchWork }, rank) => {
        const storages = new PaperStorages(limitsOf({}, true, { binding, buffer: binding * buffer, dispatchWork }));
        const sizes = { rank, shape: [17, 19, 23], items: 21, bins: 9, width: 3, groups: 4, rows: 150 } as const;
        for (const { name, commands } of allCommands(PAPER_DEVICE, storages.memory(), "float32", sizes)) {
          const recorder = storages.recorder();
          for (const command of commands)
            record(recorder, command, (found) => storages.storages.get(found) as GpuStorage);
          expect(recorder.steps.length, name).toBeGreaterThan(0);
          expect(
            recorder.steps.filter((step) => !isWithin(step, binding)),
            name,
          ).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("covers all groups of a dispatch that is split", () => {
    const storages = new PaperStorages(limitsOf({}, true, { dispatchWork: 200 }));
    const memory = storages.memory();
    const [values, out] = [memory.allocate("float32", 640), memory.allocate("float32", 640)];
    const command: Command = { kind: "reduceRows", reduction: "sum", values, rows: 640, columns: 1, out };
    const recorder = storages.recorder();
    record(recorder, command, (found) => storages.storages.get(found) as GpuStorage);
    const ranges = recorder.steps.map((step) => step.kind === "dispatch" && step.parameters.slice(0, 2));
    expect(ranges).toEqual([
      [0, 3],
      [3, 6],
      [6, 9],
      [9, 10],
    ]);
  });

  it("copies a span that lies in two buffers, there and back", () => {
    const storages = new PaperStorages(limitsOf({}, true, { binding: 2048, buffer: 2048 }));
    const storage = storages.make(1000);
    const recorder = storages.recorder();
    recorder.copy({ storage, start: 500, length: 100 }, whole(storages.make(100)));
    expect(recorder.steps).toMatchObject([
      { kind: "copy", fromOffset: 2000, toOffset: 0, bytes: 48 },
      { kind: "copy", fromOffset: 0, toOffset: 48, bytes: 352 },
    ]);
  });

  it("refuses a factor that must be seen at once and passes the limit", () => {
    const storages = new PaperStorages(limitsOf({}, true, { binding: 1024, buffer: 4096 }));
    const memory = storages.memory();
    const [bins, width, items, rank] = [2, 1, 100, 8];
    const roots = memory.allocate("float32", bins * width * items);
    const factors = [items, items, bins].map((rows) => memory.allocate("float32", rows * rank));
    const command = {
      kind: "mttkrp",
      tensor: { form: "square", roots, bins, width, items },
      mode: 0,
      factors,
      rank,
      out: memory.allocate("float32", items * rank),
    } as unknown as Command;
    const act = () => record(storages.recorder(), command, (found) => storages.storages.get(found) as GpuStorage);
    expect(act).toThrow(
      expect.objectContaining({ tag: "device/memory", fields: expect.objectContaining({ limit: 1024 }) }),
    );
  });
});

describe("limits of a device", () => {
  it("are those of the adapter, in whole alignments, or lower ones", () => {
    const adapter = { maxBufferSize: 4294967295, maxStorageBufferBindingSize: 134217728 };
    expect(limitsOf(adapter, false)).toMatchObject({ buffer: 4294967040, binding: 134217728, groups: 65535 });
    expect(limitsOf(adapter, false, { binding: 4096, buffer: 8192 })).toMatchObject({ buffer: 8192, binding: 4096 });
    expect(limitsOf({}, false)).toMatchObject({ buffer: 2 ** 28, binding: 2 ** 27, alignment: 256 });
  });

  it("let a software driver do less at a time than a gpu", () => {
    expect(limitsOf({}, true).dispatchWork).toBeLessThan(limitsOf({}, false).dispatchWork);
  });
});
