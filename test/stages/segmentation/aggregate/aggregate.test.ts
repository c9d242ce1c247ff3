import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../../src/base/limits.js";
import { readOfficialSummary } from "../../../../src/loaders/segmentation/official-summary.js";
import { setScoreJson } from "../../../../src/stages/segmentation/aggregate/aggregate-json.js";
import { aggregateScores } from "../../../../src/stages/segmentation/aggregate/aggregate-scores.js";
import { F1_THRESHOLDS, type ImageSummary, mean } from "../../../../src/stages/segmentation/aggregate/image-summary.js";
import { type KeyedScore, summaryOfKeys } from "../../../../src/stages/segmentation/aggregate/keyed-summary.js";
import type { SummarizedImage } from "../../../../src/stages/segmentation/aggregate/pool-images.js";
import { stabilityOf } from "../../../../src/stages/segmentation/aggregate/stability.js";
import { pythonFloat, summaryCsv } from "../../../../src/stages/segmentation/aggregate/summary-csv.js";
import { THRESHOLDS } from "../../../../src/stages/segmentation/metrics/image-score.js";

/** An image with `matches` of its neurons found at every threshold, with score 0.8 each. */
function image(given: {
  truth: number;
  prediction: number;
  matches: number;
  coverage: readonly number[];
  partlyFalsePositives?: number;
  dim?: ImageSummary["dim"];
}): ImageSummary {
  const falsePositives = given.partlyFalsePositives ?? given.prediction - given.matches;
  const falseNegatives = given.truth - given.matches;
  const denominator = 2 * given.matches + falsePositives + falseNegatives;
  const fscore = denominator === 0 ? 0 : (2 * given.matches) / denominator;
  const meanCoverage = given.truth === 0 ? null : mean(given.coverage);
  return {
    truth: given.truth,
    prediction: given.prediction,
    truePositives: given.matches,
    matchScores: new Array<number>(given.matches).fill(0.8),
    meanMatchScore: given.matches === 0 ? 0 : 0.8,
    coverage: given.coverage,
    meanCoverage,
    meanHighCoverage: mean(given.coverage.filter((value) => value > 0.5)),
    falseSplits: 1,
    falseMerges: 2,
    meanF1: fscore,
    score: meanCoverage === null ? null : 0.5 * fscore + 0.5 * meanCoverage,
    thresholds: THRESHOLDS.map((threshold) => ({
      threshold,
      truePositives: given.matches,
      falsePositives,
      falseNegatives,
      fscore,
      falseSplit: 1,
      falseMerge: 0,
    })),
    dim: given.dim,
    overlap: { truth: 0, truePositives: 0, coverage: [], meanCoverage: 0 },
  };
}

const EMPTY_TRUTH = image({ truth: 0, prediction: 4, matches: 0, coverage: [] });
const A = image({ truth: 2, prediction: 3, matches: 1, coverage: [1, 0.2] });
const B = image({ truth: 1, prediction: 1, matches: 1, coverage: [0.9], partlyFalsePositives: 0 });

