import { describe, expect, it } from "vitest";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";

const withReference = async (body: (device: Device) => Promise<void>) => {
  const device = await openDevice("reference");
  try {
    await body(device);
  } finally {
    await device.close();
  }
};

describe("the reference device", () => {
  it("names the index that is out of range", () =>
    withReference((device) =>
      device.scope(async (memory) => {
        const numbers = (length: number) => memory.allocate("float64", length);
        const grams = numbers(2 * 4);
        const rowGroup = memory.upload("uint32", Uint32Array.of(0, 1, 2));
        const update = { kind: "factorUpdate", rule: "hals", epsilon: 1e-16, sweeps: 1 } as const;
        await expect(
          device.run([{ ...update, factor: numbers(6), rows: 3, rank: 2, numerator: numbers(6), grams, rowGroup }]),
        ).rejects.toMatchObject({
          tag: "device/command",
          fields: { command: "factorUpdate", operand: "rowGroup", at: 2, value: 2 },
        });
        const tensor = { form: "dense", values: numbers(8), shape: [2, 2, 2] } as const;
        const entries = memory.upload("uint32", Uint32Array.of(7, 8));
        const factors = [numbers(2), numbers(2), numbers(2)] as const;
        await expect(device.run([{ kind: "imputeEntries", tensor, entries, factors, rank: 1 }])).rejects.toMatchObject({
          tag: "device/command",
          fields: { operand: "entries", at: 1, value: 8 },
        });
      }),
    ));

  it("goes on after a command that failed", () =>
    withReference((device) =>
      device.scope(async (memory) => {
        const tensor = { form: "dense", values: memory.allocate("float64", 1), shape: [1, 1, 1] } as const;
        const one = memory.upload("float64", Float64Array.of(3));
        const factors = [one, one, one] as const;
        const wrong = memory.upload("uint32", Uint32Array.of(1));
        const right = memory.upload("uint32", Uint32Array.of(0));
        const impute = { kind: "imputeEntries", tensor, factors, rank: 1 } as const;
        await expect(device.run([{ ...impute, entries: wrong }])).rejects.toThrow();
        await device.run([{ ...impute, entries: right }]);
        expect(Array.from(await memory.download(tensor.values))).toEqual([27]);
      }),
    ));

  it("has no float32, and says what it has", () =>
    withReference((device) =>
      device.scope(async (memory) => {
        expect(() => memory.upload("float32", Float32Array.of(1))).toThrow(
          expect.objectContaining({
            tag: "device/type",
            fields: { device: "reference", type: "float32", offered: ["float64", "uint32"] },
          }),
        );
      }),
    ));
});

describe("openDevice", () => {
  it.each(["", "tpu", "gpu:", "cpu:2"])("knows no device %j", async (name) => {
    await expect(openDevice(name)).rejects.toMatchObject({ tag: "device/unknown", fields: { device: name } });
  });
});
