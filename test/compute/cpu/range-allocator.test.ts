import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALIGNMENT, RangeAllocator } from "../../../src/compute/cpu/range-allocator.js";

describe("RangeAllocator", () => {
  it("gives ranges that are aligned, inside, and apart, and takes them back", () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(2000), fc.nat(100)), { maxLength: 80 });
    fc.assert(
      fc.property(steps, (script) => {
        const allocator = new RangeAllocator(100);
        const begin = 128;
        let end = begin;
        const taken = new Map<number, number>();
        for (const [gives, bytes, pick] of script) {
          const starts = [...taken.keys()];
          if (gives && starts.length > 0) {
            const start = starts[pick % starts.length] as number;
            allocator.give(start);
            taken.delete(start);
            continue;
          }
          let start = allocator.take(bytes);
          if (start === undefined) {
            const missing = allocator.missing(bytes);
            expect(missing).toBeGreaterThan(0);
            allocator.grow(missing);
            end += missing;
            start = allocator.take(bytes);
          }
          expect(start).toBeDefined();
          taken.set(start as number, bytes);
        }
        const ranges = [...taken].sort((a, b) => a[0] - b[0]);
        for (const [index, [start, bytes]] of ranges.entries()) {
          expect(start % ALIGNMENT).toBe(0);
          expect(start).toBeGreaterThanOrEqual(begin);
          expect(start + bytes).toBeLessThanOrEqual(ranges[index + 1]?.[0] ?? end);
        }
        for (const [start] of ranges) allocator.give(start);
        expect(allocator.bytesTaken).toBe(0);
        if (end > begin) expect(allocator.take(end - begin), "what is free is one range again").toBe(begin);
      }),
    );
  });

  it("refuses to take back what it did not give", () => {
    const allocator = new RangeAllocator(0);
    allocator.grow(640);
    const start = allocator.take(10) as number;
    allocator.give(start);
    expect(() => allocator.give(start)).toThrow(RangeError);
  });
});
