import { describe, expect, it } from "vitest";
import { imageScoreJson, scoreMeans } from "../../../../src/stages/segmentation/metrics/image-score-json.js";
import { memoryVolume } from "../../../support/memory-volume.js";
import { bar, type PaintedBox, painted, score } from "./painted-volume.js";

const CUBE = [30, 30, 30];

/** Two 3 × 3 × 20 bars that cross in 27 voxels, in channels of their own. */
const CROSSING: readonly PaintedBox[] = [
  { value: 1, channel: 0, box: bar(14, 14, [5, 25]) },
  {
    value: 2,
    channel: 1,
    box: [
      [14, 17],
      [5, 25],
      [14, 17],
    ],
  },
];

/** A line one voxel thick is its own skeleton. */
function line(y: number, from: number, to: number): PaintedBox["box"] {
  return [
    [0, 1],
    [y, y + 1],
    [from, to],
  ];
}

const PLANE = [2, 12, 40];

describe("crossing bars", () => {
  const truth = () => painted(CUBE, CROSSING, 2);

  it("score 1 against themselves", async () => {
    const found = await score(truth(), truth());
    expect(scoreMeans(found)).toMatchObject({ aggregate: 1, fscore19: 1, fscore59: 1, coverage: 1, truePositives: 2 });
    expect([found.truthOverlap, found.predictionOverlap]).toEqual([true, true]);
    expect([found.falseSplits, found.falseMerges]).toEqual([0, 0]);
    expect(found.overlap).toEqual({ truthIds: [1, 2], truePositives: 2, coverage: [1, 1] });
    expect(found.truth[0]).toEqual({
      channel: 0,
      label: 1,
      voxels: 180,
      skeletonVoxels: 18,
      box: [14, 14, 5, 17, 17, 25],
    });
  });

  it("lose the crossing of the first to a flat prediction", async () => {
    const found = await score(
      truth(),
      painted(
        CUBE,
        CROSSING.map((one) => ({ ...one, channel: 0 })),
      ),
    );
    expect(found.coverage[0]).toBeCloseTo(15 / 18, 6);
    expect(found.coverage[1]).toBe(1);
    const { fscore19, fscore59, averagePrecision59 } = scoreMeans(found);
    expect(fscore19).toBeCloseTo(1, 12);
    expect(fscore59).toBeCloseTo(0.95, 12);
    expect(averagePrecision59).toBeCloseTo(0.925, 12);
    // What a false merge would be is in the overlap only.
    expect(found.thresholds[0]?.falseMerge).toBe(0);
  });
});

describe("three truths, five predictions", () => {
  const truth = painted(CUBE, [
    { value: 1, box: bar(2, 2, [5, 25]) },
    { value: 2, box: bar(2, 10, [5, 25]) },
    { value: 3, box: bar(2, 18, [5, 25]) },
  ]);
  const prediction = painted(CUBE, [
    { value: 10, box: bar(2, 2, [5, 25]) },
    { value: 10, box: bar(2, 10, [5, 17]) },
    { value: 20, box: bar(2, 18, [8, 13]) },
    { value: 30, box: bar(2, 18, [16, 19]) },
    { value: 40, box: bar(20, 2, [5, 25]) },
    { value: 50, box: bar(20, 10, [5, 25]) },
  ]);

  it("give a merge, two pieces and two in the background", async () => {
    const found = await score(truth, prediction);
    expect(found.assigned).toEqual([0, 1, 3, 3, 0, 0]);
    expect(found.coverage[0]).toBe(1);
    expect(found.coverage[1]).toBe(0);
    expect(found.coverage[2]).toBeCloseTo(8 / 18, 6);
    expect(found.thresholds.slice(0, 9).map(({ fscore }) => fscore)).toEqual([
      0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0, 0,
    ]);
    expect(found.thresholds[4]).toMatchObject({
      threshold: 0.5,
      truePositives: 1,
      falsePositives: 4,
      falseNegatives: 2,
      falseSplit: 2,
      falseMerge: 1,
    });
    expect([found.falseSplits, found.falseMerges]).toEqual([1, 1]);
  });

  it("ignore the background when the truth is partly labelled, and nothing else", async () => {
    const [whole, partly] = [await score(truth, prediction), await score(truth, prediction, { partly: true })];
    expect(partly.thresholds[4]).toMatchObject({ truePositives: 1, falsePositives: 2, falseNegatives: 2 });
    expect(partly.coverage).toEqual(whole.coverage);
    expect([partly.falseSplits, partly.falseMerges]).toEqual([whole.falseSplits, whole.falseMerges]);
  });
});

