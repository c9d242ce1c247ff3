import { beforeAll, describe, expect, it } from "vitest";
import { scoreNgram } from "../../../src/stages/membership/score-ngram.js";
import { windowsOf } from "../../../src/stages/membership/windows.js";
import type { Contract, Row } from "../../../src/tables/contract.js";
import { NgramOracle, statisticsOf } from "../../compute/language-model/ngram-oracle.js";
import {
  inventedText,
  membershipContracts,
  runStage,
  type Tables,
  tablesOf,
  type UnitOptions,
} from "./language-models/ngram-tables.js";

let contracts: (table: string) => Contract | undefined;
beforeAll(async () => {
  contracts = await membershipContracts();
});

const units: Readonly<Record<string, UnitOptions>> = {
  a: { role: "member", ids: inventedText(1, 400) },
  "a#2": { role: "member", ids: inventedText(2, 300), exposure: 0.25, duplicates: 3 },
  b: { role: "nonmember", ids: inventedText(3, 350) },
  c: { role: "nonmember", ids: inventedText(4, 200) },
  d: { role: "reference", ids: inventedText(5, 300) },
  e: { role: "background", ids: inventedText(6, 300) },
  f: { role: "unused", ids: inventedText(7, 300) },
};

const run = (tables: Tables, parameters: unknown = {}, threads = 1) =>
  runStage(scoreNgram, tables, parameters, { contracts, threads });

const scoresOf = (rows: readonly Row[] | undefined, runId: string, docId: string) =>
  (rows ?? []).filter((row) => row.run_id === runId && row.doc_id === docId);

