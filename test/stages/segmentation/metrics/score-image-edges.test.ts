import { describe, expect, it } from "vitest";
import { imageScoreJson } from "../../../../src/stages/segmentation/metrics/image-score-json.js";
import { memoryVolume } from "../../../support/memory-volume.js";
import { type PaintedBox, painted, score } from "./painted-volume.js";

const SHAPE = [6, 12, 30];

function line(y: number, from: number, to: number, channel = 0, value = 1): PaintedBox {
  return {
    value,
    channel,
    box: [
      [1, 2],
      [y, y + 1],
      [from, to],
    ],
  };
}

const EMPTY = painted(SHAPE, []);

/** Two lines that share two voxels, and one apart. */
const overlapping = () => painted(SHAPE, [line(2, 0, 10, 0), line(2, 8, 20, 1), line(7, 0, 10, 2)], 3);
const disjoint = () => painted(SHAPE, [line(2, 0, 10, 0, 1), line(7, 0, 10, 0, 2)]);

describe("an empty prediction", () => {
  it("finds nothing of a truth without overlaps", async () => {
    const found = await score(disjoint(), EMPTY, { dimNeurons: [2] });
    expect(found.warnings).toEqual([]);
    const { general, confusion_matrix } = imageScoreJson(found);
    expect(general).toEqual({
      "Num GT": 2,
      "Num Pred": 0,
      TP_05: 0,
      TP_05_rel: 0,
      TP_05_cldice: [],
      avg_TP_05_cldice: 0,
      gt_skel_coverage: [0, 0],
      avg_gt_skel_coverage: 0,
      avg_tp_skel_coverage: 0,
      avg_f1_cov_score: 0,
      FM: 0,
      FS: 0,
      GT_dim: 1,
      TP_05_dim: 0,
      TP_05_rel_dim: 0,
      gt_covs_dim: [],
      avg_gt_cov_dim: 0,
      GT_overlap: 0,
      TP_05_overlap: 0,
      TP_05_rel_overlap: 0,
      gt_covs_overlap: [],
      avg_gt_cov_overlap: 0,
    });
    expect(confusion_matrix.th_0_5).toEqual({
      AP_TP: 0,
      AP_FP: 0,
      AP_FN: 2,
      precision: 0,
      recall: 0,
      AP: 0,
      fscore: 0,
      false_split: 0,
      false_merge: 0,
      tp_skel_coverage: [],
    });
  });

  it("has zeros for overlapping truths, with a warning", async () => {
    const found = await score(overlapping(), EMPTY);
    expect(found.overlap).toEqual({ truthIds: [1, 2], truePositives: 0, coverage: [0, 0] });
    expect(found.warnings.join()).toMatch(/prediction is empty and truth instances overlap/);
  });

  it("has zeros for dim neurons in profile fixed", async () => {
    const found = await score(disjoint(), EMPTY, { dimNeurons: [1, 2], profile: "fixed" });
    expect(found.dim).toEqual({ truthIds: [1, 2], truePositives: 0, coverage: [0, 0] });
  });

  it("may come from the size filter, of one channel or of several", async () => {
    const one = await score(disjoint(), disjoint(), { removeSmall: 10 });
    expect([one.prediction.length, one.labelsBeforeFilter, one.warnings]).toEqual([0, 2, []]);
    const several = await score(disjoint(), overlapping(), { removeSmall: 800 });
    expect([several.prediction.length, several.labelsBeforeFilter]).toEqual([0, 3]);
    expect(several.warnings.join()).toMatch(/no label is left in the channels of the prediction/);
    expect(several.thresholds[0]).toMatchObject({ truePositives: 0, falsePositives: 0, falseNegatives: 2 });
  });

  it("is the same for hungarian matching and for intersection over union", async () => {
    for (const changes of [{ match: "hungarian" }, { localization: "iou" }] as const) {
      const found = await score(disjoint(), EMPTY, changes);
      expect(found.thresholds.map(({ falseNegatives }) => falseNegatives)).toEqual(Array(14).fill(2));
    }
  });
});

