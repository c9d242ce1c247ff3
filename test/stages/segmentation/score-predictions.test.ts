import { beforeAll, describe, expect, it } from "vitest";
import { soundLabels } from "../../../src/sample-data/fisbe/broken-predictions.js";
import { BROKEN_SHAPE, BROKEN_VOXELS, soundTruth } from "../../../src/sample-data/fisbe/broken-volume.js";
import type { ImageScoreJson } from "../../../src/stages/segmentation/metrics/image-score-json.js";
import { scorePredictions } from "../../../src/stages/segmentation/score-predictions.js";
import type { Row } from "../../../src/tables/contract.js";
import { loadedSample, runStage, type Tables } from "./support/loaded-sample.js";

const SAMPLE = "R1-20180101_1_A1";
/** Neurons of the small sample have fewer than 800 voxels. */
const ALL = { remove_small: 0 };

const PREDICTIONS = {
  truth: { data: soundTruth(), shape: [2, ...BROKEN_SHAPE] },
  flat: { data: soundLabels(), shape: BROKEN_SHAPE },
  nothing: { data: new Uint8Array(BROKEN_VOXELS), shape: BROKEN_SHAPE },
};

let tables: Tables;

const official = (row: Row | undefined): ImageScoreJson["general"] =>
  (JSON.parse(String(row?.summary)) as { official: ImageScoreJson }).official.general;

beforeAll(async () => {
  tables = await loadedSample({ sample: SAMPLE, predictions: PREDICTIONS });
});

