import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { sampleRecordingFiles } from "../../src/sample-data/activity/sample-recordings.js";
import { syntheticRecording } from "../../src/sample-data/activity/synthetic-recording.js";
import { writeSampleFiles } from "../../src/sample-data/sample-sources.js";
import { repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query, stepsBy } from "../support/run-neurotables.js";

const SEED = 1;
const pipeline = join(repositoryRoot, "pipelines", "celegans-activity.yaml");

let folder: string;
let home: string;
let args: string[];
let first: RunSummary;

/** Rows of a query in which tables stand without their dataset; names of `with` begin with `own_`. */
function rows<T = Record<string, unknown>>(sql: string): Promise<T[]> {
  const named = sql.replaceAll(/(?<!distinct )\b(from|join) (?!own_)([a-z_]+)\b(?!\()/g, "$1 celegans_activity.$2");
  return query<T>(home, named);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "neurotables-activity-"));
  home = join(folder, "home");
  const mirror = join(folder, "mirror");
  await writeSampleFiles(mirror, sampleRecordingFiles(SEED));
  args = [pipeline, "--sources", mirror, "--home", home];
  first = await neurotablesJson<RunSummary>(["run", ...args]);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("celegans-activity on sample recordings", () => {
  it("runs every step that has files, and holds every check", () => {
    expect(first.exitCode).toBe(0);
    expect(first.steps.flatMap(({ failures = [] }) => failures)).toEqual([]);
    expect(stepsBy(first, "skipped")).toEqual(["flavell2023_ten_neurons", "pradhan2025_manifest"]);
    expect(stepsBy(first, "ran")).toHaveLength(first.steps.length - 2);
    expect(first.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(first.checks.length).toBeGreaterThan(40);
  });

  it("has every recording of every dataset, with all its frames and ROIs", async () => {
    const found = await rows<{ dataset: string; n: number; frames: number[]; rois: number; kinds: string }>(`
      select dataset, count(*)::int as n, list_sort(list(n_frames)) as frames, sum(n_roi)::int as rois,
        any_value(primary_kind) || ' ' || any_value(time_basis) as kinds
      from recording group by dataset order by dataset`);
    const pairs = (n: number) => [...new Array<number>(n).fill(599), ...new Array<number>(n).fill(700)];
    expect(found).toEqual([
      { dataset: "Dag2023", n: 3, frames: [599, 650, 700], rois: 18, kinds: "F_over_mean measured" },
      // One of them has sixty labelled neurons.
      { dataset: "Flavell2023", n: 3, frames: [599, 700, 800], rois: 76, kinds: "ratio measured" },
      { dataset: "Kaplan2020", n: 6, frames: pairs(3), rois: 36, kinds: "dff_bc measured" },
      { dataset: "Kato2015", n: 4, frames: pairs(2), rois: 24, kinds: "dff_bc measured" },
      { dataset: "Leifer2023", n: 2, frames: pairs(1), rois: 12, kinds: "gcamp measured" },
      { dataset: "Lin2023", n: 2, frames: pairs(1), rois: 12, kinds: "corrected_F measured" },
      { dataset: "Nejatbakhsh2020", n: 2, frames: pairs(1), rois: 12, kinds: "raw_fluorescence measured" },
      { dataset: "Nichols2017", n: 8, frames: pairs(4), rois: 48, kinds: "dff_bc measured" },
      { dataset: "Skora2018", n: 4, frames: pairs(2), rois: 24, kinds: "dff_bc measured" },
      { dataset: "Uzel2022", n: 2, frames: pairs(1), rois: 12, kinds: "dff_bc measured" },
      { dataset: "Venkatachalam2024", n: 2, frames: pairs(1), rois: 12, kinds: "other assumed" },
      // Two worms of three files, the second of each without AVAR.
      { dataset: "Yemini2021", n: 6, frames: pairs(3), rois: 33, kinds: "norm from_rate" },
    ]);
    expect(await rows("select recording_id from recording where worm_uid = '2022-07-27-45'")).toEqual([
      { recording_id: "Dag2023/2022-07-27-45" },
    ]);
  });

  it("has conditions, genotypes and strains from files, names of files and manifests", async () => {
    const found = await rows(`
      select distinct dataset, genotype, strain, condition from recording
      where coalesce(genotype, strain, condition) is not null order by all`);
    expect(found.map((row) => Object.values(row).map((value) => value ?? "-")).map((row) => row.join(" | "))).toEqual([
      "Dag2023 | - | SWF415 | patchEncounter",
      "Dag2023 | - | SWF702 | neuropal,reFed",
      "Flavell2023 | - | - | baseline,neuropal",
      "Flavell2023 | - | - | heat,neuropal",
      "Kaplan2020 | MNhisCl RIShisCl | - | -",
      "Kaplan2020 | RIShisCl | - | -",
      "Kaplan2020 | SMDhisCl RIShisCl | - | -",
      "Kato2015 | wild type | - | O2 steps",
      "Kato2015 | wild type | - | no stimulus",
      "Nejatbakhsh2020 | - | OH16230 | -",
      "Nichols2017 | n2 | - | lethargus",
      "Nichols2017 | n2 | - | prelethargus",
      "Nichols2017 | npr1 | - | lethargus",
      "Nichols2017 | npr1 | - | prelethargus",
      "Skora2018 | wild type | - | fasted",
      "Skora2018 | wild type | - | starved",
      "Uzel2022 | wild type | - | -",
      "Yemini2021 | - | OH15500 | head",
      "Yemini2021 | - | OH16230 | head",
      "Yemini2021 | - | OH16230 | tail",
    ]);
  });
});

/** What a source should have become: the invented recording, as its format carries it. */
interface Original {
  readonly id: string;
  /** Name, index, frames and time step of the generator. */
  readonly made: readonly [name: string, index: number, frames: number, dtS: number];
  readonly kind: string;
  readonly t0S?: number;
  readonly regular?: boolean;
  /** What the format does to a trace. */
  readonly carried?: (value: number, k: number) => number;
  /** The rate or the interval that the format states in place of times. */
  readonly times?: (k: number) => number;
}

const ORIGINALS: readonly Original[] = [
  { id: "Kato2015/WT_Stim/TS20140716_O2steps", made: ["Kato2015 Stim", 1, 599, 0.35], kind: "dff_bc" },
  { id: "Nichols2017/npr1_let/1", made: ["Nichols2017 npr1_let", 0, 700, 0.2], kind: "dff_bc" },
  { id: "Skora2018/WT_starved/2", made: ["Skora2018 WT_starved", 1, 599, 0.34], kind: "dff_bc" },
  {
    id: "Kaplan2020/Neuron2019_Data_RIShisCl/1",
    made: ["Kaplan2020 Neuron2019_Data_RIShisCl", 0, 700, 0.3],
    kind: "dff_bc",
  },
  { id: "Nejatbakhsh2020/sub-sample0_ophys", made: ["Nejatbakhsh2020", 0, 700, 0.246], kind: "raw_fluorescence" },
  {
    id: "Yemini2021/Tail_Activity_OH16230/20200101_animal.mat",
    made: ["Yemini2021 Tail_Activity_OH16230", 0, 700, 1 / 3.87],
    kind: "norm",
    regular: true,
    // The first three frames are 0 there: no measurement.
    carried: (value, k) => (k < 3 ? Number.NaN : value),
    times: (k) => k / 3.87,
  },
  { id: "Uzel2022/Uzel_WT/2", made: ["Uzel2022 Uzel_WT", 1, 599, 0.3], kind: "dff_bc" },
  { id: "Dag2023/2022-07-27-45", made: ["dag 2022-07-27-45", 1, 599, 0.6], kind: "ratio", t0S: 1_321_355.085 },
  { id: "Leifer2023/0", made: ["Leifer2023", 0, 700, 0.5], kind: "gcamp" },
  {
    id: "Lin2023/101_prfrd_data",
    made: ["Lin2023", 0, 700, 0.23],
    kind: "corrected_F",
    carried: (value, k) => (k === 0 ? Number.NaN : value),
  },
  { id: "Flavell2023/2022-06-14-07", made: ["flavell", 1, 599, 0.6], kind: "ratio", t0S: 5000 },
  {
    id: "Venkatachalam2024/sample_worm_1",
    made: ["Venkatachalam2024", 1, 599, 0.375],
    kind: "other",
    regular: true,
    times: (k) => k * 0.375,
  },
];

describe("values", () => {
  interface Carried {
    readonly traces: Map<string, { column: number; values: number[]; valid: number }[]>;
    readonly times: Map<string, number[]>;
  }
  let carriedOver: Carried;

  beforeAll(async () => {
    const ids = ORIGINALS.map(({ id, kind }) => `('${id}', '${kind}')`).join(", ");
    const traces = await rows<{ id: string; column: number; values: (number | "NaN")[]; n_valid: number }>(`
      select recording_id as id, column_index as "column", "values", n_valid from trace join roi using (recording_id, roi)
      where (recording_id, kind) in (${ids}) order by id, column_index`);
    const times = await rows<{ id: string; times: number[] }>(`
      select recording_id as id, list(t_s order by k) as times from frame
      where recording_id in (${ORIGINALS.map(({ id }) => `'${id}'`).join(", ")}) group by id`);
    carriedOver = { traces: new Map(), times: new Map(times.map((row) => [row.id, row.times])) };
    for (const { id, column, values, n_valid: valid } of traces) {
      const own = carriedOver.traces.get(id) ?? [];
      carriedOver.traces.set(id, [...own, { column, values: values.map(Number), valid }]);
    }
  });

  it.each(ORIGINALS)("of $id are those of its source, bit for bit", (original) => {
    const { id, made, t0S = 0, regular = false, carried = (value: number) => value } = original;
    const [name, index, frames, dtS] = made;
    const truth = syntheticRecording({ seed: SEED, name, index, frames, rois: 6, dtS, t0S, regular });
    const found = carriedOver.traces.get(id) ?? [];
    expect(found.map(({ column }) => column)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { column, values, valid } of found) {
      const wanted = Array.from(truth.traces[column] as Float64Array, carried);
      expect(values, `column ${column}`).toEqual(wanted);
      expect(valid).toBe(wanted.filter((value) => !Number.isNaN(value)).length);
    }
    const t0 = truth.timeS[0] as number;
    const wanted = Array.from(truth.timeS, (time, k) => original.times?.(k) ?? time - t0);
    expect(carriedOver.times.get(id)).toEqual(wanted);
  });

  it("keep their validity, and z is (x − mean) / std, for every ROI and sample", async () => {
    const wrong = await rows(`
      select kind, count(*)::int as n from (
        select kind, n_valid, mean, std, valid_bitmap, unnest("values") as x, generate_subscripts("values", 1) - 1 as k from trace)
      where isnan(x) <> (valid_bitmap is not null and
        get_bit(valid_bitmap::bit, ((k // 8) * 8 + 7 - k % 8)::int) = 0) group by kind`);
    expect(wrong).toEqual([]);
    const z = await rows<{ n: number; nan: number; off: number }>(`
      with own_pairs as (
        select x.mean, x.std, unnest(x."values") as value, unnest(z."values") as z
        from trace as x join trace as z using (recording_id, roi) where x.kind = 'resampled' and z.kind = 'resampled_z')
      select count(*)::int as n, count(*) filter (where isnan(value) <> isnan(z))::int as nan,
        count(*) filter (where not isnan(z) and abs(z - (value - mean) / std) > 1e-12)::int as off from own_pairs`);
    expect(z).toEqual([{ n: expect.any(Number), nan: 0, off: 0 }]);
    expect(z[0]?.n).toBeGreaterThan(150_000);
    const moments = await rows<{ n: number; off: number }>(`
      with own_moments as (
        select n_valid, mean, std, list_filter("values", lambda x: not isnan(x)) as present from trace where kind = 'resampled')
      select count(*)::int as n, count(*) filter (where len(present) <> n_valid or (n_valid = 0) <> (mean is null)
        or abs(list_avg(present) - mean) > 1e-12 or abs(list_stddev_pop(present) - std) > 1e-12)::int as off from own_moments`);
    expect(moments).toEqual([{ n: 319, off: 0 }]);
  });

  it("hold no value where the source has a gap or none: nothing is imputed or drawn across segments", async () => {
    const [invalid] = await rows<{ none: number; partly: number; segments: number }>(`
      select count(*) filter (where n_valid = 0 and status = 'none')::int as none,
        count(*) filter (where n_valid between 1 and len("values") - 1)::int as partly,
        (select count(*)::int from recording where n_segments = 2) as segments
      from trace join roi using (recording_id, roi) where kind = 'resampled'`);
    // ROI 2 of every small recording has no value at all, ROI 3 a run of 12 frames without one.
    expect(invalid?.none).toBe(43);
    expect(invalid?.partly).toBeGreaterThanOrEqual(43);
    expect(invalid?.segments).toBe(2);
    expect(
      await rows(`
        select recording_id, roi from trace join frame using (recording_id)
        where kind = 'resampled' and segment = 1 group by all
        having not isnan(any_value("values")[(min(t_s) / 0.333)::int])`),
    ).toEqual([]);
  });
});

const OF_SIX = "duplicate AVAL | duplicate AVAL | none | ambiguous SAADL SAADR | alias VB2";
const WHOLE = `${OF_SIX} | exact RIML`;
const TWO_NAMES = `${OF_SIX} | ambiguous RIML RIMR`;
const SIDED = "duplicate AVAL | exact AVAR | none | ambiguous SAADL SAADR | alias VB2 | duplicate AVAL";

describe("labels", () => {
  it("are resolved alike in every format, none is invented", async () => {
    const found = await rows<{ dataset: string; labels: string; n: number }>(`
      with own_labels as (
        select recording_id, string_agg(trim(concat_ws(' ', if(status = 'none', 'none', status), label, array_to_string(candidates, ' '))),
          ' | ' order by column_index) as labels
        from roi group by recording_id)
      select dataset, labels, count(*)::int as n from own_labels join recording using (recording_id)
      where n_roi <= 6 group by all order by dataset, labels`);
    const of = (dataset: string, ...expected: (readonly [string, number])[]) =>
      expected.map(([labels, n]) => ({ dataset, labels, n }));
    const nobody = new Array<string>(6).fill("none").join(" | ");
    const zimmer = (dataset: string, files: number) => of(dataset, [TWO_NAMES, files], [WHOLE, files]);
    expect(found).toEqual([
      ...of("Dag2023", [WHOLE, 2], [nobody, 1]),
      ...of("Flavell2023", [WHOLE, 2]),
      ...zimmer("Kaplan2020", 3),
      ...zimmer("Kato2015", 2),
      ...of("Leifer2023", [WHOLE, 2]),
      ...of("Lin2023", [WHOLE, 2]),
      ...of("Nejatbakhsh2020", [WHOLE, 2]),
      ...zimmer("Nichols2017", 4),
      ...zimmer("Skora2018", 2),
      ...zimmer("Uzel2022", 1),
      ...of("Venkatachalam2024", [WHOLE, 2]),
      ...of("Yemini2021", [SIDED, 3], [SIDED.replace("duplicate AVAL | exact AVAR", "duplicate AVAL"), 3]),
    ]);
  });

  it("are those that the source spells, or an alias of one", async () => {
    const invented = await rows(`
      select recording_id, roi, label_raw, candidates_raw, label from roi
      where label is not null and label <> label_raw and not (status = 'alias' and label_raw = 'VB02' and label = 'VB2')`);
    expect(invented).toEqual([]);
    expect(
      await rows(`
        select status, count(*)::int as n from roi join recording using (recording_id)
        where n_roi > 6 group by status order by status`),
    ).toEqual([
      { status: "exact", n: 60 },
      { status: "none", n: 4 },
    ]);
  });

  it("keep what the source says of them: text, candidates, confidence, side, note", async () => {
    const found = await rows(`
      select roi, label_raw, confidence, lr, dv, neuron_class, note, neuropal_roi_ids, candidates_raw
      from roi where recording_id = 'Dag2023/2022-07-26-31' order by roi`);
    expect(found.map((row) => Object.values(row))).toEqual([
      [1, "AVAL", 4, "L", null, "AVA", null, [3], ["AVAL"]],
      [2, "AVAL", 5, "L", null, "AVA", null, [6], ["AVAL"]],
      [3, "", 1, null, null, expect.anything(), null, [2], []],
      [4, "SAAD?", 3, "unknown", "D", "SAAD", "could be 2", [8], ["SAAD?"]],
      [5, "VB02", 2.5, null, null, "VB02", null, [5], ["VB02"]],
      [6, "RIML", 3.5, "L", null, "RIM", null, [7], ["RIML"]],
    ]);
    expect(await rows("select distinct candidates_raw from roi where len(candidates_raw) > 1")).toEqual([
      { candidates_raw: ["RIML", "RIMR"] },
    ]);
  });
});

describe("differences from the published data", () => {
  it("are all listed, and every one has a cause: labels", async () => {
    const published = `own_published as (
      select recording_id, roi, if(worm is null, null, roi_compat.label) as compat
      from roi_compat join recording_compat using (recording_id))`;
    const differing = await rows(`
      with ${published} select recording_id, roi, label, compat from roi join own_published using (recording_id, roi)
      where label is distinct from compat order by all`);
    const listed = await rows<{ causes: string[] }>(`
      select recording_id, roi, label, compat_label as compat, causes from label_diff order by recording_id, roi`);
    expect(listed.map(({ causes, ...row }) => row)).toEqual(differing);
    expect(listed.length).toBeGreaterThan(50);
    for (const row of listed) expect(row.causes.length, JSON.stringify(row)).toBeGreaterThan(0);
  });

  it("have the causes that the traps were made for", async () => {
    const found = await rows<Record<string, unknown>>(`
      select recording_id as id, label_raw as raw, compat_label as compat, array_to_string(causes, ' ') as causes from label_diff
      where split_part(recording_id, '/', 1) in ('Dag2023', 'Leifer2023', 'Skora2018') order by recording_id, roi`);
    expect(found.map((row) => Object.values(row).join(" | "))).toEqual([
      "Dag2023/2022-07-26-31 | AVAL | AVAL | label_nearest unique_first",
      "Dag2023/2022-07-26-31 | AVAL | ADAL | label_nearest",
      "Dag2023/2022-07-26-31 | SAAD? | SAADL | label_nearest",
      "Dag2023/2022-07-26-31 | VB02 | VA12 | label_nearest",
      "Dag2023/2022-07-27-45 | VB02 |  | label_nearest uid_strip drop_meta",
      "Dag2023/2022-07-27-45 | RIML |  | uid_strip drop_meta",
      "Leifer2023/0 | AVAL | AVAL | unique_first",
      "Leifer2023/0 | VB02 |  | no_alias",
      "Leifer2023/1 | VB02 |  | no_alias",
      "Leifer2023/1 | RIML |  | drop_meta",
      "Skora2018/WT_fasted/1 | AVAL | AVAL | unique_first",
      "Skora2018/WT_fasted/2 | VB02 |  | drop_meta",
      "Skora2018/WT_starved/1 | AVAL | AVAL | unique_first",
      "Skora2018/WT_starved/2 | VB02 |  | drop_meta",
    ]);
  });

  it("are all listed, and every one has a cause: recordings", async () => {
    // What the published form shows of a recording, beside the corrected tables.
    const differing = await rows(`
      with own_form as (
        select source_dataset as dataset, worm, count(*) as n, any_value(original_max_timesteps) as frames,
          any_value(max_timesteps) as steps, any_value(original_time_in_seconds)[-1]::double as duration
        from hf_neural_compat group by all),
      own_samples as (select recording_id, count(*) as n from resampled_frame group by recording_id),
      own_numbers as (
        select recording_id, unnest([
          {'quantity': 'present', 'compat': if(c.worm is null, 0, 1)::double, 'here': 1::double},
          {'quantity': 'n_rows', 'compat': if(c.worm is null, null, c.n_rows)::double, 'here': r.n_roi::double},
          {'quantity': 'n_labelled', 'compat': if(c.worm is null, null, c.n_labelled)::double, 'here': r.n_labelled::double},
          {'quantity': 'n_frames', 'compat': frames::double, 'here': n_frames::double},
          {'quantity': 'n_steps', 'compat': steps::double, 'here': s.n::double},
          {'quantity': 'duration_s', 'compat': duration, 'here': duration_s}], recursive := true)
        from recording as r join recording_compat as c using (recording_id) join own_samples as s using (recording_id)
        left join own_form as f on f.dataset = r.dataset and f.worm = c.worm)
      select recording_id, quantity, compat, here from own_numbers where here is distinct from compat order by all`);
    const listed = await rows<{ causes: string[] }>(`
      select recording_id, quantity, compat, corrected as here, causes from recording_diff
      where quantity in ('present', 'n_rows', 'n_labelled', 'n_frames', 'n_steps', 'duration_s') order by all`);
    expect(listed.map(({ causes, ...row }) => row)).toEqual(differing);
    expect(await rows("select * from recording_diff where len(causes) = 0")).toEqual([]);
    expect(
      await rows(`
        select drop_reason, count(*)::int as n, count(worm)::int as worms from recording_compat
        group by drop_reason order by drop_reason nulls first`),
    ).toEqual([
      { drop_reason: null, n: 22, worms: 22 },
      { drop_reason: "no_label", n: 1, worms: 0 },
      { drop_reason: "too_short", n: 21, worms: 0 },
    ]);
  });

  it("do not add a worm or a neuron: the published form is that of the recordings that are kept", async () => {
    const found = await rows<{ n: number; labelled: number; odd: number }>(`
      select count(*)::int as n, count(*) filter (where is_labeled_neuron)::int as labelled,
        count(*) filter (where slot not between 0 and 299 or len(calcium_data) <> max_timesteps
          or len(time_in_seconds) <> max_timesteps or len(original_calcium_data) <> original_max_timesteps)::int as odd
      from hf_neural_compat`);
    const [kept] = await rows<{ n: number; labelled: number }>(
      "select sum(n_rows)::int as n, sum(n_labelled)::int as labelled from recording_compat where worm is not null",
    );
    expect(found[0]?.odd).toBe(0);
    expect(found[0]?.labelled).toBe(kept?.labelled);
    expect(found[0]?.n).toBeLessThanOrEqual(kept?.n as number);
  });
});

describe("keys", () => {
  it("of every row lead to a recording, a frame, an ROI and a source file", async () => {
    const orphans = await rows(`
      select * from (
        select 'roi' as of_table, recording_id, null as k, null as roi from roi
        union all select 'trace', recording_id, null, roi from trace
        union all select 'frame', recording_id, k, null from frame
        union all select 'resampled_frame', recording_id, null, null from resampled_frame
        union all select 'behavior', recording_id, if(all_missing, 0, len("values") - 1), null from behavior
        union all select 'event', recording_id, unnest([k_start, k_end - 1]), null from event
        union all select 'stimulus', recording_id, unnest([k_on, k_off - 1]), target_roi from stimulus
        union all select 'roi_compat', recording_id, null, roi from roi_compat
        union all select 'recording_compat', recording_id, null, null from recording_compat
        union all select 'label_diff', recording_id, null, roi from label_diff
        union all select 'recording_diff', recording_id, null, null from recording_diff) as own_rows
      left join recording as r using (recording_id)
      left join source_file as s using (source_id)
      left join frame as f on f.recording_id = own_rows.recording_id and f.k = own_rows.k
      left join roi as own_roi on own_roi.recording_id = own_rows.recording_id and own_roi.roi = own_rows.roi
      where r.n_frames is null or s.sha256 is null or (own_rows.k is not null and f.k is null)
        or (own_rows.roi is not null and own_roi.roi is null)`);
    expect(orphans).toEqual([]);
  });

  it("join behaviour, events and stimuli to the values of a trace", async () => {
    const found = await rows<{ channel: string; roi: number; r: number; n: number }>(`
      with own_pairs as (
        select b.recording_id, channel, roi, unnest(b."values") as speed, unnest(t."values") as x
        from behavior as b join trace as t using (recording_id)
        where b.recording_id = 'Flavell2023/2022-06-14-01' and channel = 'velocity' and kind = 'ratio' and roi in (1, 2))
      select channel, roi, corr(speed, x) as r, count(*)::int as n from own_pairs group by all order by roi`);
    expect(found.map(({ n }) => n)).toEqual([700, 700]);
    // The invented ROI 1 follows the velocity, ROI 2 its opposite.
    expect(found[0]?.r).toBeGreaterThan(0.3);
    expect(found[1]?.r).toBeLessThan(-0.3);
    const reversing = await rows<{ inside: number; outside: number }>(`
      with own_speed as (
        select recording_id, unnest("values") as speed, generate_subscripts("values", 1) - 1 as k
        from behavior where channel = 'velocity' and recording_id = 'Flavell2023/2022-06-14-01')
      select avg(speed) filter (where e.name is not null) as inside, avg(speed) filter (where e.name is null) as outside
      from own_speed as s left join event as e
        on e.recording_id = s.recording_id and e.name = 'reversal' and s.k >= e.k_start and s.k < e.k_end`);
    expect(reversing[0]?.inside).toBeLessThan(-0.07);
    expect(reversing[0]?.outside).toBeGreaterThan(0.05);
  });

  it("of stimuli are null where the source states nothing, and right beside such rows", async () => {
    const found = await rows(`
      select split_part(recording_id, '/', -1) as worm, stim_index as i, name, target_roi as roi, k_on, k_off,
        round(t_on_s, 3) as t_on, round(t_off_s, 3) as t_off, conc, conc_unit as unit, extra
      from stimulus where recording_id in ('Kato2015/WT_Stim/TS20140715_O2steps', 'Leifer2023/0', 'Lin2023/102_prfrd_data',
        'Nejatbakhsh2020/sub-sample0_ophys', 'Yemini2021/Head_Activity_OH16230/20200102_animal.mat') order by recording_id, i`);
    expect(
      found.map((row) =>
        Object.values(row)
          .map((value) => value ?? "-")
          .join(" "),
      ),
    ).toEqual([
      'TS20140715_O2steps 0 O2 - - 175 - 61.25 21 percent {"initialstate":2,"type":"binarysteps"}',
      'TS20140715_O2steps 1 O2 - 175 204 61.25 71.25 4 percent {"initialstate":2,"type":"binarysteps"}',
      'TS20140715_O2steps 2 O2 - 204 290 71.25 101.25 21 percent {"initialstate":2,"type":"binarysteps"}',
      'TS20140715_O2steps 3 O2 - 290 - 101.25 - 4 percent {"initialstate":2,"type":"binarysteps"}',
      "0 0 optogenetic 1 60 - 29.997 - - - -",
      '0 1 optogenetic - 120 - 60.004 - - - {"target":-2,"target_state":"targeting failed"}',
      '0 2 optogenetic - 180 - 89.999 - - - {"target":7,"target_label":"AVJR"}',
      "102_prfrd_data 0 1-octanol 1e-4 - 150 194 34.443 44.443 - - -",
      "102_prfrd_data 1 NaCl 200mM - 411 455 94.443 104.443 - - -",
      "sub-sample0_ophys 0 NaCl - 175 - 43.05 - - - -",
      "20200102_animal.mat 0 NaCl - 175 215 43.75 53.75 - - -",
      "20200102_animal.mat 1 butanone - 415 455 103.75 113.75 - - -",
      // After the last of 599 frames.
      "20200102_animal.mat 2 pentanedione - - - 163.75 173.75 - - -",
    ]);
  });

  it("of events number on from those of the file to those of the manifest", async () => {
    const found = await rows(`
      select recording_id as id, name, event_index as i, k_start as k, value, stated_by as by from event
      where name in ('heat', 'patchEncounter', 'food_encounter') order by all`);
    expect(
      found.map((row) =>
        Object.values(row)
          .map((value) => value ?? "-")
          .join(" "),
      ),
    ).toEqual([
      "Dag2023/2022-01-16-01 food_encounter 0 324 325 recording",
      "Dag2023/2022-01-16-01 patchEncounter 0 324 - manifest",
      "Flavell2023/2022-06-14-07 heat 0 299 300 recording",
      "Flavell2023/2022-06-14-07 heat 1 299 - manifest",
    ]);
  });
});

describe("accounts", () => {
  it("balance: read = carried + dropped for every file, and every dropped record has its row", async () => {
    const wrong = await rows(`
      with own_reasons as (select source_id, step, sum(records) as n from dropped_record group by all)
      select path, step, read, carried, dropped, n from file_count join source_file using (source_id)
      left join own_reasons using (source_id, step)
      where read <> carried + dropped or dropped <> coalesce(n, 0)`);
    expect(wrong).toEqual([]);
    const files = await rows<{ path: string }>(`
      select path from source_file join file_count using (source_id) order by path`);
    expect(files.map(({ path }) => path)).toEqual(sampleRecordingFiles(SEED).map(({ path }) => path));
  });

  it("carry as many records as there are rows, per file where a recording has one", async () => {
    const found = await rows<{ dataset: string; carried: number; n: number }>(`
      with own_rows as (
        select recording_id from recording_record union all select recording_id from roi_record
        union all select recording_id from source_trace union all select recording_id from behavior_record
        union all select recording_id from event_record union all select recording_id from stimulus_record),
      own_written as (
        select split_part(recording_id, '/', 1) as dataset, source_id, count(*) as n
        from own_rows join recording_record using (recording_id) group by all),
      own_read as (select split_part(path, '/', 2) as dataset, source_id, carried from file_count join source_file using (source_id))
      select dataset, if(dataset = 'Leifer2023', null, source_id) as file, sum(carried)::int as carried, sum(n)::int as n
      from own_read left join own_written using (dataset, source_id)
      where dataset <> 'WormWideWeb' and source_id not in (select source_id from label_record) group by all`);
    expect(found.filter(({ carried, n }) => carried !== n)).toEqual([]);
    expect(found).toHaveLength(28);
  });

  it("name what is left out, by file and item", async () => {
    const found = await rows(`
      select split_part(path, '/', 2) as dataset, reason, count(*)::int as rows, sum(records)::int as records
      from dropped join source_file using (source_id) group by all order by all`);
    expect(found.map((row) => Object.values(row).join(" "))).toEqual([
      "Dag2023 camera_clock 3 3",
      "Dag2023 class_index 2 13",
      "Dag2023 roi_absent 1 1",
      "Dag2023 time_after_last_frame 1 0",
      "Kaplan2020 time_after_last_frame 3 0",
      "Kato2015 time_after_last_frame 2 0",
      "Kato2015 unknown_field 1 1",
      "Leifer2023 label_without_trace 4 4",
      "Lin2023 unknown_field 4 4",
      "Nejatbakhsh2020 raw_data 2 2",
      "Nichols2017 time_after_last_frame 4 0",
      "Skora2018 time_after_last_frame 2 0",
      "Uzel2022 time_after_last_frame 1 0",
      "Venkatachalam2024 blank_column 2 196",
      "Venkatachalam2024 last_column 2 2",
      "Yemini2021 leading_zero 6 0",
      "Yemini2021 not_recorded 3 3",
    ]);
  });
});

describe("commands", () => {
  it("do nothing the second time", async () => {
    const again = await neurotablesJson<RunSummary>(["run", ...args]);
    expect(stepsBy(again, "ran")).toEqual([]);
    expect(stepsBy(again, "failed")).toEqual([]);
    expect(again.generation).toBeNull();
  });

  it("check contracts, keys and references of the tables, and verify their bytes", async () => {
    const checked = await neurotablesJson<{ ok: boolean; checks: { status: string }[] }>(["check", ...args]);
    expect(checked.ok).toBe(true);
    expect(checked.checks.length).toBeGreaterThan(first.checks.length);
    expect(await neurotablesJson(["check", "celegans_activity.roi", "--home", home])).toMatchObject({ ok: true });
    expect(await neurotablesJson(["verify", "--home", home])).toMatchObject({ ok: true });
  });

  it("tell the state of every table, the parts of its key, and the files that it comes from", async () => {
    interface Status {
      readonly tables: { readonly table: string; readonly upToDate: boolean }[];
    }
    const status = await neurotablesJson<Status>(["status", "--home", home, "--sources", join(folder, "mirror")]);
    const names = status.tables.map(({ table }) => table.replace("celegans_activity.", ""));
    for (const table of ["trace", "frame", "resampled_frame", "roi", "label_diff", "hf_neural_compat", "dropped"]) {
      expect(names).toContain(table);
    }
    const why = await neurotablesJson<{ units: { partition: string; keyParts: object }[] }>(["why", "traces", ...args]);
    expect(why.units.map(({ partition }) => partition)).toContain("leifer2023/celegans/Leifer2023/0");
    expect(why.units).toHaveLength(29);
    for (const { keyParts } of why.units) {
      expect(Object.keys(keyParts)).toEqual(expect.arrayContaining(["code", "input recording_record", "parameter dt"]));
    }
    const lineage = JSON.stringify(await neurotablesJson(["lineage", "celegans_activity.trace", "--home", home]));
    for (const path of [
      "Leifer2023/1_gcamp.txt",
      "Nejatbakhsh2020/sub-sample0/sub-sample0_ophys.nwb",
      "Kato2015/WT_Stim.mat",
    ]) {
      expect(lineage).toContain(`celegans/${path}`);
    }
  });
});
