import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PairCounts } from "../../../src/compute/text/pair-counts.js";
import { shingleOverlap } from "../../../src/compute/text/shingle-overlap.js";
import { wordShingles } from "../../../src/compute/text/word-shingles.js";

const WORDS = 3;

/** The same by sets of strings. */
function setsOf(texts: readonly string[]): Set<string>[] {
  return texts.map((text) => {
    const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
    const grams = new Set<string>();
    for (let i = 0; i + WORDS <= words.length; i++) grams.add(words.slice(i, i + WORDS).join(" "));
    return grams;
  });
}

async function overlapOf(texts: readonly string[], capacity?: number) {
  const found = await shingleOverlap(
    async function* () {
      yield* texts;
    },
    { words: WORDS, sampling: 1, ...(capacity === undefined ? {} : { capacity }) },
  );
  const pairs = [...found.pairs()].sort((x, y) => x.a - y.a || x.b - y.b);
  return { sizes: [...found.sizes], pairs, passes: found.passes };
}

const word = fc.constantFrom("a", "B", "don't", "The", "é", "x1y", "--", "'", "I");
const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(" "));

describe("overlap by shingles", () => {
  it("counts what sets of n-grams count, in one pass and in many", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 8 }), fc.integer({ min: 4, max: 40 }), async (texts, capacity) => {
        const sets = setsOf(texts);
        const pairs = [];
        for (let a = 0; a < sets.length; a++) {
          for (let b = a + 1; b < sets.length; b++) {
            const count = [...(sets[a] as Set<string>)].filter((gram) => sets[b]?.has(gram)).length;
            if (count > 0) pairs.push({ a, b, count });
          }
        }
        const whole = await overlapOf(texts);
        expect(whole).toEqual({ sizes: sets.map((set) => set.size), pairs, passes: 1 });
        const { passes, ...slices } = await overlapOf(texts, capacity);
        expect(slices).toEqual({ sizes: whole.sizes, pairs: whole.pairs });
        expect(passes).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it("reads the texts again when the n-grams do not fit", async () => {
    const texts = Array.from({ length: 4 }, (_, t) =>
      Array.from(
        { length: 3000 },
        (_, i) => `w${"abcdefghij"[i % 10]}${"klmnopqrst"[Math.floor(i / 10) % 10]}${"uvwxyz"[(i * (t + 1)) % 6]}`,
      ).join(" "),
    );
    const whole = await overlapOf(texts);
    const parts = await overlapOf(texts, 1024);
    expect(parts.passes).toBeGreaterThan(1);
    expect({ ...parts, passes: 1 }).toEqual(whole);
  });

  it("holds a text that says one thing for ever", async () => {
    expect(await overlapOf(["la ".repeat(50_000), "la la la"], 16)).toEqual({
      sizes: [1, 1],
      pairs: [{ a: 0, b: 1, count: 1 }],
      passes: 1,
    });
  });

  it("samples the same n-grams in every text", () => {
    const words = Array.from(
      { length: 5000 },
      (_, i) => `word${i.toString(26).replace(/\d/g, (d) => "qrstuvwxyz"[Number(d)] as string)}`,
    );
    const hashes = (sampling: number) => {
      const found: string[] = [];
      wordShingles(words.join(" "), 13, sampling, (high, low) => found.push(`${high} ${low}`));
      return found;
    };
    const all = hashes(1);
    expect(new Set(all).size).toBe(5000 - 12);
    const some = hashes(16);
    expect(some).toEqual(all.filter((hash) => Number(hash.split(" ")[1]) % 16 === 0));
    expect(some.length).toBeGreaterThan(200);
    expect(some.length).toBeLessThan(430);
  });
});

describe("counts of pairs", () => {
  it("are the same dense and sparse", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3000 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3000 }),
        (n, drawn) => {
          const dense = new PairCounts(n);
          const sparse = new PairCounts(n, 0);
          for (const [x, y] of drawn) {
            const b = 1 + (x % (n - 1));
            const a = y % b;
            dense.add(a, b);
            sparse.add(a, b);
          }
          const sorted = (counts: PairCounts) => [...counts.entries()].sort((p, q) => p.b - q.b || p.a - q.a);
          expect(sorted(sparse)).toEqual(sorted(dense));
        },
      ),
      { numRuns: 30 },
    );
  });
});
