import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countText, linearScale, logTicks, niceTicks, tickText } from "../../src/plots/scale.js";

describe("ticks", () => {
  it("are round numbers in the span", () => {
    expect(niceTicks(0, 959, 10)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(niceTicks(-0.13, 0.27, 3)).toEqual([0, 0.2]);
    expect(niceTicks(-0.13, 0.27, 4)).toEqual([-0.1, 0, 0.1, 0.2]);
    expect(niceTicks(2, 2, 5)).toEqual([2]);
    expect(niceTicks(Number.NaN, 1, 5)).toEqual([]);
    expect(logTicks(1, 37)).toEqual([1, 3, 10, 30]);
  });

  it("never are more than asked for, nor outside", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (minimum, span, most) => {
          const ticks = niceTicks(minimum, minimum + span, most);
          const slack = 1e-6 * (Math.abs(minimum) + span);
          expect(ticks.length).toBeLessThanOrEqual(Math.max(1, most));
          for (const tick of ticks) {
            expect(tick).toBeGreaterThanOrEqual(minimum - slack);
            expect(tick).toBeLessThanOrEqual(minimum + span + slack);
          }
        },
      ),
    );
  });

  it("are written short", () => {
    expect([0.1 + 0.2, -3, 1600, 0].map(tickText)).toEqual(["0.3", "−3", "1600", "0"]);
    expect([0, 999, 1600, 1234567].map(countText)).toEqual(["0", "999", "1,600", "1,234,567"]);
  });
});

describe("a scale", () => {
  it("is linear, and constant over an empty domain", () => {
    const scale = linearScale([0, 10], [100, 200]);
    expect([0, 5, 10, 20].map(scale.at)).toEqual([100, 150, 200, 300]);
    expect(linearScale([1, 1], [5, 9]).at(1)).toBe(5);
  });
});
