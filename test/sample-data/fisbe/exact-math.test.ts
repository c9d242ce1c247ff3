import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cosineOfTurns,
  exponential,
  gaussianKernel,
  logarithm,
  normalQuantile,
} from "../../../src/sample-data/fisbe/exact-math.js";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe("elementary functions of basic operations", () => {
  it("agrees with the functions of the engine", () => {
    fc.assert(
      fc.property(number(-690, 690), number(1e-12, 1e12), number(-1e3, 1e3), (x, positive, turns) => {
        expect(exponential(x) / Math.exp(x)).toBeCloseTo(1, 13);
        expect(logarithm(positive)).toBeCloseTo(Math.log(positive), 12);
        expect(cosineOfTurns(turns)).toBeCloseTo(Math.cos(2 * Math.PI * (turns - Math.round(turns))), 13);
      }),
    );
  });

  it("has quantiles of the normal distribution", () => {
    // From scipy.stats.norm.ppf.
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 7);
    expect(normalQuantile(0.02425)).toBeCloseTo(-1.972961051200513, 7);
    expect(normalQuantile(0.25)).toBeCloseTo(-0.6744897501960817, 8);
    fc.assert(
      fc.property(number(1e-6, 0.5), (probability) => {
        expect(normalQuantile(1 - probability)).toBeCloseTo(-normalQuantile(probability), 6);
      }),
    );
  });

  it("has kernels of sum 1 and the asked width", () => {
    const kernel = gaussianKernel(1.6, 8);
    const variance = kernel.reduce((sum, weight, i) => sum + weight * (i - 8) ** 2, 0);
    expect(kernel.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(Math.sqrt(variance)).toBeCloseTo(1.6, 3);
  });
});
