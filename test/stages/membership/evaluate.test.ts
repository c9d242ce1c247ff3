import { describe, expect, it } from "vitest";
import { areaInterval, delong } from "../../../src/compute/statistics/delong.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { areaUnderCurve } from "../../../src/compute/statistics/roc.js";
import { claimOf } from "../../../src/stages/membership/evaluate/claim.js";
import { keptPoints } from "../../../src/stages/membership/evaluate/roc-points.js";
import { evaluate } from "../../../src/stages/membership/evaluate.js";
import type { Row } from "../../../src/tables/contract.js";
import { assignmentRow, runMembershipStage, runRow } from "./support/run-membership-stage.js";

const N = 60;
const NAMES = Array.from({ length: N }, (_, at) => `d${String(at).padStart(2, "0")}`);
const LABELS = NAMES.map((_, at) => (at % 2 === 0 ? 1 : 0) as 0 | 1);
const FOREST = "NoNorm/simple_agg/random_forest";

function experimentRow(row: Row = {}): Row {
  return {
    experiment_id: "coin",
    design: "randomised",
    label_basis: "randomised",
    split_seed: 1n,
    n_members: N / 2,
    n_nonmembers: N / 2,
    n_reference: 0,
    n_unused: 0,
    unused: [],
    n_clusters: N,
    n_folds: 3,
    exposure: 1,
    duplicates: 1,
    trains_members: true,
    manifest_sha256: "0".repeat(64),
    parameters: "{}",
    ...row,
  };
}

function gateRow(status: string, value = 0.55): Row {
  return {
    experiment_id: "coin",
    gate: "all",
    value,
    ci_lo: null,
    ci_hi: null,
    null_mean: 0.5,
    null_sd: 0.1,
    null_q95: 0.59,
    p: 0.5,
    n_permutations: 200,
    status,
    underpowered: false,
    detail: "{}",
  };
}

/** Scores of labels with noise: `signal` 0 says nothing, 3 nearly all. */
function noisy(signal: number, seed: number, labels: readonly number[] = LABELS): number[] {
  const random = randomNumbers(seed);
  return labels.map((label) => signal * label + random() + random() + random());
}

function scoreRows(attack: string, scores: readonly (number | null)[], names: readonly string[] = NAMES): Row[] {
  return scores.map((score, at) => ({
    run_id: "coin/toy",
    attack,
    doc_id: names[at],
    fold: Math.floor(at / 2) % 3,
    score,
    orientation: 1,
    p_value: null,
    verdict: null,
  }));
}

const blindRows = (scores: readonly number[]): Row[] =>
  scores.map((score, at) => ({
    experiment_id: "coin",
    baseline: "bow_rf",
    doc_id: NAMES[at],
    fold: Math.floor(at / 2) % 3,
    score,
  }));

const INPUTS = {
  document_score: scoreRows("loss", noisy(1, 1)),
  assignment: NAMES.map((doc_id, at) =>
    assignmentRow({ doc_id, label: LABELS[at] as 0 | 1, fold: Math.floor(at / 2) % 3 }),
  ),
  experiment: [experimentRow()],
  run: [runRow()],
  gate: [gateRow("pass")],
  blind_score: blindRows(noisy(0, 2)),
  classifier_fit: [],
};

async function evaluated(inputs: Readonly<Record<string, readonly Row[]>> = {}, parameters: Row = {}) {
  const warnings: string[] = [];
  const { rows } = await runMembershipStage(evaluate, { ...INPUTS, ...inputs }, parameters, warnings);
  const metrics = rows.metric ?? [];
  const of = (attack: string, part: string, convention = "largest_fpr_not_above") =>
    metrics.find((row) => row.attack === attack && row.part === part && row.convention === convention) as Row;
  return { metrics, of, roc: rows.roc ?? [], warnings };
}