describe("exact ties", () => {
  const above = async (truthEnd: number, from: number, to: number) => {
    const truth = painted(PLANE, [{ value: 1, box: line(3, 0, truthEnd) }]);
    const found = await score(truth, painted(PLANE, [{ value: 1, box: line(3, from, to) }]));
    const positive = found.thresholds.filter(({ truePositives }) => truePositives === 1);
    return [found.score.values[3], positive.map(({ threshold }) => threshold)];
  };

  it("do not exceed a threshold: 4/5 is not above 0.8", async () => {
    // Precision 1, recall 4/6.
    expect(await above(6, 0, 4)).toEqual([Math.fround(0.8), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.55, 0.65, 0.75]]);
  });

  it("follow the rounding of float32 arithmetic, step by step", async () => {
    // All of these are 4/5 in exact arithmetic; the values were made with numpy 1.24.2.
    expect(await above(5, 1, 6)).toEqual([
      0.8000000715255737,
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.55, 0.65, 0.75],
    ]);
    expect((await above(8, 2, 9))[0]).toBe(0.7999999523162842);
  });

  it("of recall do not count as false merges or many-to-many matches", async () => {
    const truth = painted(PLANE, [
      { value: 1, box: line(1, 0, 10) },
      { value: 2, box: line(5, 0, 10) },
    ]);
    const prediction = painted(PLANE, [
      { value: 1, box: line(1, 0, 10) },
      { value: 1, box: line(5, 0, 3) },
    ]);
    const merged = await score(truth, prediction, { falseMergeThreshold: 0.29 });
    expect(merged.falseMerges).toBe(1);
    expect(merged.thresholds.map(({ falseMerge }) => falseMerge).slice(0, 4)).toEqual([1, 1, 0, 0]);
    expect((await score(truth, prediction, { falseMergeThreshold: 0.3 })).falseMerges).toBe(0);
  });

  it("go to the smaller truth, then to the smaller prediction, and to the background", async () => {
    const truth = painted(PLANE, [
      { value: 1, box: line(1, 0, 8) },
      { value: 2, box: line(5, 0, 8) },
    ]);
    const prediction = painted(PLANE, [
      { value: 1, box: line(5, 4, 8) },
      { value: 2, box: line(5, 0, 4) },
      { value: 3, box: line(1, 0, 4) },
      { value: 4, box: line(1, 4, 8) },
      { value: 5, box: line(1, 6, 8) },
      { value: 5, box: line(3, 6, 8) },
    ]);
    const found = await score(truth, prediction);
    // Prediction 4 lost two voxels to 5, which lies half in the background.
    expect(found.assigned).toEqual([0, 2, 2, 1, 1, 0]);
    const matches = found.thresholds[4]?.matches.map((match) => [match.truth, match.prediction]);
    expect(matches).toEqual([
      [1, 3],
      [2, 1],
    ]);
  });

  it("of coverage are those of float32 sums, as in the published tool", async () => {
    // 1/6 three times: 0.5 in float32, more than that in double precision.
    const truth = painted(PLANE, [{ value: 1, box: line(1, 0, 6) }]);
    const prediction = painted(PLANE, [
      { value: 1, box: line(1, 0, 1) },
      { value: 2, box: line(1, 2, 3) },
      { value: 3, box: line(1, 4, 5) },
    ]);
    const found = await score(truth, prediction);
    expect(3 * Math.fround(1 / 6)).toBeGreaterThan(0.5);
    expect(found.coverage).toEqual([0.5]);
    expect(scoreMeans(found).foundCoverage).toEqual([]);
  });
});

