import { beforeAll, describe, expect, it } from "vitest";
import { soundLabels } from "../../../src/sample-data/fisbe/broken-predictions.js";
import { BROKEN_SHAPE, BROKEN_VOXELS, soundTruth } from "../../../src/sample-data/fisbe/broken-volume.js";
import { poolScores } from "../../../src/stages/segmentation/pool-scores.js";
import { scorePredictions } from "../../../src/stages/segmentation/score-predictions.js";
import type { Row } from "../../../src/tables/contract.js";
import { loadedSample, runStage } from "./support/loaded-sample.js";

const S = "general.avg_f1_cov_score";
const [A, B, C] = ["A-20180101_1_A1", "B-20180101_1_A1", "C-20180101_1_A1"];

/** Scores of one sample: the truth itself, or its flattened form, or nothing. */
async function scores(sample: string, folders: string, found: "truth" | "flat" | "nothing"): Promise<Row[]> {
  const labels = {
    truth: { data: soundTruth(), shape: [2, ...BROKEN_SHAPE] },
    flat: { data: soundLabels(), shape: BROKEN_SHAPE },
    nothing: { data: new Uint8Array(BROKEN_VOXELS), shape: BROKEN_SHAPE },
  };
  const tables = await loadedSample({ sample, folders, predictions: { method: labels[found] } });
  return (
    (await runStage(scorePredictions, tables, { remove_small: 0, profiles: ["flylight"] })).rows.score_record ?? []
  );
}

let perfect: Row[];
let empty: Row[];
let partly: Row[];

beforeAll(async () => {
  perfect = await scores(A, "samples/completely/test", "truth");
  empty = await scores(B, "samples/completely/val", "nothing");
  partly = await scores(C, "samples/partly/test", "flat");
});

async function metrics(records: readonly Row[]) {
  const { rows } = await runStage(poolScores, { "segmentation.score_record": records });
  const metric = rows.metric ?? [];
  return {
    rows: metric,
    subjects: [...new Set(metric.map(({ subject }) => String(subject)))],
    value: (subject: string, name: string, position = 0) =>
      metric.find((row) => row.subject === subject && row.metric === name && row.position === position)?.value,
  };
}

