import { describe, expect, it } from "vitest";
import { compressedLength } from "../../../src/stages/membership/attacks/compared-attacks.js";
import { sequenceAttacks } from "../../../src/stages/membership/sequence-attacks.js";
import type { Row } from "../../../src/tables/contract.js";
import { assignmentRow, runMembershipStage, runRow } from "./support/run-membership-stage.js";

const TEXT = "It 😀 was the best of times";
const STARTS = [0, 3, 5, 9, 13, 18, 21];

function token(docId: string, more: Row = {}): Row {
  return {
    doc_id: docId,
    tokenizer_id: "t",
    n_tokens: 7,
    input_ids: [1, 2, 3, 2, 5, 6, 7],
    char_start: STARTS,
    ...more,
  };
}

/** Six predicted tokens in windows of three tokens, of which two are predicted. */
function scores(docId: string, loss: number, runId = "coin/toy"): Row[] {
  return [1, 2, 3, 4, 5, 6].map((pos) => ({
    run_id: runId,
    doc_id: docId,
    pos,
    window: Math.floor((pos - 1) / 2),
    logprob: -loss - (pos % 2) / 4,
    max_logprob: -0.5,
    rank: pos,
    mu: -1,
    m2: 2,
    mu_uniform: null,
    sd_uniform: null,
  }));
}

function excerpt(docId: string): Row {
  return {
    doc_id: docId,
    source_doc_id: docId,
    segment: 0,
    window: "all",
    char_start: 0n,
    n_chars: BigInt([...TEXT].length),
    text: TEXT,
  };
}

const INPUTS = {
  token: ["a", "b", "c"].map((id) => token(id)),
  token_score: [...scores("a", 1), ...scores("b", 2), ...scores("c", 3)],
  excerpt: ["a", "b", "c"].map(excerpt),
  assignment: [
    assignmentRow({ doc_id: "a", label: 1, fold: 0 }),
    assignmentRow({ doc_id: "b", label: 0, fold: 1 }),
    assignmentRow({ doc_id: "c", label: null, fold: null }),
  ],
  run: [runRow()],
};

async function scored(inputs: Readonly<Record<string, readonly Row[]>>, parameters: Row = {}) {
  const { rows, evidence } = await runMembershipStage(sequenceAttacks, inputs, parameters);
  const found = rows.sequence_score ?? [];
  const of = (doc: string, attack: string, window = -1) =>
    found.find((row) => row.doc_id === doc && row.attack === attack && row.window === window);
  return { found, of, evidence };
}