describe("membership/evaluate", () => {
  it("measures folds, the pool and the mean", async () => {
    const { of, metrics } = await evaluated();
    const scores = Float64Array.from(noisy(1, 1));
    const labels = Uint8Array.from(LABELS);
    const expected = delong(scores, labels);
    const [low, high] = areaInterval(expected);
    expect(of("loss", "pooled")).toMatchObject({
      auc: expected.auc,
      auc_se: Math.sqrt(expected.variance),
      ci_lo: low,
      ci_hi: high,
      n1: 30,
      n0: 30,
      n_missing: 0,
      fold: null,
      gate_auc: 0.55,
      gate_status: "pass",
      label_basis: "randomised",
      n_attacks: 1,
      tpr_at_fpr_0_001: null,
      tpr_at_fpr_0_01: null,
      accuracy: null,
    });
    expect(of("loss", "pooled").tpr_at_fpr_0_1).toBeGreaterThan(0);
    const folds = [0, 1, 2].map((fold) => {
      const inside = NAMES.map((_, at) => at).filter((at) => Math.floor(at / 2) % 3 === fold);
      const auc = areaUnderCurve(
        scores.filter((_, at) => inside.includes(at)),
        labels.filter((_, at) => inside.includes(at)),
      );
      expect(of("loss", `fold_${fold}`)).toMatchObject({ auc, fold, n1: 10, n0: 10, excess_auc: null });
      return auc;
    });
    const mean = folds.reduce((sum, auc) => sum + auc, 0) / 3;
    const sd = Math.sqrt(folds.reduce((sum, auc) => sum + (auc - mean) ** 2, 0) / 3);
    expect(of("loss", "mean")).toMatchObject({ ci_lo: null, n1: 30, threshold_at_fpr_0_1: null });
    expect(of("loss", "mean").auc).toBeCloseTo(mean, 12);
    expect(of("loss", "mean").auc_se).toBeCloseTo(sd, 12);
    expect(metrics).toHaveLength(5);
  });

  it("has a curve that gives the area again, inside its band", async () => {
    const { of, roc } = await evaluated();
    expect(roc[0]).toMatchObject({ index: 0, fpr: 0, tpr: 0, threshold: null });
    expect(roc.at(-1)).toMatchObject({ fpr: 1, tpr: 1 });
    let area = 0;
    for (let at = 1; at < roc.length; at++) {
      const [before, here] = [roc[at - 1] as Row, roc[at] as Row];
      area += ((Number(here.fpr) - Number(before.fpr)) * (Number(here.tpr) + Number(before.tpr))) / 2;
      expect(Number(here.tpr_lo)).toBeLessThanOrEqual(Number(here.tpr));
      expect(Number(here.tpr_hi)).toBeGreaterThanOrEqual(Number(here.tpr));
    }
    expect(area).toBeCloseTo(Number(of("loss", "pooled").auc), 12);
  });

  it("counts units without a score", async () => {
    const scores: (number | null)[] = noisy(1, 1);
    scores[0] = null;
    scores[3] = null;
    const { of } = await evaluated({ document_score: scoreRows("loss", scores) });
    expect(of("loss", "pooled")).toMatchObject({ n1: 29, n0: 29, n_missing: 2 });
    expect(of("loss", "mean")).toMatchObject({ n1: 29, n0: 29, n_missing: 2 });
  });

  it("knows the accuracy of scores that are probabilities", async () => {
    const scores = LABELS.map((label, at) => (at < 6 ? 0.5 : label === 1 ? 0.9 : 0.1));
    const classifier_fit = [0, 1, 2].map((fold) => ({
      run_id: "coin/toy",
      attack: FOREST,
      fold,
      n_train: 40,
      n_features: 14,
      train_accuracy: 0.9 + fold / 100,
      seed: 1n,
    }));
    const { of } = await evaluated({ document_score: scoreRows(FOREST, scores), classifier_fit });
    // Of the six units at one half none is told a member.
    expect(of(FOREST, "pooled").accuracy).toBeCloseTo(57 / 60, 12);
    expect(of(FOREST, "pooled").train_accuracy).toBeCloseTo(0.91, 12);
    expect(of(FOREST, "fold_2").train_accuracy).toBeCloseTo(0.92, 12);
    expect(of(FOREST, "mean").accuracy).toBeCloseTo(57 / 60, 12);
  });

  it("has one row per convention", async () => {
    const conventions = ["largest_fpr_not_above", "nearest_fpr", "interp"];
    const { metrics, of } = await evaluated({}, { conventions });
    expect(metrics).toHaveLength(15);
    expect(new Set(conventions.map((name) => of("loss", "pooled", name).auc)).size).toBe(1);
  });

  it("finds what an attack adds to the baselines, and that a copy of them adds nothing", async () => {
    const blind = noisy(1, 7);
    const document_score = [
      ...scoreRows(
        "copy",
        blind.map((score) => 2 * score),
      ),
      ...scoreRows("strong", noisy(3, 8)),
      ...scoreRows("loss", noisy(0, 9)),
    ];
    const { of } = await evaluated({ document_score, blind_score: blindRows(blind) });
    expect(of("strong", "pooled").excess_auc).toBeGreaterThan(0.1);
    expect(of("strong", "pooled").excess_lo).toBeGreaterThan(0);
    expect(Math.abs(Number(of("copy", "pooled").excess_auc))).toBeLessThan(0.02);
    expect(of("loss", "pooled").excess_lo).toBeLessThan(0);
    const without = await evaluated({ document_score, blind_score: [] });
    expect(without.of("strong", "pooled")).toMatchObject({ excess_auc: null, excess_lo: null, excess_hi: null });
  });

  it("widens the interval where units of a cluster go together", async () => {
    const assignment = INPUTS.assignment.map((row, at) => ({ ...row, cluster_id: `book${at % 6}` }));
    const random = randomNumbers(5);
    const level = Array.from({ length: 6 }, () => 2 * random());
    const document_score = scoreRows(
      "loss",
      NAMES.map((_, at) => (level[at % 6] as number) + 0.1 * random()),
    );
    const alone = (await evaluated({ document_score })).of("loss", "pooled");
    const together = (await evaluated({ document_score, assignment })).of("loss", "pooled");
    const width = (row: Row) => Number(row.bootstrap_hi) - Number(row.bootstrap_lo);
    expect(width(together)).toBeGreaterThan(1.5 * width(alone));
    expect((await evaluated({}, { bootstrap_draws: 0 })).of("loss", "pooled").bootstrap_lo).toBeNull();
  });

  it("is all null with one class only, and says so", async () => {
    const assignment = NAMES.map((doc_id, at) => assignmentRow({ doc_id, label: 1, fold: Math.floor(at / 2) % 3 }));
    const { of, roc, warnings } = await evaluated({ assignment, gate: [{ ...gateRow("not_run"), value: null }] });
    expect(of("loss", "pooled")).toMatchObject({ n1: 60, n0: 0, auc: null, ci_lo: null, null_sd: null, claim: "none" });
    expect(of("loss", "mean")).toMatchObject({ auc: null, auc_se: null });
    expect(roc).toEqual([]);
    expect(warnings).toEqual([
      "coin/toy: 60 members and 0 non-members: with one class nothing can be measured",
      "coin/toy: the gate of coin is not run",
    ]);
  });

  it("has null for a fold of one class, and leaves it out of the mean", async () => {
    const assignment = INPUTS.assignment.map((row, at) => ({ ...row, fold: at === 0 ? 9 : row.fold }));
    const { of } = await evaluated({ assignment });
    expect(of("loss", "fold_9")).toMatchObject({ n1: 1, n0: 0, auc: null });
    expect(of("loss", "mean").auc).toBeGreaterThan(0.5);
    expect(of("loss", "mean").tpr_at_fpr_0_1).toBeNull();
  });

  it("does not depend on the order of rows", async () => {
    const turned = Object.fromEntries(Object.entries(INPUTS).map(([name, rows]) => [name, rows.toReversed()]));
    expect((await evaluated(turned)).metrics).toEqual((await evaluated()).metrics);
  });

  it("names what is not of this experiment", async () => {
    await expect(evaluated({ document_score: scoreRows("loss", [1], ["elsewhere"]) })).rejects.toMatchObject({
      tag: "contract/unknown-reference",
      message: expect.stringContaining("coin/toy has a score of elsewhere"),
    });
    await expect(evaluated({ run: [] })).rejects.toThrow("scores of loss are of run coin/toy");
    await expect(evaluated({ experiment: [] })).rejects.toThrow("run coin/toy is of experiment coin");
  });
});

