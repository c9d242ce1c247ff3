import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowestMean } from "../../../src/compute/statistics/lowest-mean.js";

describe("the mean of the lowest values", () => {
  it("is that of the first of the sorted values", () => {
    const few = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 });
    const many = fc.array(fc.double({ noNaN: true, min: -100, max: 0 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(few, many), fc.nat(), (given, any) => {
        const values = Float64Array.from(given);
        const count = 1 + (any % values.length);
        const lowest = values.slice().sort().subarray(0, count);
        const expected = lowest.reduce((sum, value) => sum + value, 0) / count;
        expect(lowestMean(values.slice(), count)).toBeCloseTo(expected, 10);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses more than there are", () => {
    expect(() => lowestMean(Float32Array.of(1), 2)).toThrow("the 2 lowest of 1 values");
    expect(() => lowestMean(Float32Array.of(1), 0.5)).toThrow(RangeError);
    expect(lowestMean(Float32Array.of(1), 0)).toBeNaN();
  });
});