describe("preparation", () => {
  const block = (value: number, from: number, depth: number): PaintedBox => ({
    value,
    box: [
      [from, from + depth],
      [0, 10],
      [0, 10],
    ],
  });

  it("deletes predictions of 800 voxels and keeps those of 801", async () => {
    const prediction = painted(
      [30, 12, 12],
      [
        block(1, 0, 8),
        block(2, 10, 8),
        {
          value: 2,
          box: [
            [18, 19],
            [0, 1],
            [0, 1],
          ],
        },
      ],
    );
    const truth = painted([30, 12, 12], [block(1, 0, 8)]);
    const found = await score(truth, prediction, { removeSmall: 800 });
    expect(found.labelsBeforeFilter).toBe(2);
    expect(found.prediction.map(({ label, voxels }) => [label, voxels])).toEqual([[2, 801]]);
    expect(found.truth[0]?.voxels).toBe(800);
  });

  it("filters 0/1 masks as one label, unless the profile is fixed", async () => {
    const masks = (second: number) =>
      painted(
        [20, 12, 12],
        [
          { ...block(1, 0, 5), channel: 0 },
          { ...block(second, 10, 5), channel: 1 },
        ],
        2,
      );
    const truth = painted([20, 12, 12], [block(1, 0, 5)]);
    const kept = async (second: number, profile: "flylight" | "fixed") =>
      (await score(truth, masks(second), { removeSmall: 800, profile })).prediction.length;
    expect(await kept(1, "flylight")).toBe(2);
    expect(await kept(2, "flylight")).toBe(0);
    expect(await kept(1, "fixed")).toBe(0);
    expect(await kept(2, "fixed")).toBe(0);
  });

  it("makes an instance of every value of every channel, by channel, then by value", async () => {
    const boxes: readonly PaintedBox[] = [
      { value: 65_535, channel: 2, box: line(1, 0, 5) },
      { value: 9, channel: 2, box: line(3, 0, 5) },
      { value: 9, channel: 0, box: line(5, 0, 5) },
      { value: 40_000, channel: 0, box: line(7, 0, 5) },
    ];
    const found = await score(painted(PLANE, boxes, 4, { type: "uint16" }), painted(PLANE, boxes, 4));
    expect(found.truth.map(({ channel, label }) => [channel, label])).toEqual([
      [0, 9],
      [0, 40_000],
      [2, 9],
      [2, 65_535],
    ]);
    expect(scoreMeans(found).aggregate).toBe(1);
  });

  it("numbers dim neurons by value, by mask, and by the first of several channels", async () => {
    const boxes = (values: readonly number[]): PaintedBox[] =>
      values.map((value, i) => ({ value, channel: i + 1, box: line(2 * i, 0, 5) }));
    const dim = async (values: readonly number[], dimNeurons: readonly number[]) => {
      const volume = () => painted(PLANE, boxes(values), 5);
      const found = await score(volume(), volume(), { dimNeurons });
      return [found.dim?.truthIds, found.warnings.length];
    };
    expect(await dim([8, 3, 5], [5, 8])).toEqual([[3, 1], 0]);
    expect(await dim([8, 3, 8], [8])).toEqual([[1], 0]);
    // 0/1 masks: the first channel is empty and does not count.
    expect(await dim([1, 1, 1], [3, 1])).toEqual([[3, 1], 0]);
    expect(await dim([1, 2, 1], [3])).toEqual([[], 1]);
  });

  it("looks at the centre of the larger volume, whichever it is", async () => {
    const small = () =>
      painted(
        [4, 9, 10],
        [
          {
            value: 7,
            box: [
              [1, 2],
              [2, 3],
              [0, 6],
            ],
          },
        ],
      );
    // Off by floor of half the difference: 1, 1, 2.
    const large = () =>
      painted(
        [7, 11, 15],
        [
          {
            value: 7,
            box: [
              [2, 3],
              [3, 4],
              [2, 8],
            ],
          },
          {
            value: 99,
            box: [
              [0, 1],
              [0, 11],
              [0, 15],
            ],
          },
        ],
      );
    for (const [truth, prediction] of [
      [small(), large()],
      [large(), small()],
    ] as const) {
      const found = await score(truth, prediction);
      expect(found.truth.map(({ label, box }) => [label, box])).toEqual([[7, [1, 2, 0, 2, 3, 6]]]);
      expect(found.prediction.map(({ label }) => label)).toEqual([7]);
      expect(scoreMeans(found).aggregate).toBe(1);
    }
  });

  it("can take the prediction's background from the truth", async () => {
    const truth = painted(PLANE, [{ value: 1, box: line(1, 0, 10) }]);
    const prediction = painted(PLANE, [
      { value: 1, box: line(1, 0, 20) },
      { value: 2, box: line(6, 0, 20) },
    ]);
    const found = await score(truth, prediction, { foregroundOnly: true });
    expect(found.prediction.map(({ label, voxels }) => [label, voxels])).toEqual([[1, 10]]);
  });

  it("reads planes with and without channels", async () => {
    const flat = () =>
      painted(
        [12, 40],
        [
          {
            value: 5,
            box: [
              [3, 4],
              [0, 9],
            ],
          },
        ],
      );
    const channels = () =>
      painted(
        [12, 40],
        [
          {
            value: 1,
            channel: 1,
            box: [
              [3, 4],
              [0, 9],
            ],
          },
        ],
        3,
      );
    const found = await score(flat(), channels(), { dimensions: 2 });
    expect(scoreMeans(found).aggregate).toBe(1);
    expect(found.truth[0]?.box).toEqual([0, 3, 0, 1, 4, 9]);
  });

  it("shows the voxels of the instances to who asks", async () => {
    const { scoreImage } = await import("../../../../src/stages/segmentation/metrics/score-image.js");
    const { FISBE_PRESET } = await import("../../../../src/stages/segmentation/metrics/image-score.js");
    const seen: number[][] = [];
    const phases = new Set<string>();
    await scoreImage({
      truth: painted(PLANE, [{ value: 4, box: line(1, 0, 9) }]),
      prediction: painted(PLANE, [{ value: 4, box: line(2, 0, 7) }]),
      options: { ...FISBE_PRESET, removeSmall: 0 },
      onInstances: ({ truth, prediction }) => {
        seen.push(
          truth.map(({ voxels }) => voxels),
          prediction.map(({ voxels }) => voxels),
        );
      },
      onProgress: (done, total, phase) => {
        if (done === total) phases.add(phase);
      },
    });
    expect(seen).toEqual([[9], [7]]);
    expect([...phases]).toEqual(["truth", "prediction", "skeletons"]);
  });
});

