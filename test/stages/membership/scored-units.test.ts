import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ScoredUnit, scoredUnits } from "../../../src/stages/membership/scored-units.js";
import type { Row } from "../../../src/tables/contract.js";
import { membershipContract } from "../../support/membership-contracts.js";
import { memorySource } from "../../support/memory-tables.js";

function token(docId: string, ids: readonly number[]): Row {
  return { doc_id: docId, tokenizer_id: "t", n_tokens: ids.length, input_ids: ids, char_start: [] };
}

function score(docId: string, pos: number, more: Row = {}): Row {
  return { run_id: "x/m", doc_id: docId, pos, window: 0, logprob: -pos / 8, ...more };
}

async function collect(tokens: readonly Row[], scores: readonly Row[], run = "x/m"): Promise<ScoredUnit[]> {
  const tables = {
    token: memorySource(tokens, membershipContract("token")),
    token_score: memorySource(scores, membershipContract("token_score")),
  };
  const units: ScoredUnit[] = [];
  for await (const unit of scoredUnits(tables, run, ["window", "logprob", "maxLogprob", "rank", "mu"]))
    units.push(unit);
  return units;
}

describe("scoredUnits", () => {
  it("gives tokens and scores of the units of one run", async () => {
    const tokens = [token("a", [5, 6, 7]), token("b", [8]), token("c", [9, 10])];
    const scores = [
      score("a", 1, { max_logprob: -0.125, rank: 3, mu: -1 }),
      score("a", 2, { max_logprob: null, rank: 4, mu: -2 }),
      score("c", 1, { run_id: "x/other" }),
      score("c", 1, { window: 2, max_logprob: -0.5 }),
    ];
    const [a, c, ...more] = await collect(tokens, scores);
    expect(more).toEqual([]);
    expect(a).toEqual({
      docId: "a",
      inputIds: Int32Array.of(5, 6, 7),
      positions: Int32Array.of(1, 2),
      window: Int32Array.of(0, 0),
      logprob: Float32Array.of(-0.125, -0.25),
      rank: Int32Array.of(3, 4),
      mu: Float64Array.of(-1, -2),
    });
    expect(c?.docId).toBe("c");
    expect(c?.maxLogprob).toEqual(Float32Array.of(-0.5));
    expect(c?.rank).toBeUndefined();
    expect(c?.window).toEqual(Int32Array.of(2));
  });

  it("finds tokens in whatever order units stand, over any number of batches", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 12 }).chain((names) =>
          fc.record({
            units: fc.tuple(
              ...names.map((name) => fc.record({ name: fc.constant(name), n: fc.integer({ min: 2, max: 20 }) })),
            ),
            order: fc.shuffledSubarray(names),
          }),
        ),
        async ({ units, order }) => {
          const ids = new Map(units.map(({ name, n }, k) => [name, Array.from({ length: n }, (_, i) => 100 * k + i)]));
          const scores = order.flatMap((name) =>
            (ids.get(name) as number[]).slice(1).map((_, i) => score(name, i + 1)),
          );
          const found = await collect(
            units.map(({ name }) => token(name, ids.get(name) as number[])),
            scores,
          );
          expect(found.map(({ docId }) => docId)).toEqual(order);
          for (const { docId, inputIds, positions, logprob } of found) {
            const expected = ids.get(docId) as number[];
            expect([...inputIds]).toEqual(expected);
            expect([...positions]).toEqual(expected.slice(1).map((_, i) => i + 1));
            expect([...logprob]).toEqual(expected.slice(1).map((_, i) => -(i + 1) / 8));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("refuses scores that do not belong to tokens", async () => {
    await expect(collect([token("a", [1, 2])], [score("b", 1)])).rejects.toThrow(/scores of b/);
    await expect(collect([token("a", [1, 2])], [score("a", 2)])).rejects.toMatchObject({ tag: "contract/position" });
    await expect(collect([token("a", [1, 2, 3])], [score("a", 2), score("a", 1)])).rejects.toThrow(/after 2/);
    const tokens = [token("a", [1, 2, 3]), token("b", [1, 2])];
    const split = [score("a", 1), score("b", 1), score("a", 2)];
    await expect(collect(tokens, split)).rejects.toMatchObject({ tag: "contract/unit-split" });
  });
});