describe("membership/sequence-attacks", () => {
  it("scores units and windows, and leaves out what is not in the comparison", async () => {
    const { found, of, evidence } = await scored(INPUTS);
    expect(of("a", "loss")).toMatchObject({ run_id: "coin/toy", n_tokens: 6, score: -1.125 });
    expect(of("a", "loss", 0)).toMatchObject({ n_tokens: 2, score: -1.125 });
    expect(of("b", "mink_50", 2)?.score).toBe(-2.25);
    expect(of("a", "dc_pdd")?.score).toBeCloseTo(0.01, 12);
    expect(found.some(({ doc_id }) => doc_id === "c")).toBe(false);
    expect(found.some(({ attack }) => attack === "ref" || attack === "lowercase")).toBe(false);
    expect(evidence.zlib).toBe(`node:zlib ${process.versions.zlib}`);
  });

  it("has a row of every attack of a unit, null where it cannot be computed, and none of a window", async () => {
    const { of } = await scored(INPUTS);
    expect(of("a", "minkpp_sok_20")).toMatchObject({ score: null });
    expect(of("a", "mink_10")).toMatchObject({ score: null });
    expect(of("a", "minkpp_sok_50", 0)).toBeUndefined();
    expect(of("a", "mink_20", 0)).toBeUndefined();
  });

  it("compresses the text that the window reads, cut at code points", async () => {
    const { of } = await scored(INPUTS);
    expect(of("a", "zlib")?.score).toBe(-1.125 / compressedLength(TEXT));
    expect(of("a", "zlib", 0)?.score).toBe(-1.125 / compressedLength("It 😀 was "));
    expect(of("a", "zlib", 2)?.score).toBe(-1.125 / compressedLength("best of times"));
    expect(of("a", "zlib_sok", 0)?.score).toBeCloseTo((-1.125 * 9) / compressedLength("It 😀 was "), 12);
  });

  it("does without texts and places of tokens", async () => {
    const without = await scored({ ...INPUTS, excerpt: [] });
    expect(without.of("a", "zlib")).toMatchObject({ score: null });
    const token_ = INPUTS.token.map((row) => ({ ...row, char_start: [] }));
    const { of } = await scored({ ...INPUTS, token: token_ });
    expect(of("a", "zlib")?.score).toBe(-1.125 / compressedLength(TEXT));
    expect(of("a", "zlib", 0)).toBeUndefined();
  });

  it("compares with a reference run, in windows where these hold the same tokens", async () => {
    const reference = runRow({ run_id: "coin/toy/reference", role: "reference" });
    const token_score = [...scores("a", 3, "coin/toy/reference"), ...INPUTS.token_score];
    const same = await scored({ ...INPUTS, token_score, run: [reference, runRow()] });
    expect(same.of("a", "ref")?.score).toBe(2);
    expect(same.of("a", "ref", 1)?.score).toBe(2);
    expect(same.of("a", "ref_sok")?.score).toBeCloseTo(-1.125 / 3.125, 12);
    expect(same.of("b", "ref")).toMatchObject({ score: null });
    const other = await scored({ ...INPUTS, token_score, run: [{ ...reference, stride: 6 }, runRow()] });
    expect(other.of("a", "ref")?.score).toBe(2);
    expect(other.of("a", "ref", 1)).toBeUndefined();
  });

  it("compares whole units with their lower-cased text", async () => {
    const lowercase = runRow({ run_id: "coin/toy/lowercase", role: "lowercase" });
    const token_score = [...INPUTS.token_score, ...scores("a", 2, "coin/toy/lowercase").slice(0, 4)];
    const { of } = await scored({ ...INPUTS, token_score, run: [runRow(), lowercase] });
    expect(of("a", "lowercase")?.score).toBeCloseTo(2.125 / 1.125, 12);
    expect(of("a", "lowercase", 0)).toBeUndefined();
  });

  it("gives the same rows in any order of its inputs", async () => {
    const turned = Object.fromEntries(
      Object.entries(INPUTS).map(([name, rows]) => [name, name === "token_score" ? rows : rows.toReversed()]),
    );
    const byKey = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(byKey((await scored(turned)).found)).toEqual(byKey((await scored(INPUTS)).found));
  });

  it("computes what is asked for", async () => {
    const { found } = await scored(INPUTS, { attacks: ["mink", "zlib"], windows: ["zlib_sok"] });
    expect(new Set(found.map(({ attack }) => String(attack).split("_")[0]))).toEqual(new Set(["mink", "zlib"]));
    expect(new Set(found.filter(({ window }) => window !== -1).map(({ attack }) => attack))).toEqual(
      new Set(["zlib_sok"]),
    );
    const none = await scored(INPUTS, { windows: "none" });
    expect(none.found.every(({ window }) => window === -1)).toBe(true);
    await expect(scored(INPUTS, { windows: ["zlibb"] })).rejects.toThrow();
  });

  it("names a unit that the experiment does not, and a token that the run does not", async () => {
    const assignment = INPUTS.assignment.slice(1);
    await expect(scored({ ...INPUTS, assignment })).rejects.toMatchObject({
      tag: "contract/unknown-unit",
      fields: { unit: "a", experiment: "coin" },
    });
    await expect(scored({ ...INPUTS, run: [runRow({ vocabulary: 7 })] })).rejects.toMatchObject({
      tag: "contract/token-id",
      message: expect.stringContaining("a: token 7 is not one of 7"),
    });
  });
});
