import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ngramModel } from "../../../../src/stages/membership/language-models/ngram.js";
import { ngramSelfTest } from "../../../../src/stages/membership/language-models/ngram-self-test.js";
import { exposedTokens, trainOnUnits } from "../../../../src/stages/membership/language-models/ngram-training.js";
import { NgramOracle, statisticsOf } from "../../../compute/language-model/ngram-oracle.js";
import { inventedText } from "./ngram-tables.js";

const text = Int32Array.from(inventedText(1, 600));
const trained = (order: number, exposure = 1) => trainOnUnits([{ ids: text, exposure, duplicates: 1 }], order, 50);

describe("the n-gram model behind the contract of language models", () => {
  it("scores a window on its own and sums its distributions", async () => {
    const model = ngramModel(trained(3));
    expect(model).toMatchObject({ name: "ngram-3", vocabulary: 50, capabilities: { fullDistribution: true } });
    const scores = await model.score({ ids: text, begin: 100, end: 140 }, new AbortController().signal);
    const oracle = new NgramOracle(3, 50, [{ ids: [...text], times: 1 }]);
    expect(scores.logprob).toHaveLength(39);
    for (let place = 101; place < 140; place++) {
      const p = oracle.distribution([...text.subarray(Math.max(100, place - 2), place)]);
      const expected = statisticsOf(p, text[place] as number);
      expect(scores.logprob[place - 101]).toBeCloseTo(expected.logprob, 11);
      expect(scores.rank?.[place - 101]).toBe(expected.rank);
    }
    expect(scores.probabilitySum?.reduce((sum, p) => sum + p, 0)).toBeCloseTo(39, 9);
    await model.close();
  });

  it("stops when it is asked to", async () => {
    const model = ngramModel(trained(2));
    await expect(model.score({ ids: text, begin: 0, end: 9 }, AbortSignal.abort())).rejects.toThrow();
  });
});

describe("exposure", () => {
  it("is the first tokens of a unit: at least one, never more than there are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 1 }),
        fc.double({ min: 1e-9, max: 1, noNaN: true }),
        (ids, exposure) => {
          const seen = exposedTokens(Int32Array.from(ids), exposure);
          expect([...seen]).toEqual(ids.slice(0, seen.length));
          expect(Math.abs(seen.length - exposure * ids.length)).toBeLessThanOrEqual(seen.length === 1 ? 1 : 0.5);
          expect(seen.length).toBeGreaterThan(0);
        },
      ),
    );
    expect(exposedTokens(text, 1)).toHaveLength(600);
    expect(exposedTokens(text, 0)).toHaveLength(0);
    expect(exposedTokens(text, Math.fround(0.1))).toHaveLength(60);
    expect(trained(2, 0.1).tokens).toBe(60);
  });
});

describe("the self-test of the n-gram model", () => {
  it("passes, and shuffling lowers the score of what it was trained on", () => {
    const results = ngramSelfTest(trained(2), text);
    expect(Object.values(results).map(({ passed }) => passed)).toEqual([true, true, true, true, true]);
    const { shuffled_scores_lower: order } = results;
    expect(order?.shuffled_mean_logprob).toBeLessThan(order?.mean_logprob as number);
  });

  it("does not say that shuffling lowers a score where it cannot", () => {
    const result = (trie: ReturnType<typeof trained>, ids = text) => ngramSelfTest(trie, ids).shuffled_scores_lower;
    expect(result(trained(1))).toEqual({ passed: null });
    expect(result(trainOnUnits([], 2, 50))).toEqual({ passed: null });
    expect(result(trained(2), new Int32Array(100))).toEqual({ passed: null });
  });

  it("finds a model out whose probabilities do not sum to one", () => {
    const trie = trained(2);
    trie.levels[1]?.probability.fill(0.5);
    expect(() => ngramSelfTest(trie, text)).toThrowError(
      expect.objectContaining({ tag: "self-test/probabilities-sum-to-one" }),
    );
  });
});