describe("an empty truth", () => {
  it("adds false positives, and nothing where it is partly labelled", async () => {
    for (const truth of [EMPTY, painted(SHAPE, [], 3)]) {
      const found = await score(truth, disjoint());
      expect(found.warnings.join()).toMatch(/truth is empty/);
      const { general, confusion_matrix } = imageScoreJson(found);
      expect(general).toMatchObject({
        "Num GT": 0,
        "Num Pred": 2,
        TP_05: 0,
        TP_05_rel: null,
        gt_skel_coverage: [],
        avg_gt_skel_coverage: null,
        avg_f1_cov_score: null,
      });
      expect(confusion_matrix.th_0_5).toMatchObject({ AP_TP: 0, AP_FP: 2, AP_FN: 0, false_split: 0 });
      const partly = await score(truth, disjoint(), { partly: true });
      expect(partly.thresholds[0]?.falsePositives).toBe(0);
    }
  });

  it("may meet an empty prediction", async () => {
    const found = await score(EMPTY, EMPTY);
    expect(imageScoreJson(found).general).toMatchObject({ "Num GT": 0, "Num Pred": 0, TP_05_rel: null });
    expect(JSON.stringify(imageScoreJson(found))).not.toContain("NaN");
  });
});

describe("a truth without any match", () => {
  it("has a mean score of 0", async () => {
    const found = await score(disjoint(), painted(SHAPE, [line(10, 0, 10)]));
    expect(imageScoreJson(found).general).toMatchObject({ TP_05_cldice: [], avg_TP_05_cldice: 0 });
  });
});

describe("dim neurons", () => {
  it("that no instance has are left out with a warning", async () => {
    const found = await score(disjoint(), disjoint(), { dimNeurons: [77, 2] });
    expect(found.dim).toEqual({ truthIds: [2], truePositives: 1, coverage: [1] });
    expect(found.warnings.join()).toMatch(/dim id 77: not counted/);
    const fixed = await score(disjoint(), disjoint(), { dimNeurons: [77, 2], profile: "fixed" });
    expect(fixed.dim).toEqual(found.dim);
  });

  it("are scored by their own voxels where a channel holds several instances", async () => {
    // Dim instance 2 is not in channel 2, and its neighbour in the same channel is missed.
    const truth = () => painted(SHAPE, [line(2, 0, 10, 0, 3), line(7, 0, 10, 0, 8), line(9, 0, 10, 1, 4)], 2);
    const prediction = () => painted(SHAPE, [line(7, 0, 9)]);
    const found = await score(truth(), prediction(), { dimNeurons: [8, 4] });
    expect(found.dim?.truthIds).toEqual([2, 3]);
    expect(found.dim?.truePositives).toBe(1);
    expect(found.dim?.coverage[0]).toBeCloseTo(0.9, 6);
    expect(found.dim?.coverage[1]).toBe(0);
    expect(found.warnings.join()).toMatch(/a truth channel holds several instances/);
  });
});

describe("subsets", () => {
  it("take truths outside of them for background", async () => {
    // Four voxels of the prediction's skeleton in the dim neuron, five in another, none in the background.
    const truth = painted(SHAPE, [line(2, 0, 4, 0, 1), line(2, 4, 9, 0, 2)]);
    const prediction = painted(SHAPE, [line(2, 0, 9)]);
    const found = await score(truth, prediction, { dimNeurons: [1] });
    expect(found.assigned).toEqual([0, 2]);
    expect(found.coverage).toEqual([0, 1]);
    // Against dim neurons alone background holds five of nine.
    expect(found.dim?.coverage).toEqual([0]);
    const both = await score(truth, prediction, { dimNeurons: [1, 2] });
    expect(both.dim?.coverage).toEqual([0, 1]);
  });

  it("keep the order in which dim ids are listed, and resolve ties by it", async () => {
    // Half of the prediction in each: the first listed has it.
    const truth = painted(SHAPE, [line(2, 0, 5, 0, 1), line(2, 5, 10, 0, 2)]);
    const prediction = painted(SHAPE, [line(2, 0, 10)]);
    const coverage = async (dimNeurons: readonly number[]) =>
      (await score(truth, prediction, { dimNeurons })).dim?.coverage;
    expect(await coverage([1, 2])).toEqual([1, 0]);
    expect(await coverage([2, 1])).toEqual([1, 0]);
  });

  it("are matched optimally with a warning, for the published tool fails", async () => {
    const found = await score(overlapping(), overlapping(), { match: "hungarian" });
    expect(found.overlap?.truePositives).toBe(2);
    expect(found.warnings.join()).toMatch(/overlapping truths are matched optimally/);
    expect((await score(overlapping(), overlapping())).warnings).toEqual([]);
  });
});

