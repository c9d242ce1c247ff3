import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalQuantileAbove, normalUpperTail } from "../../../src/compute/statistics/normal-distribution.js";

/** Expected values of this file: scipy 1.10.1. */
describe("normalUpperTail", () => {
  it.each([
    [-3, 0.9986501019683699],
    [0, 0.5],
    [0.5, 0.3085375387259869],
    [1.9, 0.028716559816001803],
    [2, 0.022750131948179195],
    [5, 2.866515718791933e-7],
    [12, 1.776482112077653e-33],
  ])("beyond %d", (z, expected) => {
    expect(Math.abs(normalUpperTail(z) / expected - 1)).toBeLessThan(1e-12);
  });

  it("is 0, 1 or nothing where z is not finite", () => {
    expect([Infinity, -Infinity, Number.NaN].map(normalUpperTail)).toEqual([0, 1, Number.NaN]);
  });
});

describe("normalQuantileAbove", () => {
  it.each([
    [0.025, 1.9599639845400545],
    [0.9, -1.2815515655446004],
    [1e-10, 6.361340902404056],
    [1e-300, 37.0470962993612],
  ])("leaves %d above", (tail, expected) => {
    expect(Math.abs(normalQuantileAbove(tail) - expected)).toBeLessThan(1e-12);
  });

  it("is the inverse", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 0.999, noNaN: true }), (tail) => {
        expect(normalUpperTail(normalQuantileAbove(tail)) / tail).toBeCloseTo(1, 10);
      }),
    );
  });

  it("refuses a probability of 0", () => {
    expect(() => normalQuantileAbove(0)).toThrow("a probability of 0 has no finite quantile");
  });
});
