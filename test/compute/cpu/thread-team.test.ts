import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCpuDevice } from "../../../src/compute/cpu/cpu-device.js";
import type { Device, DeviceMemory } from "../../../src/compute/device/device.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-team-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A worker that does this when it is asked to run its first plan. */
function workerThat(name: string, does: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";\nparentPort.on("message", () => { ${does} });\n`,
  );
  return path;
}

function copy(device: Device, memory: DeviceMemory): Promise<void> {
  const from = memory.upload("float64", Float64Array.of(1, 2, 3));
  return device.run([{ kind: "copy", from, to: memory.allocate("float64", 3) }]);
}

describe("threads of the cpu device", () => {
  it.each([
    ["throws", 'throw new Error("out of order")', "out of order"],
    ["exits", "process.exit(3)", "it ended with 3"],
  ])("one that %s loses the device, and the memory with it", async (name, does, reason) => {
    const device = await openCpuDevice({ threads: 2, workerPath: workerThat(name, does) });
    const lost = { tag: "device/lost", message: expect.stringContaining(reason) };
    await device.scope(async (memory) => {
      const values = memory.upload("float64", Float64Array.of(1));
      await expect(copy(device, memory)).rejects.toMatchObject(lost);
      await expect(copy(device, memory), "for good").rejects.toMatchObject(lost);
      await expect(memory.download(values)).rejects.toMatchObject(lost);
    });
    await device.close();
  });

  it("one that is not there loses the device", async () => {
    const device = await openCpuDevice({ workerPath: join(folder, "none.mjs") });
    await device.scope((memory) => expect(copy(device, memory)).rejects.toMatchObject({ tag: "device/lost" }));
    await device.close();
  });

  it("one that dies while the others wait for it at a barrier loses the device", async () => {
    const real = new URL("../../../dist/compute/cpu/kernel-worker.js", import.meta.url).href;
    const path = join(folder, "half.mjs");
    const text = [
      'import { parentPort, threadId, workerData } from "node:worker_threads";',
      "const first = new Int32Array(workerData.memory.buffer, 32, 1);",
      "if (Atomics.add(first, 0, 1) === 0) parentPort.on('message', () => setTimeout(() => process.exit(5), 100));",
      `else await import(${JSON.stringify(real)});`,
    ];
    writeFileSync(path, text.join("\n"));
    const device = await openCpuDevice({ threads: 3, workerPath: path });
    await device.scope((memory) =>
      expect(copy(device, memory)).rejects.toMatchObject({
        tag: "device/lost",
        message: expect.stringContaining("it ended with 5"),
      }),
    );
    await device.close();
  });

  it("are ended when the device is closed, after what it was asked to do", async () => {
    const device = await openCpuDevice({ threads: 2 });
    let result: Promise<Float64Array> | undefined;
    await device.scope(async (memory) => {
      const from = memory.upload("float64", new Float64Array(300_000).fill(7));
      const to = memory.allocate("float64", 300_000);
      void device.run(Array.from({ length: 20 }, () => ({ kind: "copy" as const, from, to })));
      result = memory.download(to);
      const closed = device.close();
      await expect(device.run([])).rejects.toMatchObject({ tag: "device/closed" });
      await closed;
    });
    expect((await result)?.every((value) => value === 7)).toBe(true);
  });

  it("keep to the order of phases, however many meet", async () => {
    const device = await openCpuDevice({ threads: 5 });
    const sum = await device.scope(async (memory) => {
      const buffers = [0, 1, 2].map(() => memory.allocate("float64", 1000));
      const [a, b, c] = buffers as [(typeof buffers)[0], (typeof buffers)[0], (typeof buffers)[0]];
      const ones = memory.upload("float64", new Float64Array(1000).fill(1));
      const one = memory.upload("float64", Float64Array.of(1));
      // a ← a + 1, and around: a phase that began too early would lose one.
      const column = { row: 1, column: 1 };
      const rounds = 400;
      const commands = Array.from({ length: rounds }, () => [
        { kind: "copy" as const, from: a, to: b },
        {
          ...{ kind: "matrixProduct" as const, m: 1000, n: 1, k: 1, keep: 1 },
          ...{ left: { buffer: ones, ...column }, right: { buffer: one, ...column }, out: { buffer: b, ...column } },
        },
        { kind: "copy" as const, from: b, to: c },
        { kind: "copy" as const, from: c, to: a },
      ]).flat();
      await device.run(commands);
      return memory.download(a);
    });
    expect(new Set(sum)).toEqual(new Set([400]));
    await device.close();
  });
});
