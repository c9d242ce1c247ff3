import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { realData, repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query } from "../support/run-neurotables.js";

const data = realData("celegans");
const pipeline = join(repositoryRoot, "pipelines", "celegans-activity.yaml");

/** Specification 6.1: uid, frames, ROIs, t0, duration, median dt, labelled, reversals, sum of reversal_vec. */
const RECORDINGS = [
  ["2022-01-16-01", 799, 130, 607762.664637, 588.666211, 0.736728, 0, 38, 135],
  ["2022-07-26-31", 800, 146, 1228334.146131, 480.665092, 0.600019, 99, 34, 184],
  ["2022-07-26-38", 800, 141, 1231399.314946, 480.619636, 0.600019, 87, 29, 101],
  ["2022-07-27-31", 800, 145, 1302833.076793, 480.640092, 0.600019, 100, 20, 122],
  ["2022-07-27-45", 800, 140, 1321355.085649, 480.665092, 0.600019, 107, 25, 176],
  ["2022-08-02-31", 800, 130, 1833319.246458, 480.651456, 0.600019, 101, 33, 250],
] as const;

/** Specification 6.1: uid, ROI, x[100], mean, std, z[0], z[100], z[1000], compat z[0], z[100], z[1000]. */
const VALUES = [
  [
    "2022-07-26-31",
    89,
    0.356458902287,
    1.00023785049,
    0.508351580454,
    -1.2250786,
    -1.26640493,
    1.55530122,
    -1.22363,
    -1.25098,
    1.7334,
  ],
  [
    "2022-07-26-31",
    110,
    0.72497028356,
    0.999896264926,
    0.198766393527,
    -1.4920949,
    -1.38316129,
    0.239016656,
    -1.50977,
    -1.29004,
    0.101135,
  ],
  [
    "2022-07-26-38",
    119,
    0.865762735528,
    0.999862045585,
    0.26752168803,
    -0.378404548,
    -0.501265191,
    0.961770108,
    -0.378174,
    -0.437988,
    0.918457,
  ],
  [
    "2022-07-26-38",
    12,
    0.79321788998,
    1.0000084511,
    0.141669992771,
    -0.939236255,
    -1.45966381,
    0.823027211,
    -0.975586,
    -1.36328,
    1.07422,
  ],
  [
    "2022-07-27-31",
    84,
    0.405518067187,
    1.00028165526,
    0.579933609825,
    -1.01556067,
    -1.02557186,
    1.06851573,
    -1.01953,
    -1.01562,
    1.38086,
  ],
  [
    "2022-07-27-31",
    65,
    0.656335752016,
    0.99985956697,
    0.175074946217,
    -1.21573835,
    -1.96215291,
    0.731433711,
    -1.25195,
    -1.79395,
    1.18457,
  ],
  [
    "2022-07-27-45",
    92,
    0.690009405988,
    1.00001673678,
    0.472435271469,
    -0.38677106,
    -0.656190064,
    2.01373961,
    null,
    null,
    null,
  ],
  [
    "2022-07-27-45",
    72,
    1.08615901325,
    0.999847343745,
    0.259902156285,
    -0.771221314,
    0.332092933,
    -0.725158214,
    null,
    null,
    null,
  ],
  [
    "2022-08-02-31",
    36,
    0.420786681254,
    1.00017269072,
    0.415273733533,
    -1.54187543,
    -1.3951906,
    0.763655608,
    -1.5332,
    -1.46191,
    0.779297,
  ],
  [
    "2022-08-02-31",
    51,
    0.578703248376,
    1.00020179474,
    0.317653613749,
    -1.41076475,
    -1.32691249,
    1.00134573,
    -1.42383,
    -1.38672,
    0.969238,
  ],
  [
    "2022-01-16-01",
    1,
    0.265939550706,
    1.00035587295,
    0.521574346159,
    -1.11455981,
    -1.40807601,
    0.468596438,
    null,
    null,
    null,
  ],
] as const;

/** Specification 6.1: labels that the published procedure rewrites. */
const REWRITES = [
  ["2022-07-26-31", 145, "SAAD?", "SAADL"],
  ["2022-07-27-31", 16, "RIF?", "RIFL"],
  ["2022-07-27-31", 27, "RMF?", "RMFL"],
  ["2022-07-27-31", 56, "SIBV?", "SIBVL"],
  ["2022-07-27-31", 100, "SIBV?", "SIBVR"],
  ["2022-07-27-31", 119, "VB02", "VA12"],
  ["2022-07-27-45", 31, "SAAD?", "SAADL"],
  ["2022-07-27-45", 67, "RMF?", "RMFL"],
  ["2022-07-27-45", 100, "VB02", "VA12"],
  ["2022-08-02-31", 50, "AIA?", "AIAL"],
  ["2022-08-02-31", 60, "VB02", "VA12"],
  ["2022-08-02-31", 115, "AIM?", "AIML"],
  ["2022-08-02-31", 128, "AIM?", "AIMR"],
] as const;

