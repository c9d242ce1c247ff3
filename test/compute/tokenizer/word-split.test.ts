import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SPLIT_BEHAVIORS, splitByPattern } from "../../../src/compute/tokenizer/pattern-split.js";
import { splitWords, type TextSplit, WORD_PATTERN } from "../../../src/compute/tokenizer/word-split.js";
import { arbitraryText } from "./support/arbitrary-text.js";

function pieces(split: TextSplit, text: string): string[] {
  const found: string[] = [];
  split(text, (start, end) => found.push(text.slice(start, end)));
  return found;
}

const pattern = new RegExp(
  WORD_PATTERN.replaceAll("[^\\s", "[^\\p{White_Space}")
    .replaceAll("\\S", "\\P{White_Space}")
    .replaceAll("\\s", "\\p{White_Space}"),
  "gu",
);

describe("splitWords", () => {
  it("cuts as the regular expression does", () => {
    fc.assert(
      fc.property(arbitraryText, (text) => {
        expect(pieces(splitWords, text)).toEqual(text.match(pattern) ?? []);
      }),
      { numRuns: 500 },
    );
  });

  it("takes lone surrogates for signs", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe010 }).map((c) => String.fromCharCode(c)) }),
        (text) => {
          expect(pieces(splitWords, text)).toEqual(text.match(pattern) ?? []);
        },
      ),
    );
  });

  it("keeps the last space for the word behind it", () => {
    expect(pieces(splitWords, "I'll  go\n\n 2day's")).toEqual(["I", "'ll", " ", " go", "\n\n", " 2", "day", "'s"]);
    expect(pieces(splitWords, "x  ")).toEqual(["x", "  "]);
    expect(pieces(splitWords, "")).toEqual([]);
  });

  it("knows white space as Unicode does: U+0085, not U+FEFF", () => {
    expect(pieces(splitWords, "a\u0085\u0085b")).toEqual(["a", "\u0085", "\u0085", "b"]);
    expect(pieces(splitWords, "a\ufeff\ufeffb")).toEqual(["a", "\ufeff\ufeff", "b"]);
  });

  it("cuts a run of any length", () => {
    for (const run of ["a".repeat(3_000_000), " ".repeat(3_000_000), "😀".repeat(500_000)]) {
      expect(pieces(splitWords, run).map((piece) => piece.length)).toEqual([run.length]);
    }
  });
});

describe("splitByPattern", () => {
  // What HuggingFace's library 0.23.3 for Python gives for Split("-", behavior, invert).pre_tokenize_str("the-final--count-").
  const expected = {
    Removed: [
      ["the", "final", "count"],
      ["-", "-", "-", "-"],
    ],
    Isolated: [
      ["the", "-", "final", "-", "-", "count", "-"],
      ["the", "-", "final", "-", "-", "count", "-"],
    ],
    MergedWithPrevious: [
      ["the-", "final-", "-", "count-"],
      ["the", "-final", "-", "-count", "-"],
    ],
    MergedWithNext: [
      ["the", "-final", "-", "-count", "-"],
      ["the-", "final-", "-", "count-"],
    ],
    Contiguous: [
      ["the", "-", "final", "--", "count", "-"],
      ["the", "-", "final", "--", "count", "-"],
    ],
  } as const;

  it.each(SPLIT_BEHAVIORS.flatMap((behavior) => [[behavior, false] as const, [behavior, true] as const]))(
    "%s, inverted: %s",
    (behavior, invert) => {
      const split = splitByPattern(/-/u, behavior, invert);
      expect(pieces(split, "the-final--count-")).toEqual(expected[behavior][invert ? 1 : 0]);
    },
  );

  it("goes on at empty matches", () => {
    expect(pieces(splitByPattern(/x*/u, "Isolated", false), "a😀xxb")).toEqual(["a", "😀", "xx", "b"]);
  });
});
