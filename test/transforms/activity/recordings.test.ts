import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { sourceId } from "../../../src/tables/source-id.js";
import { manifestEvents } from "../../../src/transforms/activity/event-manifest.js";
import { recordings } from "../../../src/transforms/activity/recordings.js";
import { runTransform } from "./run-transform.js";

const T0 = 1000;
const recording = (more: Row = {}): Row => ({
  recording_id: "D/w1",
  dataset: "D",
  worm_uid: "w1",
  source_id: "f1",
  compat_file: "w1.h5",
  compat_order: 0,
  time_s: [0, 1, 2, 3, 4.5].map((t) => T0 + t),
  segment_starts: [0, 3],
  time_basis: "measured",
  n_roi: 2,
  primary_kind: "ratio",
  ...more,
});
const roi = (number: number, label: string | null, more: Row = {}): Row => ({
  recording_id: "D/w1",
  roi: number,
  roi_base: 1,
  column_index: number - 1,
  label_raw: label,
  candidates_raw: label === null ? [] : [label],
  ...more,
});
const labelOf = (number: number, label: string | null, more: Row = {}): Row => ({
  dataset: "D",
  worm_uid: "w1",
  roi: number,
  roi_base: 1,
  position: 0,
  source_id: "labels",
  label,
  ...more,
});
const manifest = (more: Row = {}): Row => ({
  dataset: "D",
  worm_uid: "w1",
  source_id: "manifest",
  filename: "w1.h5",
  ...more,
});
const SHA = "ab".repeat(32);
const file = (more: Row = {}): Row => ({
  source_id: "f1",
  path: "celegans/D/w1.h5",
  bytes: 1n,
  sha256: SHA,
  licence: "not stated",
  ...more,
});
const run = (inputs: Record<string, Row[]>, parameters: unknown = {}) =>
  runTransform(recordings, { recording_record: [recording()], ...inputs }, parameters);

describe("activity/recordings: recording", () => {
  it("says what frames and files say", async () => {
    const { recording: rows } = await run({ source_file: [file()], roi_record: [roi(1, "AVAL"), roi(2, null)] });
    expect(rows).toEqual([
      {
        recording_id: "D/w1",
        dataset: "D",
        worm_uid: "w1",
        strain: null,
        genotype: null,
        condition: null,
        stage: null,
        sex: null,
        source_id: "f1",
        n_frames: 5,
        n_roi: 2,
        n_labelled: 1,
        n_segments: 2,
        t0_s: 1000,
        duration_s: 4.5,
        median_dt_s: 1,
        max_dt_s: 1.5,
        time_basis: "measured",
        primary_kind: "ratio",
        shorter_than_600_frames: true,
        manifest_sha256: null,
        manifest_match: null,
        head_angle_positive_is_ventral: null,
        t_range: null,
        extra: null,
      },
    ]);
  });

  it("takes from the manifest what the file does not say", async () => {
    const row = manifest({
      checksum: SHA,
      condition: "neuropal,sickness",
      head_angle_positive_is_ventral: false,
      has_label: true,
      t_range: "1:507",
    });
    const inputs = { source_file: [file()], manifest_record: [manifest({ worm_uid: "w2" }), row] };
    const { recording: rows } = await run(inputs);
    expect(rows?.[0]).toMatchObject({
      condition: "neuropal,sickness",
      manifest_sha256: SHA,
      manifest_match: true,
      head_angle_positive_is_ventral: false,
      t_range: "1:507",
    });
    expect(JSON.parse(rows?.[0]?.extra as string)).toEqual({
      manifest: { filename: "w1.h5", has_label: true, condition: "neuropal,sickness" },
    });
    const stated = await run({ ...inputs, recording_record: [recording({ condition: "fed", extra: '{"fps":4}' })] });
    expect(stated.recording?.[0]?.condition).toBe("fed");
    expect(JSON.parse(stated.recording?.[0]?.extra as string)).toMatchObject({ fps: 4, manifest: { has_label: true } });
  });

  it("compares hashes only of the file that the manifest names", async () => {
    const match = async (manifestMore: Row, fileMore: Row = {}) => {
      const inputs = { source_file: [file(fileMore)], manifest_record: [manifest(manifestMore)] };
      return (await run(inputs)).recording?.[0]?.manifest_match;
    };
    const others = "cd".repeat(32);
    expect(await match({ checksum: SHA.toUpperCase() })).toBe(true);
    expect(await match({ checksum: others })).toBe(false);
    expect(await match({ checksum: others }, { path: "celegans/D/w1.json" })).toBeNull();
    expect(await match({ checksum: null })).toBeNull();
    expect(await match({ checksum: SHA }, { path: "celegans/D/renamed.h5" })).toBe(true);
  });

  it("takes several recordings of one partition, and recordings without anything", async () => {
    const second = recording({ recording_id: "D/w2", worm_uid: "w2", time_s: [], segment_starts: [] });
    const tables = await run({
      recording_record: [recording(), second],
      roi_record: [roi(1, "AVAL"), roi(1, "AVAL", { recording_id: "D/w2" })],
    });
    expect(tables.recording?.map((row) => [row.worm_uid, row.n_frames, row.n_labelled, row.t0_s])).toEqual([
      ["w1", 5, 1, 1000],
      ["w2", 0, 1, null],
    ]);
    expect(tables.roi?.map((row) => row.status)).toEqual(["exact", "exact"]);
    expect(await run({ recording_record: [] })).toEqual({
      recording: [],
      roi: [],
      behavior: [],
      event: [],
      stimulus: [],
    });
  });

  it.each(["roi_record", "event_record", "behavior_record", "stimulus_record"])(
    "refuses %s of no recording",
    async (t) => {
      const orphans: Record<string, Row> = {
        roi_record: roi(1, null, { recording_id: "D/w9" }),
        event_record: { recording_id: "D/w9", name: "reversal", event_index: 0 },
        behavior_record: { recording_id: "D/w9", channel: "velocity", sub_index: 0, values: [] },
        stimulus_record: { recording_id: "D/w9", stim_index: 0, kind: "odour", name: "NaCl" },
      };
      await expect(run({ [t]: [orphans[t] as Row] })).rejects.toMatchObject({
        tag: "load/unknown-recording",
        fields: { table: t, recording: "D/w9" },
      });
    },
  );
});

