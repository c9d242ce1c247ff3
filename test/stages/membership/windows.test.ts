import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { windowsOf } from "../../../src/stages/membership/windows.js";

const predicted = (windows: ReturnType<typeof windowsOf>) =>
  windows.flatMap(({ first, last }) =>
    first === null || last === null ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );

describe("windowsOf", () => {
  it("predicts every token but the first once, in order, with a stride of context - 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 2, max: 300 }), (n, context) => {
        expect(predicted(windowsOf(n, context))).toEqual(Array.from({ length: Math.max(0, n - 1) }, (_, i) => i + 1));
      }),
    );
  });

  it("gives windows of at most the context that lie within the unit, the last one to its end", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 200 }),
    );
    fc.assert(
      fc.property(sizes, ([n, context, stride]) => {
        const windows = windowsOf(n, context, stride);
        for (const [i, { begin, end, first, last }] of windows.entries()) {
          expect(begin).toBe(i * stride);
          expect(end).toBe(Math.min(begin + context, n));
          expect(first === null).toBe(end - begin === 1);
          expect(last === null).toBe(end - begin === 1);
          expect(end === n).toBe(stride <= context ? i === windows.length - 1 : end === n);
        }
      }),
    );
  });

  it("loses one token at every boundary where the stride is the context", () => {
    expect(windowsOf(9, 4, 4).map(({ first, last }) => [first, last])).toEqual([
      [1, 3],
      [5, 7],
      [null, null],
    ]);
  });

  it("has no window for no token, and one that predicts nothing for one", () => {
    expect(windowsOf(0, 128)).toEqual([]);
    expect(windowsOf(1, 128)).toEqual([{ begin: 0, end: 1, first: null, last: null }]);
  });

  it("refuses sizes that are none", () => {
    expect(() => windowsOf(10, 0)).toThrow("context");
    expect(() => windowsOf(10, 8, 0)).toThrow("stride");
    expect(() => windowsOf(-1, 8)).toThrow("-1 tokens");
    expect(() => windowsOf(10, 2.5)).toThrow("context");
  });
});
