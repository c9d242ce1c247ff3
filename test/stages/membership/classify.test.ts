import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { areaUnderCurve } from "../../../src/compute/statistics/roc.js";
import { classify } from "../../../src/stages/membership/classify.js";
import type { Row } from "../../../src/tables/contract.js";
import { assignmentRow, runMembershipStage, runRow } from "./support/run-membership-stage.js";

const FEW = { random_forest: { trees: 30 } };
const LABELS = Array.from({ length: 24 }, (_, i) => (i % 2) as 0 | 1);

interface Tables {
  document_feature: Row[];
  feature_spec: Row[];
  assignment: Row[];
  run: Row[];
}

/** Two folds and normalisations over 24 units of four features, of which the first tells members from others. */
function tables(labels: readonly (0 | 1 | null)[] = LABELS): Tables {
  const random = randomNumbers(5);
  const unit = (i: number) => `pg${i}`;
  const fold = (i: number) => (i >> 1) % 2;
  const document_feature: Row[] = [];
  const feature_spec: Row[] = [];
  for (const tested of [0, 1]) {
    for (const norm of ["MaxNormTF", "NoNorm"]) {
      const key = { run_id: "coin/toy", fold: tested, norm, extractor: "hist_4" };
      const columns = ["rel_count_bin_0", "rel_count_bin_1", "rel_count_bin_2", "rel_count_bin_3"];
      const bounds = { minimum: [0, 0, 0, 0], maximum: [1, 1, 1, 1] };
      feature_spec.push({ ...key, form: "corrected", columns, bin_edges: [0, 1, 2, 3, 4], ...bounds });
      for (const [i] of labels.entries()) {
        const scaled = [0.5 * random() + 0.4 * (i % 2), random(), random(), 0];
        const split = fold(i) === tested ? "test" : "train";
        document_feature.push({ ...key, doc_id: unit(i), split, x: scaled.map((value) => 7 * value), scaled });
      }
    }
  }
  const assignment = labels.map((label, i) => assignmentRow({ doc_id: unit(i), label, fold: fold(i) }));
  return { document_feature, feature_spec, assignment, run: [runRow()] };
}

function run(given: Tables, parameters: Readonly<Record<string, unknown>> = FEW, warnings: string[] = []) {
  return runMembershipStage(classify, { ...given }, parameters, warnings);
}

function byKey(rows: readonly Row[] | undefined): string[] {
  return (rows ?? []).map((row) => Object.values(row).join("|")).sort();
}