describe("skeletons that vanish", () => {
  const beam = () =>
    painted(
      [8, 8, 30],
      [
        {
          value: 1,
          box: [
            [2, 6],
            [2, 6],
            [4, 24],
          ],
        },
      ],
    );

  it("match nothing, with a warning", async () => {
    const found = await score(beam(), beam());
    expect(found.truth[0]).toMatchObject({ voxels: 320, skeletonVoxels: 0 });
    expect(Array.from(found.recall.values)).toEqual([0, 0, 0, 0]);
    expect(Array.from(found.precision.values)).toEqual([0, 0, 0, 0]);
    expect(found.thresholds[0]).toMatchObject({
      truePositives: 0,
      falsePositives: 1,
      falseNegatives: 1,
      falseSplit: 0,
    });
    expect(found.coverage).toEqual([0]);
    expect(found.warnings.join("\n")).toMatch(/thinning leaves nothing of truth instance 1.*\n.*prediction instance 1/);
  });

  it("are stood in for in profile fixed", async () => {
    const found = await score(beam(), beam(), { profile: "fixed" });
    expect(found.truth[0]).toMatchObject({ voxels: 320, skeletonVoxels: 0 });
    expect(found.thresholds.map(({ truePositives }) => truePositives)).toEqual(Array(14).fill(1));
    expect(found.coverage).toEqual([1]);
  });

  it("have no coverage where the published tool divides by zero", async () => {
    // The beam's skeleton is empty, the thin line in it is predicted, and truths and predictions overlap elsewhere.
    const boxes = (inner: PaintedBox["box"]): readonly PaintedBox[] => [
      { value: 1, channel: 0, box: inner },
      {
        value: 1,
        channel: 1,
        box: [
          [1, 2],
          [7, 8],
          [0, 10],
        ],
      },
      {
        value: 1,
        channel: 2,
        box: [
          [1, 2],
          [7, 8],
          [5, 15],
        ],
      },
    ];
    const truth = painted(
      [8, 8, 30],
      boxes([
        [2, 6],
        [2, 6],
        [4, 24],
      ]),
      3,
    );
    const prediction = painted(
      [8, 8, 30],
      boxes([
        [3, 4],
        [3, 4],
        [4, 24],
      ]),
      3,
    );
    const found = await score(truth, prediction);
    expect(found.assigned).toEqual([0, 1, 2, 3]);
    expect(found.coverage).toEqual([0, 1, 1]);
    expect(found.warnings.join()).toMatch(/coverage of truth instance 1 is 0.*has NaN/);
  });
});

describe("two dimensions", () => {
  it("with overlaps on both sides are scored, with a warning", async () => {
    const plane = () =>
      painted(
        [12, 30],
        [
          {
            value: 1,
            channel: 0,
            box: [
              [4, 5],
              [0, 20],
            ],
          },
          {
            value: 1,
            channel: 1,
            box: [
              [0, 12],
              [8, 9],
            ],
          },
        ],
        2,
      );
    const found = await score(plane(), plane(), { dimensions: 2 });
    expect(found.coverage).toEqual([1, 1]);
    expect(found.overlap?.truePositives).toBe(2);
    expect(found.warnings.join()).toMatch(/both overlap in two dimensions/);
  });
});