describe("segmentation/pool", () => {
  it("has every number of an image under its official key, lists by position", async () => {
    const { rows } = await metrics(perfect);
    const image = rows.filter(({ scope }) => scope === "image");
    const keys = new Set(image.map(({ metric, position }) => `${metric} ${position}`));
    expect(keys.size).toBe(image.length);
    for (const row of image) {
      expect(row).toMatchObject({ method: "method", profile: "flylight", subject: A, prediction_id: `method/${A}` });
    }
    const coverage = image.filter(({ metric }) => metric === "general.gt_skel_coverage");
    expect(coverage.map(({ position, instance_id: id, value }) => [position, id, value])).toEqual([
      [0, 1, 1],
      [1, 2, 1],
    ]);
    const thresholds = image.filter(({ metric }) => String(metric).endsWith(".fscore"));
    expect(thresholds.map(({ threshold }) => threshold)).toEqual(
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.55, 0.65, 0.75, 0.85, 0.95].map(Math.fround),
    );
    expect(image.filter(({ metric }) => metric === S)).toMatchObject([
      { threshold: null, instance_id: null, value: 1 },
    ]);
  });

  it("carries warnings in the row of S, and nowhere else", async () => {
    const { rows } = await metrics(empty);
    const warned = rows.filter(({ warnings }) => (warnings as string[]).length > 0);
    expect(warned.map(({ metric, scope }) => [metric, scope])).toEqual([[S, "image"]]);
    expect(String(warned[0]?.warnings)).toContain("the prediction is empty");
  });

  it("pools images of one kind alone under its name", async () => {
    const complete = await metrics([...perfect, ...empty]);
    expect(complete.subjects).toEqual([A, B, "completely"]);
    expect(complete.value("completely", "general.Num GT")).toBe(4);
    expect(complete.value("completely", "general.TP_05")).toBe(2);
    expect(complete.value("completely", "general.TP_05_rel")).toBe(0.5);
    // F1 of 2 found and 2 missed; coverage of two whole neurons and two lost.
    expect(complete.value("completely", "confusion_matrix.avFscore")).toBeCloseTo(2 / 3, 12);
    expect(complete.value("completely", S)).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
    expect((await metrics(partly)).subjects).toEqual([C, "partly"]);
  });

  it("combines both kinds in both conventions: means of the two sets, counts added", async () => {
    const all = await metrics([...perfect, ...empty, ...partly]);
    expect(all.subjects).toEqual([A, B, C, "completely", "partly", "combined_published", "combined_code"]);
    const scopes = all.rows.filter(({ scope }) => scope === "combined").map(({ subject }) => subject);
    expect(new Set(scopes)).toEqual(new Set(["combined_published", "combined_code"]));
    for (const subject of ["combined_published", "combined_code"]) {
      for (const metric of [S, "confusion_matrix.avFscore", "general.avg_gt_skel_coverage"]) {
        const mean = (Number(all.value("completely", metric)) + Number(all.value("partly", metric))) / 2;
        expect(all.value(subject, metric), metric).toBeCloseTo(mean, 12);
      }
      expect(all.value(subject, "general.Num GT")).toBe(6);
      expect(all.value(subject, "general.TP_05_rel")).toBeCloseTo(Number(all.value(subject, "general.TP_05")) / 6, 12);
    }
    const [whole, part] = ["completely", "partly"].map((set) => Number(all.value(set, "general.avg_TP_05_cldice")));
    expect(all.value("combined_published", "general.avg_TP_05_cldice")).toBeCloseTo(
      ((whole ?? 0) + (part ?? 0)) / 2,
      12,
    );
    expect(all.value("combined_published", "general.GT_overlap")).toBe(6);
    expect(all.value("combined_code", "general.GT_overlap")).toBeUndefined();
  });

  it("does not depend on the order of the images but for lists, and keeps methods and profiles apart", async () => {
    const other = perfect.map((row) => ({ ...row, method: "other", prediction_id: `other/${A}` }));
    const fixed = perfect.map((row) => ({ ...row, profile: "fixed" }));
    const records = [...perfect, ...other, ...fixed, ...partly];
    const text = async (of: readonly Row[]) =>
      (await metrics(of)).rows
        .filter(({ position }) => position === 0)
        .map((row) => JSON.stringify(row))
        .sort();
    const scalar = (rows: string[]) => rows.filter((row) => !/cldice"|gt_covs|"(tp|fp|fn)"/.test(row));
    expect(scalar(await text([...records].reverse()))).toEqual(scalar(await text(records)));
    const { rows } = await metrics(records);
    const groups = new Set(rows.map(({ method, profile, subject }) => `${method} ${profile} ${subject}`));
    for (const group of ["other flylight completely", "method fixed completely", "method flylight combined_code"]) {
      expect(groups).toContain(group);
    }
    expect(groups).not.toContain("other flylight partly");
    const keys = rows.map(({ method, profile, subject, metric, position }) =>
      [method, profile, subject, metric, position].join(" "),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has null for what an image without neurons does not define", async () => {
    const tables = await loadedSample({
      sample: A,
      truth: { data: new Uint8Array(2 * BROKEN_VOXELS) },
      predictions: { method: { data: soundLabels(), shape: BROKEN_SHAPE } },
    });
    const { rows } = await runStage(scorePredictions, tables, { remove_small: 0, profiles: ["flylight"] });
    const { value } = await metrics(rows.score_record ?? []);
    for (const subject of [A, "completely"]) {
      expect(value(subject, S)).toBeNull();
      expect(value(subject, "general.avg_gt_skel_coverage")).toBeNull();
      expect(value(subject, "general.TP_05_rel")).toBeNull();
      expect(value(subject, "confusion_matrix.th_0_5.AP_FP")).toBe(2);
    }
  });

  it("writes nothing of nothing", async () => {
    expect((await metrics([])).rows).toEqual([]);
  });
});
