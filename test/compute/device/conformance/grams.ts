import { describe, it } from "vitest";
import type { Command, FloatBuffer } from "../../../../src/compute/device/command.js";
import type { DeviceMemory } from "../../../../src/compute/device/device.js";
import { differenceBound } from "../../../../src/compute/device/difference-bound.js";
import { expectWithin, nothingExpected, uniform } from "../expected.js";
import { naiveGram } from "../naive.js";
import { type Conforming, RANKS } from "./conforming.js";

export function describeGrams({ device, float }: Conforming): void {
  const compute = (length: number, make: (memory: DeviceMemory, out: FloatBuffer) => Command) =>
    device().scope(async (memory) => {
      const out = memory.upload(float, new Float64Array(length).fill(Number.NaN));
      await device().run([make(memory, out)]);
      return memory.download(out);
    });

  describe("gramProduct", () => {
    it.each([[[1]], [[7]], [[64]], [[65, 3]], [[200, 1]], [[1000, 129]], [[5, 66, 7]]])(
      "of factors of %j rows",
      async (sizes) => {
        for (const rank of RANKS) {
          const factors = sizes.map((rows, at) => uniform(31 + at, rows * rank, float, -0.5));
          const found = await compute(rank * rank, (memory, out) => ({
            ...{ kind: "gramProduct", rank, out },
            factors: factors.map((factor, at) => ({ buffer: memory.upload(float, factor), rows: sizes[at] as number })),
          }));
          const expected = nothingExpected(rank * rank);
          const magnitude = new Float64Array(rank * rank).fill(1);
          expected.values.fill(1);
          for (const [at, factor] of factors.entries()) {
            const [gram, size] = naiveGram(factor, sizes[at] as number, rank);
            for (let i = 0; i < rank * rank; i++) {
              expected.values[i] = (expected.values[i] as number) * (gram[i] as number);
              magnitude[i] = (magnitude[i] as number) * (size[i] as number);
            }
          }
          const terms = sizes.reduce((sum, rows) => sum + rows, 0);
          expected.bounds.set(magnitude.map((size) => differenceBound(size, terms, float)));
          expectWithin(found, expected, `rank ${rank}:`);
        }
      },
    );
  });

  describe("groupGrams", () => {
    it.each([
      [1, 1],
      [7, 3],
      [65, 2],
      [130, 70],
      [1000, 5],
    ])("of %i rows in %i groups", async (rows, groups) => {
      for (const rank of [1, 3, 12, 13, 33]) {
        const factor = uniform(41, rows * rank, float, -0.5);
        const weights = uniform(42, rows * groups, float).map((weight) => Math.max(0, weight));
        const found = await compute(groups * rank * rank, (memory, out) => ({
          ...{ kind: "groupGrams", rows, rank, groups, out },
          factor: memory.upload(float, factor),
          weights: memory.upload(float, weights),
        }));
        const expected = nothingExpected(groups * rank * rank);
        for (let group = 0; group < groups; group++) {
          const [gram, size] = naiveGram(factor, rows, rank, weights.subarray(group * rows, (group + 1) * rows));
          expected.values.set(gram, group * rank * rank);
          expected.bounds.set(
            size.map((magnitude) => differenceBound(magnitude, rows, float)),
            group * rank * rank,
          );
        }
        expectWithin(found, expected, `rank ${rank}:`);
      }
    });
  });

  describe("combineGrams", () => {
    it.each([
      [1, 1, 1],
      [1, 6, 4],
      [6, 1, 4],
      [5, 5, 3],
      [130, 130, 2],
      [3, 3, 90],
    ])("of %i and %i matrices into %i", async (lefts, rights, outputs) => {
      const count = Math.max(lefts, rights);
      for (const rank of [1, 2, 5, 12, 13, 33]) {
        const size = rank * rank;
        const left = uniform(51, lefts * size, float);
        const right = uniform(52, rights * size, float);
        const weights = uniform(53, outputs * count, float);
        const found = await compute(outputs * size, (memory, out) => ({
          ...{ kind: "combineGrams", rank, outputs, out },
          left: { buffer: memory.upload(float, left), count: lefts },
          right: { buffer: memory.upload(float, right), count: rights },
          weights: memory.upload(float, weights),
        }));
        const expected = nothingExpected(outputs * size);
        for (let o = 0; o < outputs; o++) {
          for (let at = 0; at < size; at++) {
            let sum = 0;
            let magnitude = 0;
            for (let w = 0; w < count; w++) {
              const x = left[(lefts === 1 ? 0 : w) * size + at] as number;
              const y = right[(rights === 1 ? 0 : w) * size + at] as number;
              const term = (weights[o * count + w] as number) * x * y;
              sum += term;
              magnitude += Math.abs(term);
            }
            expected.values[o * size + at] = sum;
            expected.bounds[o * size + at] = differenceBound(magnitude, count, float);
          }
        }
        expectWithin(found, expected, `rank ${rank}:`);
      }
    });
  });
}