describe("membership/classify", () => {
  it("scores every unit once per attack, in the fold that it tests", async () => {
    const { rows, evidence } = await run(tables());
    const attacks = ["MaxNormTF", "NoNorm"].flatMap((norm) =>
      ["logistic_regression", "random_forest"].map((name) => `${norm}/hist_4/${name}`),
    );
    for (const attack of attacks) {
      const scores = rows.classifier_score?.filter((row) => row.attack === attack) ?? [];
      expect(new Set(scores.map((row) => row.doc_id)).size).toBe(24);
      expect(scores.length).toBe(24);
      for (const row of scores) {
        const i = Number((row.doc_id as string).slice(2));
        expect(row).toMatchObject({ run_id: "coin/toy", fold: (i >> 1) % 2 });
        expect(row.score).toBeGreaterThanOrEqual(0);
        expect(row.score).toBeLessThanOrEqual(1);
      }
      const ordered = scores.map((row) => row.score as number);
      const labels = Uint8Array.from(scores, (row) => Number((row.doc_id as string).slice(2)) % 2);
      expect(areaUnderCurve(Float64Array.from(ordered), labels)).toBeGreaterThan(0.8);
    }
    expect(rows.classifier_fit?.length).toBe(8);
    for (const row of rows.classifier_fit ?? []) {
      expect(row).toMatchObject({ n_train: 12, n_features: 4, seed: 1n });
      expect(row.train_accuracy).toBeGreaterThan(0.7);
    }
    expect(evidence).toEqual({ seed: 1, "groups of features": 4, classifiers: 8 });
  });

  it("trains on the training units alone", async () => {
    const given = tables();
    const before = await run(given);
    const changed = given.document_feature.map((row) =>
      row.split === "test" && row.doc_id === "pg0" ? { ...row, scaled: [9, 9, 9, 9] } : row,
    );
    const after = await run({ ...given, document_feature: changed });
    expect(after.rows.classifier_fit).toEqual(before.rows.classifier_fit);
    const others = (rows: Record<string, Row[]>) => rows.classifier_score?.filter((row) => row.doc_id !== "pg0");
    expect(others(after.rows)).toEqual(others(before.rows));
    expect(after.rows.classifier_score).not.toEqual(before.rows.classifier_score);
  });

  it("does not depend on the order of rows in a group", async () => {
    const given = tables();
    const groups = Array.from({ length: 4 }, (_, g) => given.document_feature.slice(24 * g, 24 * g + 24).reverse());
    const turned = { ...given, document_feature: groups.flat(), assignment: [...given.assignment].reverse() };
    const [plain, other] = [await run(given), await run(turned)];
    expect(byKey(other.rows.classifier_score)).toEqual(byKey(plain.rows.classifier_score));
  });

  it("depends on the seed where there is a forest", async () => {
    const [one, two] = [await run(tables()), await run(tables(), { ...FEW, seed: 2 })];
    const of = (rows: Record<string, Row[]>, name: string) =>
      rows.classifier_score?.filter((row) => (row.attack as string).endsWith(name)).map((row) => row.score);
    expect(of(two.rows, "logistic_regression")).toEqual(of(one.rows, "logistic_regression"));
    expect(of(two.rows, "random_forest")).not.toEqual(of(one.rows, "random_forest"));
  });

  it("scores units without a label, and trains nothing on them", async () => {
    const labels = LABELS.map((label, i) => (i === 3 || i === 5 ? null : label));
    const { rows } = await run(tables(labels), { classifiers: ["logistic_regression"] });
    expect(rows.classifier_score?.filter((row) => row.doc_id === "pg3").length).toBe(2);
    expect(new Set(rows.classifier_fit?.map((row) => row.n_train))).toEqual(new Set([11]));
  });

  it("warns of a regression that has not converged", async () => {
    const warnings: string[] = [];
    await run(
      tables(),
      { classifiers: ["logistic_regression"], logistic_regression: { iterations: 1, tolerance: 1e-300 } },
      warnings,
    );
    expect(warnings[0]).toContain("coin/toy, fold 0, MaxNormTF/hist_4: the logistic regression has not converged");
  });

  it("scores a fold that tests one class, and refuses one that would train on one", async () => {
    const without = (isLeftOut: (i: number) => boolean): Tables => {
      const all = tables(LABELS.map((label, i) => (label === 1 && isLeftOut(i) ? null : label)));
      return { ...all, document_feature: all.document_feature.filter(({ fold }) => fold === 0) };
    };
    const { rows } = await run(without((i) => (i >> 1) % 2 === 0));
    expect(rows.classifier_score?.length).toBeGreaterThan(0);
    expect(new Set(rows.classifier_fit?.map(({ fold }) => fold))).toEqual(new Set([0]));
    await expect(run(without((i) => (i >> 1) % 2 === 1))).rejects.toMatchObject({
      tag: "load/one-class",
      message: expect.stringContaining("0 members and 6 non-members among the training units"),
      fields: { fold: 0, members: 0, nonmembers: 6, run: "coin/toy" },
    });
  });

  it("names the unit and the feature that is no number", async () => {
    const given = tables();
    const row = given.document_feature.findIndex((each) => each.doc_id === "pg4" && each.norm === "NoNorm");
    given.document_feature[row] = { ...given.document_feature[row], scaled: [0, 1, null, 0] };
    await expect(run(given)).rejects.toMatchObject({
      tag: "load/feature-not-finite",
      fields: { run: "coin/toy", fold: 0, unit: "pg4", feature: "rel_count_bin_2", value: "NaN" },
    });
  });

  it("refuses tables that do not belong together", async () => {
    const given = tables();
    const tag = (tables: Tables) => run(tables).catch((error) => error.tag);
    expect(await tag({ ...given, run: [] })).toBe("contract/unknown-experiment");
    expect(await tag({ ...given, run: [runRow({ experiment_id: "other" })] })).toBe("contract/unknown-experiment");
    expect(await tag({ ...given, assignment: given.assignment.slice(1) })).toBe("contract/unknown-unit");
    const [first, ...rest] = given.document_feature as [Row, ...Row[]];
    expect(await tag({ ...given, document_feature: [{ ...first, scaled: [1] }, ...rest] })).toBe(
      "contract/feature-count",
    );
    expect(await tag({ ...given, document_feature: [...rest, first] })).toBe("contract/group-split");
  });
});
