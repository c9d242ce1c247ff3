import { describe, expect, it } from "vitest";
import type { Command, FloatBuffer } from "../../../../src/compute/device/command.js";
import type { Device, DeviceMemory, FloatType } from "../../../../src/compute/device/device.js";
import { partialCount } from "../../../../src/compute/device/partial-sums.js";
import { integers, uniform } from "../expected.js";
import type { Conforming } from "./conforming.js";
import { denseTensor, pairsTensor, randomFactors, squareTensor, uploadFactors, uploadTensor } from "./mttkrps.js";
import { wellConditioned } from "./updates.js";

const RULE = { rule: "hals", epsilon: 2 ** -50, sweeps: 2 } as const;

/** One command of each kind and form, on shapes of several blocks that no number of threads divides; and its results. */
function commandsOfAllKinds(tested: Conforming, device: Device, memory: DeviceMemory): [Command, FloatBuffer][] {
  const { float } = tested;
  const rank = 13;
  const upload = (seed: number, length: number, lowest = 0) =>
    memory.upload(float, uniform(seed, length, float, lowest));
  const partials = (length: number) => memory.allocate(device.description.partials, length);
  const made: [Command, FloatBuffer][] = [];
  const add = (out: FloatBuffer, command: Command) => made.push([command, out]);

  const product = memory.allocate(float, 3 * 131 * 67);
  add(product, {
    ...{ kind: "matrixProduct", m: 131, n: 67, k: 197, batches: 3 },
    left: { buffer: upload(1, 3 * 131 * 197, -1), row: 1, column: 131, batch: 131 * 197 },
    right: { buffer: upload(2, 197 * 67, -1), row: 67, column: 1 },
    out: { buffer: product, row: 67, column: 1, batch: 131 * 67 },
  });
  const tensors = [
    denseTensor(tested, [133, 71, 69], -1),
    pairsTensor(tested, { groups: 3, bins: 35, width: 4, items: 37, signs: [1, -1] }),
    squareTensor(tested, { bins: 67, width: 5, items: 71 }),
  ];
  for (const tensor of tensors) {
    const factors = uploadFactors(tested, memory, randomFactors(tested, tensor, rank));
    const operand = uploadTensor(tested, memory, tensor);
    for (const mode of [0, 1, 2] as const) {
      const out = memory.allocate(float, (factors[mode] as FloatBuffer).length);
      add(out, { kind: "mttkrp", tensor: operand, mode, factors, rank, out });
    }
    if (operand.form !== "dense") continue;
    const out = memory.allocate(float, factors[1].length);
    const first = memory.upload(float, uniform(3, factors[0].length, float, 0));
    const own = [first, factors[1], factors[2]] as const;
    const grams = memory.upload(
      float,
      wellConditioned(4, 1, rank, float).map((g) => g * 5000),
    );
    const leading: Command = { kind: "leadingModes", tensor: operand, factors: own, rank, out, ...RULE, grams };
    add(out, leading);
    made.push([{ kind: "copy", from: first, to: memory.allocate(float, first.length) }, first]);
  }
  const rows = 1003;
  const factor = upload(5, rows * rank);
  const square = (count: number) => memory.allocate(float, count * rank * rank);
  const gram = square(1);
  add(gram, {
    kind: "gramProduct",
    factors: [
      { buffer: factor, rows },
      { buffer: upload(6, 333 * rank), rows: 333 },
    ],
    rank,
    out: gram,
  });
  const grouped = square(7);
  add(grouped, { kind: "groupGrams", factor, rows, rank, groups: 7, weights: upload(7, 7 * rows), out: grouped });
  const combined = square(5);
  add(combined, {
    ...{ kind: "combineGrams", rank, outputs: 5, weights: upload(8, 5 * 71), out: combined },
    left: { buffer: upload(9, 71 * rank * rank), count: 71 },
    right: { buffer: upload(10, rank * rank), count: 1 },
  });
  const grams = memory.upload(float, wellConditioned(11, 4, rank, float));
  const rowGroup = memory.upload("uint32", integers(12, rows, 4));
  const numerator = upload(13, rows * rank);
  for (const rule of ["hals", "mu"] as const) {
    const updated = upload(14, rows * rank);
    add(updated, { kind: "factorUpdate", ...RULE, rule, factor: updated, rows, rank, numerator, grams, rowGroup });
  }
  const fit = partials(partialCount(rows) * 2);
  add(fit, { kind: "fitTerms", factor, rows, rank, numerator, grams, rowGroup, out: fit });
  for (const reduction of ["sum", "sumOfSquares", "maximum"] as const) {
    const out = partials(rank);
    add(out, { kind: "reduceRows", reduction, values: factor, rows: rank, columns: rows, out });
  }
  const projected = upload(15, rows * rank, -1);
  add(projected, { kind: "projectRows", values: projected, rows, columns: rank, lower: 0, upper: 1, norm: "unit" });
  const imputed = uploadTensor(tested, memory, denseTensor(tested, [31, 33, 35]));
  if (imputed.form === "dense") {
    const factors = [upload(16, 31 * rank), upload(17, 33 * rank), upload(18, 35 * rank)] as const;
    const entries = memory.upload("uint32", integers(19, 5000, 31 * 33 * 35));
    add(imputed.values, { kind: "imputeEntries", tensor: imputed, entries, factors, rank });
  }
  return made;
}

async function allBits(tested: Conforming, device: Device): Promise<Map<string, Buffer>> {
  return device.scope(async (memory) => {
    const made = commandsOfAllKinds(tested, device, memory);
    await device.run(made.map(([command]) => command));
    const bits = new Map<string, Buffer>();
    for (const [at, [command, out]] of made.entries()) {
      const { buffer, byteOffset, byteLength } = await memory.download(out);
      bits.set(`${at} ${command.kind}`, Buffer.from(buffer, byteOffset, byteLength));
    }
    return bits;
  });
}

/** That results are the same bits with every number of threads, and when they are computed again. */
export function describeThreads(
  float: FloatType,
  open: (threads?: number) => Promise<Device>,
  threads: readonly number[],
): void {
  describe("results", () => {
    it(`are the same bits ${threads.length > 1 ? `with ${threads.join(", ")} threads and ` : ""}again`, async () => {
      let expected: Map<string, Buffer> | undefined;
      for (const count of threads) {
        const device = await open(count);
        try {
          if (threads.length > 1) expect(device.description.threads).toBe(count);
          const tested = { device: () => device, float };
          for (let time = 0; time < 2; time++) {
            const found = await allBits(tested, device);
            expected ??= found;
            const differing = [...found].filter(([kind, bits]) => !bits.equals(expected?.get(kind) as Buffer));
            expect(differing.map(([kind]) => kind)).toEqual([]);
          }
        } finally {
          await device.close();
        }
      }
    });
  });
}