describe("overlapping predictions", () => {
  const truth = () => painted(PLANE, [{ value: 1, box: line(1, 0, 10) }]);
  const prediction = () =>
    painted(
      PLANE,
      [
        { value: 1, channel: 0, box: line(1, 0, 7) },
        { value: 1, channel: 1, box: line(1, 3, 10) },
      ],
      2,
    );

  it("count twice where the truth does not overlap, unless the profile is fixed", async () => {
    const [flylight, fixed] = [
      await score(truth(), prediction()),
      await score(truth(), prediction(), { profile: "fixed" }),
    ];
    expect(flylight.coverage[0]).toBeCloseTo(1.4, 6);
    expect(fixed.coverage).toEqual([1]);
    // The second adds three voxels of ten.
    expect(flylight.splitMatches).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect((await score(truth(), prediction(), { falseSplitThreshold: 0.3 })).falseSplits).toBe(0);
    expect((await score(truth(), prediction(), { falseSplitThreshold: 0.29 })).falseSplits).toBe(1);
  });
});

describe("keys of the result", () => {
  const general = ["Num GT", "Num Pred", "TP_05", "TP_05_rel", "TP_05_cldice", "avg_TP_05_cldice"];
  const skeletons = [
    "gt_skel_coverage",
    "avg_gt_skel_coverage",
    "avg_tp_skel_coverage",
    "avg_f1_cov_score",
    "FM",
    "FS",
  ];
  const subset = (name: string) => [
    `GT_${name}`,
    `TP_05_${name}`,
    `TP_05_rel_${name}`,
    `gt_covs_${name}`,
    `avg_gt_cov_${name}`,
  ];
  const volume = () => painted(CUBE, CROSSING, 2);

  it("are those of the published tool", async () => {
    const json = imageScoreJson(await score(volume(), volume()));
    expect(Object.keys(json.general)).toEqual([...general, ...skeletons, ...subset("dim"), ...subset("overlap")]);
    expect(Object.keys(json.confusion_matrix)).toEqual([
      ..."0_1 0_2 0_3 0_4 0_5 0_6 0_7 0_8 0_9 0_55 0_65 0_75 0_85 0_95".split(" ").map((key) => `th_${key}`),
      ..."avAP avAP59 avAP19 avFscore avFscore59 avFscore19".split(" "),
    ]);
    const counts = "AP_TP AP_FP AP_FN precision recall AP fscore false_split false_merge".split(" ");
    expect(Object.keys(json.confusion_matrix.th_0_4 as object)).toEqual(counts);
    expect(Object.keys(json.confusion_matrix.th_0_5 as object)).toEqual([...counts, "tp_skel_coverage"]);
  });

  it("leave out what was not evaluated", async () => {
    const none = { dimNeurons: undefined, overlapSubset: false };
    const centerlines = imageScoreJson(await score(volume(), volume(), none));
    expect(Object.keys(centerlines.general)).toEqual([...general, ...skeletons]);
    const voxels = imageScoreJson(await score(volume(), volume(), { localization: "iou" }));
    expect(Object.keys(voxels.general)).toEqual(general);
    expect(voxels.confusion_matrix.th_0_5).not.toHaveProperty("tp_skel_coverage");
  });
});

