import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derivative, derivativeRadius, derivativeWeights, slopes } from "../../../src/stages/ntf/slopes.js";

/** Traces of halves and quarters: sums of them are exact. */
const traces = fc
  .array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 60 })
  .map((numbers) => Float64Array.from(numbers, (number) => number / 4));

describe("slopes", () => {
  it("weights are those of the derivative of a Gaussian of unit sum", () => {
    const weights = derivativeWeights(2);
    expect(weights).toHaveLength(17);
    const phi = Array.from({ length: 17 }, (_, i) => Math.exp(-((i - 8) ** 2) / 8));
    const total = phi.reduce((sum, value) => sum + value, 0);
    weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo((((i - 8) / 4) * (phi[i] as number)) / total, 15);
    });
    expect(derivativeRadius(0.25)).toBe(1);
    for (const sigma of [0.2, 1001, Number.NaN]) expect(() => derivativeWeights(sigma)).toThrow(/sigma/);
  });

  it("agree with scipy's gaussian_filter1d", () => {
    // scipy 1.17: gaussian_filter1d([0, 1, 4, 2, 2, 7], 1, order=1, mode="nearest", truncate=4)
    const expected = [
      0.7015622797393415, 1.214188719518621, 0.5547523068492877, 0.26076698924512076, 1.6173247594570055,
      1.7928671920610828,
    ];
    const found = derivative(Float64Array.of(0, 1, 4, 2, 2, 7), derivativeWeights(1));
    expected.forEach((value, t) => {
      expect(found[t]).toBeCloseTo(value, 13);
    });
  });

  it("are positive where a trace rises, within [-1, 1], and zero for a constant one, whatever it is", () => {
    const rising = slopes(
      Float64Array.from({ length: 40 }, (_, t) => t),
      2,
      3,
    );
    expect(rising.every((g) => g > 0 && g <= 1)).toBe(true);
    const constant = new Float64Array(30).fill(0.1 + 0.2);
    expect(slopes(constant, 2, 3).every((g) => g === 0)).toBe(true);
    expect(slopes(new Float64Array(0), 2, 3)).toHaveLength(0);
  });

  it("divide by the root mean square and clip", () => {
    const spike = new Float64Array(200);
    spike[100] = 1;
    const g = derivative(spike, derivativeWeights(2));
    const rms = Math.sqrt(g.reduce((sum, value) => sum + value * value, 0) / 200);
    const scaled = slopes(spike, 2, 3);
    expect(Math.max(...scaled)).toBe(1);
    expect(Math.min(...scaled)).toBe(-1);
    scaled.forEach((value, t) => {
      expect(value).toBeCloseTo(Math.max(-1, Math.min(1, (g[t] as number) / rms / 3)), 12);
    });
    for (const clip of [0, -1, Number.NaN]) expect(() => slopes(spike, 2, clip)).toThrow(/clip/);
  });

  it("do not change under x → αx + β with α > 0, and turn with the sign of α", () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 9 }), fc.integer({ min: -50, max: 50 }), (trace, scale, shift) => {
        const g = slopes(trace, 1.5, 3);
        const moved = slopes(
          trace.map((x) => scale * x + shift),
          1.5,
          3,
        );
        const turned = slopes(
          trace.map((x) => -x),
          1.5,
          3,
        );
        g.forEach((value, t) => {
          expect(moved[t]).toBeCloseTo(value, 12);
          expect((turned[t] as number) + value).toBe(0);
        });
      }),
    );
  });

  it("spread a missing value as far as the derivative sees, and take the root mean square over the rest", () => {
    const trace = Float64Array.from({ length: 60 }, (_, t) => Math.sin(t / 3) * t);
    const holed = trace.slice();
    holed[30] = Number.NaN;
    const g = slopes(holed, 2, 3);
    const missing = [...g.keys()].filter((t) => Number.isNaN(g[t]));
    expect(missing).toEqual(Array.from({ length: 17 }, (_, k) => 22 + k));
    const raw = derivative(holed, derivativeWeights(2)).filter((value) => !Number.isNaN(value));
    const rms = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0) / raw.length);
    const whole = derivative(trace, derivativeWeights(2));
    expect(g[5]).toBeCloseTo((whole[5] as number) / rms / 3, 12);
    const none = slopes(new Float64Array(5).fill(Number.NaN), 2, 3);
    expect(none.every(Number.isNaN)).toBe(true);
  });

  it("of each segment are those that it has alone", () => {
    const [one, other] = [Float64Array.of(1, 5, 2, 8), Float64Array.of(100, 90, 95)];
    const weights = derivativeWeights(2);
    const joined = derivative(Float64Array.of(...one, ...other), weights, [0, 4]);
    expect(joined).toEqual(Float64Array.of(...derivative(one, weights), ...derivative(other, weights)));
  });
});
