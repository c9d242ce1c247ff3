import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countBelow, countUpTo, quantile, shareBelow } from "../../../src/compute/statistics/sorted-values.js";

const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });

describe("sorted values", () => {
  it("are counted below, up to, and with half of the ties", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -6, max: 6 }), (given, value) => {
        const sorted = Float64Array.from(given).sort();
        const [below, upTo] = [given.filter((x) => x < value).length, given.filter((x) => x <= value).length];
        expect([countBelow(sorted, value), countUpTo(sorted, value)]).toEqual([below, upTo]);
        expect(shareBelow(sorted, value)).toBe((below + upTo) / (2 * given.length));
      }),
    );
  });

  it("have quantiles between neighbours", () => {
    const sorted = Float64Array.of(1, 2, 4, 8);
    expect([0, 0.5, 0.75, 1].map((share) => quantile(sorted, share))).toEqual([1, 3, 5, 8]);
    expect(quantile(Float64Array.of(7), 0.95)).toBe(7);
  });
});
