import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../../src/base/limits.js";
import { readOfficialSummary } from "../../../../src/loaders/segmentation/official-summary.js";
import { readOfficialToml } from "../../../../src/loaders/segmentation/official-toml.js";
import { setScoreJson } from "../../../../src/stages/segmentation/aggregate/aggregate-json.js";
import { aggregateScores } from "../../../../src/stages/segmentation/aggregate/aggregate-scores.js";
import { type KeyedScore, summaryOfKeys } from "../../../../src/stages/segmentation/aggregate/keyed-summary.js";
import type { SetScore } from "../../../../src/stages/segmentation/aggregate/pool-images.js";
import { realData } from "../../../support/real-data.js";

const data = realData("fisbe");
const limits = DEFAULT_LIMITS;

describe.skipIf(!data.present)(`the published row of Duan et al.${data.reason}`, () => {
  const file = "summary_brainbow_combined.csv";
  const split = data.present ? readFileSync(data.path("fisbe_splits", "sample_list_per_split.txt"), "utf8") : "";
  const partlyNames = new Set((split.split("(2)")[1] ?? "").split(/\s+/));
  const read = () => readOfficialSummary(readFileSync(data.path("fisbe_duan_pred", file)), { file, limits });
  const images = data.present
    ? read().images.map(({ sample, score }) => ({
        sample,
        partly: partlyNames.has(sample),
        score: summaryOfKeys(score, file),
      }))
    : [];

  it("has 23 images, 7 of them completely labelled", () => {
    expect(images.length).toBe(23);
    expect(images.filter(({ partly }) => !partly).length).toBe(7);
  });

  it("comes out of the per-sample file: completely labelled", () => {
    const set = aggregateScores(images, { combined: "published" }).complete as SetScore;
    expect(set).toMatchObject({ truth: 34, truePositives: 13, falseSplits: 6, falseMerges: 1 });
    expect(set.score).toBeCloseTo(0.2787, 4);
    expect(set.meanF1).toBeCloseTo(0.229, 4);
    expect(set.coverage).toBeCloseTo(0.3284, 4);
    expect(set.matchScore).toBeCloseTo(0.814, 4);
    const nine = set.thresholds.slice(0, 9).map(({ fscore }) => fscore?.toFixed(3));
    expect(nine).toEqual(["0.306", "0.286", "0.265", "0.265", "0.265", "0.265", "0.204", "0.143", "0.061"]);
  });

  it("comes out of the per-sample file: partly labelled, but for F1 away from 0.5", () => {
    const set = aggregateScores(images, { combined: "published" }).partly as SetScore;
    expect(set).toMatchObject({
      truth: 100,
      truePositives: 37,
      falseSplits: 39,
      falseMerges: 28,
      score: null,
      meanF1: null,
    });
    expect(set.coverage).toBeCloseTo(0.34, 3);
    expect(set.matchScore).toBeCloseTo(0.7303, 4);
    expect(set.truePositiveShare).toBeCloseTo(0.37, 10);
    expect(set.thresholds.map(({ fscore }) => fscore !== null)).toEqual(
      set.thresholds.map(({ threshold }) => threshold === 0.5),
    );
  });

  it("comes out of the per-sample file: combined, in both conventions", () => {
    const published = aggregateScores(images, { combined: "published" }).combined;
    const code = aggregateScores(images, { combined: "code" }).combined;
    for (const set of [published, code]) {
      expect(set).toMatchObject({ truth: 134, prediction: 293, truePositives: 50, falseSplits: 45, falseMerges: 29 });
      expect(set.coverage).toBeCloseTo(0.33406, 5);
      expect(set.truePositiveShare).toBeCloseTo(50 / 134, 10);
      const half = set.thresholds.find(({ threshold }) => threshold === 0.5);
      expect(half).toMatchObject({
        truePositives: 50,
        falsePositives: 128,
        falseNegatives: 84,
        falseSplit: 102,
        falseMerge: 12,
      });
    }
    expect(published.matchScore).toBeCloseTo(0.7722, 4);
    expect(code.matchScore).toBeCloseTo(0.7521, 4);
    expect(published.dim).toMatchObject({ truth: 36, truePositives: 1 });
    expect(published.dim?.coverage).toBeCloseTo(0.0313, 4);
    expect(published.overlap).toMatchObject({ truth: 65, truePositives: 22 });
    expect(published.overlap?.truePositiveShare).toBeCloseTo(0.338, 3);
    expect(published.overlap?.coverage).toBeCloseTo(0.3587, 4);
    expect(code.dim).toBeUndefined();
  });

  it("agrees with the tool's own aggregate row wherever that file allows", () => {
    const row = read().aggregates.avg_inst as KeyedScore;
    const keys = setScoreJson(aggregateScores(images, { combined: "published" }).combined);
    let compared = 0;
    for (const [key, value] of Object.entries(row.general)) {
      const ours = keys.general[key];
      if (typeof value !== "number" || typeof ours !== "number") continue;
      expect(ours, key).toBeCloseTo(value, 6);
      compared++;
    }
    expect(compared).toBe(16);
    expect(row.general.avg_f1_cov_score).toBeCloseTo(0.30308, 5);
    expect(row.confusion_matrix.avFscore).toBeCloseTo(0.27211, 5);
    const half = row.confusion_matrix.th_0_5 as Record<string, number>;
    expect((keys.confusion_matrix.th_0_5 as Record<string, number>).fscore).toBeCloseTo(half.fscore as number, 9);
  });

  it("agrees between the TOML and the CSV of one sample", () => {
    const toml = "R14A02-20180905_65_A6_volumes_gmm_label_cleaned_cldice_greedy_rm800.toml";
    const fromToml = summaryOfKeys(
      readOfficialToml(readFileSync(data.path("fisbe_duan_pred", toml)), { file: toml, limits }),
      toml,
    );
    const fromCsv = images.find(({ sample }) => sample === "R14A02-20180905_65_A6")?.score;
    expect(fromToml.matchScores).toEqual([0.99020946, 0.96136016, 0.7825463]);
    expect(fromToml.coverage?.length).toBe(7);
    expect(fromToml.thresholds.every(({ truePositives }) => truePositives !== null)).toBe(true);
    expect(fromToml.overlap).toMatchObject({ truth: 5, truePositives: 2 });
    const alone = (score: typeof fromToml) =>
      aggregateScores([{ sample: "a", partly: false, score }], { combined: "published" }).combined;
    const [a, b] = [alone(fromToml), alone(fromCsv as typeof fromToml)];
    expect(a.score).toBeCloseTo(0.36567311651176876, 6);
    expect(b.score).toBeCloseTo(a.score as number, 6);
    expect(b.thresholds.slice(0, 9)).toMatchObject(
      a.thresholds
        .slice(0, 9)
        .map(({ threshold, truePositives, falsePositives }) => ({ threshold, truePositives, falsePositives })),
    );
  });
});

