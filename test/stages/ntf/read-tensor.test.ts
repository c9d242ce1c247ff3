import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { maskWholeBins } from "../../../src/stages/ntf/read-tensor.js";
import {
  type AffinityTables,
  type AnimalGiven,
  animalRows,
  runAffinityInMemory,
  tensorOf,
} from "./affinity-in-memory.js";

const NEURONS = ["A", "B", "C"];

function animal(seed: number, frames: number, names = NEURONS): AnimalGiven {
  const random = randomNumbers(seed);
  return {
    clock: "x",
    neurons: Object.fromEntries(names.map((name) => [name, Array.from({ length: frames }, () => random())])),
  };
}

async function tables(given: Readonly<Record<string, AnimalGiven>>, more: Readonly<Record<string, unknown>> = {}) {
  const parameters = { bin_frames: 3, experiments: { run: {} }, ...more };
  return (await runAffinityInMemory(animalRows(given), parameters)).tables;
}

describe("a tensor that is read", () => {
  it("has roots whose rectified products are its entries", async () => {
    for (const kernel of ["geomean", "product", "signed"]) {
      const written = await tables({ a: animal(1, 13), b: animal(2, 14) }, { kernel });
      const tensor = await tensorOf(written, "run");
      const { roots } = tensor;
      if (roots?.form !== "pairs") throw new Error("the animals share a clock");
      const { values, width, items, groups, signs } = roots;
      expect([groups, roots.bins, width, items, signs]).toEqual([2, 4, 3, 3, kernel === "signed" ? [1, -1] : [1]]);
      const dense = tensor.dense();
      let place = 0;
      for (const sign of signs) {
        for (const [i, j] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ] as const) {
          for (let bin = 0; bin < 4; bin++) {
            for (let w = 0; w < 2; w++) {
              let sum = 0;
              for (let t = 3 * bin; t < 3 * bin + 3; t++) {
                const frame = (w * 12 + t) * 3;
                sum += Math.max(0, sign * (values[frame + i] as number) * (values[frame + j] as number));
              }
              expect(dense[place++]).toBeCloseTo(sum / 3, 14);
            }
          }
        }
      }
      expect(place).toBe(dense.length);
    }
  });

  it("knows the animal and the time of each bin, and where neurons are missing", async () => {
    const written = await tables(
      { a: animal(1, 7), b: { ...animal(2, 9, ["A", "C"]), clock: null } },
      { neurons: "union", kernel: "product" },
    );
    const tensor = await tensorOf(written, "run");
    expect(tensor).toMatchObject({
      ...{ runId: "run", alignment: "concatenated", kernel: "product", neurons: NEURONS, animals: ["a", "b"] },
      ...{ binFrames: 3, shape: [3, 3, 5], complete: false, maskedBins: [] },
    });
    expect(tensor.bins).toEqual({
      count: 5,
      animal: Int32Array.of(0, 0, 1, 1, 1),
      t_s: Float64Array.of(0.5, 2, 0.5, 2, 3.5),
    });
    expect(tensor.presence).toEqual(Uint8Array.of(1, 1, 1, 1, 0, 1));
    const { roots } = tensor;
    expect(roots).toMatchObject({ form: "square", bins: 5, width: 3, items: 3 });
    const slope = (animalId: string, neuron: string) =>
      written.slope.find((row) => row.animal_id === animalId && row.neuron_id === neuron)?.values as number[];
    const column = (item: number) => Array.from({ length: 15 }, (_, t) => roots?.values[t * 3 + item]);
    expect(column(0)).toEqual([...slope("a", "A"), ...slope("b", "A")]);
    expect(column(1)).toEqual([...slope("a", "B"), ...new Array(9).fill(0)]);
  });

  it("does not depend on the order of the rows", async () => {
    const written = await tables({ a: animal(1, 7), b: animal(2, 9) }, { alignment: "concatenated" });
    const turned = Object.fromEntries(
      Object.entries(written).map(([table, rows]) => [table, [...rows].reverse()]),
    ) as AffinityTables;
    const { dense, ...tensor } = await tensorOf(written, "run");
    const { dense: denseTurned, ...tensorTurned } = await tensorOf(turned, "run");
    expect(tensorTurned).toEqual(tensor);
    expect(denseTurned()).toEqual(dense());
  });

  it("is refused where tables do not belong together", async () => {
    const written = await tables({ a: animal(1, 7) }, { alignment: "concatenated" });
    await expect(tensorOf(written, "walk")).rejects.toMatchObject({
      tag: "contract/orphan",
      message: "dynamic_connectome.experiment has no run walk",
    });
    const [slope, ...slopes] = written.slope;
    for (const wrong of [{ animal_id: "b" }, { neuron_id: "D" }]) {
      const other = { ...written, slope: [{ ...slope, ...wrong }, ...slopes] };
      await expect(tensorOf(other, "run")).rejects.toMatchObject({ tag: "contract/orphan" });
    }
    const short = { ...written, slope: [{ ...slope, values: [0, 1, 0] }, ...slopes] };
    await expect(tensorOf(short, "run")).rejects.toMatchObject({
      tag: "contract/slope-frames",
      message: "run, a, A: 3 slopes, but its bins have 6 frames",
    });
    const strange = { ...written, bin: written.bin.map((row) => ({ ...row, animal_id: "b" })) };
    await expect(tensorOf(strange, "run")).rejects.toMatchObject({ tag: "contract/orphan" });
  });
});

describe("bins with a frame without a slope", () => {
  it("have none at all, the others stay", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer(), fc.constant(Number.NaN)), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        (numbers, width) => {
          const g = Float64Array.from(numbers);
          maskWholeBins(g, width);
          numbers.forEach((value, t) => {
            const first = t - (t % width);
            const holed = numbers.slice(first, first + width).some(Number.isNaN);
            expect(g[t]).toBe(holed ? Number.NaN : value);
          });
        },
      ),
    );
  });
});