describe("claim", () => {
  const strong = scoreRows("loss", noisy(3, 8));
  const claim = async (basis: string, status: string, more: Row = {}, run: Row = {}) => {
    const experiment = [experimentRow({ label_basis: basis, ...more })];
    const gate = status === "absent" ? [] : [gateRow(status)];
    return (await evaluated({ document_score: strong, experiment, gate, run: [runRow(run)] })).of("loss", "pooled");
  };

  it.each([
    ["randomised", "pass", "memorisation"],
    ["trap", "pass", "memorisation"],
    ["randomised", "warn", "association"],
    ["randomised", "disabled", "association"],
    ["randomised", "absent", "association"],
    ["randomised", "fail", "artefact"],
    ["temporal", "pass", "association"],
    ["temporal", "fail", "artefact"],
    ["known-corpus", "pass", "association"],
    ["known-corpus", "fail", "artefact"],
  ])("%s labels, gate %s: %s", async (basis, status, expected) => {
    const row = await claim(basis, status);
    expect(row.claim).toBe(expected);
    expect(row.gate_status).toBe(status === "absent" ? "not_run" : status);
  });

  it("is not memorisation where the model was trained here, and not on members", async () => {
    const without = { trains_members: false };
    expect((await claim("randomised", "pass", without, { n_trained_tokens: 5n })).claim).toBe("association");
    expect((await claim("randomised", "pass", without)).claim).toBe("memorisation");
    expect((await claim("randomised", "pass", {}, { n_trained_tokens: 5n })).claim).toBe("memorisation");
  });

  it("is none where the interval holds one half, however the labels were given", async () => {
    const { of } = await evaluated({ document_score: scoreRows("loss", noisy(0, 3)), gate: [gateRow("fail")] });
    expect(of("loss", "pooled").claim).toBe("none");
  });

  it("asks more of one attack among many, and of few clusters", () => {
    const given = {
      area: { auc: 0.65, variance: 0.06 ** 2, members: 40, nonmembers: 40 },
      bootstrapLow: 0.52,
      labelBasis: "randomised",
      trainsMembers: true,
      gate: "pass",
    } as const;
    expect(claimOf({ ...given, attacks: 1 })).toBe("memorisation");
    expect(claimOf({ ...given, attacks: 50 })).toBe("none");
    expect(claimOf({ ...given, attacks: 1, bootstrapLow: 0.49 })).toBe("none");
    expect(claimOf({ ...given, attacks: 1, bootstrapLow: null })).toBe("memorisation");
  });
});