describe("volumes that cannot be scored", () => {
  const zeros = (shape: readonly number[]) => memoryVolume(shape, new Uint8Array(shape.reduce((a, b) => a * b, 1)));

  it("are those of real numbers, negative labels or labels beyond 2^53", async () => {
    const reals = memoryVolume([2, 3, 4], new Float32Array(24), { type: "float32", name: "logits" });
    await expect(score(reals, EMPTY)).rejects.toMatchObject({ tag: "load/label-type", fields: { type: "float32" } });
    const values = new Float64Array(24);
    values[17] = -3;
    for (const type of ["int8", "int16", "int32", "int64"] as const) {
      const negative = memoryVolume([2, 3, 4], values, { type, blockShape: [1, 2, 3] });
      await expect(score(zeros([2, 3, 4]), negative)).rejects.toMatchObject({
        tag: "load/negative-label",
        fields: { value: "-3", place: [1, 1, 1] },
      });
    }
    const huge = Array.from({ length: 24 }, (_, i) => (i === 5 ? 2n ** 53n : 0n));
    await expect(score(zeros([2, 3, 4]), memoryVolume([2, 3, 4], huge, { type: "uint64" }))).rejects.toMatchObject({
      tag: "load/large-label",
      fields: { value: String(2n ** 53n), place: [0, 1, 1] },
    });
  });

  it("are those of other numbers of axes, counted without those of one step", async () => {
    for (const shape of [
      [3, 4],
      [2, 2, 2, 3, 4],
      [1, 3, 4],
    ]) {
      await expect(score(zeros(shape), zeros([2, 3, 4]))).rejects.toMatchObject({
        tag: "load/label-axes",
        fields: { shape, dimensions: 3 },
      });
    }
    // An axis of one step is dropped wherever it is.
    await expect(score(zeros([1, 2, 1, 3, 1, 4]), zeros([2, 3, 4]))).resolves.toMatchObject({ truth: [] });
  });

  it("are those of which each is larger on some axis", async () => {
    await expect(score(zeros([2, 3, 5]), zeros([2, 4, 4]))).rejects.toMatchObject({
      tag: "load/label-shapes",
      fields: { truth: [2, 3, 5], prediction: [2, 4, 4] },
    });
  });

  it("are those with more than a million labels, or too many pairs", async () => {
    const many = Int32Array.from({ length: 101 ** 3 }, (_, i) => i + 1);
    await expect(score(zeros([101, 101, 101]), memoryVolume([101, 101, 101], many))).rejects.toMatchObject({
      tag: "load/many-labels",
    });
    const some = Int32Array.from({ length: 20 ** 3 }, (_, i) => i + 1);
    const volume = () => memoryVolume([20, 20, 20], some);
    await expect(score(volume(), volume())).rejects.toMatchObject({ tag: "load/many-pairs" });
  });

  it("or options out of range", async () => {
    for (const changes of [
      { removeSmall: -1 },
      { removeSmall: 0.5 },
      { falseSplitThreshold: 1 },
      { falseMergeThreshold: Number.NaN },
    ]) {
      await expect(score(EMPTY, EMPTY, changes)).rejects.toMatchObject({ tag: "usage/score-options" });
    }
  });
});

describe("large and wide labels", () => {
  it("keep their values up to 2^53", async () => {
    const values = [0, 70_000, 2 ** 32 - 1, 2 ** 32 + 5, 2 ** 52 + 1, 2 ** 53 - 1, 0, 5];
    const volume = () => memoryVolume([2, 2, 2], values, { type: "uint64" });
    const found = await score(volume(), volume(), { profile: "fixed" });
    expect(found.truth.map(({ label }) => label)).toEqual([
      5,
      70_000,
      2 ** 32 - 1,
      2 ** 32 + 5,
      2 ** 52 + 1,
      2 ** 53 - 1,
    ]);
    const words = memoryVolume([2, 2, 2], [0, 2 ** 31, 2 ** 32 - 1, 1, 0, 0, 0, 0], { type: "uint32" });
    expect((await score(words, words)).truth.map(({ label }) => label)).toEqual([1, 2 ** 31, 2 ** 32 - 1]);
  });

  it("are more than 255 in volumes of bytes with channels", async () => {
    const channels = 4;
    const values = Uint8Array.from({ length: channels * 5 * 5 * 4 }, (_, i) => (i % 100) + 1);
    const volume = () => memoryVolume([channels, 5, 5, 4], values, { type: "uint8" });
    const found = await score(volume(), volume());
    expect(found.truth.length).toBe(400);
    expect(found.thresholds[8]?.truePositives).toBe(400);
  });
});

describe("a cancelled scoring", () => {
  it("stops at the next block", async () => {
    const { scoreImage } = await import("../../../../src/stages/segmentation/metrics/score-image.js");
    const { FISBE_PRESET } = await import("../../../../src/stages/segmentation/metrics/image-score.js");
    const controller = new AbortController();
    let blocks = 0;
    const scoring = scoreImage({
      truth: memoryVolume([8, 3, 4], new Uint8Array(96), { blockShape: [1, 3, 4] }),
      prediction: memoryVolume([8, 3, 4], new Uint8Array(96)),
      options: FISBE_PRESET,
      signal: controller.signal,
      onProgress: () => {
        blocks++;
        if (blocks === 3) controller.abort(new Error("enough"));
      },
    });
    await expect(scoring).rejects.toThrow("enough");
    expect(blocks).toBe(3);
  });
});