describe("membership/score-ngram", () => {
  it.each([1, 2, 3])("scores every labelled unit as the definition of the model does, order %i", async (order) => {
    const { rows } = await run(tablesOf(units), { order, context: 16, stride: 15 });
    const ids = (docId: string) => [...(units[docId]?.ids ?? [])];
    const background = { ids: ids("e"), times: 1 };
    const trained = {
      [`randomised/ngram-${order}`]: [
        { ids: ids("a"), times: 1 },
        { ids: ids("a#2").slice(0, 75), times: 3 },
        background,
      ],
      [`randomised/ngram-${order}/reference`]: [{ ids: ids("d"), times: 1 }, background],
    };
    expect(new Set(rows.token_score?.map(({ run_id: runId }) => runId))).toEqual(new Set(Object.keys(trained)));
    expect(new Set(rows.token_score?.map(({ doc_id: docId }) => docId))).toEqual(new Set(["a", "a#2", "b", "c"]));
    for (const [runId, texts] of Object.entries(trained)) {
      const oracle = new NgramOracle(order, 50, texts);
      for (const docId of ["a", "c"]) {
        const text = ids(docId);
        const found = scoresOf(rows.token_score, runId, docId);
        expect(found.map(({ pos }) => pos)).toEqual(text.slice(1).map((_, i) => i + 1));
        const sum: number[] = new Array(50).fill(0);
        windowsOf(text.length, 16, 15).forEach(({ begin, end }, window) => {
          for (let place = begin + 1; place < end; place++) {
            const p = oracle.distribution(text.slice(Math.max(begin, place - order + 1), place));
            const expected = statisticsOf(p, text[place] as number);
            const row = found[place - 1] as Record<string, number>;
            expect(row).toMatchObject({ pos: place, window, rank: expected.rank });
            expect(row.logprob).toBe(Math.fround(row.logprob as number));
            expect(row.logprob).toBeCloseTo(expected.logprob, 5);
            expect(row.max_logprob).toBeCloseTo(expected.maxLogprob, 5);
            expect(row.mu).toBeCloseTo(expected.mu, 11);
            expect(row.m2).toBeCloseTo(expected.m2, 11);
            expect(row.mu_uniform).toBeCloseTo(expected.muUniform, 11);
            expect(row.sd_uniform).toBeCloseTo(expected.sdUniform, 11);
            p.forEach((value, id) => {
              sum[id] = (sum[id] as number) + value;
            });
          }
        });
        const [mean] = scoresOf(rows.document_mean_probability, runId, docId);
        expect(mean?.n_predicted).toBe(text.length - 1);
        const { p: means } = mean as { readonly p: number[] };
        means.forEach((value, id) => {
          expect(value).toBeCloseTo((sum[id] as number) / (text.length - 1), 12);
        });
      }
    }
  });

  it("says which model it is, what it was trained on, and how its checks came out", async () => {
    const { rows, evidence } = await run(tablesOf(units));
    expect(rows.run).toMatchObject([
      {
        run_id: "randomised/ngram-2",
        experiment_id: "randomised",
        role: "target",
        backend: "ngram",
        model: "ngram-2",
        vocabulary: 50,
        context: 128,
        stride: 127,
        n_trained_tokens: 400n + 3n * 75n + 300n,
        model_sha: expect.stringMatching(/^[0-9a-f]{64}$/),
        capabilities: ["logprob", "max_logprob", "rank", "full_distribution", "mean_probability"],
        parameters: `{"order":2,"smoothing":"interpolated Witten-Bell","trained_roles":["background","member"]}`,
      },
      { run_id: "randomised/ngram-2/reference", role: "reference", n_trained_tokens: 600n },
    ]);
    for (const row of rows.run ?? []) {
      expect(JSON.parse(row.self_test as string)).toMatchObject({
        finite: { passed: true },
        probabilities_sum_to_one: { passed: true },
        twice_equal: { passed: true },
        maximum_has_rank_0: { passed: true },
        shuffled_scores_lower: { passed: true },
      });
    }
    expect(evidence).toMatchObject({ runs: 2, units_not_scored: 0 });
  });

  it("writes its rows in the order of their keys", async () => {
    const { rows } = await run(tablesOf(units));
    const keys = (rows.token_score ?? []).map(({ run_id: runId, doc_id: docId, pos }) => {
      return `${runId} ${docId} ${String(pos).padStart(6, "0")}`;
    });
    expect(keys).toEqual([...keys].sort());
  });

  it("gives the same for any order of its input rows, and of several threads", async () => {
    const tables = tablesOf(units);
    const reversed = {
      ...tables,
      token: [...tables.token].reverse(),
      assignment: [...tables.assignment].reverse(),
    };
    expect((await run(reversed, {}, 4)).rows).toEqual((await run(tables)).rows);
  });

  it("gives members trained in full a higher score than anything else", async () => {
    const { rows } = await run(tablesOf(units));
    const mean = (docId: string) => {
      const found = scoresOf(rows.token_score, "randomised/ngram-2", docId);
      return found.reduce((sum, { logprob }) => sum + (logprob as number), 0) / found.length;
    };
    expect(mean("a")).toBeGreaterThan(mean("a#2"));
    expect(mean("a#2")).toBeGreaterThan(Math.max(mean("b"), mean("c")));
  });

  it("has no rows for a unit of one token or none, and says so", async () => {
    const short = { ...units, one: { role: "member", ids: [3] }, zero: { role: "nonmember", ids: [] } };
    const { rows, warnings, evidence } = await run(tablesOf(short));
    for (const docId of ["one", "zero"]) {
      expect(scoresOf(rows.token_score, "randomised/ngram-2", docId)).toEqual([]);
      expect(scoresOf(rows.document_mean_probability, "randomised/ngram-2", docId)).toEqual([]);
      expect(warnings).toContain(`${docId} has no token that could be predicted: it is not scored`);
    }
    expect(evidence.units_not_scored).toBe(2);
    expect(rows.token_score?.every(({ logprob }) => Number.isFinite(logprob))).toBe(true);
  });

  it("trains on the reference units where the experiment trains on no members, once", async () => {
    const { e: _, ...others } = units;
    const { rows, warnings } = await run(tablesOf(others, { trainsMembers: false }));
    expect(rows.run).toMatchObject([{ run_id: "randomised/ngram-2", n_trained_tokens: 300n }]);
    expect(warnings).toEqual([expect.stringContaining("trained on the reference units")]);
  });

  it("is uniform, and says so, where there is nothing to train on", async () => {
    const { a, b } = units as Required<typeof units>;
    const { rows, warnings } = await run(tablesOf({ a, b } as typeof units, { trainsMembers: false }));
    expect(rows.run).toMatchObject([{ run_id: "randomised/ngram-2", n_trained_tokens: 0n }]);
    expect(new Set(rows.token_score?.map(({ logprob }) => logprob))).toEqual(new Set([Math.fround(-Math.log(50))]));
    expect(warnings).toEqual([expect.stringContaining("trained on nothing")]);
  });

  it("scores the experiments asked for", async () => {
    const [one, two] = [tablesOf(units), tablesOf(units, { experiment: "randomised-again" })];
    const both = {
      ...one,
      experiment: [...two.experiment, ...one.experiment],
      assignment: [...one.assignment, ...two.assignment],
    };
    const runsOf = async (parameters: unknown) => (await run(both, parameters)).rows.run?.map(({ run_id: id }) => id);
    expect(await runsOf({ experiments: ["randomised-again"], reference: false })).toEqual(["randomised-again/ngram-2"]);
    expect(await runsOf({ reference: false, order: 3 })).toEqual(["randomised-again/ngram-3", "randomised/ngram-3"]);
    await expect(runsOf({ experiments: ["other"] })).rejects.toMatchObject({ tag: "usage/unknown-experiment" });
  });

  it.each<[string, (tables: Tables) => Tables, string]>([
    [
      "a token outside the vocabulary",
      (tables) => ({ ...tables, tokenizer: tables.tokenizer.map((row) => ({ ...row, vocabulary: 20 })) }),
      "load/token-outside-vocabulary",
    ],
    [
      "a unit without tokens",
      (tables) => ({ ...tables, token: tables.token.filter(({ doc_id: docId }) => docId !== "b") }),
      "load/unit-without-tokens",
    ],
    [
      "two tokenizers",
      (tables) => ({
        ...tables,
        token: tables.token.map((row) => (row.doc_id === "b" ? { ...row, tokenizer_id: "others" } : row)),
      }),
      "load/several-tokenizers",
    ],
    ["no tokenizer", (tables) => ({ ...tables, tokenizer: [] }), "load/unknown-tokenizer"],
  ])("refuses %s", async (_, change, tag) => {
    await expect(run(change(tablesOf(units)))).rejects.toMatchObject({ tag });
  });

  it("refuses windows that predict a token twice", async () => {
    await expect(run(tablesOf(units), { context: 64, stride: 32 })).rejects.toMatchObject({
      tag: "usage/windows-overlap",
    });
  });
});
