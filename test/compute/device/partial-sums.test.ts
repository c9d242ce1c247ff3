import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../../../src/compute/device/blocks.js";
import { fitSums, partialCount, treeSum, VectorTreeSum } from "../../../src/compute/device/partial-sums.js";

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 70 });

describe("treeSum", () => {
  it("adds neighbours first and carries an odd last number along", () => {
    const tiny = 2 ** -53;
    // ((1 + ε/2) + (ε/2 + ε/2)) keeps what 1 + ε/2 + ε/2 + ε/2 from the left loses.
    expect(treeSum([1, tiny, tiny, tiny])).toBe(1 + 2 ** -52);
    expect(treeSum([3, 4, 5])).toBe(12);
    expect(treeSum([])).toBe(0);
  });

  it("adds one of several interleaved columns", () => {
    expect([0, 1, 2].map((column) => treeSum([1, 10, 100, 2, 20, 200, 3, 30, 300], 3, column))).toEqual([6, 60, 600]);
    expect(fitSums([1, 10, 2, 20, 3, 30])).toEqual({ inner: 6, model: 60 });
  });

  it("is the sum, but for rounding", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
        const sum = values.reduce((sum, value) => sum + value, 0);
        expect(Math.abs(treeSum(values) - sum)).toBeLessThanOrEqual(size * values.length * 2 ** -52);
      }),
    );
  });
});

describe("VectorTreeSum", () => {
  it("gives the bits of treeSum for each element, also when it is used again", () => {
    const tree = new VectorTreeSum(2);
    fc.assert(
      fc.property(numbers, (values) => {
        for (const value of values) {
          const vector = tree.take();
          expect(Array.from(vector)).toEqual([0, 0]);
          vector.set([value, -3 * value]);
          tree.add(vector);
        }
        const expected = [treeSum(values), treeSum(values.map((value) => -3 * value))];
        expect(Array.from(tree.finish(), (sum) => sum + 0)).toEqual(expected.map((sum) => sum + 0));
      }),
    );
  });
});

describe("blocks", () => {
  it("cover all rows once, in order, all but the last of one size", () => {
    fc.assert(
      fc.property(fc.nat({ max: 500 }), fc.integer({ min: 1, max: 70 }), (size, rows) => {
        const blocks = blocksOf(size, rows);
        const covered = blocks.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));
        expect(covered).toEqual(Array.from({ length: size }, (_, at) => at));
        expect(blocks.slice(0, -1).every(({ start, end }) => end - start === rows)).toBe(true);
      }),
    );
  });

  it("are counted for partial sums, at least one", () => {
    expect([0, 1, 64, 65, 128, 129].map(partialCount)).toEqual([1, 1, 1, 2, 2, 3]);
  });
});
