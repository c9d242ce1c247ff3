import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closest, Diagnostics, didYouMean, editDistance, frame } from "../../src/base/diagnostics.js";
import type { ConfigError } from "../../src/base/errors.js";

describe("frame", () => {
  test("shows the line with a caret below the column", () => {
    expect(frame("a: 1\nbb: 22\n", 2, 5)).toBe("2 | bb: 22\n  |     ^");
    expect(frame("x", 1, 1)).toBe("1 | x\n  | ^");
  });

  test("any position of any text gives two lines whose caret stands below the character", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.integer(), fc.integer(), (text, line, column) => {
        const [source, caret, ...rest] = frame(text, line, column).split("\n");
        expect(rest).toEqual([]);
        expect(source?.length).toBeLessThan(130);
        expect(caret?.indexOf("^")).toBeLessThanOrEqual(source?.length ?? 0);
      }),
    );
    const long = `${"x".repeat(500)}Y${"x".repeat(500)}`;
    const [source, caret] = frame(long, 1, 501).split("\n");
    expect(source?.[caret?.indexOf("^") ?? 0]).toBe("Y");
  });
});

describe("did you mean", () => {
  test.each([
    ["wieght", "weight"],
    ["Weight", "weight"],
    ["weihgt", "weight"],
    ["stesp", "steps"],
  ])("%s → %s", (word, expected) => {
    expect(closest(word, ["kind", "weight", "steps", "sources"])).toBe(expected);
    expect(didYouMean(word, [expected])).toBe(`did you mean "${expected}"?`);
  });

  test("says nothing when nothing is near", () => {
    expect(didYouMean("xyz", ["weight", "steps"])).toBeUndefined();
    expect(closest("a".repeat(10_000), ["a".repeat(10_000)])).toBeUndefined();
  });

  test("the distance is a symmetric count of edits", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

test("diagnostics are thrown together, in file order, the first in the message", () => {
  const faults = new Diagnostics("p.yaml", "a\nb\nc\n");
  faults.throwIfAny("pipeline-invalid", "invalid pipeline");
  faults.add({ line: 3, column: 1, message: "third" });
  faults.add({ line: 1, column: 1, message: "first", hint: "a hint" });
  try {
    faults.throwIfAny("pipeline-invalid", "invalid pipeline");
    expect.unreachable();
  } catch (error) {
    const { message, tag, exitCode, diagnostics } = error as ConfigError;
    expect({ message, tag, exitCode }).toEqual({
      message: "invalid pipeline p.yaml:1:1: first; a hint (and 1 more)",
      tag: "config/pipeline-invalid",
      exitCode: 3,
    });
    expect(diagnostics.map((fault) => fault.message)).toEqual(["first", "third"]);
  }
});