describe("activity/recordings: roi", () => {
  it("keeps every ROI, with what its source says", async () => {
    const full = roi(2, "VB02", {
      candidates_raw: ["VB02", "VB1"],
      confidence: 3.5,
      confidence_scale: "1 to 5",
      lr: "unknown",
      dv: "V",
      note: "could be 38",
      neuropal_roi_ids: [4, 5],
      x_um: 1,
      y_um: 2,
      z_um: 3,
      qc_nan_fraction: 0.5,
      qc_linear_fraction: 0.25,
      extra: '{"F_0":1}',
    });
    const { roi: rows } = await run({ roi_record: [roi(1, "AVAL"), full, roi(3, null)] });
    expect(rows?.map((row) => [row.roi, row.status, row.label, row.slot, row.candidates, row.neuron_class])).toEqual([
      [1, "exact", "AVAL", 53, [], "AVA"],
      [2, "ambiguous", null, null, ["VB1", "VB2"], "VB"],
      [3, "none", null, null, [], null],
    ]);
    expect(rows?.[1]).toMatchObject(full);
  });

  it("takes labels of a label file instead, by ROI whatever it counts from", async () => {
    const labels = [
      labelOf(0, "RID", { roi_base: 0, confidence: 4, confidence_scale: "1 to 5", neuron_class: "RID", note: "sure" }),
      labelOf(2, "AVAL", { lr: "L" }),
      labelOf(3, null, { note: "unlabelled" }),
      labelOf(1, "AVBL", { worm_uid: "w2" }),
      labelOf(1, "AVBL", { dataset: "E" }),
    ];
    const records = [roi(1, "AVAR"), roi(2, "AVAL", { lr: "R" }), roi(3, "DVA"), roi(4, "RIS")];
    const { roi: rows } = await run({ roi_record: records, label_record: labels });
    expect(rows?.map((row) => [row.roi, row.label, row.label_raw, row.candidates_raw, row.lr, row.note])).toEqual([
      [1, "RID", "RID", ["RID"], null, "sure"],
      [2, "AVAL", "AVAL", ["AVAL"], "L", null],
      [3, "DVA", "DVA", ["DVA"], null, "unlabelled"],
      [4, "RIS", "RIS", ["RIS"], null, null],
    ]);
    expect(rows?.map((row) => row.extra)).toEqual(['{"label_in_recording":"AVAR"}', null, null, null]);
    expect(rows?.[0]).toMatchObject({ confidence: 4, confidence_scale: "1 to 5" });
  });

  it("marks all ROIs of one label as duplicates, and counts none of them as labelled", async () => {
    const tables = await run({ roi_record: [roi(1, "VB02"), roi(2, "VB2"), roi(3, "AVAL")] });
    expect(tables.roi?.map((row) => [row.status, row.label, row.candidates, row.neuron_class])).toEqual([
      ["duplicate", null, ["VB2"], "VB"],
      ["duplicate", null, ["VB2"], "VB"],
      ["exact", "AVAL", [], "AVA"],
    ]);
    expect(tables.recording?.[0]).toMatchObject({ n_roi: 3, n_labelled: 1 });
  });

  it("takes exceptions of a file for the names of that file alone", async () => {
    const path = "celegans/D/w1.h5";
    const source = sourceId("celegans_activity", path);
    const tables = await run(
      {
        recording_record: [recording({ source_id: source })],
        roi_record: [roi(1, "NSM"), roi(2, null)],
        label_record: [labelOf(2, "NSM")],
      },
      { exceptions: [{ path, alias: "NSM", label: "NSMR" }] },
    );
    expect(tables.roi?.map((row) => [row.status, row.label])).toEqual([
      ["alias", "NSMR"],
      ["ambiguous", null],
    ]);
  });
});

