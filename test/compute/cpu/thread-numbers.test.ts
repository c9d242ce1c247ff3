import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { openCpuDevice } from "../../../src/compute/cpu/cpu-device.js";
import type { Command, FloatBuffer, TensorOperand } from "../../../src/compute/device/command.js";
import { tensorShape } from "../../../src/compute/device/command.js";
import type { FloatType } from "../../../src/compute/device/device.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

/** Shapes that are cut into blocks, chunks of columns and shares of a sum. */
async function digest(threads: number, type: FloatType): Promise<string> {
  const device = await openCpuDevice({ threads });
  const next = randomNumbers(5);
  const bytes = await device.scope(async (memory) => {
    const upload = (length: number, shift = 0) =>
      memory.upload(
        type,
        Float64Array.from({ length }, () => next() - shift),
      );
    const rank = 7;
    const tensors: TensorOperand[] = [
      { form: "dense", values: upload(90 * 11 * 140), shape: [90, 11, 140] },
      { form: "dense", values: upload(3 * 300 * 70), shape: [3, 300, 70] },
      { form: "dense", values: upload(2 * 9 * 7000), shape: [2, 9, 7000] },
      { form: "square", roots: upload(80 * 3 * 90, 0.5), bins: 80, width: 3, items: 90 },
      { form: "pairs", roots: upload(3 * 90 * 2 * 30, 0.5), groups: 3, bins: 90, width: 2, items: 30, signs: [1, -1] },
    ];
    const commands: Command[] = [];
    const outputs: FloatBuffer[] = [];
    for (const tensor of tensors) {
      const shape = tensorShape(tensor);
      const [a, b, c] = [upload(shape[0] * rank), upload(shape[1] * rank), upload(shape[2] * rank)];
      const factors = [a, b, c] as const;
      for (const mode of [0, 1, 2] as const) {
        const out = memory.allocate(type, shape[mode] * rank);
        commands.push({ kind: "mttkrp", tensor, mode, factors, rank, out });
        outputs.push(out);
      }
      if (tensor.form !== "dense") continue;
      const out = memory.allocate(type, shape[1] * rank);
      const rule = { rule: "mu", epsilon: 1e-9, sweeps: 1, grams: upload(rank * rank) } as const;
      commands.push({ kind: "leadingModes", tensor, factors, rank, out, ...rule });
      outputs.push(a, out);
    }
    const [m, n, k] = [20, 30, 5000];
    const [left, right] = [upload(m * k), upload(k * n)];
    const out = memory.allocate(type, m * n);
    commands.push({
      ...{ kind: "matrixProduct", m, n, k, left: { buffer: left, row: 1, column: m } },
      ...{ right: { buffer: right, row: n, column: 1 }, out: { buffer: out, row: n, column: 1 } },
    });
    const grams = memory.allocate(type, 100);
    commands.push({ kind: "gramProduct", factors: [{ buffer: left, rows: 10_000 }], rank: 10, out: grams });
    outputs.push(out, grams);
    await device.run(commands);
    return Promise.all(outputs.map(async (buffer) => new Uint8Array((await memory.download(buffer)).buffer)));
  });
  await device.close();
  const hash = createHash("sha256");
  for (const part of bytes) hash.update(part);
  return hash.digest("hex");
}

it.each(["float64", "float32"] as const)("results in %s are the same bits with 1, 2, 4 and 7 threads", async (type) => {
  const one = await digest(1, type);
  for (const threads of [2, 4, 7]) expect(await digest(threads, type)).toBe(one);
});
