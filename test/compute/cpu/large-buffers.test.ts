import { afterEach, describe, expect, it } from "vitest";
import { openCpuDevice } from "../../../src/compute/cpu/cpu-device.js";
import {
  type Command,
  type DenseTensor,
  type TensorOperand,
  tensorShape,
} from "../../../src/compute/device/command.js";
import type { Device, DeviceMemory, FloatType } from "../../../src/compute/device/device.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

const opened: Device[] = [];
afterEach(async () => {
  for (const device of opened.splice(0)) await device.close();
});

async function open(options: Parameters<typeof openCpuDevice>[0]): Promise<Device> {
  const device = await openCpuDevice(options);
  opened.push(device);
  return device;
}

function uniform(length: number, seed: number, least = 0): Float64Array {
  const next = randomNumbers(seed);
  return Float64Array.from({ length }, () => least + (1 - least) * next());
}

/** Results of all commands that read large buffers; the tensors have at least 60,000 bytes, factors fewer. */
async function results(device: Device, type: FloatType): Promise<(readonly number[])[]> {
  const rank = 5;
  return device.scope(async (memory: DeviceMemory) => {
    const upload = (length: number, seed: number, least = 0) => memory.upload(type, uniform(length, seed, least));
    const dense = (): DenseTensor => ({ form: "dense", values: upload(40 * 29 * 51, 1), shape: [40, 29, 51] });
    const square: TensorOperand = {
      form: "square",
      roots: upload(50 * 3 * 333, 2, -1),
      bins: 50,
      width: 3,
      items: 333,
    };
    const common = { groups: 2, bins: 70, width: 3, items: 37, signs: [1, -1] as const };
    const pairs: TensorOperand = { form: "pairs", roots: upload(2 * 70 * 3 * 37, 3, -1), ...common };
    const commands: Command[] = [];
    const outputs = [];
    for (const tensor of [dense(), square, pairs]) {
      const shape = tensorShape(tensor);
      const factors = shape.map((size, axis) => upload(size * rank, 10 + axis));
      const [a, b, c] = factors as [(typeof factors)[0], (typeof factors)[0], (typeof factors)[0]];
      for (const mode of [0, 1, 2] as const) {
        const out = memory.allocate(type, shape[mode] * rank);
        outputs.push(out);
        commands.push({ kind: "mttkrp", tensor, mode, factors: [a, b, c], rank, out });
      }
      if (tensor.form !== "dense") continue;
      const grams = upload(rank * rank, 20);
      const out = memory.allocate(type, shape[1] * rank);
      const rule = { rule: "hals", epsilon: 1e-16, sweeps: 2 } as const;
      commands.push({ kind: "leadingModes", tensor, factors: [a, b, c], rank, grams, out, ...rule });
      const entries = memory.upload("uint32", Uint32Array.of(0, 77, 40 * 29 * 51 - 1));
      commands.push({ kind: "imputeEntries", tensor, entries, factors: [a, b, c], rank });
      const sums = memory.allocate("float64", 29);
      commands.push({
        kind: "reduceRows",
        reduction: "sumOfSquares",
        values: tensor.values,
        rows: 29,
        columns: 2040,
        out: sums,
      });
      const copy = memory.allocate(type, tensor.values.length);
      commands.push({ kind: "copy", from: tensor.values, to: copy });
      outputs.push(a, out, sums, copy);
    }
    await device.run(commands);
    return Promise.all(outputs.map(async (out) => [...(await memory.download(out))]));
  });
}

describe("buffers outside of the kernels' memory", () => {
  it.each(["float64", "float32"] as const)("give the same bits, in %s", async (type) => {
    const inside = await results(await open({}), type);
    const outside = await results(await open({ largeBytes: 60_000, threads: 2 }), type);
    expect(outside).toEqual(inside);
  });

  it("are refused where a kernel cannot read them in tiles", async () => {
    const device = await open({ largeBytes: 1000 });
    await device.scope(async (memory) => {
      const values = memory.upload("float64", new Float64Array(1000));
      const project = { rows: 10, columns: 100, lower: 0, upper: 1, norm: "none" } as const;
      await expect(device.run([{ kind: "projectRows", values, ...project }])).rejects.toMatchObject({
        tag: "device/memory",
        fields: { length: 1000 },
      });
      expect([...(await memory.download(values))]).toEqual([...new Float64Array(1000)]);
    });
  });
});

describe("memory of the kernels", () => {
  it("that ends is refused with its bytes, and the device goes on", async () => {
    const device = await open({ mostPages: 40 });
    await device.scope(async (memory) => {
      const rows = 200_000;
      const factor = memory.upload("float64", new Float64Array(rows).fill(1));
      const view = { buffer: factor, row: 1, column: 1 };
      const out = { buffer: memory.allocate("float64", 1), row: 1, column: 1 };
      const wide = { kind: "matrixProduct", m: 1, n: 1, k: rows, left: view, right: view, out } as const;
      await expect(device.run([wide])).rejects.toMatchObject({
        tag: "device/memory",
        fields: { bytes: expect.any(Number), limit: 40 * 65536 },
      });
      await device.run([{ ...wide, k: 100 }]);
      expect([...(await memory.download(out.buffer))]).toEqual([100]);
    });
  });

  it("that no address space has is refused with its bytes", async () => {
    const device = await open({});
    await device.scope(async (memory) => {
      expect(() => memory.allocate("float64", 2 ** 48)).toThrow(
        expect.objectContaining({ tag: "device/memory", fields: expect.objectContaining({ bytes: 2 ** 51 }) }),
      );
    });
  });
});