describe("activity/recordings: behavior", () => {
  const behavior = (values: number[], more: Row = {}): Row => ({
    recording_id: "D/w1",
    channel: "velocity",
    sub_index: 0,
    values,
    ...more,
  });
  const rowOf = async (record: Row) => (await run({ behavior_record: [record] })).behavior?.[0];

  it("keeps one value per frame as it is", async () => {
    expect(await rowOf(behavior([1, Number.NaN, 3, 4, 5], { unit: "mm/s" }))).toEqual({
      recording_id: "D/w1",
      channel: "velocity",
      sub_index: 0,
      unit: "mm/s",
      values: [1, Number.NaN, 3, 4, 5],
      all_missing: false,
      interpolated: false,
    });
  });

  it("is empty when nothing is there", async () => {
    const nothing = new Array(5).fill(Number.NaN);
    expect(await rowOf(behavior(nothing))).toMatchObject({ values: [], all_missing: true });
    expect(await rowOf(behavior([]))).toMatchObject({ values: [], all_missing: true, interpolated: false });
  });

  it("interpolates between times of its own, not beyond them nor beside missing values", async () => {
    const timed = (times: number[], values: number[]) => rowOf(behavior(values, { time_s: times.map((t) => T0 + t) }));
    expect(await timed([0.5, 1.5, 2, 4], [0, 10, 20, 40])).toMatchObject({
      values: [Number.NaN, 5, 20, 30, Number.NaN],
      interpolated: true,
    });
    expect(await timed([0, 1, 2.5, 5], [1, 2, Number.NaN, 4])).toMatchObject({
      values: [1, 2, Number.NaN, Number.NaN, Number.NaN],
    });
    expect(await timed([0, 0, 5], [7, 0, 10])).toMatchObject({ values: [0, 2, 4, 6, 9] });
    expect(await timed([4.5], [1])).toMatchObject({ values: [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1] });
  });

  it("refuses what has no place on the frames", async () => {
    await expect(rowOf(behavior([1, 2]))).rejects.toMatchObject({
      tag: "load/behavior-length",
      message: "D/w1: behaviour velocity 0 has 2 values and no times, the recording 5 frames",
    });
    await expect(rowOf(behavior([1, 2], { time_s: [0] }))).rejects.toThrow("2 values and 1 times");
    await expect(rowOf(behavior([1, 2], { time_s: [1, 0] }))).rejects.toThrow("time of value 1 is 0 after 1");
  });
});

