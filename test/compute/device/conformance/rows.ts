import { describe, expect, it } from "vitest";
import type { ProjectRows } from "../../../../src/compute/device/command.js";
import { differenceBound } from "../../../../src/compute/device/difference-bound.js";
import { CompensatedSums, expectWithin, nothingExpected, uniform } from "../expected.js";
import type { Conforming } from "./conforming.js";

const SIZES = [
  [1, 1],
  [1, 1000],
  [1000, 1],
  [7, 13],
  [64, 64],
  [65, 129],
  [3, 70_000],
] as const;

export function describeRows({ device, float }: Conforming): void {
  describe.each(["sum", "sumOfSquares", "maximum"] as const)("reduceRows to the %s", (reduction) => {
    const reduce = (values: Float64Array, rows: number, columns: number) =>
      device().scope(async (memory) => {
        const out = memory.allocate(device().description.partials, rows);
        await device().run([
          { kind: "reduceRows", reduction, values: memory.upload(float, values), rows, columns, out },
        ]);
        return memory.download(out);
      });

    it.each(SIZES)("of %i rows of %i columns", async (rows, columns) => {
      const values = uniform(81, rows * columns, float);
      const expected = nothingExpected(rows);
      for (let row = 0; row < rows; row++) {
        const numbers = values.subarray(row * columns, (row + 1) * columns);
        const terms = reduction === "sumOfSquares" ? numbers.map((x) => x * x) : numbers;
        if (reduction === "maximum") expected.values[row] = numbers.reduce((a, b) => Math.max(a, b));
        else {
          const sums = new CompensatedSums(1);
          for (const term of terms) sums.add(0, term);
          expected.values[row] = sums.values()[0] as number;
          expected.bounds[row] = differenceBound(sums.sizes[0] as number, columns, float);
        }
      }
      expectWithin(await reduce(values, rows, columns), expected);
    });

    it("of negative numbers and zeros", async () => {
      const found = await reduce(Float64Array.of(-3, -2, -5, 0, 0, 0, -4, 0, 2), 3, 3);
      const expected = { sum: [-10, 0, -2], sumOfSquares: [38, 0, 20], maximum: [-2, 0, 2] }[reduction];
      expect(Array.from(found)).toEqual(expected);
    });
  });

  describe("projectRows", () => {
    const project = (values: Float64Array, options: Omit<ProjectRows, "kind" | "values">) =>
      device().scope(async (memory) => {
        const buffer = memory.upload(float, values);
        await device().run([{ kind: "projectRows", ...options, values: buffer }]);
        return memory.download(buffer);
      });

    const cases = [
      { lower: -0.5, upper: 0.25, norm: "none" },
      { lower: 0, upper: Number.POSITIVE_INFINITY, norm: "unit" },
      { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY, norm: "unit" },
      { lower: -1, upper: 1, norm: "ball", radius: 1.5 },
      { lower: 0, upper: 0.75, norm: "ball", radius: 0 },
      { lower: 0, upper: 1, norm: "ball", radius: 1000 },
    ] as const;
    it.each(cases.flatMap((options) => SIZES.map((size) => ({ options, size }))))(
      "$options of $size",
      async ({ options, size: [rows, columns] }) => {
        const values = uniform(82, rows * columns, float);
        if (rows > 2) values.fill(0, columns, 2 * columns);
        const expected = nothingExpected(rows * columns);
        for (let row = 0; row < rows; row++) {
          const clamped = values
            .subarray(row * columns, (row + 1) * columns)
            .map((x) => Math.min(options.upper, Math.max(options.lower, x)));
          const length = Math.sqrt(clamped.reduce((sum, x) => sum + x * x, 0));
          const target =
            options.norm === "unit" ? 1 : options.norm === "ball" ? Math.min(options.radius, length) : length;
          for (const [column, x] of clamped.entries()) {
            const value = length === 0 ? 0 : (x / length) * target;
            expected.values[row * columns + column] = options.norm === "none" ? x : value;
            const exact = options.norm === "none" || length === 0;
            expected.bounds[row * columns + column] = exact ? 0 : differenceBound(Math.abs(value), 64, float);
          }
        }
        expectWithin(await project(values, { rows, columns, ...options }), expected);
      },
    );
  });

  describe("copy", () => {
    it.each([1, 63, 65, 100_003])("of %i numbers is exact", async (length) => {
      await device().scope(async (memory) => {
        const values = uniform(83, length, float, -1e6, 1e6);
        const from = memory.upload(float, values);
        const to = memory.allocate(float, length);
        await device().run([{ kind: "copy", from, to }]);
        expect(Array.from(await memory.download(to))).toEqual(Array.from(values));
        expect(Array.from(await memory.download(from))).toEqual(Array.from(values));
      });
    });
  });
}
