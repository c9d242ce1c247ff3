import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitTau, shareAbove } from "../../../src/transforms/membership/tau.js";

const sequences = fc
  .array(fc.record({ value: fc.integer({ min: -50, max: 50 }), label: fc.integer({ min: 0, max: 1 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list) => ({
    values: Float64Array.from(list, ({ value }) => value / 7),
    labels: Uint8Array.from(list, ({ label }) => label),
  }));

describe("fitTau", () => {
  it("is the best of 500 thresholds, the last of equals", () => {
    fc.assert(
      fc.property(sequences, ({ values, labels }) => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        let [best, accuracy] = [Number.NaN, -1];
        for (let at = 0; at < 500; at++) {
          const threshold = at === 499 ? high : (at * (high - low)) / 499 + low;
          const right = values.filter((value, i) => (value >= threshold ? 1 : 0) === labels[i]).length / values.length;
          if (right >= accuracy) [best, accuracy] = [threshold, right];
        }
        const found = fitTau(values, labels);
        expect(found?.accuracy).toBeCloseTo(accuracy, 12);
        expect(found?.tau).toBeCloseTo(best, 9);
      }),
    );
  });

  it("takes one value, one class and nothing", () => {
    expect(fitTau(Float64Array.of(2, 2), Uint8Array.of(1, 0))).toEqual({ tau: 2, accuracy: 0.5 });
    expect(fitTau(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toEqual({ tau: 1, accuracy: 1 });
    expect(fitTau(new Float64Array(0), new Uint8Array(0))).toBeUndefined();
  });
});

describe("shareAbove", () => {
  it("counts τ itself", () => {
    expect(shareAbove(Float64Array.of(1, 2, 3, 4), 3)).toBe(0.5);
    expect(shareAbove(new Float64Array(0), 3)).toBeNaN();
  });
});
