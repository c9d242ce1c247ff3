import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conformalPValues } from "../../../src/compute/statistics/conformal.js";

describe("conformalPValues", () => {
  it("count the scores at least as large, and the unit itself", () => {
    const found = conformalPValues(Float64Array.of(5, 3, 0), Float64Array.of(1, 2, 3, 4));
    expect([...found]).toEqual([1 / 5, 3 / 5, 1]);
  });

  it("are 1 against nothing", () => {
    expect([...conformalPValues(Float64Array.of(5), new Float64Array(0))]).toEqual([1]);
  });

  it("are at most α for at most a share α of units of the class itself", () => {
    const scores = fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 1, noNaN: true }), (list, alpha) => {
        const values = list.map(
          (score, at) =>
            conformalPValues(Float64Array.of(score), Float64Array.from(list.filter((_, other) => other !== at)))[0],
        );
        const small = values.filter((value) => (value as number) <= alpha).length;
        expect(small / list.length).toBeLessThanOrEqual(alpha);
      }),
    );
  });
});
