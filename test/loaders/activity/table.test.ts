import { describe, expect, it } from "vitest";
import { table, tableFolder, tableSet } from "../../../src/loaders/activity/table.js";
import { list, scalar } from "../../../src/sample-data/activity/nwb-recordings.js";
import { syntheticRecording } from "../../../src/sample-data/activity/synthetic-recording.js";
import { exampleLabFiles } from "../../../src/sample-data/activity/text-recordings.js";
import { type WriteHdf5Options, writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import { column, drops, loadRecording, text, traceOf } from "./load-recordings.js";

const files = exampleLabFiles(11);
const named = (path: string) => files.filter((file) => file.path.startsWith(`celegans/ExampleLab/${path}`));
const truth = syntheticRecording({ seed: 11, name: "ExampleLab", index: 0, frames: 700, rois: 6, dtS: 0.4 });
const LABELS = ["AVAL", "AVAL", null, "SAAD?", "VB02", "RIML"];

const hdf5 = {
  dataset: "ExampleLab",
  traces: [
    { path: "/imaging/dff", kind: "dff", unit: "dF/F", orientation: "rois-by-frames" },
    { path: "/imaging/ratio", kind: "ratio", unit: "ratio", orientation: "frames-by-rois" },
  ],
  time: { path: "/imaging/time", unit: "ms" },
  labels: { path: "/imaging/neurons" },
  positions: { path: "/imaging/positions", unit: "um" },
  behaviors: [{ path: "/tracking/speed", channel: "velocity", unit: "mm/s" }],
  events: [{ intervals: "/tracking/reversals", name: "reversal", unit: "frame", base: 1, end_inclusive: true }],
  stimuli: [{ start: "/stimulus/onset", names: "/stimulus/odour", name: "odour", kind: "odour", unit: "s" }],
  strain: { path: "/meta/strain" },
  condition: "salt",
};
const csv = {
  dataset: "ExampleLab",
  traces: [{ kind: "ratio", unit: "ratio", orientation: "frames-by-rois" }],
  time: { column: "time (s)", unit: "s" },
  behaviors: [{ column: "speed", channel: "velocity", unit: "mm/s" }],
  ignore: ["frame"],
};
const folder = {
  dataset: "ExampleLab",
  traces: [{ file: "traces.tsv", kind: "ratio", unit: "ratio", orientation: "rois-by-frames" }],
  time: { file: "time.txt", unit: "min" },
  labels: { file: "neurons.txt" },
};
const rows = {
  dataset: "Lab",
  traces: [{ kind: "ratio", unit: "ratio", orientation: "rois-by-frames" }],
  time: { assumed_rate: 2 },
};
const h5 = (options: WriteHdf5Options): SampleFile => ({ path: "celegans/Lab/w.h5", bytes: writeHdf5(options) });
const textFile = (content: string, path = "celegans/Lab/w.csv"): SampleFile => ({ path, bytes: text(content) });

describe("activity/table on HDF5", () => {
  it("reads what the YAML names and drops the rest with a row", async () => {
    const trace = await loadRecording(table, named("hdf5/worm0"), hdf5);
    expect(trace.rows.recording_record).toMatchObject([
      {
        recording_id: "ExampleLab/worm0",
        compat_file: "worm0.h5",
        strain: "ZM9624",
        condition: "salt",
        time_basis: "measured",
        primary_kind: "dff",
      },
    ]);
    expect(trace.rows.recording_record?.[0]?.time_s).toEqual(truth.timeS.map((time) => time * 1000 * 1e-3));
    for (let roi = 0; roi < 6; roi++) {
      expect(traceOf(trace, roi, "dff")).toEqual(truth.traces[roi]);
      expect(traceOf(trace, roi, "ratio")).toEqual(truth.traces[roi]?.map((value) => value * 2));
    }
    expect(column(trace, "roi_record", "label_raw")).toEqual(LABELS);
    expect(column(trace, "roi_record", "z_um")).toEqual([2, 5, 8, 11, 14, 17]);
    expect(trace.rows.behavior_record).toMatchObject([{ channel: "velocity", unit: "mm/s", values: truth.velocity }]);
    const events = trace.rows.event_record ?? [];
    expect(events.map(({ k_start, k_end }) => [k_start, k_end])).toEqual(truth.reversals);
    expect(trace.rows.stimulus_record).toMatchObject([{ kind: "odour", name: "NaCl", t_on_s: truth.stimulus.onS }]);
    expect(drops(trace)).toEqual(["/imaging/laser_power: unknown_field"]);
  });

  it("drops on purpose, or keeps as a statement, what else is there", async () => {
    const ignored = await loadRecording(table, named("hdf5/worm0"), { ...hdf5, ignore: ["/imaging/laser_power"] });
    expect(drops(ignored)).toEqual(["/imaging/laser_power: not_selected"]);
    const kept = await loadRecording(table, named("hdf5/worm0"), { ...hdf5, extra: ["/imaging/laser_power"] });
    expect(drops(kept)).toEqual([]);
    expect(kept.rows.recording_record?.[0]?.extra).toBe('{"imaging/laser_power":"3"}');
  });

  it("reads rates, matrices of behaviour, events by time, concentrations", async () => {
    const given = h5({
      datasets: {
        dff: { shape: [4, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
        rate: scalar(2, { unit: "Hz" }),
        posture: { shape: [4, 3], data: Float64Array.from({ length: 12 }, (_, i) => i), attributes: { units: "rad" } },
        camera: list(Float64Array.of(1, 2)),
        camera_time: list(Float64Array.of(0, 500)),
        states: { shape: [2, 3], data: Float64Array.of(0, 1, Number.NaN, 1, 2, 3) },
        names: list(["run", "turn", "run"]),
        odour: list(Float64Array.of(0, 3)),
        conc: list(Float64Array.of(0.1, 0.2)),
        target: list(Float64Array.of(1, 9)),
      },
    });
    const trace = await loadRecording(table, [given], {
      dataset: "Lab",
      worm_uid: "first",
      traces: [{ path: "dff", kind: "dff", unit: "dF/F", orientation: "frames-by-rois" }],
      time: { rate_path: "rate" },
      behaviors: [
        { path: "posture", channel: "posture", unit: null },
        { path: "camera", channel: "camera", unit: null, time: { path: "camera_time", unit: "ms" } },
      ],
      events: [{ intervals: "states", value: "names", name: "state", unit: "min" }],
      stimuli: [
        { start: "odour", conc: "conc", conc_unit: "mM", target: "target", name: "salt", kind: "other", unit: "frame" },
      ],
    });
    expect(trace.rows.recording_record).toMatchObject([
      { recording_id: "Lab/first", time_basis: "from_rate", time_s: Float64Array.of(0, 0.5, 1, 1.5) },
    ]);
    expect(trace.rows.behavior_record).toMatchObject([
      { channel: "posture", sub_index: 0, unit: "rad", values: Float64Array.of(0, 3, 6, 9) },
      { channel: "posture", sub_index: 1 },
      { channel: "posture", sub_index: 2 },
      { channel: "camera", unit: null, time_s: Float64Array.of(0, 0.5) },
    ]);
    expect(trace.rows.event_record).toMatchObject([
      { name: "state", t_start_s: 0, t_end_s: 60, value: "run" },
      { name: "state", t_start_s: 60, t_end_s: 120, value: "turn" },
    ]);
    expect(drops(trace)).toEqual(["states[2]: outside_recording"]);
    expect(trace.rows.stimulus_record).toMatchObject([
      { k_on: 0, conc: 0.1, conc_unit: "mM", target_roi: 1, extra: null },
      { k_on: 3, conc: 0.2, target_roi: null, extra: '{"target":9}' },
    ]);
  });

  it.each([
    ["a missing dataset", { labels: { path: "/imaging/neuron" } }, "load/missing-field", "/imaging/neuron;"],
    ["another unit of time", { time: { path: "/imaging/time", unit: "s" } }, "load/unit", '"ms", not "s"'],
    [
      "another unit of traces",
      { traces: [{ ...hdf5.traces[0], unit: "zscore" }] },
      "load/unit",
      '"dF/F", not "zscore"',
    ],
    [
      "another unit of behaviour",
      { behaviors: [{ path: "/tracking/speed", channel: "v", unit: "um/s" }] },
      "load/unit",
      '"mm/s", not "um/s"',
    ],
    [
      "the wrong orientation",
      { traces: [{ ...hdf5.traces[0], orientation: "frames-by-rois" }] },
      "load/orientation",
      "6 x 700",
    ],
    ["a column in HDF5", { labels: { column: "neurons" } }, "config/parameters", "is HDF5"],
    ["two matrices of a kind", { traces: [hdf5.traces[0], hdf5.traces[0]] }, "config/parameters", "kind of its own"],
    [
      "a vector as traces",
      { traces: [{ ...hdf5.traces[0], path: "/stimulus/onset" }] },
      "load/record-shape",
      "is no matrix of traces",
    ],
  ])("refuses %s", async (_what, change, tag, message) => {
    const run = loadRecording(table, named("hdf5/worm0"), { ...hdf5, ...change });
    await expect(run).rejects.toMatchObject({ tag, message: expect.stringContaining(message) });
  });

  it("refuses a file that was cut, and times in another unit than the YAML says", async () => {
    const [whole] = named("hdf5/worm0") as [SampleFile];
    const cut = { ...whole, bytes: whole.bytes.slice(0, whole.bytes.length >> 1) };
    await expect(loadRecording(table, [cut], hdf5)).rejects.toMatchObject({ tag: expect.stringMatching(/^format\//) });
    const given = h5({
      datasets: { dff: { shape: [3, 1], data: Float64Array.of(1, 2, 3) }, t: list(Float64Array.of(0, 400, 800)) },
    });
    const traces = [{ path: "dff", kind: "dff", unit: "dF/F", orientation: "frames-by-rois" }];
    const run = loadRecording(table, [given], { dataset: "Lab", traces, time: { path: "t", unit: "s" } });
    await expect(run).rejects.toMatchObject({ tag: "load/time-unit" });
  });
});

describe("activity/table on text", () => {
  it("reads a row per frame under a header of labels", async () => {
    const trace = await loadRecording(table, named("csv/worm0"), csv);
    expect(trace.rows.recording_record).toMatchObject([{ recording_id: "ExampleLab/worm0", time_s: truth.timeS }]);
    for (let roi = 0; roi < 6; roi++) expect(traceOf(trace, roi)).toEqual(truth.traces[roi]);
    expect(column(trace, "roi_record", "label_raw")).toEqual(LABELS);
    expect(column(trace, "behavior_record", "values")).toEqual([truth.velocity]);
    expect(drops(trace)).toEqual(["frame: not_selected"]);
  });

  it("reads a folder: a row per neuron, times and labels in files of their own", async () => {
    const worm = named("folders/worm0/");
    expect(worm).toHaveLength(3);
    const trace = await loadRecording(tableFolder, worm, folder);
    expect(trace.rows.recording_record).toMatchObject([{ recording_id: "ExampleLab/worm0", time_basis: "measured" }]);
    expect(trace.rows.recording_record?.[0]?.time_s).toEqual(truth.timeS.map((time) => (time / 60) * 60));
    expect(column(trace, "roi_record", "label_raw")).toEqual(LABELS);
    expect(column(trace, "roi_record", "roi")).toEqual([1, 2, 3, 4, 5, 6]);
    expect(column(trace, "roi_record", "roi_base")).toEqual(new Array(6).fill(1));
    for (let roi = 0; roi < 6; roi++) expect(traceOf(trace, roi + 1)).toEqual(truth.traces[roi]);
    expect(drops(trace)).toEqual([]);
  });

  it("makes one partition of a folder", () => {
    const pattern = new RegExp((tableFolder.partition as { group: string }).group, "u");
    expect(new Set(named("folders").map(({ path }) => pattern.exec(path)?.[1])).size).toBe(2);
  });

  it("drops rows that nothing names, and labels beyond the last ROI", async () => {
    const traces = textFile("roi\t0\t1\t2\n7\t1\tNaN\t3\n9\t4\t5\t\nspeed\t1\t2\t3\nmarker\t0\t0\t1\n");
    const labels = textFile("AVAL\n\nRIML\n", "celegans/Lab/names.txt");
    const trace = await loadRecording(tableSet, [traces, labels], {
      ...rows,
      worm_uid: "w",
      traces: [{ ...rows.traces[0], file: "w.csv" }],
      behaviors: [{ file: "w.csv", row: "speed", channel: "speed", unit: null }],
      labels: { file: "names.*" },
      ignore: ["marker"],
    });
    expect(column(trace, "roi_record", "roi")).toEqual([7, 9]);
    expect(column(trace, "roi_record", "label_raw")).toEqual(["AVAL", null]);
    expect(traceOf(trace, 7)).toEqual(Float64Array.of(1, Number.NaN, 3));
    expect(traceOf(trace, 9)).toEqual(Float64Array.of(4, 5, Number.NaN));
    expect(drops(trace)).toEqual([
      "label 3: label_without_trace",
      "row 1 (roi): unknown_field",
      "row 5 (marker): not_selected",
    ]);
  });

  it("reads rows of bare values and rows of labels", async () => {
    const bare = await loadRecording(table, [textFile("1,2\n3,4\n")], { ...rows, first_column: "value" });
    expect([...traceOf(bare, 1)]).toEqual([3, 4]);
    expect(bare.rows.recording_record).toMatchObject([{ time_basis: "assumed", time_s: Float64Array.of(0, 0.5) }]);
    const labelled = await loadRecording(table, [textFile("AVAL,1,2\nt,0,1\n")], {
      ...rows,
      first_column: "label",
      time: { row: "t", unit: "s" },
    });
    expect(column(labelled, "roi_record", "label_raw")).toEqual(["AVAL"]);
    expect(labelled.rows.recording_record).toMatchObject([{ time_basis: "measured", time_s: Float64Array.of(0, 1) }]);
  });

  it("reads events and positions from columns of a file of their own", async () => {
    const traces = textFile("t;AVAL;RID;\n0;1;2;\n1;3;4;\n");
    const events = textFile("begin,finish,what\n0,1,run\n1,,turn\n", "celegans/Lab/events.csv");
    const places = textFile("x,y,z,note\n1,2,3,a\n4,5,6,b\n", "celegans/Lab/places.csv");
    const trace = await loadRecording(tableSet, [traces, events, places], {
      dataset: "Lab",
      traces: [{ file: "w.csv", kind: "ratio", unit: "ratio", orientation: "frames-by-rois" }],
      time: { file: "w.csv", column: "t", unit: "s" },
      events: [{ file: "events.csv", start: "begin", end: "finish", value: "what", name: "state", unit: "s" }],
      positions: { file: "places.csv", columns: ["x", "y", "z"], unit: "nm" },
    });
    expect(trace.rows.event_record).toMatchObject([
      { t_start_s: 0, t_end_s: 1, value: "run" },
      { t_start_s: 1, t_end_s: null, value: "turn" },
    ]);
    expect(column(trace, "roi_record", "x_um")).toEqual([0.001, 0.004]);
    expect(drops(trace).sort()).toEqual(["column 4: blank_column", "note: unknown_field"]);
    expect(trace.carried["celegans/Lab/events.csv"]).toBe(2);
  });

  it.each([
    ["a missing column", csv, "time,AVAL\n0,1\n", "load/missing-field", 'no column "time (s)"'],
    ["a missing row", { ...rows, time: { row: "t", unit: "s" } }, "1,2,3\n", "load/missing-field", 'no row "t"'],
    ["a row that ends early", csv, "time (s),AVAL,speed\n0,1,2\n1,2\n", "format/ragged-row", "w.csv:3"],
    ["a text among values", csv, "time (s),AVAL,speed\n0,high,2\n", "load/value", 'w.csv:2: "high"'],
    [
      "a path in text",
      { ...csv, labels: { path: "/x" } },
      "time (s),AVAL,speed\n0,1,2\n",
      "config/parameters",
      "is text",
    ],
    ["times out of order", csv, "time (s),AVAL,speed\n1,1,2\n0,1,2\n", "load/time-order", "frame 1 is 0"],
    ["no ROI", csv, "time (s),speed\n0,1\n", "load/missing-field", "no ROI"],
    ["an empty file", csv, "", "format/empty", "w.csv"],
    [
      "a file that is not there",
      { ...csv, labels: { file: "x.txt" } },
      "time (s),AVAL,speed\n0,1,2\n",
      "load/missing-field",
      "no file x.txt",
    ],
  ])("refuses %s", async (_what, parameters, content, tag, message) => {
    const run = loadRecording(table, [textFile(content)], parameters);
    await expect(run).rejects.toMatchObject({ tag, message: expect.stringContaining(message) });
  });

  it("refuses labels shorter than the traces, and asks which of several files is meant", async () => {
    const traces = textFile("1,2\n3,4\n");
    const labels = textFile("AVAL\n", "celegans/Lab/names.txt");
    const given = { ...rows, first_column: "value", traces: [{ ...rows.traces[0], file: "w.csv" }] };
    const short = loadRecording(tableSet, [traces, labels], { ...given, labels: { file: "names.txt" } });
    await expect(short).rejects.toMatchObject({ tag: "load/labels" });
    const unsaid = loadRecording(tableSet, [traces, labels], { ...given, labels: { column: "name" } });
    await expect(unsaid).rejects.toMatchObject({
      tag: "config/parameters",
      message: expect.stringContaining("say `file`"),
    });
  });
});

describe("parameters of activity/table", () => {
  it.each([
    ["an unknown unit of time", { time: { path: "t", unit: "hours" } }, "unit"],
    ["times without a unit", { time: { path: "t" } }, "say the unit"],
    ["no times", { time: {} }, "say one of"],
    ["times twice", { time: { column: "t", unit: "s", assumed_rate: 3 } }, "say one of"],
    ["an unknown unit of length", { positions: { path: "p", unit: "px" } }, "unit"],
    ["an unknown kind", { traces: [{ kind: "volts", unit: "V", orientation: "frames-by-rois" }] }, "kind"],
    ["an event without start", { events: [{ name: "x", unit: "s" }] }, "say start"],
    ["behaviour without a unit", { behaviors: [{ path: "v", channel: "v" }] }, "unit"],
  ])("refuse %s", (_what, change, message) => {
    const result = table.parameters.safeParse({ ...rows, ...change });
    expect(result.error?.message).toContain(message);
  });
});