const reference = data.present && existsSync(data.path("reference", "aggregate_expected.json"));
describe.skipIf(!reference)(`the reference aggregation of seven cases${data.reason}`, () => {
  it("comes out of the reference scores to 1e-6", () => {
    const expected = JSON.parse(readFileSync(data.path("reference", "aggregate_expected.json"), "utf8"));
    const images = (expected.samples as string[]).map((sample, index) => {
      const found = JSON.parse(readFileSync(data.path("reference", sample, "expected.json"), "utf8"));
      return {
        sample,
        partly: expected.partly[index] as boolean,
        score: summaryOfKeys(found.results.flylight_rm800 as KeyedScore, sample),
      };
    });
    const { complete, partly, combined } = aggregateScores(images, { combined: "code" });
    let compared = 0;
    const compare = (ours: unknown, theirs: unknown, place: string) => {
      if (typeof theirs === "number") {
        expect(ours, place).toBeCloseTo(theirs, 6);
        compared++;
      } else if (Array.isArray(theirs)) {
        expect((ours as unknown[]).length, place).toBe(theirs.length);
        for (const [index, item] of theirs.entries()) compare((ours as unknown[])[index], item, `${place} ${index}`);
      } else {
        for (const [key, item] of Object.entries(theirs as object)) {
          compare((ours as Record<string, unknown>)[key], item, `${place} ${key}`);
        }
      }
    };
    compare(setScoreJson(complete as SetScore), expected.complete, "complete");
    compare(setScoreJson(partly as SetScore), expected.partly_set, "partly");
    compare(setScoreJson(combined), expected.combined, "combined");
    expect(compared).toBeGreaterThan(150);
  });
});
