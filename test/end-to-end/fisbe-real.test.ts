import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { builtPackage } from "../cli/support/built-package.js";
import { realData, repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query, stepsBy } from "../support/run-neurotables.js";

const data = realData("fisbe");
const pipeline = join(repositoryRoot, "pipelines", "fisbe.yaml");
const CROP = "JRC_SS05008-20160318_24_B2_crop";
const R14A02 = "R14A02-20180905_65_A6";
const S = "general.avg_f1_cov_score";

/** Specification 2.6: voxels, skeleton voxels, components, mean colour over the voxels of the neuron alone. */
const NEURONS = [
  [3765, 377, 10, 38, 473, 15],
  [6193, 747, 9, 49, 77, 255],
  [14246, 1139, 9, 417, 26, 18],
] as const;

describe.skipIf(!data.present)(`fisbe on the real files${data.reason}`, () => {
  let home: string;
  let summary: RunSummary;
  const run = (...more: string[]) =>
    neurotablesJson<RunSummary>(["run", pipeline, "--sources", data.root, "--home", home, ...more]);
  const rows = <T = Record<string, unknown>>(sql: string) => query<T>(home, sql);

  beforeAll(async () => {
    builtPackage();
    home = await mkdtemp(join(tmpdir(), "neurotables-fisbe-"));
    summary = await run("--jobs", "2");
  }, 600_000);
  afterAll(() => rm(home, { recursive: true, force: true }));

  it("runs, and holds its checks", () => {
    expect(summary.steps.flatMap(({ failures }) => failures ?? [])).toEqual([]);
    expect(summary.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(summary).toMatchObject({ exitCode: 0, warnings: [] });
    expect(stepsBy(summary, "ran")).toHaveLength(summary.steps.length);
    expect(summary.missingSources.map(({ source }) => source)).toEqual(["samples", "synthetic", "predictions"]);
  });

  it("lists the 101 samples of the benchmark, with the published counts per set and split", async () => {
    const counts = await rows<{ set: string; split: string; n: number }>(`
      select label_set as "set", split, count(*)::int as n from fisbe.sample where is_listed group by all order by "set", split`);
    expect(counts.map((row) => Object.values(row))).toEqual([
      ["completely", "test", 7],
      ["completely", "train", 18],
      ["completely", "val", 5],
      ["partly", "test", 16],
      ["partly", "train", 43],
      ["partly", "val", 12],
    ]);
    const [names] = await rows(`
      select count(distinct line)::int as lines, count(acquisition_date)::int as dated, min(acquisition_date)[:4] as first,
        max(acquisition_date)[:4] as last, count(*)::int as n from fisbe.sample where is_listed`);
    expect(names).toEqual({ lines: 53, dated: 101, first: "2016", last: "2018", n: 101 });
    expect(await rows("select sample_id from fisbe.sample where not is_listed")).toEqual([{ sample_id: CROP }]);
  });

  it("has the measured statistics of the crop", async () => {
    const [volume] = await rows(`
      select raw_sum::bigint as raw_sum, raw_max, fg_voxels::int as once, overlap2_voxels::int as twice, overlap3_voxels::int as more,
        n_instances, n_dim, channels, size_z, size_y, size_x, label_set, split, source from fisbe.sample where sample_id = '${CROP}'`);
    expect(volume).toMatchObject({
      raw_max: 3287,
      n_instances: 3,
      n_dim: null,
      channels: 3,
      size_z: 50,
      size_y: 50,
      size_x: 50,
      // As its sample is listed.
      label_set: "partly",
      split: "val",
      source: "crop",
    });
    expect(Number(volume?.raw_sum)).toBe(15_790_591);
    const { once, twice, more } = volume as { once: number; twice: number; more: number };
    expect([50 ** 3 - once, once - twice - more, twice, more]).toEqual([103_181, 19_504, 2_245, 70]);
    const neurons = await rows(`
      select voxels::int as voxels, skeleton_voxels, components, round(mean_r)::int as r, round(mean_g)::int as g, round(mean_b)::int as b
      from fisbe.instance where sample_id = '${CROP}' order by instance_id`);
    expect(neurons.map((row) => Object.values(row))).toEqual(NEURONS.map((row) => [...row]));
    expect(await rows("select instance_id, count(*)::int as n from fisbe.skeleton group by all order by all")).toEqual(
      NEURONS.map(([, skeleton], index) => ({ instance_id: index + 1, n: skeleton })),
    );
  });

  it("holds the voxels of the crop: their sum and numbers are those of the statistics", async () => {
    const blocks = await rows<{ array: string; c: number; data: string; dtype: string }>(
      `select "array", origin_c as c, hex(data) as data, dtype from fisbe.chunk where sample_id = '${CROP}' order by all`,
    );
    expect(blocks.map(({ array, c, dtype }) => [array, c, dtype])).toEqual([
      ...[0, 1, 2].map((c) => ["gt_instances", c, "uint8"]),
      ...[0, 1, 2].map((c) => ["raw", c, "uint16"]),
    ]);
    let sum = 0;
    for (const { array, c, data: voxels } of blocks) {
      const bytes = new Uint8Array(Buffer.from(voxels, "hex"));
      if (array === "gt_instances")
        expect(bytes.filter((value) => value === c + 1)).toHaveLength(NEURONS[c]?.[0] ?? -1);
      else for (const value of new Uint16Array(bytes.buffer)) sum += value;
    }
    expect(sum).toBe(15_790_591);
  });

  it("reads the published prediction of R14A02: eleven labels, nine of them above 800 voxels", async () => {
    const [prediction] = await rows(`
      select channels, labels_raw, labels_kept, voxels::int as voxels, has_overlap, method from segmentation.prediction
      where sample_id = '${R14A02}'`);
    expect(prediction).toEqual({
      channels: 1,
      labels_raw: 11,
      labels_kept: 9,
      voxels: 145_588,
      has_overlap: false,
      method: "duan_published",
    });
    const labels = await rows<{ voxels: number; skeleton: number | null }>(`
      select voxels::int as voxels, skeleton_voxels as skeleton from segmentation.predicted_instance
      where prediction_id = 'duan_published/${R14A02}' order by source_label`);
    expect(labels.map(({ voxels }) => voxels)).toEqual([
      1446, 40562, 62319, 1094, 1495, 1923, 1134, 128, 1225, 34230, 32,
    ]);
    const large = labels.filter(({ voxels }) => voxels > 30_000).map(({ skeleton }) => skeleton as number);
    expect([Math.min(...large), Math.max(...large)]).toEqual([1392, 2342]);
    // Its ground truth is not among the files.
    expect(await rows(`select * from segmentation.score_record where sample_id = '${R14A02}'`)).toEqual([]);
    expect(await rows("select item, reason from fisbe.dropped order by item")).toEqual([
      { item: "volumes/gmm_image", reason: "unread_array" },
      { item: "volumes/gmm_label", reason: "unread_array" },
    ]);
  });

  it("scores a baseline of at least 0.2 on the crop, and the flattened truth above it", async () => {
    const scores = await rows<{ method: string; metric: string; value: number }>(`
      select method, metric, value from segmentation.metric
      where subject = '${CROP}' and profile = 'flylight' and position = 0`);
    const value = (method: string, metric: string) =>
      scores.find((row) => row.method === method && row.metric === metric)?.value as number;
    expect(value("flattened_truth", S)).toBeCloseTo(0.916692, 6);
    expect(value("flattened_truth", "confusion_matrix.avFscore")).toBeCloseTo(0.962963, 6);
    expect(value("flattened_truth", "general.avg_gt_skel_coverage")).toBeCloseTo(0.870421, 6);
    expect(value("flattened_truth", "general.avg_TP_05_cldice")).toBeCloseTo(0.925642, 6);
    for (const [metric, wanted] of [
      ["general.Num GT", 3],
      ["general.Num Pred", 3],
      ["general.TP_05", 3],
      ["general.FS", 1],
      ["general.FM", 1],
      ["general.TP_05_overlap", 3],
      ["general.GT_overlap", 3],
    ] as const) {
      expect(value("flattened_truth", metric), metric).toBe(wanted);
    }
    expect(value("colour_clustering", S)).toBeGreaterThanOrEqual(0.2);
    for (const method of ["colour_clustering", "connected_components"]) {
      expect(value(method, S)).toBeLessThanOrEqual(value("flattened_truth", S));
    }
    const pooled = await rows("select distinct subject, scope from segmentation.metric where scope <> 'image'");
    expect(pooled).toEqual([{ subject: "partly", scope: "partly" }]);
    expect(await rows("select distinct partly, split from segmentation.score_record")).toEqual([
      { partly: true, split: "val" },
    ]);
  });

  it("joins neurons, skeletons, predictions and scores", async () => {
    const missed = await rows<{ instance_id: number; best: number; covered: number }>(`
      select i.instance_id, max(cl_recall) as best, any_value(m.value) as covered
      from fisbe.instance i
      join segmentation.prediction p using (sample_id)
      join segmentation.pair on pair.prediction_id = p.prediction_id and gt_id = i.instance_id and pred_id > 0
      join segmentation.metric m on m.prediction_id = p.prediction_id and m.profile = pair.profile
        and m.metric = 'general.gt_skel_coverage' and m.instance_id = i.instance_id
      where p.method = 'flattened_truth' and pair.profile = 'flylight' group by all order by all`);
    expect(missed.map(({ instance_id: id }) => id)).toEqual([1, 2, 3]);
    for (const { best, covered } of missed) expect(covered).toBeGreaterThanOrEqual(best - 1e-6);
    const [pictures] = await rows<{ n: number }>(`
      select count(*)::int as n from (select mip from segmentation.prediction union all select mip_raw from fisbe.sample where mip_raw is not null
        union all select mip_truth from fisbe.sample where mip_truth is not null)
      where hex(mip.bytes[:8]) = '89504E470D0A1A0A'`);
    expect(pictures?.n).toBe(6);
  });

  it("finds everything cached when run again, and plans nothing", async () => {
    const again = await run();
    expect(stepsBy(again, "cached")).toHaveLength(again.steps.length);
    expect(again.generation).toBeNull();
    const plan = ["plan", pipeline, "--sources", data.root, "--home", home];
    const { units } = await neurotablesJson<{ units: { action: string }[] }>(plan);
    expect(units.length).toBeGreaterThan(8);
    expect(units.filter(({ action }) => action !== "cached")).toEqual([]);
  }, 120_000);

  it("gives other scores for other parameters, which do not become current", async () => {
    const tried = await run(
      ...["--set", "steps.baselines.with.methods.colour_clustering.compat=true"],
      ...["--set", "steps.score.with.match=hungarian"],
    );
    expect(tried.exitCode).toBe(0);
    const hash = (from: RunSummary) => from.steps.find(({ step }) => step === "metric")?.tableHash;
    expect(hash(tried)).not.toBe(hash(summary));
    expect(stepsBy(tried, "cached")).toEqual(["splits", "volumes", "sample", "dropped", "prediction-files"]);
    const [current] = await rows<{ value: number }>(`
      select value from segmentation.metric where metric = '${S}' and method = 'flattened_truth' and scope = 'partly' and profile = 'flylight'`);
    expect(current?.value).toBeCloseTo(0.916692, 6);
  }, 300_000);

  it("makes the same tables with one unit of work at a time", async () => {
    const other = await mkdtemp(join(tmpdir(), "neurotables-fisbe-"));
    try {
      const words = ["run", pipeline, "--sources", data.root, "--home", other, "--jobs", "1"];
      const alone = await neurotablesJson<RunSummary>(words);
      const hashes = ({ steps }: RunSummary) =>
        steps.flatMap(({ tables }) => tables.map((each) => [each.table, each.tableHash]));
      expect(hashes(alone)).toEqual(hashes(summary));
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  }, 600_000);
});
