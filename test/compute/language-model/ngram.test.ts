import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NgramCorpus } from "../../../src/compute/language-model/ngram-corpus.js";
import { logProbabilities, NgramCursor } from "../../../src/compute/language-model/ngram-cursor.js";
import { ngramDigest } from "../../../src/compute/language-model/ngram-digest.js";
import { distributionOf } from "../../../src/compute/language-model/ngram-distribution.js";
import type { NgramTrie } from "../../../src/compute/language-model/ngram-trie.js";
import { NgramScorer, type TokenScores, tokenScores } from "../../../src/compute/language-model/score-ngram.js";
import { trainNgram } from "../../../src/compute/language-model/train-ngram.js";
import { NgramOracle, statisticsOf } from "./ngram-oracle.js";

interface Case {
  readonly vocabulary: number;
  readonly order: number;
  readonly runs: readonly { readonly ids: number[]; readonly times: number }[];
  readonly text: number[];
}

/** Few tokens, so that contexts repeat; some with runs long enough for contexts of more than 32 followers. */
const cases: fc.Arbitrary<Case> = fc
  .record({ vocabulary: fc.integer({ min: 1, max: 90 }), order: fc.integer({ min: 1, max: 5 }) })
  .chain(({ vocabulary, order }) => {
    // The square makes low numbers frequent.
    const token = fc
      .double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
      .map((x) => Math.floor(x * x * vocabulary));
    const ids = (maxLength: number) => fc.array(token, { maxLength });
    return fc.record({
      vocabulary: fc.constant(vocabulary),
      order: fc.constant(order),
      runs: fc.array(fc.record({ ids: ids(300), times: fc.integer({ min: 0, max: 3 }) }), {
        maxLength: 4,
        size: "max",
      }),
      text: ids(40),
    });
  });

function train({ vocabulary, order, runs }: Omit<Case, "text">): NgramTrie {
  const corpus = new NgramCorpus(vocabulary);
  for (const { ids, times } of runs) corpus.add(Int32Array.from(ids), times);
  return trainNgram(corpus, order);
}

function score(trie: NgramTrie, text: readonly number[]): TokenScores & { readonly scorer: NgramScorer } {
  const scorer = new NgramScorer(trie);
  const scores = tokenScores(Math.max(0, text.length - 1), "float64");
  scorer.score(Int32Array.from(text), 0, text.length, scores);
  return { ...scores, scorer };
}

const near = (found: number, expected: number) =>
  expect(Math.abs(found - expected), `${found}, not ${expected}`).toBeLessThanOrEqual(
    1e-12 * Math.max(1, Math.abs(expected)),
  );

