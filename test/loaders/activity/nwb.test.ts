import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import { nwb } from "../../../src/loaders/activity/nwb.js";
import {
  frameMatrix,
  list,
  type NwbParts,
  nejatbakhshFiles,
  nwbParts,
  scalar,
} from "../../../src/sample-data/activity/nwb-recordings.js";
import { syntheticRecording } from "../../../src/sample-data/activity/synthetic-recording.js";
import { type WriteHdf5Options, writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import { column, drops, loadRecording, traceOf } from "./load-recordings.js";

const files = nejatbakhshFiles(5);
const nejatbakhsh = { dataset: "Nejatbakhsh2020", assumed_rate: 4 };
const SERIES = "processing/CalciumActivity/SignalRawFluor/SignalCalciumImResponseSeries";
const LABELS = "processing/CalciumActivity/NeuronIDs/labels";
const truth = (index: number) =>
  syntheticRecording({
    seed: 5,
    name: "Nejatbakhsh2020",
    index,
    frames: index === 0 ? 700 : 599,
    rois: 6,
    dtS: index === 0 ? 0.246 : 0.25,
  });

function file(options: WriteHdf5Options) {
  return { path: "celegans/Lab/sub-1/worm.nwb", bytes: writeHdf5(options) };
}

/** The first sample, changed. */
function changed(change: (parts: NwbParts) => void, links: WriteHdf5Options["links"] = {}) {
  const parts = nwbParts(truth(0), true);
  change(parts);
  return file({ ...parts, links });
}

function put(datasets: NwbParts["datasets"], path: string, dataset: NwbParts["datasets"][string]): void {
  datasets[path] = dataset;
}

const load = (given: ReturnType<typeof file>, parameters: Record<string, unknown> = {}) =>
  loadRecording(nwb, [given], { dataset: "Lab", ...parameters });

describe("activity/nwb on the files of Nejatbakhsh 2020", () => {
  it("prefers the file's own times to the assumed rate, and says that they differ", async () => {
    const trace = await loadRecording(nwb, [files[0] as (typeof files)[0]], nejatbakhsh);
    expect(trace.rows.recording_record).toMatchObject([
      {
        recording_id: "Nejatbakhsh2020/sub-sample0_ophys",
        compat_file: "sub-sample0_ophys.nwb",
        time_basis: "measured",
        strain: "OH16230",
        sex: "O",
        stage: "YA",
        n_roi: 6,
        primary_kind: "raw_fluorescence",
      },
    ]);
    expect(JSON.parse(String(trace.rows.recording_record?.[0]?.extra))).toMatchObject({
      "general/lab": "Sample laboratory",
      "general/subject/age": "P2D",
      identifier: "sample-0",
    });
    expect(trace.rows.recording_record?.[0]?.time_s).toEqual(truth(0).timeS);
    expect(trace.warnings).toEqual([
      expect.stringMatching(/sub-sample0_ophys.nwb: the file states 4\.06\d* frames per second, not the assumed 4/),
    ]);
    for (let roi = 0; roi < 6; roi++) expect(traceOf(trace, roi)).toEqual(truth(0).traces[roi]);
    expect(column(trace, "source_trace", "unit")).toEqual(new Array(6).fill("au"));
    expect(column(trace, "roi_record", "label_raw")).toEqual(["AVAL", "AVAL", null, "SAAD?", "VB02", "RIML"]);
    expect(drops(trace)).toEqual(["/acquisition/CalciumImageSeries/data: raw_data"]);
  });

  it("assumes a rate only for a file that states none", async () => {
    const trace = await loadRecording(nwb, [files[1] as (typeof files)[0]], nejatbakhsh);
    const [recording] = trace.rows.recording_record ?? [];
    expect(recording).toMatchObject({ time_basis: "assumed" });
    expect(recording?.time_s).toEqual(Float64Array.from({ length: 599 }, (_, k) => k / 4));
    expect(trace.warnings).toEqual([]);
    await expect(loadRecording(nwb, [files[1] as (typeof files)[0]], { dataset: "x" })).rejects.toMatchObject({
      tag: "load/missing-field",
      fields: { field: `/${SERIES}/timestamps`, file: files[1]?.path },
    });
  });

  it("reads odour and behaviour, with times of its own", async () => {
    const trace = await loadRecording(nwb, [files[0] as (typeof files)[0]], nejatbakhsh);
    expect(trace.rows.stimulus_record).toMatchObject([
      { kind: "odour", name: "NaCl", t_on_s: truth(0).stimulus.onS, t_off_s: null },
    ]);
    const [velocity] = trace.rows.behavior_record ?? [];
    expect(velocity).toMatchObject({ channel: "velocity", unit: "mm/s", sub_index: 0 });
    expect(velocity?.values).toEqual(truth(0).velocity.slice(0, 690));
    expect((velocity?.time_s as Float64Array | undefined)?.[41]).toBeCloseTo(10, 12);
  });
});

describe("activity/nwb", () => {
  it("reads a rate, applies conversion, and takes the uid from where it is told", async () => {
    const given = changed(({ datasets }) => {
      delete datasets[`${SERIES}/timestamps`];
      datasets[`${SERIES}/starting_time`] = scalar(12, { rate: Float64Array.of(4.1), unit: "seconds" });
      datasets[`${SERIES}/data`] = {
        ...frameMatrix(truth(0).traces),
        attributes: { unit: "lumens", conversion: Float64Array.of(2), offset: Float64Array.of(1) },
      };
    });
    const trace = await load(given, { worm_uid: "subject", condition: "salt" });
    const [recording] = trace.rows.recording_record ?? [];
    expect(recording).toMatchObject({ recording_id: "Lab/sample-0", time_basis: "from_rate", condition: "salt" });
    expect((recording?.time_s as Float64Array | undefined)?.[41]).toBeCloseTo(22, 12);
    expect(traceOf(trace, 1)).toEqual(truth(0).traces[1]?.map((value) => value * 2 + 1));
    expect(trace.rows.source_trace?.[0]?.unit).toBe("lumens");
    expect((await load(given, { worm_uid: "folder" })).rows.recording_record?.[0]?.worm_uid).toBe("sub-1");
    expect((await load(given, { worm_uid: "identifier" })).rows.recording_record?.[0]?.worm_uid).toBe("sample-0");
  });

  it("reads N x T where time stamps or labels say so", async () => {
    const transposed = {
      shape: [6, 700],
      data: Float64Array.from(truth(0).traces.flatMap((trace) => [...trace])),
    };
    const byTime = await load(
      changed(({ datasets }) => {
        datasets[`${SERIES}/data`] = transposed;
        delete datasets[LABELS];
      }),
    );
    expect(traceOf(byTime, 5)).toEqual(truth(0).traces[5]);
    const byLabels = await load(
      changed(({ datasets }) => {
        datasets[`${SERIES}/data`] = transposed;
        delete datasets[`${SERIES}/timestamps`];
      }),
      { assumed_rate: 4 },
    );
    expect(traceOf(byLabels, 5)).toEqual(truth(0).traces[5]);
  });

  it.each([
    ["labels of the length of the time axis", { [LABELS]: list(new Array<string>(700).fill("AVAL")) }],
    [
      "time stamps that fit no axis",
      { [`${SERIES}/timestamps`]: list(Float64Array.from({ length: 701 }, (_, k) => k)), [LABELS]: list(["a"]) },
    ],
  ])("refuses %s", async (_what, datasets) => {
    const given = changed((parts) => void Object.assign(parts.datasets, datasets));
    await expect(load(given)).rejects.toMatchObject({
      tag: "load/orientation",
      message: expect.stringContaining("700 x 6"),
      wayOut: expect.stringContaining("orientation"),
    });
  });

  it("drops labels beyond the last ROI, one row each", async () => {
    const labels = list([...truth(0).labels, "AIBL", "AVJR"]);
    const trace = await load(changed(({ datasets }) => put(datasets, LABELS, labels)));
    expect(drops(trace).slice(0, 2)).toEqual([
      `/${LABELS}[6]: label_without_trace`,
      `/${LABELS}[7]: label_without_trace`,
    ]);
  });

  it("keeps labels verbatim, blank ones as none", async () => {
    const labels = list([" AVAL", "AVAR ", "  ", "", "RIML", "RIMR"]);
    const trace = await load(changed(({ datasets }) => put(datasets, LABELS, labels)));
    expect(column(trace, "roi_record", "label_raw")).toEqual([" AVAL", "AVAR ", null, null, "RIML", "RIMR"]);
  });

  it("follows rois to a table of ROIs, whose columns are statements", async () => {
    const table = "processing/ophys/ImageSegmentation/PlaneSegmentation";
    const parts = (address: bigint) =>
      changed(({ datasets, groups }) => {
        delete datasets[LABELS];
        groups[table] = { neurodata_type: "PlaneSegmentation" };
        datasets[`${table}/id`] = list(Float64Array.of(11, 12, 13, 14, 15, 16, 17));
        datasets[`${table}/neuron_name`] = list(["RID", "AVAL", "AVAR", "", "SAAD?", "VB02", "RIML"]);
        datasets[`${table}/confidence`] = list(Float64Array.of(0, 1, 2, 3, 4, 5, 6));
        datasets[`${table}/voxel_mask`] = list(Float64Array.of(1, 2, 3, 4, 5, 6, 7));
        datasets[`${table}/voxel_mask_index`] = list(Float64Array.of(1, 2, 3, 4, 5, 6, 7));
        datasets[`${SERIES}/rois`] = list(Float64Array.of(6, 5, 4, 3, 2, 1), { table: BigUint64Array.of(address) });
      });
    // Object references as attributes hold the address, known once the file is written.
    const written = await openHdf5(parts(0n).bytes, { file: "x", limits: DEFAULT_LIMITS });
    const address = written.addressOf(table);
    written.close();
    const trace = await load(parts(address));
    expect(column(trace, "roi_record", "roi")).toEqual([17, 16, 15, 14, 13, 12]);
    expect(column(trace, "roi_record", "roi_base")).toEqual(new Array(6).fill(1));
    expect(column(trace, "roi_record", "label_raw")).toEqual(["RIML", "VB02", "SAAD?", null, "AVAR", "AVAL"]);
    expect(column(trace, "roi_record", "extra")[0]).toBe('{"confidence":6}');
    expect(drops(trace)).toContain(`/${table}/voxel_mask: unknown_field`);
  });

  it("reads two kinds of one recording, and asks which of two of one kind", async () => {
    const dff = "processing/ophys/DfOverF/RoiResponseSeries";
    const other = "processing/ophys/Fluorescence/Reference";
    const add = (container: string, series: string, type: string) => (parts: NwbParts) => {
      parts.groups[container] = { neurodata_type: container.split("/").at(-1) as string };
      parts.groups[series] = { neurodata_type: type };
      parts.datasets[`${series}/data`] = frameMatrix(truth(0).traces);
      parts.datasets[`${series}/timestamps`] = list(truth(0).timeS);
    };
    const two = await load(changed(add("processing/ophys/DfOverF", dff, "TimeSeries")));
    expect(new Set(column(two, "source_trace", "kind"))).toEqual(new Set(["raw_fluorescence", "dff"]));
    expect(two.rows.source_trace?.find(({ kind }) => kind === "dff")?.unit).toBe("dF/F");
    const ambiguous = changed(add("processing/ophys/Fluorescence", other, "RoiResponseSeries"));
    await expect(load(ambiguous)).rejects.toMatchObject({ tag: "load/ambiguous-series" });
    const chosen = await load(ambiguous, { traces: [{ series: "Reference", kind: "other", unit: "au" }] });
    expect(new Set(column(chosen, "source_trace", "kind"))).toEqual(new Set(["other"]));
    expect(drops(chosen)).toContain(`/${SERIES}/data: unknown_field`);
  });

  it("knows custom types by the definitions that the file carries", async () => {
    const definitions = JSON.stringify({
      groups: [
        { neurodata_type_def: "WormTraces", neurodata_type_inc: "MiddleTraces" },
        { neurodata_type_def: "MiddleTraces", neurodata_type_inc: "RoiResponseSeries" },
      ],
    });
    const given = changed(({ datasets, groups }) => {
      groups[SERIES] = { neurodata_type: "WormTraces" };
      groups["processing/CalciumActivity/SignalRawFluor"] = { neurodata_type: "Custom" };
      datasets["specifications/ndx-worm/0.1/worm"] = scalar(definitions);
    });
    const trace = await load(given);
    expect(traceOf(trace, 0)).toEqual(truth(0).traces[0]);
    expect(drops(trace)).toContain("/specifications/ndx-worm/0.1/worm: type_definition");
  });

  it("reads events, epochs, optogenetic power, waveforms and positions", async () => {
    const { timeS } = truth(0);
    const given = changed(({ datasets, groups }) => {
      const type = (path: string, name: string) => {
        groups[path] = { neurodata_type: name };
      };
      type("intervals/trials", "TimeIntervals");
      datasets["intervals/trials/start_time"] = list(Float64Array.of(1, 20));
      datasets["intervals/trials/stop_time"] = list(Float64Array.of(10, Number.NaN));
      datasets["intervals/trials/state"] = list(["roaming", "dwelling"]);
      type("intervals/odor_pulses", "TimeIntervals");
      datasets["intervals/odor_pulses/start_time"] = list(Float64Array.of(30));
      datasets["intervals/odor_pulses/stop_time"] = list(Float64Array.of(40));
      datasets["intervals/odor_pulses/odor"] = list(["diacetyl"]);
      datasets["intervals/odor_pulses/dilution"] = list(Float64Array.of(0.001));
      const epochs = "processing/behavior/BehavioralEpochs";
      type(epochs, "BehavioralEpochs");
      type(`${epochs}/reversal`, "IntervalSeries");
      datasets[`${epochs}/reversal/data`] = list(Float64Array.of(1, -1, 1));
      datasets[`${epochs}/reversal/timestamps`] = list(Float64Array.of(5, 8, 50));
      const position = "processing/behavior/Position";
      type(position, "Position");
      type(`${position}/centroid`, "SpatialSeries");
      datasets[`${position}/centroid/data`] = {
        shape: [700, 2],
        data: Float64Array.from({ length: 1400 }, (_, i) => i),
        attributes: { unit: "mm" },
      };
      datasets[`${position}/centroid/timestamps`] = list(timeS);
      type("stimulus/presentation/laser", "OptogeneticSeries");
      datasets["stimulus/presentation/laser/data"] = list(Float64Array.of(0, 2, 2, 0, 3), { unit: "watts" });
      datasets["stimulus/presentation/laser/timestamps"] = list(Float64Array.of(0, 1, 2, 3, 4));
      type("stimulus/presentation/temperature", "TimeSeries");
      datasets["stimulus/presentation/temperature/data"] = list(
        Float64Array.from({ length: 50 }, (_, i) => 20 + i / 10),
        { unit: "degC" },
      );
      datasets["stimulus/presentation/temperature/starting_time"] = scalar(0, { rate: Float64Array.of(1) });
      type("acquisition/humidity", "TimeSeries");
      datasets["acquisition/humidity/data"] = list(Float64Array.of(1, 2));
      datasets["acquisition/humidity/timestamps"] = list(Float64Array.of(0, 1));
    });
    const trace = await load(given);
    const events = (trace.rows.event_record ?? []).map(({ name, t_start_s, t_end_s, value }) => [
      name,
      t_start_s,
      t_end_s,
      value,
    ]);
    expect(events).toEqual([
      ["trials", 1, 10, "roaming"],
      ["trials", 20, null, "dwelling"],
      ["reversal", 5, 8, null],
      ["reversal", 50, null, null],
    ]);
    const stimuli = (trace.rows.stimulus_record ?? []).map(({ kind, name, t_on_s, t_off_s, extra }) => [
      kind,
      name,
      t_on_s,
      t_off_s,
      extra,
    ]);
    expect(stimuli).toEqual([
      ["odour", "diacetyl", 30, 40, '{"dilution":0.001}'],
      ["optogenetic", "laser", 1, 3, '{"value":2,"unit":"watts"}'],
      ["optogenetic", "laser", 4, null, '{"value":3,"unit":"watts"}'],
      ["odour", "NaCl", truth(0).stimulus.onS, null, null],
    ]);
    const channels = (trace.rows.behavior_record ?? []).map(({ channel, sub_index, unit, time_s }) => [
      channel,
      sub_index,
      unit,
      time_s !== undefined,
    ]);
    expect(channels).toEqual([
      ["velocity", 0, "mm/s", true],
      ["centroid", 0, "mm", false],
      ["centroid", 1, "mm", false],
      ["stimulus/temperature", 0, "degC", true],
    ]);
    expect(drops(trace)).toEqual([
      "/acquisition/CalciumImageSeries/data: raw_data",
      "/acquisition/humidity/data: raw_data",
      "/acquisition/humidity/timestamps: raw_data",
    ]);
    const named = await load(given, { behaviors: ["humidity"], stimulus_kind: "other" });
    expect(column(named, "behavior_record", "channel")).toContain("humidity");
    expect(new Set(column(named, "stimulus_record", "kind"))).toEqual(new Set(["other"]));
  });

  it("refuses times that are no seconds, impossible rates, missing data", async () => {
    const minutes = changed(({ datasets }) =>
      put(datasets, `${SERIES}/timestamps`, list(truth(0).timeS, { unit: "minutes" })),
    );
    await expect(load(minutes)).rejects.toMatchObject({
      tag: "load/unit",
      fields: { stated: "minutes", expected: "s" },
    });
    const stopped = changed(({ datasets }) => {
      delete datasets[`${SERIES}/timestamps`];
      datasets[`${SERIES}/starting_time`] = scalar(0, { rate: Float64Array.of(0) });
    });
    await expect(load(stopped, { assumed_rate: 4 })).rejects.toMatchObject({ tag: "load/rate" });
    const short = changed(({ datasets }) => put(datasets, `${SERIES}/timestamps`, list(truth(0).timeS.slice(0, 500))));
    await expect(load(short, { orientation: "frames-by-rois" })).rejects.toMatchObject({ tag: "load/time-short" });
    const empty = changed(({ datasets }) => void delete datasets[`${SERIES}/data`]);
    await expect(load(empty)).rejects.toMatchObject({
      tag: "load/missing-field",
      fields: { field: `/${SERIES}/data` },
    });
    await expect(
      load(
        changed(() => {}),
        { labels: "no_such" },
      ),
    ).rejects.toMatchObject({
      tag: "load/missing-field",
      fields: { field: "no_such" },
    });
  });

  it("refuses files that are no NWB, have no traces, are cut, or point out of themselves", async () => {
    await expect(load(file({ datasets: { x: scalar(1) } }))).rejects.toMatchObject({ tag: "load/not-nwb" });
    const silent = file({ datasets: { x: scalar(1) }, groups: { "": { neurodata_type: "NWBFile" } } });
    await expect(load(silent)).rejects.toMatchObject({
      tag: "load/missing-field",
      fields: { field: "RoiResponseSeries" },
    });
    const whole = files[0] as (typeof files)[0];
    const cut = { ...whole, bytes: whole.bytes.slice(0, Math.floor(whole.bytes.length / 2)) };
    await expect(load(cut)).rejects.toMatchObject({ tag: expect.stringMatching(/^format\//) });
    const elsewhere = { [`${SERIES}/data`]: { externalFile: "/etc/passwd", path: "/x" } };
    const external = changed(({ datasets }) => void delete datasets[`${SERIES}/data`], elsewhere);
    await expect(load(external)).rejects.toMatchObject({ tag: "format/external-link" });
  });
});