/** The distance of neighbouring float16 numbers at a value. */
function float16Step(value: number): number {
  return 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value)))) - 10);
}

describe.skipIf(!data.present)(`celegans-activity on the real files${data.reason}`, () => {
  let home: string;
  let summary: RunSummary;
  const args = ["run", pipeline, "--sources", data.root];
  const rows = <T = Record<string, unknown>>(sql: string) => query<T>(home, sql);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "neurotables-activity-"));
    summary = await neurotablesJson<RunSummary>([...args, "--home", home]);
  }, 300_000);
  afterAll(() => rm(home, { recursive: true, force: true }));

  it("runs, and holds its checks", () => {
    expect(summary.steps.flatMap(({ failures }) => failures ?? [])).toEqual([]);
    expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
    expect(summary.exitCode).toBe(0);
  });

  it("has the recordings with their times, ROIs, labels and reversals", async () => {
    const found = await rows(`
      select worm_uid, n_frames, n_roi, t0_s, duration_s, median_dt_s, n_labelled,
        (select count(*) from celegans_activity.event e where e.recording_id = r.recording_id and name = 'reversal') as reversals,
        (select list_sum("values") from celegans_activity.behavior b where b.recording_id = r.recording_id and channel = 'reversal_vec') as reversing
      from celegans_activity.recording r where dataset = 'Dag2023' order by worm_uid`);
    expect(found).toHaveLength(RECORDINGS.length);
    for (const [index, [uid, frames, rois, t0, duration, dt, labelled, reversals, sum]] of RECORDINGS.entries()) {
      const row = found[index] as Record<string, number | string>;
      expect(row).toMatchObject({ worm_uid: uid, n_frames: frames, n_roi: rois, n_labelled: labelled });
      expect(Math.abs(Number(row.t0_s) - t0)).toBeLessThan(1e-6);
      expect(Math.abs(Number(row.duration_s) - duration)).toBeLessThan(1e-6);
      expect(Math.abs(Number(row.median_dt_s) - dt)).toBeLessThan(1e-6);
      expect([Number(row.reversals), Number(row.reversing)]).toEqual([reversals, sum]);
    }
  });

  it("invents no label: 491 exact, 3 alias, 10 ambiguous, 328 none", async () => {
    const counts = await rows<{ status: string; n: number }>(`
      select status, count(*)::int as n from celegans_activity.roi where recording_id like 'Dag2023/%' group by status order by status`);
    expect(counts.map(({ status, n }) => [status, Number(n)])).toEqual([
      ["alias", 3],
      ["ambiguous", 10],
      ["exact", 491],
      ["none", 328],
    ]);
    expect(
      await rows(`select * from celegans_activity.roi
        where label is not null and label_raw <> label and not (status = 'alias' and label_raw = 'VB02' and label = 'VB2')`),
    ).toEqual([]);
  });

  it("resamples and z-scores to the reference values", async () => {
    const found = await rows<{ uid: string; roi: number; x: number[]; z: number[]; mean: number; std: number }>(`
      select split_part(t.recording_id, '/', 2) as uid, t.roi, t."values" as x, z."values" as z, z.mean, z.std
      from celegans_activity.trace t join celegans_activity.trace z using (recording_id, roi)
      where t.kind = 'resampled' and z.kind = 'resampled_z'
        and (${VALUES.map(([uid, roi]) => `(t.recording_id = 'Dag2023/${uid}' and t.roi = ${roi})`).join(" or ")})`);
    for (const [uid, roi, x100, mean, std, ...z] of VALUES) {
      const row = found.find((each) => each.uid === uid && each.roi === roi);
      expect(row?.x).toHaveLength(uid === "2022-01-16-01" ? 1768 : 1444);
      const near = (value: number | undefined, wanted: number) =>
        expect(Math.abs(Number(value) / wanted - 1), `${uid} ${roi} ${wanted}`).toBeLessThan(1e-9);
      near(row?.x[100], x100);
      near(row?.mean, mean);
      near(row?.std, std);
      for (const [index, k] of [0, 100, 1000].entries()) {
        expect(Math.abs(Number(row?.z[k]) - (z[index] as number)), `${uid} ${roi} z[${k}]`).toBeLessThan(1e-6);
      }
    }
  });

  it("reproduces the published rows, steps and values within one float16 step", async () => {
    const steps = await rows(`
      select split_part(recording_id, '/', 2) as uid, c.worm, c.drop_reason, count(h.neuron)::int as n,
        count(*) filter (where h.is_labeled_neuron)::int as labelled, max(h.max_timesteps)::int as steps
      from celegans_activity.recording_compat c
      left join celegans_activity.hf_neural_compat h on h.worm = c.worm and h.source_dataset = 'Dag2023'
      where recording_id like 'Dag2023/%' group by all order by uid`);
    expect(steps).toEqual([
      { uid: "2022-01-16-01", worm: null, drop_reason: "no_label", n: 0, labelled: 0, steps: null },
      { uid: "2022-07-26-31", worm: "worm0", drop_reason: null, n: 146, labelled: 100, steps: 1444 },
      { uid: "2022-07-26-38", worm: "worm1", drop_reason: null, n: 141, labelled: 87, steps: 1443 },
      { uid: "2022-07-27-31", worm: "worm2", drop_reason: null, n: 145, labelled: 104, steps: 1444 },
      { uid: "2022-07-27-45", worm: null, drop_reason: "uid_strip", n: 0, labelled: 0, steps: null },
      { uid: "2022-08-02-31", worm: "worm3", drop_reason: null, n: 130, labelled: 104, steps: 1444 },
    ]);
    const values = await rows<{ uid: string; roi: number; z: number[] }>(`
      select split_part(c.recording_id, '/', 2) as uid, r.roi, h.calcium_data as z
      from celegans_activity.recording_compat c
      join celegans_activity.roi_compat r using (recording_id)
      join celegans_activity.hf_neural_compat h on h.worm = c.worm and h.neuron = r.name and h.source_dataset = 'Dag2023'
      where c.recording_id like 'Dag2023/%'`);
    for (const [uid, roi, , , , , , , ...z] of VALUES) {
      const row = values.find((each) => each.uid === uid && each.roi === roi);
      if (z[0] === null) {
        expect(row).toBeUndefined();
        continue;
      }
      for (const [index, k] of [0, 100, 1000].entries()) {
        const wanted = z[index] as number;
        expect(Math.abs(Number(row?.z[k]) - wanted), `${uid} ${roi} z[${k}]`).toBeLessThanOrEqual(
          float16Step(wanted) * 1.01,
        );
      }
    }
  });

  it("has the fifteen published columns", async () => {
    expect(Object.keys((await rows("select * from celegans_activity.hf_neural_compat limit 1"))[0] ?? {})).toEqual([
      "source_dataset",
      "raw_data_file",
      "worm",
      "neuron",
      "slot",
      "is_labeled_neuron",
      "smooth_method",
      "interpolate_method",
      "normalization_method",
      "original_calcium_data",
      "calcium_data",
      "original_time_in_seconds",
      "time_in_seconds",
      "original_max_timesteps",
      "max_timesteps",
    ]);
  });

  it("rewrites the labels that the published procedure rewrites, and says why", async () => {
    const found = await rows(`
      select split_part(recording_id, '/', 2) as uid, roi, r.label_raw, c.label
      from celegans_activity.roi r join celegans_activity.roi_compat c using (recording_id, roi)
      where c.rewritten and recording_id like 'Dag2023/%' order by uid, roi`);
    expect(found.map((row) => Object.values(row))).toEqual(REWRITES.map((row) => [...row]));
    expect(await rows("select * from celegans_activity.label_diff where len(causes) = 0")).toEqual([]);
    expect(await rows("select * from celegans_activity.recording_diff where len(causes) = 0")).toEqual([]);
    const [differences] = await rows<{ n: number }>(`
      select count(*)::int as n from celegans_activity.roi r
      join celegans_activity.roi_compat c using (recording_id, roi) join celegans_activity.recording_compat using (recording_id)
      where r.label is distinct from (case when worm is null then null else c.label end)`);
    const [explained] = await rows<{ n: number }>("select count(*)::int as n from celegans_activity.label_diff");
    expect(explained?.n).toBe(differences?.n);
  });

  it("joins behaviour, events, stimuli and traces without orphans", async () => {
    for (const table of ["roi", "frame", "behavior", "event", "stimulus", "trace", "resampled_frame"]) {
      expect(
        await rows(
          `select * from celegans_activity.${table} anti join celegans_activity.recording using (recording_id) limit 1`,
        ),
        table,
      ).toEqual([]);
    }
    expect(
      await rows(
        "select * from celegans_activity.trace anti join celegans_activity.roi using (recording_id, roi) limit 1",
      ),
    ).toEqual([]);
    expect(
      await rows(`select * from celegans_activity.event e
        where k_start is not null and not exists (select 1 from celegans_activity.frame f where f.recording_id = e.recording_id and f.k = e.k_start)`),
    ).toEqual([]);
  });

  it("reaches a file with a hash from every row, and accounts for everything read", async () => {
    expect(
      await rows("select * from celegans_activity.recording anti join celegans_activity.source_file using (source_id)"),
    ).toEqual([]);
    expect(await rows("select * from celegans_activity.file_count where read <> carried + dropped")).toEqual([]);
    const match = await rows(
      "select distinct manifest_match from celegans_activity.recording where manifest_sha256 is not null",
    );
    expect(match).toEqual([{ manifest_match: false }]);
  });

  it("finds everything cached when run again", async () => {
    const again = await neurotablesJson<RunSummary>([...args, "--home", home]);
    expect(again.steps.filter(({ status }) => status === "ran" || status === "failed")).toEqual([]);
    expect(again.generation).toBeNull();
  });
});