describe("the n-gram model", () => {
  it("scores as its definition does, token by token over the vocabulary", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const oracle = new NgramOracle(given.order, given.vocabulary, given.runs);
        const trie = train(given);
        const { scorer, ...found } = score(trie, given.text);
        const mean = new Array(given.vocabulary).fill(0);
        for (let i = 1; i < given.text.length; i++) {
          const p = oracle.distribution(given.text.slice(Math.max(0, i - given.order + 1), i));
          p.forEach((value, id) => {
            mean[id] += value;
          });
          const expected = statisticsOf(p, given.text[i] as number);
          for (const column of ["logprob", "maxLogprob", "mu", "m2", "muUniform", "sdUniform"] as const) {
            near(found[column][i - 1] as number, expected[column]);
          }
          expect(found.rank[i - 1]).toBe(expected.rank);
        }
        const { sum, predicted } = scorer.takeProbabilities();
        expect(predicted).toBe(Math.max(0, given.text.length - 1));
        for (const [id, value] of mean.entries()) near(sum[id] as number, value);
      }),
      { numRuns: 300 },
    );
  });

  it("gives every token a probability above zero, and one to all together, after every context", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const trie = train(given);
        trie.levels.slice(0, -1).forEach(({ followers }, level) => {
          for (let context = 0; context + 1 < followers.length; context++) {
            if (followers[context] === followers[context + 1]) continue;
            const p = distributionOf(trie, level, context);
            near(
              p.reduce((sum, value) => sum + value, 0),
              1,
            );
            expect(p.every((value) => value > 0)).toBe(true);
          }
        });
        near(
          distributionOf(trie, -1, 0).reduce((sum, value) => sum + value, 0),
          1,
        );
      }),
      { numRuns: 50 },
    );
  });

  it("does not depend on the order of the runs", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const other = train({ ...given, runs: [...given.runs].reverse() });
        expect(ngramDigest(other)).toBe(ngramDigest(train(given)));
        expect(score(other, given.text)).toEqual({ ...score(train(given), given.text), scorer: expect.anything() });
      }),
      { numRuns: 30 },
    );
  });

  it("counts a run some times as so many runs, without contexts across them", () => {
    const once = train({ vocabulary: 4, order: 3, runs: [{ ids: [0, 1, 2], times: 2 }] });
    const twice = train({
      vocabulary: 4,
      order: 3,
      runs: [
        { ids: [0, 1, 2], times: 1 },
        { ids: [0, 1, 2], times: 1 },
      ],
    });
    const joined = train({ vocabulary: 4, order: 3, runs: [{ ids: [0, 1, 2, 0, 1, 2], times: 1 }] });
    expect(ngramDigest(twice)).toBe(ngramDigest(once));
    expect(ngramDigest(joined)).not.toBe(ngramDigest(once));
  });

  it("knows a text that it was trained on by heart where its contexts are long enough", () => {
    const ids = Array.from({ length: 50 }, (_, i) => i);
    const trie = train({ vocabulary: 50, order: 2, runs: [{ ids, times: 100 }] });
    const { rank, logprob, maxLogprob } = score(trie, ids);
    expect(Array.from(rank)).toEqual(new Array(49).fill(0));
    expect(logprob).toEqual(maxLogprob);
    expect(Math.min(...logprob)).toBeGreaterThan(Math.log(0.99));
  });

  it("is uniform without training", () => {
    const trie = train({ vocabulary: 8, order: 3, runs: [] });
    const { logprob, rank, sdUniform, mu } = score(trie, [1, 2, 3]);
    expect(Array.from(logprob)).toEqual([-Math.log(8), -Math.log(8)]);
    expect(Array.from(rank)).toEqual([0, 0]);
    expect(Array.from(sdUniform)).toEqual([0, 0]);
    near(mu[0] as number, -Math.log(8));
  });

  it("reads windows on their own: what stands before one is no context", () => {
    const trie = train({ vocabulary: 9, order: 3, runs: [{ ids: [1, 2, 3, 4, 5, 1, 2, 4, 2, 3], times: 1 }] });
    const whole = Int32Array.from([1, 2, 3, 4, 5]);
    const scores = tokenScores(4, "float64");
    new NgramScorer(trie).score(whole, 2, 5, scores, 1);
    const alone = score(trie, [3, 4, 5]);
    expect(scores.logprob.subarray(1, 3)).toEqual(alone.logprob);
    expect(scores.logprob[0]).toBe(0);
    expect(scores.logprob[3]).toBe(0);
  });

  it("gives the same logarithms to those who ask for nothing else", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const trie = train(given);
        const into = new Float64Array(given.text.length + 1);
        logProbabilities(new NgramCursor(trie), Int32Array.from(given.text), into, 1);
        expect(into.subarray(1, Math.max(1, given.text.length))).toEqual(score(trie, given.text).logprob);
        expect([into[0], into.at(-1)]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses what it cannot count", () => {
    const corpus = new NgramCorpus(4);
    expect(() => corpus.add(Int32Array.of(0, 4))).toThrow("token 4 of a vocabulary of 4");
    expect(() => corpus.add(Int32Array.of(-1))).toThrow("token -1");
    expect(() => corpus.add(Int32Array.of(1), 2 ** 32)).toThrow(RangeError);
    expect(() => trainNgram(new NgramCorpus(4), 0)).toThrow("n-grams of 0");
    expect(() => trainNgram(new NgramCorpus(4), 9)).toThrow("n-grams of 9");
    expect(() => new NgramCorpus(0)).toThrow("a vocabulary of 0 tokens");
  });
});