describe("segmentation/score", () => {
  it("scores every prediction in every profile, and lists the pairs that share a skeleton", async () => {
    const { rows } = await runStage(scorePredictions, tables, ALL);
    const scores = rows.score_record ?? [];
    expect(scores.map(({ prediction_id: id, profile }) => `${id} ${profile}`)).toEqual(
      ["truth", "flat", "nothing"].flatMap((method) => [`${method}/${SAMPLE} flylight`, `${method}/${SAMPLE} fixed`]),
    );
    expect(official(scores[0])).toMatchObject({ "Num GT": 2, "Num Pred": 2, TP_05: 2, avg_f1_cov_score: 1 });
    expect(official(scores[2])).toMatchObject({ "Num Pred": 2, GT_overlap: 2 });
    expect(official(scores[4])).toMatchObject({ "Num Pred": 0, avg_f1_cov_score: 0 });
    const pairs = (rows.pair ?? []).filter(({ prediction_id: id }) => id === `truth/${SAMPLE}`);
    const own = pairs.filter(({ gt_id: gt, pred_id: pred }) => gt === pred);
    expect(own.map(({ cl_dice: dice, gt_id: gt }) => [gt, dice])).toEqual([
      [1, 1],
      [2, 1],
      [1, 1],
      [2, 1],
    ]);
    for (const pair of rows.pair ?? []) {
      expect(Number(pair.cl_recall) + Number(pair.cl_precision)).toBeGreaterThan(0);
      if (pair.gt_id === 0) expect(pair.cl_recall).toBe(0);
      if (pair.pred_id === 0) expect(pair.cl_precision).toBe(0);
    }
    // All of every skeleton is in the background of nothing.
    expect(
      (rows.pair ?? []).filter(({ prediction_id: id }) => id === `nothing/${SAMPLE}`).map(({ cl_recall: r }) => r),
    ).toEqual([1, 1, 1, 1]);
  });

  it("deletes small labels as the preset says, unless told otherwise", async () => {
    const { rows } = await runStage(scorePredictions, tables, { profiles: ["flylight"] });
    for (const row of rows.score_record ?? []) expect(official(row)).toMatchObject({ "Num Pred": 0, TP_05: 0 });
    const warned = rows.score_record?.find(({ method }) => method === "truth")?.warnings as string[];
    expect(warned.join()).toContain("no label is left in the channels of the prediction");
  });

  const partlyOf = async (given: Tables, parameters: object = {}) => {
    const { rows } = await runStage(scorePredictions, given, { profiles: ["flylight"], ...parameters });
    return (rows.score_record ?? []).map(({ partly, split, warnings }) => ({
      partly,
      split,
      assumed: (warnings as string[]).filter((text) => text.startsWith("no list names")),
    }))[0];
  };

  it("takes the set from the list, else from the folder, else from the parameter", async () => {
    const one = { predictions: { flat: PREDICTIONS.flat } };
    const bare = await loadedSample({ sample: SAMPLE, ...one });
    const said = (set: string) => [`no list names ${SAMPLE}: taken as ${set} labelled`];
    expect(await partlyOf(bare)).toEqual({ partly: false, split: null, assumed: said("completely") });
    expect(await partlyOf(bare, { partly: true })).toEqual({ partly: true, split: null, assumed: said("partly") });
    const foldered = await loadedSample({ sample: SAMPLE, folders: "samples/partly/train", ...one });
    expect(await partlyOf(foldered)).toEqual({ partly: true, split: "train", assumed: [] });
    const list = [{ sample_id: SAMPLE, label_set: "completely", split: "val", line_number: 1, source_id: "l" }];
    expect(await partlyOf({ ...foldered, split_record: list })).toEqual({ partly: false, split: "val", assumed: [] });
    const crop = await loadedSample({ sample: `${SAMPLE}_crop`, ...one });
    expect(await partlyOf({ ...crop, split_record: list })).toEqual({ partly: false, split: "val", assumed: [] });
  });

  it("evaluates the dim neurons that the volume names, and warns of ids that nobody has", async () => {
    const given = await loadedSample({
      sample: SAMPLE,
      truth: { attributes: { dim_neurons: [2, 9] } },
      predictions: { truth: PREDICTIONS.truth },
    });
    const { rows } = await runStage(scorePredictions, given, ALL);
    for (const row of rows.score_record ?? []) {
      expect(official(row)).toMatchObject({ GT_dim: 1, TP_05_dim: 1, avg_gt_cov_dim: 1 });
      expect((row.warnings as string[]).join()).toContain("no truth instance has the dim id 9");
    }
    for (const row of (await runStage(scorePredictions, tables, ALL)).rows.score_record ?? []) {
      expect(official(row)).toMatchObject({ GT_dim: 0, TP_05_dim: 0, gt_covs_dim: [] });
    }
  });

  it("gives no rows for a sample without ground truth, or without a prediction", async () => {
    const blind = await loadedSample({ sample: SAMPLE, truth: null, predictions: { flat: PREDICTIONS.flat } });
    expect((await runStage(scorePredictions, blind, ALL)).rows).toEqual({});
    const alone = await loadedSample({ sample: SAMPLE });
    expect((await runStage(scorePredictions, alone, ALL)).rows).toEqual({});
    const others = await loadedSample({ sample: "R2-20180101_1_A1", predictions: { flat: PREDICTIONS.flat } });
    const mixed = { ...tables, "segmentation.prediction": others["segmentation.prediction"] ?? [] };
    expect((await runStage(scorePredictions, mixed, ALL)).rows).toEqual({});
  });

  it("names the parameter where voxels are not stored, and warns where blocks are missing", async () => {
    const given = { sample: SAMPLE, predictions: { flat: PREDICTIONS.flat }, parameters: { data: false } };
    const without = await loadedSample(given);
    await expect(runStage(scorePredictions, without, ALL)).rejects.toMatchObject({
      tag: "load/no-voxels",
      wayOut: expect.stringContaining("data: true"),
    });
    const { rows, warnings } = await runStage(scorePredictions, { ...tables, "segmentation.chunk": [] }, ALL);
    expect(rows).toEqual({});
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toBe(`truth/${SAMPLE} cannot be scored: the voxels of the prediction are not stored`);
  });

  it("crops a larger prediction to its centre, and never sees one that is larger and smaller", async () => {
    const [depth, height, width] = BROKEN_SHAPE;
    const larger = [depth + 2, height + 3, width + 1] as const;
    const data = new Uint16Array(larger[0] * larger[1] * larger[2]);
    const labels = soundLabels();
    for (let i = 0; i < labels.length; i++) {
      const z = Math.floor(i / (height * width)) + 1;
      const y = (Math.floor(i / width) % height) + 1;
      data[(z * larger[1] + y) * larger[2] + (i % width)] = labels[i] as number;
    }
    const scoreOf = async (predictions: Parameters<typeof loadedSample>[0]["predictions"]) => {
      const given = await loadedSample({ sample: SAMPLE, predictions: predictions ?? {} });
      return (await runStage(scorePredictions, given, ALL)).rows.score_record?.map(({ summary }) => summary);
    };
    expect(await scoreOf({ larger: { data, shape: larger } })).toEqual(await scoreOf({ flat: PREDICTIONS.flat }));
    const mixed = [depth + 1, height - 1, width] as const;
    const beside = { ...PREDICTIONS, mixed: { data: new Uint16Array(mixed[0] * mixed[1] * mixed[2]), shape: mixed } };
    expect(await scoreOf(beside)).toEqual(await scoreOf(PREDICTIONS));
  });
});
