import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { denseAffinity, pairCount } from "../../../src/stages/ntf/affinity.js";
import { KERNELS, neighbourDistances, PAIR_AFFINITIES, signedRoots } from "../../../src/stages/ntf/kernels.js";

type Slopes = Float64Array[];

/** Items of slopes in [-1, 1]; some are the ends, as clipping makes them. */
function randomSlopes(items: number, frames: number, seed: number): Slopes {
  const random = randomNumbers(seed);
  const slope = () => Math.max(-1, Math.min(1, 2.6 * random() - 1.3));
  return Array.from({ length: items }, () => Float64Array.from({ length: frames }, slope));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const slope = fc.double({ min: -1, max: 1, noNaN: true });

describe("kernels", () => {
  const [widthI, widthJ] = [0.3, 0.2];

  it("are symmetric, in [0, 1], and 0 for slopes of opposite signs", () => {
    fc.assert(
      fc.property(slope, slope, fc.constantFrom(...KERNELS), (gI, gJ, kernel) => {
        const a = PAIR_AFFINITIES[kernel](gI, gJ, widthI, widthJ);
        expect(a).toBe(PAIR_AFFINITIES[kernel](gJ, gI, widthJ, widthI));
        expect(a).toBeGreaterThanOrEqual(0);
        expect(a).toBeLessThanOrEqual(1);
        if (gI * gJ <= 0) expect(a).toBe(0);
      }),
    );
  });

  it("have their formulas", () => {
    const [gI, gJ] = [-0.81, -0.25];
    const root = Math.sqrt(gI * gJ);
    expect(PAIR_AFFINITIES.geomean(gI, gJ, 0, 0)).toBeCloseTo(0.45, 15);
    expect(PAIR_AFFINITIES.product(gI, gJ, 0, 0)).toBeCloseTo(0.2025, 15);
    expect(PAIR_AFFINITIES.min(gI, gJ, 0, 0)).toBe(0.25);
    expect(PAIR_AFFINITIES.gauss_adaptive(gI, gJ, widthI, widthJ)).toBeCloseTo(
      Math.exp(-(0.56 ** 2) / 0.06) * root,
      15,
    );
    expect(PAIR_AFFINITIES.gauss_adaptive(0.5, 0.5, 0, 0)).toBe(0.5);
    expect(PAIR_AFFINITIES.gauss_adaptive(0.5, 0.4, 0, 0)).toBe(0);
  });

  it("give 0 where a slope is missing", () => {
    for (const kernel of KERNELS) {
      expect(PAIR_AFFINITIES[kernel](Number.NaN, 0.5, 0.1, 0.1)).toBe(0);
      expect(PAIR_AFFINITIES[kernel](0.5, Number.NaN, 0.1, Number.NaN)).toBe(0);
    }
  });

  it("have roots: u_i u_j + v_i v_j is the affinity", () => {
    fc.assert(
      fc.property(slope, slope, fc.constantFrom("geomean" as const, "product" as const), (gI, gJ, kernel) => {
        const [sI, sJ] = signedRoots(Float64Array.of(gI, gJ), kernel) as unknown as [number, number];
        const [uI, vI, uJ, vJ] = [Math.max(sI, 0), Math.max(-sI, 0), Math.max(sJ, 0), Math.max(-sJ, 0)];
        expect(uI * uJ + vI * vJ).toBeCloseTo(PAIR_AFFINITIES[kernel](gI, gJ, 0, 0), 14);
      }),
    );
  });

  it("take as width the distance to the seventh nearest of the others", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(slope, fc.constantFrom(-1, 1, 0, Number.NaN)), { minLength: 1, maxLength: 14 }),
        (frame) => {
          const distances = neighbourDistances(frame.map((g) => Float64Array.of(g)));
          frame.forEach((g, item) => {
            const others = frame.filter((other, k) => k !== item && !Number.isNaN(other));
            const sorted = others.map((other) => Math.abs(other - g)).sort((a, b) => a - b);
            const expected = Number.isNaN(g) ? Number.NaN : (sorted[Math.min(7, sorted.length) - 1] ?? 0);
            expect(distances[item]?.[0]).toBe(expected);
          });
        },
      ),
    );
  });
});

