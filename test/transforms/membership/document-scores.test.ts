import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import type { Row } from "../../../src/tables/contract.js";
import { documentScores } from "../../../src/transforms/membership/document-scores.js";
import { assignmentRow, runMembershipStage, runRow } from "../../stages/membership/support/run-membership-stage.js";

const NAMES = Array.from({ length: 12 }, (_, at) => `d${String(at).padStart(2, "0")}`);
const RUN = "coin/toy";

/** Even units are members; three folds. */
const ASSIGNMENT = NAMES.map((doc_id, at) =>
  assignmentRow({ doc_id, label: at % 2 === 0 ? 1 : 0, fold: Math.floor(at / 2) % 3 }),
);

function sequence(doc_id: string, window: number, score: number | null, attack = "loss"): Row {
  return { run_id: RUN, attack, doc_id, window, n_tokens: 7, score };
}

const classified = NAMES.map((doc_id, at) => ({
  run_id: RUN,
  attack: "NoNorm/simple_agg/random_forest",
  doc_id,
  fold: Math.floor(at / 2) % 3,
  score: at / 12,
}));

const INPUTS = { classifier_score: classified, sequence_score: [], assignment: ASSIGNMENT, run: [runRow()] };

async function scored(inputs: Readonly<Record<string, readonly Row[]>>, parameters: Row = {}) {
  const warnings: string[] = [];
  const { rows } = await runMembershipStage(documentScores, { ...INPUTS, ...inputs }, parameters, warnings);
  const found = rows.document_score ?? [];
  const of = (attack: string) =>
    found.filter((row) => row.attack === attack).sort((a, b) => (String(a.doc_id) < String(b.doc_id) ? -1 : 1));
  return { found, of, warnings };
}

describe("membership/document-scores", () => {
  it("takes classifier scores as they are", async () => {
    const { of, found } = await scored({});
    expect(found).toHaveLength(12);
    expect(of("NoNorm/simple_agg/random_forest").map(({ score }) => score)).toEqual(classified.map((row) => row.score));
    expect(found[0]).toMatchObject({ orientation: 1, fold: 0 });
  });

  it("takes whole-unit scores under the name of the attack, with its orientation; a unit without one is null", async () => {
    const rows = NAMES.slice(1).map((name, at) => sequence(name, -1, at, "mink_20"));
    const { of } = await scored({ sequence_score: rows });
    expect(of("mink_20")[0]).toMatchObject({
      doc_id: "d00",
      score: null,
      p_value: null,
      verdict: null,
      orientation: -1,
    });
    expect(of("mink_20")[1]).toMatchObject({ doc_id: "d01", score: 0, orientation: -1 });
  });

  it("gives p-values against the non-members of the other folds", async () => {
    const { of } = await scored({});
    // Of fold 0 (d00, d01, d06, d07): non-members of the others are d03, d05, d09, d11.
    const byName = new Map(of("NoNorm/simple_agg/random_forest").map((row) => [row.doc_id, row.p_value]));
    expect(["d00", "d01", "d06", "d07"].map((name) => byName.get(name))).toEqual([1, 1, 3 / 5, 3 / 5]);
  });

  it("says member, nonmember or that it cannot tell", async () => {
    const rows = NAMES.map((name, at) => sequence(name, -1, at % 2 === 0 ? 10 + at : at));
    rows[0] = sequence("d00", -1, 0);
    rows[1] = sequence("d01", -1, 9.5 - 1);
    const { of } = await scored({ sequence_score: rows }, { false_positive_rate: 0.2 });
    const verdicts = new Map(of("loss").map((row) => [row.doc_id, row.verdict]));
    expect(verdicts.get("d00")).toBe("nonmember");
    expect(verdicts.get("d06")).toBe("member");
    const strict = await scored({ sequence_score: rows }, { false_positive_rate: 0.05 });
    expect(new Set(strict.of("loss").map(({ verdict }) => verdict))).toEqual(new Set(["cannot_tell"]));
  });

  it("counts windows at or above the threshold of the other folds", async () => {
    const random = randomNumbers(3);
    const windows = NAMES.flatMap((name, at) =>
      [0, 1, 2, 3].map((window) => sequence(name, window, at % 2 === 0 ? 5 : random())),
    );
    const { of } = await scored({ sequence_score: windows });
    expect(of("tau/loss").map(({ score }) => score)).toEqual(NAMES.map((_, at) => (at % 2 === 0 ? 1 : 0)));
    expect(of("tau/loss")[0]).toMatchObject({ orientation: -1 });
    const none = await scored({ sequence_score: windows }, { tau: "none" });
    expect(none.of("tau/loss")).toEqual([]);
    const listed = await scored({ sequence_score: windows }, { tau: ["mink_20"] });
    expect(listed.of("tau/loss")).toEqual([]);
  });

  it("does not let a unit set its own threshold", async () => {
    const random = randomNumbers(4);
    const windows = NAMES.flatMap((name) => [0, 1, 2].map((window) => sequence(name, window, random())));
    const before = (await scored({ sequence_score: windows })).of("tau/loss");
    const moved = windows.map((row) => (row.doc_id === "d00" ? { ...row, score: Number(row.score) + 50 } : row));
    const after = (await scored({ sequence_score: moved })).of("tau/loss");
    for (const [at, row] of before.entries()) {
      if (row.fold === 0 && row.doc_id !== "d00") expect(after[at]?.score).toBe(row.score);
    }
    expect(after[0]?.score).toBe(1);
  });

  it("leaves out attacks without a score, and says so, and those that order units as another does", async () => {
    const rows = NAMES.flatMap((name, at) => [sequence(name, -1, null, "surp"), sequence(name, -1, -at, "ppl")]);
    const { found, warnings } = await scored({ sequence_score: rows });
    expect(new Set(found.map(({ attack }) => attack))).toEqual(new Set(["NoNorm/simple_agg/random_forest"]));
    expect(warnings).toEqual(["coin/toy: no unit has a score of surp"]);
    const all = await scored({ sequence_score: rows }, { omit: [] });
    expect(all.of("ppl")).toHaveLength(12);
  });

  it("survives one class only: nothing can be said, and τ is not fitted", async () => {
    const assignment = NAMES.map((doc_id, at) => assignmentRow({ doc_id, label: 1, fold: at % 3 }));
    const rows = NAMES.flatMap((name, at) => [sequence(name, -1, at), sequence(name, 0, at)]);
    const { of, warnings } = await scored({ assignment, sequence_score: rows });
    expect(new Set(of("loss").map(({ p_value }) => p_value))).toEqual(new Set([null]));
    expect(of("tau/loss")).toEqual([]);
    expect(warnings).toEqual(["coin/toy: no unit has a score of tau/loss"]);
  });

  it("names a unit that is not compared", async () => {
    await expect(scored({ sequence_score: [sequence("elsewhere", -1, 1)] })).rejects.toMatchObject({
      tag: "contract/unknown-unit",
      fields: { unit: "elsewhere", attack: "loss" },
    });
  });

  it("does not depend on the order of rows", async () => {
    const random = randomNumbers(5);
    const rows = NAMES.flatMap((name) => [-1, 0, 1, 2].map((window) => sequence(name, window, random())));
    const one = await scored({ sequence_score: rows });
    const other = await scored({
      sequence_score: rows.toReversed(),
      assignment: ASSIGNMENT.toReversed(),
      classifier_score: classified.toReversed(),
    });
    expect(other.found).toEqual(one.found);
  });
});