describe("intersection over union", () => {
  it("counts the background in every channel", async () => {
    const truth = painted(
      PLANE,
      [
        { value: 1, channel: 0, box: line(1, 0, 10) },
        { value: 2, channel: 1, box: line(5, 0, 20) },
      ],
      2,
    );
    const prediction = painted(PLANE, [{ value: 1, box: line(1, 5, 15) }]);
    const found = await score(truth, prediction, { localization: "iou" });
    const f32 = (...values: number[]) => Array.from(new Float32Array(values));
    const voxels = 2 * 2 * 12 * 40 - 30;
    expect(Array.from(found.score.values)).toEqual(
      f32(0, 15 / (voxels + 10 - 15), 5 / (10 + 950 - 5), 5 / 15, 20 / (20 + 950 - 20), 0),
    );
    expect(Array.from(found.recall.values)).toEqual(f32(0, 15 / voxels, 0.5, 0.5, 1, 0));
    // Fifteen voxels of background in two channels, for ten of the prediction.
    expect(Array.from(found.precision.values)).toEqual(f32(0, 1.5, 5 / 950, 0.5, 20 / 950, 0));
    expect(found.thresholds[2]?.truePositives).toBe(1);
    expect(found.thresholds[3]?.truePositives).toBe(0);
    expect(found.truth.map(({ skeletonVoxels }) => skeletonVoxels)).toEqual([0, 0]);
  });

  it("equals 1 for the truth itself", async () => {
    const volume = () => memoryVolume([2, 2, 3], [1, 1, 0, 2, 2, 0, 0, 0, 3, 3, 0, 4], { type: "uint8" });
    const found = await score(volume(), volume(), { localization: "iou" });
    expect(found.thresholds.map(({ truePositives }) => truePositives)).toEqual(Array(14).fill(4));
  });
});