describe("activity/recordings: event and stimulus", () => {
  const event = (more: Row): Row => ({ recording_id: "D/w1", name: "reversal", event_index: 0, ...more });
  const eventOf = async (more: Row) => {
    const row = (await run({ event_record: [event(more)] })).event?.[0];
    return [row?.k_start, row?.k_end, row?.t_start_s, row?.t_end_s, row?.value];
  };

  it("says times of frames", async () => {
    expect(await eventOf({ k_start: 1, k_end: 4 })).toEqual([1, 4, 1, 4.5, null]);
    expect(await eventOf({ k_start: 4, k_end: 5 })).toEqual([4, 5, 4.5, 5.5, null]);
    expect(await eventOf({ k_start: 2, value: "REV1" })).toEqual([2, null, 2, null, "REV1"]);
  });

  it("says frames of times", async () => {
    expect(await eventOf({ t_start_s: T0 + 1, t_end_s: T0 + 3.2 })).toEqual([1, 4, 1, expect.closeTo(3.2, 9), null]);
    expect(await eventOf({ t_start_s: T0 + 0.2, t_end_s: T0 + 99 })).toEqual([1, 5, expect.closeTo(0.2, 9), 99, null]);
    expect(await eventOf({ t_start_s: T0 - 5, t_end_s: T0 - 1 })).toEqual([null, null, -5, -1, null]);
    expect(await eventOf({ t_start_s: T0 + 5 })).toEqual([null, null, 5, null, null]);
    expect(await eventOf({ t_start_s: T0 + 5, t_end_s: T0 + 9 })).toEqual([null, null, 5, 9, null]);
    expect(await eventOf({ t_start_s: T0 - 5, t_end_s: T0 + 2 })).toEqual([null, 2, -5, 2, null]);
    expect(await eventOf({ t_end_s: T0 + 2 })).toEqual([null, 2, null, 2, null]);
  });

  it("keeps both where both are stated, and places nothing where neither is", async () => {
    expect(await eventOf({ k_start: 1, t_start_s: T0 + 2, k_end: 3, t_end_s: T0 + 4 })).toEqual([1, 3, 2, 4, null]);
    expect(await eventOf({ value: "x" })).toEqual([null, null, null, null, "x"]);
  });

  it("refers to no frame that does not exist, and says which was stated", async () => {
    expect(await eventOf({ k_start: 5, k_end: 6 })).toEqual([
      null,
      null,
      null,
      null,
      "starts at frame 5, ends before frame 6, outside of the recording",
    ]);
    expect(await eventOf({ k_start: 4, k_end: 9, value: "FWD" })).toEqual([
      4,
      null,
      4.5,
      null,
      "FWD (ends before frame 9, outside of the recording)",
    ]);
  });

  it("adds events of the manifest, whose frames count from 1", async () => {
    const tables = await run({
      event_record: [event({ k_start: 0 }), event({ name: "heat", event_index: 2, k_start: 1 })],
      manifest_record: [manifest({ event: "patchEncounter=[3], heat=[2,4]" })],
    });
    expect(tables.event?.map((row) => [row.name, row.event_index, row.k_start, row.t_start_s, row.stated_by])).toEqual([
      ["reversal", 0, 0, 0, "recording"],
      ["heat", 2, 1, 1, "recording"],
      ["patchEncounter", 0, 2, 2, "manifest"],
      ["heat", 3, 1, 1, "manifest"],
      ["heat", 4, 3, 3, "manifest"],
    ]);
  });

  it("reads the forms of events, and keeps other texts verbatim", () => {
    expect(manifestEvents(null)).toEqual([]);
    expect(manifestEvents(" ")).toEqual([]);
    expect(manifestEvents("heat=[391]")).toEqual([{ name: "heat", k: 390, value: null }]);
    for (const text of ["heat", "heat=[]", "heat=[1:5]", "heat=[1] and more", "=[3]"]) {
      expect(manifestEvents(text)).toEqual([{ name: "manifest_event", k: null, value: text }]);
    }
  });

  it("places stimuli", async () => {
    const stimulus = (index: number, more: Row): Row => ({
      recording_id: "D/w1",
      stim_index: index,
      kind: "odour",
      name: "NaCl",
      ...more,
    });
    const { stimulus: rows } = await run({
      stimulus_record: [
        stimulus(0, { t_on_s: T0 + 1, t_off_s: T0 + 2, conc: 50, conc_unit: "mM", extra: '{"a":1}' }),
        stimulus(1, { k_on: 3, kind: "optogenetic", target_roi: 7 }),
        stimulus(2, { k_on: 9, extra: '{"a":1}' }),
        stimulus(3, { t_on_s: T0 + 6, t_off_s: T0 + 7 }),
      ],
    });
    expect(rows).toEqual([
      expect.objectContaining({
        k_on: 1,
        k_off: 2,
        t_on_s: 1,
        t_off_s: 2,
        conc: 50,
        conc_unit: "mM",
        extra: '{"a":1}',
      }),
      expect.objectContaining({ k_on: 3, k_off: null, t_on_s: 3, t_off_s: null, target_roi: 7, extra: null }),
      expect.objectContaining({ k_on: null, t_on_s: null, extra: '{"a":1,"k_on_outside":9}' }),
      expect.objectContaining({ k_on: null, k_off: null, t_on_s: 6, t_off_s: 7 }),
    ]);
  });
});