describe("aggregation", () => {
  it("pools instances, not images", () => {
    const images = [
      { sample: "a", partly: false, score: A },
      { sample: "b", partly: false, score: B },
    ];
    const { combined, complete, partly } = aggregateScores(images, { combined: "published" });
    expect(complete).toBeUndefined();
    expect(partly).toBeUndefined();
    expect(combined.coverage).toBeCloseTo((1 + 0.2 + 0.9) / 3, 12);
    expect(combined.thresholds[0]).toMatchObject({ truePositives: 2, falsePositives: 2, falseNegatives: 1 });
    expect(combined.meanF1).toBeCloseTo(4 / 7, 12);
    expect(combined.truePositiveShare).toBeCloseTo(2 / 3, 12);
    expect(combined).toMatchObject({ falseSplits: 2, falseMerges: 4, truth: 3, prediction: 4, matchScore: 0.8 });
  });

  it("combines both kinds as the mean of the two sets, counts as sums", () => {
    const images = [
      { sample: "a", partly: false, score: A },
      { sample: "b", partly: true, score: B },
    ];
    const { combined, complete, partly } = aggregateScores(images, { combined: "published" });
    expect(complete?.score).toBeCloseTo(0.5 * 0.4 + 0.5 * 0.6, 12);
    expect(partly?.score).toBeCloseTo(0.95, 12);
    expect(combined.score).toBeCloseTo(0.725, 12);
    expect(combined.thresholds[0]).toMatchObject({ truePositives: 2, falsePositives: 2, falseNegatives: 1 });
    expect(combined.thresholds[0]?.fscore).toBeCloseTo(0.7, 12);
  });

  it("takes false positives alone from an image without truth", () => {
    const images = [
      { sample: "a", partly: false, score: A },
      { sample: "none", partly: false, score: EMPTY_TRUTH },
    ];
    const { combined } = aggregateScores(images, { combined: "published" });
    expect(combined.coverage).toBeCloseTo(0.6, 12);
    expect(combined.truePositiveShare).toBe(0.5);
    expect(combined.thresholds[0]).toMatchObject({ truePositives: 1, falsePositives: 6, falseNegatives: 1 });
    expect(combined.matchScore).toBe(0.8);
    const alone = aggregateScores([images[1] as SummarizedImage], { combined: "code" }).combined;
    expect(alone).toMatchObject({ coverage: null, score: null, truePositiveShare: null, meanF1: 0, matchScore: 0 });
  });

  it("keeps the dim neurons of an empty prediction out of the pooled coverage", () => {
    const dim = (coverage: readonly number[] | null, meanCoverage: number) => ({
      truth: 2,
      truePositives: 0,
      coverage,
      meanCoverage,
    });
    const found = image({ truth: 2, prediction: 1, matches: 0, coverage: [0, 0.5], dim: dim([0, 0.5], 0.25) });
    for (const list of [[], null]) {
      const missed = image({ truth: 2, prediction: 0, matches: 0, coverage: [0, 0], dim: dim(list, 0) });
      const images = [
        { sample: "a", partly: false, score: found },
        { sample: "b", partly: false, score: missed },
      ];
      expect(aggregateScores(images, { combined: "code" }).combined.dim).toMatchObject({ truth: 4, coverage: 0.25 });
    }
  });

  it("says when a subset is empty in one of the two sets", () => {
    const dim = { truth: 1, truePositives: 1, coverage: [0.8], meanCoverage: 0.8 };
    const none = { truth: 0, truePositives: 0, coverage: [], meanCoverage: 0 };
    const images = [
      { sample: "a", partly: false, score: { ...A, dim } },
      { sample: "b", partly: true, score: { ...B, dim: none } },
    ];
    const { combined, warnings } = aggregateScores(images, { combined: "published" });
    expect(combined.dim).toMatchObject({ truth: 1, truePositives: 1, truePositiveShare: 1, coverage: 0.4 });
    expect(warnings).toEqual([expect.stringContaining("no dim neuron in the partly labelled set")]);
    expect(aggregateScores(images, { combined: "code" }).warnings).toEqual([]);
  });

  it("leaves out what not every image has", () => {
    const images = [
      { sample: "a", partly: false, score: { ...A, coverage: null, meanCoverage: null, falseSplits: null } },
      { sample: "b", partly: false, score: B },
    ];
    const { combined } = aggregateScores(images, { combined: "published" });
    expect(combined).toMatchObject({ coverage: null, coverages: null, score: null, falseSplits: null, falseMerges: 4 });
    expect(setScoreJson(combined).gt_covs).toEqual([]);
    expect(() => aggregateScores([], { combined: "code" })).toThrow(RangeError);
  });

  it("does not depend on the order of the images, nor on lists or their means", () => {
    const images = fc.array(
      fc
        .record({
          partly: fc.boolean(),
          coverage: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
          surplus: fc.nat(5),
        })
        .map(({ partly, coverage, surplus }) => {
          const matches = Math.floor(coverage.length / 2);
          const score = image({ truth: coverage.length, prediction: matches + surplus, matches, coverage });
          return { sample: "s", partly, score };
        }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(images, fc.constantFrom("published" as const, "code" as const), (list, combined) => {
        const once = aggregateScores(list, { combined }).combined;
        const reversed = aggregateScores([...list].reverse(), { combined }).combined;
        const means = list.map((one) => ({ ...one, score: { ...one.score, coverage: null, matchScores: null } }));
        const fromMeans = aggregateScores(means, { combined }).combined;
        for (const other of [reversed, fromMeans]) {
          expect(other.score).toBeCloseTo(once.score as number, 9);
          expect(other.coverage).toBeCloseTo(once.coverage as number, 9);
          expect(other.matchScore).toBeCloseTo(once.matchScore as number, 9);
          expect(other.thresholds).toEqual(once.thresholds);
        }
      }),
    );
  });
});

describe("counts from F1", () => {
  it("come back for completely labelled images alone", () => {
    const counts = fc.record({
      truth: fc.integer({ min: 1, max: 60 }),
      prediction: fc.integer({ min: 1, max: 200 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(counts, fc.boolean(), ({ truth, prediction, share }, partly) => {
        const matches = Math.round(share * Math.min(truth, prediction));
        const whole = image({ truth, prediction, matches, coverage: new Array<number>(truth).fill(0.5) });
        const thin: ImageSummary = {
          ...whole,
          thresholds: whole.thresholds.map((at) => ({
            ...at,
            truePositives: null,
            falsePositives: null,
            falseNegatives: null,
          })),
        };
        const { combined } = aggregateScores([{ sample: "a", partly, score: thin }], { combined: "code" });
        const expected = {
          truePositives: matches,
          falsePositives: prediction - matches,
          falseNegatives: truth - matches,
        };
        if (partly) expect(combined.meanF1).toBeNull();
        else expect(combined.thresholds[0]).toMatchObject(expected);
      }),
    );
  });
});

describe("the summary of keys", () => {
  const general = { "Num GT": 1, "Num Pred": 0, TP_05: 0 };

  it("needs the counts, takes the rest as it is there", () => {
    const summary = summaryOfKeys({ general, confusion_matrix: {} }, "s.json");
    expect(summary).toMatchObject({ truth: 1, coverage: null, meanF1: null, falseSplits: null });
    expect(summary.dim).toBeUndefined();
    expect(summary.thresholds.length).toBe(14);
  });

  it.each([
    [{ general: { ...general, "Num GT": 1.5 }, confusion_matrix: {} }, 'general "Num GT" is no count'],
    [{ general: { "Num GT": 1 }, confusion_matrix: {} }, 'general "Num Pred" is no count'],
    [{ general: { ...general, FS: [1] }, confusion_matrix: {} }, '"FS" is no number'],
    [{ general: { ...general, gt_covs_dim: 1, GT_dim: 1 }, confusion_matrix: {} }, '"gt_covs_dim" is no list'],
  ])("refuses %j", (keyed, message) => {
    expect(() => summaryOfKeys(keyed as KeyedScore, "s.json")).toThrow(message);
  });
});

describe("stability", () => {
  const json = (coverage: number) =>
    setScoreJson(
      aggregateScores([{ sample: "a", partly: false, score: { ...A, coverage: [coverage, coverage] } }], {
        combined: "code",
      }).combined,
    );

  it("is the mean and the population standard deviation of each number", () => {
    const tree = stabilityOf([json(0.1), json(0.2), json(0.6)]) as Record<string, Record<string, unknown>>;
    const found = tree.general?.avg_gt_skel_coverage as { mean: number; std: number };
    expect(found.mean).toBeCloseTo(0.3, 12);
    expect(found.std).toBeCloseTo(Math.sqrt((0.04 + 0.01 + 0.09) / 3), 12);
    expect(tree.general?.FS).toEqual({ mean: 1, std: 0 });
    expect(tree.confusion_matrix?.th_0_5).toMatchObject({ AP_TP: { mean: 1, std: 0 } });
    expect(tree.gt_covs).toBeUndefined();
  });

  it("takes exactly three runs", () => {
    expect(() => stabilityOf([json(1), json(1)])).toThrow("exactly three runs, not 2");
    expect(() => stabilityOf([json(1), json(1), json(1), json(1)])).toThrow("exactly three runs, not 4");
  });
});

describe("the summary CSV", () => {
  const images = [
    { sample: "a", partly: false, score: A },
    { sample: 'odd;"name', partly: true, score: { ...B, score: null } },
  ];

  it("is what the reader of the published file reads", () => {
    const aggregate = aggregateScores(images, { combined: "published" });
    const text = summaryCsv(images, aggregate);
    const found = readOfficialSummary(Buffer.from(text), { file: "s.csv", limits: DEFAULT_LIMITS });
    expect(found.images.map(({ sample }) => sample)).toEqual(["a", 'odd;"name']);
    expect(Object.keys(found.aggregates)).toEqual(["mean", "sum", "avg_inst"]);
    expect(found.aggregates.sum?.general["Num GT"]).toBe(3);
    expect(found.aggregates.mean?.general.avg_f1_cov_score).toBe(0.25);
    expect(found.aggregates.avg_inst?.general.avg_f1_cov_score).toBe(aggregate.combined.score);
    const again = found.images.map(({ sample, score }, index) => ({
      sample,
      partly: images[index]?.partly ?? false,
      score: summaryOfKeys(score, "s.csv"),
    }));
    const fromFile = aggregateScores(again, { combined: "published" });
    expect(fromFile.combined.coverage).toBeCloseTo(aggregate.combined.coverage as number, 12);
    expect(fromFile.complete?.score).toBeCloseTo(aggregate.complete?.score as number, 12);
  });

  it("has the columns and the spelling of the published file", () => {
    const lines = summaryCsv(images, aggregateScores(images, { combined: "code" })).split("\n");
    expect(lines[0]?.split(";")).toEqual([
      "sample",
      "general Num GT",
      "general Num Pred",
      "general avg_f1_cov_score",
      "confusion_matrix avFscore",
      "general avg_gt_skel_coverage",
      "general avg_tp_skel_coverage",
      ...F1_THRESHOLDS.map((threshold) => `th_0_${threshold * 10} fscore`),
      ...["AP_TP", "AP_FP", "AP_FN", "false_split", "false_merge"].map((key) => `th_0_5 ${key}`),
      "general FM",
      "general FS",
      "general TP_05",
      "general TP_05_rel",
      "general avg_TP_05_cldice",
      ...["dim", "overlap"].flatMap((name) => [
        `general GT_${name}`,
        `general TP_05_${name}`,
        `general TP_05_rel_${name}`,
        `general avg_gt_cov_${name}`,
      ]),
    ]);
    expect(lines[1]).toMatch(/^a;2\.0;3\.0;0\.5;0\.4;0\.6;1\.0;0\.4;/);
    expect(lines[5]).toMatch(/^avg_inst;3;4;0\.725;/);
    expect(lines[6]).toBe("");
  });

  it.each([
    [0, "0.0"],
    [-0, "-0.0"],
    [3, "3.0"],
    [0.1, "0.1"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [1e15, "1000000000000000.0"],
    [1e16, "1e+16"],
    [1e-100, "1e-100"],
    [Number.NaN, "nan"],
    [-Infinity, "-inf"],
  ])("writes %d as Python does", (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });
});
