import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary, StepSummary } from "../../src/engine/types.js";
import { npyBytes } from "../../src/sample-data/fisbe/broken-predictions.js";
import { builtPackage } from "../cli/support/built-package.js";
import { zipFile } from "../formats/image/zip-file.js";
import { writeBelow } from "../loaders/fisbe/support/volume-files.js";
import { repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query, stepsBy } from "../support/run-neurotables.js";
import { type FisbeMirror, METHODS, writeFisbeMirror } from "./support/fisbe-mirror.js";

const pipeline = join(repositoryRoot, "pipelines", "fisbe.yaml");
const S = "general.avg_f1_cov_score";
const BASELINES = ["colour_clustering", "connected_components", "flattened_truth"];

let folder: string;
let home: string;
let mirror: FisbeMirror;
let first: RunSummary;

const args = (...more: string[]) => [pipeline, "--sources", mirror.folder, "--home", home, ...more];
const run = (...more: string[]) => neurotablesJson<RunSummary>(["run", ...args(...more)]);
const rows = <T = Record<string, unknown>>(sql: string) => query<T>(home, sql);
const stepOf = ({ steps }: RunSummary, name: string) => steps.find(({ step }) => step === name) as StepSummary;

beforeAll(async () => {
  builtPackage();
  folder = await mkdtemp(join(tmpdir(), "neurotables-fisbe-"));
  home = join(folder, "home");
  mirror = await writeFisbeMirror(join(folder, "mirror"));
  first = await run();
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("fisbe on synthetic samples and predictions of them", () => {
  it("runs every step, sample by sample, in little memory, and holds its checks", () => {
    expect(first.steps.flatMap(({ failures = [] }) => failures)).toEqual([]);
    expect(first.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(first.checks.length).toBeGreaterThan(35);
    expect(first.exitCode).toBe(0);
    // The list is not the published one, whose hash is pinned.
    expect(first.warnings.filter((text) => !text.includes("not the pinned"))).toEqual([]);
    expect(stepsBy(first, "ran")).toHaveLength(first.steps.length);
    for (const step of ["volumes", "baselines", "predictions", "score"]) {
      expect(stepOf(first, step).partitions, step).toMatchObject({ ran: 2, failed: 0 });
    }
    for (const { step, peakMemoryBytes } of first.steps) expect(peakMemoryBytes, step).toBeLessThan(1024 ** 3);
  });

  it("has every sample of the list, and what the volumes say of the two that are there", async () => {
    const found =
      await rows(`select sample_id, label_set, split, is_listed, n_instances is not null as was_read, source,
      octet_length(mip_raw.bytes) > 100 and octet_length(mip_truth.bytes) > 100 as has_pictures
      from fisbe.sample order by sample_id`);
    expect(found).toHaveLength(8);
    expect(found.filter(({ was_read: read }) => read)).toEqual(
      [
        { sample_id: mirror.complete, label_set: "completely" },
        { sample_id: mirror.partly, label_set: "partly" },
      ]
        .map((row) => ({
          ...row,
          split: "test",
          is_listed: true,
          was_read: true,
          source: "synthetic",
          has_pictures: true,
        }))
        .sort((a, b) => (a.sample_id < b.sample_id ? -1 : 1)),
    );
    const dim =
      await rows(`select sample_id, n_dim, (select count(*)::int from fisbe.instance i where i.sample_id = v.sample_id and is_dim) as dim
      from fisbe.volume_record v where n_dim <> dim`);
    expect(dim).toEqual([]);
  });

  it("has predictions of anybody beside those of the baselines, all of them scored in both profiles", async () => {
    const found = await rows<{ id: string; n: number }>(
      `select p.prediction_id as id, count(profile)::int as n from segmentation.prediction p
       left join segmentation.score_record using (prediction_id) group by id order by id`,
    );
    const samples = { c: mirror.complete, p: mirror.partly };
    const methods = { ...METHODS, ...Object.fromEntries(BASELINES.map((name) => [name, "cp"])) };
    const expected = Object.entries(methods).flatMap(([method, of]) =>
      [...of].map((sample) => `${method}/${samples[sample as "c" | "p"]}`),
    );
    expect(found).toEqual(expected.sort().map((id) => ({ id, n: 2 })));
    const labels =
      await rows(`select method, channels, labels_raw > 0 as any_label, has_overlap, params is null as of_a_file
      from segmentation.prediction where sample_id = '${mirror.complete}' and method in ('perfect', 'masks', 'empty') order by method`);
    expect(labels).toMatchObject([
      { method: "empty", channels: 1, any_label: false, has_overlap: false, of_a_file: true },
      { method: "masks", any_label: true, has_overlap: true, of_a_file: true },
      { method: "perfect", any_label: true, has_overlap: true, of_a_file: true },
    ]);
  });

  it("gives the truth the score 1, an empty prediction 0, and all others something between", async () => {
    const scores = await rows<{ method: string; subject: string; profile: string; value: number }>(
      `select method, subject, profile, value from segmentation.metric where metric = '${S}' and scope = 'image'`,
    );
    const of = (name: string) => scores.filter(({ method }) => method === name).map(({ value }) => value);
    for (const value of [...of("perfect"), ...of("masks")]) expect(value).toBe(1);
    for (const value of of("empty")) expect(value).toBe(0);
    for (const name of BASELINES) {
      for (const value of of(name)) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(1);
      }
    }
    for (const value of of("flattened_truth")) expect(value).toBeGreaterThan(0.8);
  });

  it("says what the published tool does not survive", async () => {
    const warned = await rows<{ subject: string; warnings: string[] }>(
      `select subject, warnings from segmentation.metric where metric = '${S}' and method = 'empty' and scope = 'image' and profile = 'flylight'`,
    );
    for (const { warnings } of warned) expect(warnings.join()).toContain("the prediction is empty");
    expect(warned).toHaveLength(2);
  });

  it.each(["perfect", "masks", "overlapping", "empty", "flattened_truth"])(
    "scores %s as `evaluate segmentation` does",
    async (method) => {
      const truth = join(mirror.folder, mirror.completeStore);
      let prediction = join(mirror.folder, "fisbe/predictions", method, `${mirror.complete}.npy`);
      if (method === "perfect") prediction = prediction.replace(/npy$/, "zarr");
      if (method === "flattened_truth") {
        // Blocks of one sample of this size are one row.
        const blocks = await rows<{ data: string; shape: number[] }>(
          `select hex(data) as data, shape from segmentation.chunk where prediction_id = '${method}/${mirror.complete}'`,
        );
        const [{ data, shape }] = blocks as [{ data: string; shape: number[] }];
        const values = new Uint16Array(new Uint8Array(Buffer.from(data, "hex")).buffer);
        prediction = join(folder, "flattened.npy");
        writeFileSync(prediction, npyBytes(values, shape));
      }
      const words = ["evaluate", "segmentation", "--truth", truth, "--prediction", prediction];
      const { general } = await neurotablesJson<{ general: Record<string, number | number[]> }>(words);
      const found = await rows<{ metric: string; value: number; instance_id: number | null }>(`
        select metric, value, instance_id from segmentation.metric
        where method = '${method}' and subject = '${mirror.complete}' and profile = 'flylight' and metric like 'general.%'
        order by metric, position`);
      for (const [key, wanted] of Object.entries(general)) {
        const own = found.filter(({ metric }) => metric === `general.${key}`);
        expect(
          own.map(({ value }) => value),
          key,
        ).toEqual([wanted].flat());
        if (key !== "gt_skel_coverage") continue;
        expect(own.map(({ instance_id: id }) => id)).toEqual(own.map((_, index) => index + 1));
      }
    },
    60_000,
  );

  it("pools completely and partly labelled images apart, and combines them in both conventions", async () => {
    const subjects = await rows<{ method: string; subjects: string[] }>(`
      select method, list_sort(list(distinct subject)) as subjects from segmentation.metric where scope <> 'image' group by method order by method`);
    const both = ["combined_code", "combined_published", "completely", "partly"];
    expect(Object.fromEntries(subjects.map(({ method, subjects: names }) => [method, names]))).toEqual({
      ...Object.fromEntries(BASELINES.map((name) => [name, both])),
      perfect: both,
      empty: both,
      masks: ["completely"],
      overlapping: ["completely"],
      shifted: ["partly"],
    });
    const pooled = await rows<{ subject: string; metric: string; value: number }>(`
      select subject, metric, value from segmentation.metric
      where scope <> 'image' and method = 'colour_clustering' and profile = 'flylight' and position = 0`);
    const value = (subject: string, metric: string) =>
      pooled.find((row) => row.subject === subject && row.metric === metric)?.value;
    const mean = (metric: string) =>
      ((value("completely", metric) as number) + (value("partly", metric) as number)) / 2;
    for (const metric of [S, "general.avg_gt_skel_coverage", "confusion_matrix.avFscore"]) {
      expect(value("combined_published", metric)).toBeCloseTo(mean(metric), 12);
      expect(value("combined_code", metric)).toBeCloseTo(mean(metric), 12);
    }
    expect(value("combined_published", "general.avg_TP_05_cldice")).toBeCloseTo(mean("general.avg_TP_05_cldice"), 12);
    expect(value("combined_code", "general.avg_gt_cov_dim")).toBeUndefined();
    expect(value("combined_published", "general.avg_gt_cov_dim")).toBeCloseTo(mean("general.avg_gt_cov_dim"), 12);
  });

  it("ignores what lies in the background of a partly labelled image, and there alone", async () => {
    const errors = await rows<{ subject: string; partly: boolean; fp: number; splits: number }>(`
      select m.subject, partly, m.value as fp, s.value as splits
      from segmentation.metric m join segmentation.metric s using (method, profile, subject)
      join segmentation.score_record r on r.prediction_id = m.prediction_id and r.profile = m.profile
      where m.metric = 'confusion_matrix.th_0_5.AP_FP' and s.metric = 'confusion_matrix.th_0_5.false_split'
        and m.scope = 'image' and method = 'colour_clustering'`);
    expect(errors.map(({ partly }) => partly).sort()).toEqual([false, false, true, true]);
    for (const { partly, fp, splits } of errors) if (partly) expect(fp).toBe(splits);
    expect(
      await rows("select distinct sample_id, partly, split from segmentation.score_record order by partly"),
    ).toEqual([
      { sample_id: mirror.complete, partly: false, split: "test" },
      { sample_id: mirror.partly, partly: true, split: "test" },
    ]);
  });
});

describe("fisbe when it is run again", () => {
  it("finds everything cached, and plans nothing", async () => {
    const again = await run();
    expect(stepsBy(again, "cached")).toHaveLength(again.steps.length);
    expect(again.generation).toBeNull();
    const { units } = await neurotablesJson<{ units: { action: string }[] }>(["plan", ...args()]);
    expect(units.filter(({ action }) => action !== "cached")).toEqual([]);
  }, 60_000);

  it("makes the same tables with one unit of work at a time", async () => {
    const alone = await neurotablesJson<RunSummary>([
      ...["run", pipeline, "--sources", mirror.folder, "--home", join(folder, "other"), "--jobs", "1"],
    ]);
    const hashes = ({ steps }: RunSummary) =>
      steps.flatMap(({ tables }) => tables.map((each) => [each.table, each.tableHash]));
    expect(hashes(alone)).toEqual(hashes(first));
  }, 300_000);

  it("tries other parameters without making them current", async () => {
    const tried = await run(
      "--set",
      "steps.baselines.with.methods.connected_components.threshold=0.5",
      "--set",
      "steps.score.with.profiles=[fixed]",
    );
    expect(tried.exitCode).toBe(0);
    expect(stepOf(tried, "volumes").status).toBe("cached");
    expect(stepOf(tried, "baselines").partitions).toMatchObject({ ran: 2 });
    expect(tried.steps.find(({ step }) => step === "metric")?.tableHash).not.toBe(stepOf(first, "metric").tableHash);
    expect(await rows("select distinct profile from segmentation.metric order by profile")).toHaveLength(2);
  }, 300_000);

  it("names the parameter when stages need voxels that are not stored", async () => {
    const without = await run("--set", "steps.volumes.with.data=false");
    expect(without.exitCode).toBe(1);
    const failures = stepOf(without, "baselines").failures ?? [];
    expect(failures.map(({ partition }) => partition).sort()).toEqual(
      [mirror.complete, mirror.partly].map((name) => `volumes/${name}`).sort(),
    );
    for (const { error } of failures) {
      expect(error).toMatchObject({ tag: "load/no-voxels", exitCode: 1 });
      expect(error.wayOut).toContain("with: { data: true }");
    }
  }, 300_000);
});

describe("fisbe when files change", () => {
  it("loads, segments and scores anew the sample alone of which a chunk changed", async () => {
    const chunk = join(mirror.folder, mirror.completeStore, "volumes/raw/0.0.0.0");
    const whole = readFileSync(chunk);
    const { chunks } = JSON.parse(
      readFileSync(join(mirror.folder, mirror.completeStore, "volumes/raw/.zarray"), "utf8"),
    ) as { chunks: number[] };
    writeFileSync(chunk, gzipSync(new Uint8Array(2 * chunks.reduce((product, size) => product * size, 1))));
    const changed = await run();
    expect(changed.exitCode).toBe(0);
    for (const step of ["volumes", "baselines"]) {
      expect(stepOf(changed, step).partitions, step).toMatchObject({ ran: 1, cached: 1, failed: 0 });
    }
    expect(stepOf(changed, "volumes").failures).toBeUndefined();
    writeFileSync(chunk, whole);
    const restored = await run();
    expect(stepsBy(restored, "ran")).toEqual([]);
    expect(stepOf(restored, "metric").tableHash).toBe(stepOf(first, "metric").tableHash);
  }, 300_000);

  it("keeps the last result of a sample that breaks, and all others current", async () => {
    const chunk = join(mirror.folder, mirror.partlyStore, "volumes/gt_instances/0.0.0.0");
    const whole = readFileSync(chunk);
    writeFileSync(chunk, whole.subarray(0, whole.length >> 1));
    const broken = await run();
    expect(broken.exitCode).toBe(1);
    const [failure, ...more] = stepOf(broken, "volumes").failures ?? [];
    expect(more).toEqual([]);
    expect(failure).toMatchObject({
      partition: mirror.partly,
      keepsLastResult: true,
      error: { tag: "format/truncated" },
    });
    expect(failure?.error.message).toContain(`${mirror.partlyStore}: volumes/gt_instances: chunk 0.0.0.0`);
    expect(await rows("select count(*)::int as n from fisbe.volume_record")).toEqual([{ n: 2 }]);
    writeFileSync(chunk, whole);
  }, 300_000);

  it("scores a new prediction, without doing the volumes of others again", async () => {
    const from = join(mirror.folder, "fisbe/predictions/perfect", `${mirror.complete}.zarr`);
    const to = join(mirror.folder, "fisbe/predictions/newcomer", `${mirror.complete}.zarr`);
    cpSync(from, to, { recursive: true });
    const added = await run();
    expect(added.exitCode).toBe(0);
    for (const step of ["volumes", "score"]) {
      expect(stepOf(added, step).partitions, step).toMatchObject({ ran: 1, cached: 1 });
    }
    expect(stepOf(added, "baselines").partitions).toMatchObject({ ran: 0, cached: 2 });
    rmSync(join(mirror.folder, "fisbe/predictions/newcomer"), { recursive: true });
    expect((await run()).exitCode).toBe(0);
    expect(await rows("select * from segmentation.prediction where method = 'newcomer'")).toEqual([]);
  }, 300_000);

  it("reads a sample that stays zipped to the same rows", async () => {
    const zipped = join(folder, "zipped");
    const members: Record<string, Uint8Array> = {};
    const store = join(mirror.folder, mirror.completeStore);
    for (const array of ["raw", "gt_instances"]) {
      for (const name of readdirSync(join(store, "volumes", array))) {
        members[`${mirror.complete}.zarr/volumes/${array}/${name}`] = readFileSync(join(store, "volumes", array, name));
      }
    }
    writeBelow(zipped, { [`fisbe/samples/completely/test/${mirror.complete}.zip`]: zipFile(members) });
    const text = readFileSync(pipeline, "utf8").replace("fisbe/samples/**/*.zarr", "fisbe/samples/**/*.zip");
    const project = join(folder, "zip.yaml");
    writeFileSync(project, text);
    const other = join(folder, "zip-home");
    const summary = await neurotablesJson<RunSummary>([
      ...["run", project, "--only", "volumes", "--sources", zipped, "--home", other],
    ]);
    expect(summary.exitCode, JSON.stringify(summary)).toBe(0);
    const hashes = `select "array", list(sha256 order by origin_z, origin_y, origin_x, origin_c) as blocks from fisbe.chunk
      where sample_id = '${mirror.complete}' group by all order by all`;
    expect(await query(other, hashes)).toEqual(await query(home, hashes));
    const neurons = `from fisbe.instance where sample_id = '${mirror.complete}' order by instance_id`;
    expect(await query(other, neurons)).toEqual(await query(home, neurons));
  }, 300_000);
});
