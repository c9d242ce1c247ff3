import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adjustedRandIndex, normalisedMutualInformation } from "../../../src/compute/graph/partition-comparison.js";

const groups = (length: number) => fc.array(fc.nat(3), { minLength: length, maxLength: length });

describe("adjustedRandIndex and normalisedMutualInformation", () => {
  // scikit-learn's definitions, computed by hand from the contingency tables [2 0; 1 2] and [1 1; 1 1].
  it("have known values", () => {
    expect(adjustedRandIndex([0, 0, 1, 1, 1], [0, 0, 0, 1, 1])).toBeCloseTo(1 / 6, 12);
    expect(adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(-0.5, 12);
    expect(normalisedMutualInformation([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(0, 12);
    const entropy = -(0.4 * Math.log(0.4) + 0.6 * Math.log(0.6));
    const information = 0.4 * Math.log(0.4 / 0.24) + 0.2 * Math.log(0.2 / 0.36) + 0.4 * Math.log(0.4 / 0.24);
    expect(normalisedMutualInformation([0, 0, 1, 1, 1], [0, 0, 0, 1, 1])).toBeCloseTo(information / entropy, 12);
  });

  it("are 1 for equal partitions with other names, and symmetric", () => {
    fc.assert(
      fc.property(groups(12), groups(12), (a, b) => {
        for (const index of [adjustedRandIndex, normalisedMutualInformation]) {
          expect(
            index(
              a,
              a.map((g) => 9 - g),
            ),
          ).toBeCloseTo(1, 12);
          expect(index(a, b)).toBeCloseTo(index(b, a), 12);
          expect(index(a, b)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("take partitions of the same items", () => {
    expect(() => adjustedRandIndex([0], [0, 1])).toThrow(/1 and 2 items/);
  });
});
