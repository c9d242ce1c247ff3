import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadLabels, stackSpans } from "../../src/plots/label-placement.js";

describe("labels along a line", () => {
  it("stay where they are wanted while they do not touch", () => {
    expect(spreadLabels([10, 40, 80], [10, 10, 10], [0, 100])).toEqual([10, 40, 80]);
    expect(spreadLabels([50, 52], [10, 10], [0, 100])).toEqual([46, 56]);
  });

  it("never touch and stay inside, if there is room", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 12 })), { maxLength: 12 }),
        (labels) => {
          const wanted = labels.map(([at]) => at).sort((a, b) => a - b);
          const sizes = labels.map(([, size]) => size);
          const places = spreadLabels(wanted, sizes, [-5, 205]);
          places.forEach((place, index) => {
            const half = (sizes[index] as number) / 2;
            expect(place - half).toBeGreaterThanOrEqual(-5 - 1e-9);
            expect(place + half).toBeLessThanOrEqual(205 + 1e-9);
            const next = places[index + 1];
            if (next !== undefined)
              expect(place + half).toBeLessThanOrEqual(next - (sizes[index + 1] as number) / 2 + 1e-9);
          });
        },
      ),
    );
  });
});

describe("spans in lines", () => {
  it("take the first line that is free, and none when all are taken", () => {
    const spans = [
      [0, 10],
      [5, 12],
      [6, 8],
      [10, 20],
    ] as const;
    expect(stackSpans(spans, 2)).toEqual([0, 1, undefined, 0]);
  });
});