describe("keptPoints", () => {
  it("keeps small curves whole, and the hull of large ones", () => {
    const random = randomNumbers(1);
    const steps = (n: number) => {
      const [falsePositives, truePositives] = [new Int32Array(n), new Int32Array(n)];
      for (let at = 1; at < n; at++) {
        const up = random() < 0.7 - at / n / 2 ? 1 : 0;
        truePositives[at] = (truePositives[at - 1] as number) + up;
        falsePositives[at] = (falsePositives[at - 1] as number) + 1 - up;
      }
      const thresholds = Float64Array.from({ length: n }, (_, at) => -at);
      return {
        members: truePositives[n - 1] as number,
        nonmembers: falsePositives[n - 1] as number,
        thresholds,
        falsePositives,
        truePositives,
      };
    };
    expect(keptPoints(steps(4001))).toHaveLength(4001);
    const curve = steps(20_000);
    const kept = keptPoints(curve);
    expect(kept.length).toBeLessThan(5000);
    expect([kept[0], kept.at(-1)]).toEqual([0, 19_999]);
    // No point lies above the line between kept ones that matter: the largest tpr − k fpr is among them for all slopes.
    for (const slope of [0.1, 0.5, 1, 2, 10]) {
      const height = (at: number) => (curve.truePositives[at] as number) - slope * (curve.falsePositives[at] as number);
      const highest = (points: readonly number[]) => points.reduce((most, at) => Math.max(most, height(at)), -Infinity);
      expect(highest(kept)).toBe(highest([...curve.thresholds.keys()]));
    }
  });
});
