import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodePointIndex, codePoints, wordCount } from "../../../src/transforms/membership/code-points.js";
import { cutSegments, cutWindow, documentNumbers, parseWindow } from "../../../src/transforms/membership/cut-units.js";
import { trapTexts } from "../../../src/transforms/membership/trap-texts.js";

const text = fc
  .array(fc.constantFrom("a", "word", " ", "  ", "\n", "\u{1f600}", "longer-word", "\ud800", "é"), { maxLength: 80 })
  .map((parts) => parts.join(""));

describe("code points", () => {
  it("are counted and found as the language iterates", () => {
    fc.assert(
      fc.property(text, (value) => {
        const points = Array.from(value);
        const index = new CodePointIndex(value);
        expect([codePoints(value), index.length]).toEqual([points.length, points.length]);
        let unit = 0;
        points.forEach((point, i) => {
          expect([index.unit(i), index.point(unit)]).toEqual([unit, i]);
          unit += point.length;
        });
        expect([index.unit(points.length), index.point(unit)]).toEqual([unit, points.length]);
      }),
    );
  });

  it("words are separated by white space", () => {
    expect(wordCount("")).toBe(0);
    expect(wordCount("  a b\u00a0c\n\nd. ")).toBe(4);
  });
});

describe("windows", () => {
  const random = () => documentNumbers(1, "d", "window");

  it("are whole words of the right place", () => {
    const words = "one two three four five six seven eight nine ten";
    expect(cutWindow(words, parseWindow("all"), random())).toEqual({ start: 0, length: 48, text: words });
    expect(cutWindow(words, parseWindow("head:10"), random())).toEqual({ start: 0, length: 7, text: "one two" });
    expect(cutWindow(words, parseWindow("middle:16"), random())).toEqual({ start: 19, length: 8, text: "five six" });
    expect(cutWindow(words, parseWindow("head:1000"), random()).text).toBe(words);
    expect(cutWindow("一二三四五六七八九十", parseWindow("middle:4"), random())).toEqual({
      start: 3,
      length: 4,
      text: "四五六七",
    });
  });

  it("hold what they say, never cut a word between spaces, and stay inside", () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom("head", "middle", "random"),
        fc.integer({ min: 1, max: 60 }),
        (value, place, n) => {
          const unit = cutWindow(value, parseWindow(`${place}:${n}`), random());
          const points = Array.from(value);
          expect(points.slice(unit.start, unit.start + unit.length).join("")).toBe(unit.text);
          if (points.length > n) expect(unit.length).toBeLessThanOrEqual(n);
          if (points.length > n && /\s/.test(unit.text)) {
            const before = points[unit.start - 1];
            const behind = points[unit.start + unit.length];
            expect(before === undefined || /\s/.test(before)).toBe(true);
            expect(behind === undefined || /\s/.test(behind)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("at random places depend on seed and document", () => {
    const long = Array.from({ length: 5000 }, (_, i) => `w${i}`).join(" ");
    const start = (seed: number, id: string) =>
      cutWindow(long, parseWindow("random:100"), documentNumbers(seed, id, "window")).start;
    expect(start(1, "a")).toBe(start(1, "a"));
    expect(new Set([start(1, "a"), start(2, "a"), start(1, "b"), start(2, "b")]).size).toBe(4);
  });
});

describe("segments", () => {
  it("are spread over the text, in order, apart, and no more than asked", () => {
    const long = Array.from({ length: 2000 }, () => "word").join(" ");
    const units = cutSegments(long, { characters: 1000, most: 3, gap: 500 });
    expect(units.map((unit) => unit.start)).toEqual([1500, 4500, 7500]);
    expect(cutSegments(long, { characters: 10_000, most: 3, gap: 0 })).toEqual([]);
    expect(cutSegments(long, { characters: 4000, most: 9, gap: 1000 })).toHaveLength(2);
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 20 }),
        (value, characters, most, gap) => {
          const found = cutSegments(value, { characters, most, gap });
          expect(found.length).toBe(Math.min(most, Math.floor((codePoints(value) + gap) / (characters + gap))));
          for (let i = 1; i < found.length; i++) {
            const [one, next] = [found[i - 1], found[i]] as [(typeof found)[0], (typeof found)[0]];
            expect(next.start - (one.start + one.length)).toBeGreaterThanOrEqual(gap);
          }
        },
      ),
    );
  });
});

describe("texts of traps", () => {
  const host = Array.from(
    { length: 200 },
    (_, i) => `word${"abcdefghij"[i % 10]}${"klmnopqrstuvwxyzabcd"[Math.floor(i / 10)]}`,
  ).join(" ");
  it("are unique, of the document's words, the same for the same seed", () => {
    const traps = trapTexts(host, "d", 1, { per_document: 6, lengths: [25, 50] });
    expect(traps.map((trap) => trap.length)).toEqual([25, 50, 25, 50, 25, 50]);
    expect(traps.map((trap) => trap.text.split(" ").length)).toEqual([25, 50, 25, 50, 25, 50]);
    expect(new Set(traps.map((trap) => trap.text)).size).toBe(6);
    const words = new Set(host.split(" "));
    for (const trap of traps) expect(trap.text.split(" ").every((word) => words.has(word))).toBe(true);
    expect(trapTexts(host, "d", 1, { per_document: 6, lengths: [25, 50] })).toEqual(traps);
    expect(trapTexts(host, "d", 2, { per_document: 6, lengths: [25, 50] })).not.toEqual(traps);
    expect(trapTexts(host, "e", 1, { per_document: 6, lengths: [25, 50] })).not.toEqual(traps);
    expect(trapTexts("few words", "d", 1, { per_document: 6, lengths: [25] })).toEqual([]);
  });
});