describe("the dense tensor", () => {
  it("on a shared clock has the mean of each bin of each pair in each animal", () => {
    const animals = [randomSlopes(4, 11, 1), randomSlopes(4, 11, 2)];
    for (const kernel of KERNELS) {
      const { values, shape } = denseAffinity({ slopes: animals, kernel, binFrames: 3, alignment: "shared_clock" });
      expect(shape).toEqual([kernel === "signed" ? 12 : 6, 3, 2]);
      animals.forEach((g, w) => {
        const widths = neighbourDistances(g);
        for (let i = 0; i < 4; i++) {
          for (let j = i + 1; j < 4; j++) {
            const pair = i * 4 - (i * (i + 1)) / 2 + j - i - 1;
            for (let bin = 0; bin < 3; bin++) {
              const at = (item: number, t: number, of: Slopes) => of[item]?.[t] as number;
              const frames = [3 * bin, 3 * bin + 1, 3 * bin + 2];
              const together = frames.map((t) =>
                PAIR_AFFINITIES[kernel](at(i, t, g), at(j, t, g), at(i, t, widths), at(j, t, widths)),
              );
              expect(values[(pair * 3 + bin) * 2 + w]).toBeCloseTo(mean(together), 14);
              if (kernel !== "signed") continue;
              const apart = frames.map((t) => Math.sqrt(Math.max(0, -at(i, t, g) * at(j, t, g))));
              expect(values[((6 + pair) * 3 + bin) * 2 + w]).toBeCloseTo(mean(apart), 14);
            }
          }
        }
      });
    }
  });

  it("concatenated is symmetric with an empty diagonal, one animal after the other", () => {
    const animals = [randomSlopes(5, 8, 3), randomSlopes(5, 13, 4)];
    for (const kernel of ["geomean", "product", "min", "gauss_adaptive"] as const) {
      const { values, shape } = denseAffinity({ slopes: animals, kernel, binFrames: 4, alignment: "concatenated" });
      expect(shape).toEqual([5, 5, 5]);
      const at = (i: number, j: number, bin: number) => values[(i * 5 + j) * 5 + bin] as number;
      let before = 0;
      for (const g of animals) {
        const alone = denseAffinity({ slopes: [g], kernel, binFrames: 4, alignment: "shared_clock" });
        const bins = alone.shape[1];
        let pair = 0;
        for (let i = 0; i < 5; i++) {
          for (let j = i + 1; j < 5; j++, pair++) {
            for (let bin = 0; bin < bins; bin++) {
              expect(at(i, j, before + bin)).toBe(alone.values[pair * bins + bin]);
              expect(at(j, i, before + bin)).toBe(at(i, j, before + bin));
              expect(at(i, i, before + bin)).toBe(0);
            }
          }
        }
        expect(pair).toBe(pairCount(5));
        before += bins;
      }
    }
  });

  it("is zero where an animal lacks a neuron", () => {
    const [one, two] = [randomSlopes(3, 4, 5), randomSlopes(3, 4, 6)];
    const lacking = [two[0], undefined, two[2]];
    const options = { kernel: "min", binFrames: 2, alignment: "shared_clock" } as const;
    const whole = denseAffinity({ slopes: [one, two], ...options }).values;
    const masked = denseAffinity({ slopes: [one, lacking], ...options }).values;
    masked.forEach((a, k) => {
      const pair = Math.floor(k / 4);
      expect(a).toBe(k % 2 === 1 && pair !== 1 ? 0 : whole[k]);
    });
  });

  it("refuses animals that do not fit together", () => {
    const options = { kernel: "geomean", binFrames: 4, alignment: "shared_clock" } as const;
    const [short, long] = [randomSlopes(3, 7, 1), randomSlopes(3, 8, 1)];
    expect(() => denseAffinity({ slopes: [short, long], ...options })).toThrow("differ in their bins: 1, 2");
    expect(() => denseAffinity({ slopes: [long, long.slice(1)], ...options })).toThrow("differ in their neurons");
    const mixed = [short[0], long[1]] as Slopes;
    expect(() => denseAffinity({ slopes: [mixed], ...options })).toThrow("differ in their frames");
    const square = { slopes: [long], kernel: "signed", binFrames: 4, alignment: "concatenated" } as const;
    expect(() => denseAffinity(square)).toThrow("no square form");
  });
});
