import { describe, expect, it } from "vitest";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { allResults, type CommandSizes } from "./all-commands.js";
import { openTestGpu, sharedTestGpu, TEST_GPU, testGpu } from "./software-gpu.js";

const gpu = await testGpu();
const SIZES: CommandSizes = { rank: 5, shape: [17, 19, 23], items: 21, bins: 9, width: 3, groups: 4, rows: 150 };

/** Largest difference of two results, relative to the largest number of the second. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = 0;
  let size = 0;
  for (let at = 0; at < expected.length; at++) {
    most = Math.max(most, Math.abs((found[at] as number) - (expected[at] as number)));
    size = Math.max(size, Math.abs(expected[at] as number));
  }
  return most / size;
}

describe.skipIf(!gpu.present)(`gpu device${gpu.reason}`, () => {
  describe("with everything cut small", () => {
    const device = sharedTestGpu({
      limits: { binding: 4096, buffer: 3 * 2048, groups: 7, dispatchWork: 30_000, submitWork: 60_000 },
    });

    it("finds what the reference finds", async () => {
      const found = await allResults(device(), "float32", SIZES);
      const reference = await openDevice("reference");
      const expected = await allResults(reference, "float64", SIZES);
      await reference.close();
      const differences = [...expected].map(([name, values]) => ({
        name,
        small: difference(found.get(name) as ArrayLike<number>, values) < 1e-5,
      }));
      expect(differences.filter(({ small }) => !small)).toEqual([]);
      expect(differences.length).toBeGreaterThan(20);
    });

    it("finds the same bits again", async () => {
      const [first, second] = [
        await allResults(device(), "float32", SIZES),
        await allResults(device(), "float32", SIZES),
      ];
      expect([...second]).toEqual([...first]);
    });

    it("writes and reads over the ends of buffers", async () => {
      await device().scope(async (memory) => {
        const values = Float64Array.from({ length: 5000 }, (_, at) => at);
        const buffer = memory.upload("float32", values);
        memory.write(
          buffer,
          Float64Array.from({ length: 3000 }, (_, at) => -1 - at),
          1000,
        );
        values.set(
          Float64Array.from({ length: 3000 }, (_, at) => -1 - at),
          1000,
        );
        expect(Array.from(await memory.download(buffer))).toEqual(Array.from(values));
      });
    });
  });

  describe("as it is", () => {
    const device = sharedTestGpu();

    it("says what results depend on", () => {
      const { identity, adapter, driver, software, floats, partials, limits } = device().description;
      expect(software).toBe(true);
      expect(adapter).toMatch(/llvmpipe/);
      expect(identity).toBe(`gpu ${adapter}, ${driver}, vulkan`);
      expect(driver).toMatch(/Mesa \d/);
      expect({ floats, partials }).toEqual({ floats: ["float32"], partials: "float32" });
      expect(limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27);
      expect(limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28);
    });

    it("downloads more than a staging buffer holds", async () => {
      await device().scope(async (memory) => {
        const length = 5_000_001;
        const values = new Float32Array(length);
        for (let at = 0; at < length; at++) values[at] = at % 1021;
        const found = await memory.download(memory.upload("float32", values));
        expect(Buffer.from(found.buffer).equals(Buffer.from(values.buffer))).toBe(true);
      });
    });
  });

  describe("that is lost", () => {
    const lost = expect.objectContaining({
      tag: "device/lost",
      fields: expect.objectContaining({ device: TEST_GPU, reason: "destroyed" }),
      wayOut: expect.stringContaining("run again"),
    });

    it("says so of a run, of downloads that wait, and of all that follows", async () => {
      const device = await openTestGpu();
      await device.scope(async (memory) => {
        const size = 200;
        const buffer = memory.allocate("float32", size * size);
        const out = memory.allocate("float32", size * size);
        const view = { row: size, column: 1 };
        const run = device.run([
          {
            ...{ kind: "matrixProduct", m: size, n: size, k: size },
            left: { buffer, ...view },
            right: { buffer, ...view },
            out: { buffer: out, ...view },
          },
        ]);
        const download = memory.download(out);
        setImmediate(() => device.handle.destroy());
        const outcomes = await Promise.allSettled([run, download]);
        expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason)).toEqual([lost, lost]);
        await expect(device.run([{ kind: "copy", from: buffer, to: out }])).rejects.toEqual(lost);
        await expect(memory.download(out)).rejects.toEqual(lost);
        expect(() => memory.allocate("float32", 3)).toThrow(lost);
      });
      await device.close();
    });

    it("says so of a download that is under way", async () => {
      const device = await openTestGpu();
      await device.scope(async (memory) => {
        const buffer = memory.allocate("float32", 5_000_000);
        const download = memory.download(buffer);
        device.handle.destroy();
        await expect(download).rejects.toEqual(lost);
      });
      await device.close();
    });
  });

  it("refuses what passes its memory, with the numbers", async () => {
    const device = await openTestGpu({ limits: { memory: 10_000 } });
    await device.scope(async (memory) => {
      memory.allocate("float32", 2000);
      expect(() => memory.allocate("float32", 501)).toThrow(
        expect.objectContaining({
          tag: "device/memory",
          fields: expect.objectContaining({ bytes: 2004, held: 8000, limit: 10_000 }),
        }),
      );
      memory.allocate("float32", 500);
    });
    await device.close();
  });

  it("is not taken for hardware", async () => {
    await expect(openDevice("gpu")).rejects.toMatchObject({
      tag: "device/none",
      message: expect.stringMatching(/only software adapters: llvmpipe/),
    });
    const device = await openDevice("auto");
    expect(device.description.kind).toBe("cpu");
    await device.close();
  });

  it("is found by any part of its name, in any case; others are named where there is none", async () => {
    const device = await openDevice("gpu:LLVMpipe");
    expect(device.description.name).toBe("gpu:LLVMpipe");
    await device.close();
    await expect(openDevice("gpu:no such")).rejects.toMatchObject({
      tag: "device/none",
      message: expect.stringMatching(/"no such".*llvmpipe/),
    });
  });
});
