import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { circularShift, drawShift, shiftSegments } from "../../../src/stages/ntf/circular-shift.js";

describe("circular shifts", () => {
  const names = { seed: 1, runId: "shuffled", animalId: "a", neuronId: "AVAL" };

  it("are drawn from the seed and the names alone, over the whole range", () => {
    const drawn = Array.from({ length: 300 }, (_, k) => drawShift(25, 10, { ...names, neuronId: `N${k}` }));
    expect(new Set(drawn)).toEqual(new Set([10, 11, 12, 13, 14, 15]));
    expect(drawShift(1200, 100, names)).toBe(drawShift(1200, 100, { ...names }));
    const others = [{ seed: 2 }, { runId: "other" }, { animalId: "b" }, { neuronId: "AVAR" }].map((other) =>
      drawShift(1_000_000, 1, { ...names, ...other }),
    );
    expect(new Set([drawShift(1_000_000, 1, names), ...others]).size).toBe(5);
  });

  it("need twice the least shift", () => {
    expect(drawShift(200, 100, names)).toBe(100);
    expect(() => drawShift(199, 100, names)).toThrow("199 frames cannot be shifted by 100 to either side");
  });

  it("turn a trace and its borders", () => {
    expect(circularShift(Float64Array.of(0, 1, 2, 3, 4), 2)).toEqual(Float64Array.of(3, 4, 0, 1, 2));
    expect(shiftSegments([0, 1, 3], 2, 5)).toEqual([0, 3]);
    expect(shiftSegments([0], 2, 5)).toEqual([0]);
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 2 }), fc.nat(), (numbers, any) => {
        const shift = any % numbers.length;
        const shifted = circularShift(Float64Array.from(numbers), shift);
        numbers.forEach((value, t) => {
          expect(shifted[(t + shift) % numbers.length]).toBe(value);
        });
      }),
    );
  });
});
