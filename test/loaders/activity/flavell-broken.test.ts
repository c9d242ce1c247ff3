import { describe, expect, it } from "vitest";
import { flavellHdf5 } from "../../../src/loaders/activity/flavell-hdf5.js";
import { neuropalLabels } from "../../../src/loaders/activity/neuropal-labels.js";
import { wormWideWeb } from "../../../src/loaders/activity/wormwideweb.js";
import { dagFiles } from "../../../src/sample-data/activity/flavell-recordings.js";
import { type WriteHdf5Dataset, type WriteHdf5Options, writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import { dropReasons } from "../connectome/load-in-memory.js";
import { extraOf, loadBytes, rowsOf } from "./flavell-load.js";

const FRAMES = 8;
const numbers = (shape: readonly number[], from = 1): WriteHdf5Dataset => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => from + i * 0.5),
});
const whole = (shape: readonly number[], values: readonly number[]): WriteHdf5Dataset => ({
  shape,
  data: BigInt64Array.from(values, BigInt),
});

const MILLISECONDS = { shape: [FRAMES], data: Float64Array.from({ length: FRAMES }, (_, k) => 600_000 * k) };

const DATASETS: Record<string, WriteHdf5Dataset> = {
  "gcamp/traces_array_F_F20": numbers([FRAMES, 2]),
  "timing/timestamp_confocal": numbers([FRAMES]),
};

function loadHdf5(changes: Record<string, WriteHdf5Dataset | null>, more: Omit<WriteHdf5Options, "datasets"> = {}) {
  const entries = Object.entries({ ...DATASETS, ...changes }).filter(([, dataset]) => dataset !== null);
  const bytes = writeHdf5({ ...more, datasets: Object.fromEntries(entries) as Record<string, WriteHdf5Dataset> });
  return loadBytes(flavellHdf5, "celegans/Dag2023/w-data.h5", bytes, { dataset: "Dag2023" });
}

const loadJson = (value: unknown) =>
  loadBytes(wormWideWeb, "celegans/Flavell2023/w.json", JSON.stringify(value), { dataset: "Flavell2023" });

describe("HDF5 files of the Flavell laboratory that are not as they should be", () => {
  it.each([
    ["gcamp/traces_array_F_F20", "load/missing-field"],
    ["timing/timestamp_confocal", "load/missing-field"],
  ])("names a missing %s", async (path, tag) => {
    await expect(loadHdf5({ [path]: null })).rejects.toMatchObject({ tag, fields: { field: `/${path}` } });
  });

  it.each<[string, Record<string, WriteHdf5Dataset>, string]>([
    ["a trace longer than its times", { "timing/timestamp_confocal": numbers([FRAMES - 1]) }, "load/time-short"],
    ["times in another unit", { "timing/timestamp_confocal": MILLISECONDS }, "load/time-unit"],
    [
      "times that go back",
      { "timing/timestamp_confocal": whole([FRAMES], [1, 2, 3, 2, 5, 6, 7, 8]) },
      "load/time-order",
    ],
    ["traces without ROIs' axis", { "gcamp/traces_array_F_F20": numbers([FRAMES]) }, "load/shape"],
    ["kinds of different length", { "gcamp/trace_array": numbers([FRAMES - 1, 2]) }, "load/trace-length"],
    ["kinds of other ROIs", { "gcamp/trace_array": numbers([FRAMES, 3]) }, "load/shape"],
    ["segments behind the end", { "gcamp/idx_splits": whole([2, 1], [1, 9]) }, "load/segments"],
    ["segments out of order", { "gcamp/idx_splits": whole([2, 2], [5, 1, 8, 4]) }, "load/segments"],
    ["reversals in three rows", { "behavior/reversal_events": whole([3, 1], [1, 2, 3]) }, "load/shape"],
  ])("refuses %s", async (_, changes, tag) => {
    await expect(loadHdf5(changes)).rejects.toMatchObject({ tag });
  });

  it("refuses a truncated file, and one whose header promises 20 GB", async () => {
    const bytes = dagFiles(1)[0]?.bytes as Uint8Array;
    const cut = bytes.subarray(0, bytes.length - 4000);
    const truncated = loadBytes(flavellHdf5, "celegans/Dag2023/w-data.h5", cut, { dataset: "Dag2023" });
    await expect(truncated).rejects.toMatchObject({ tag: expect.stringMatching(/^format\//) });
    const lying: WriteHdf5Dataset = { shape: [50_000_000, 50], data: new Float64Array(16) };
    await expect(loadHdf5({ "gcamp/traces_array_F_F20": lying })).rejects.toMatchObject({
      tag: expect.stringMatching(/^format\/(limit|hdf5-invalid)$/),
      message: expect.stringContaining("/gcamp/traces_array_F_F20"),
    });
  });

  it("does not follow a link to another file: an error where it is needed, a row where it is not", async () => {
    const link = { externalFile: "/etc/passwd", path: "/x" };
    const links = (path: string) => ({ links: { [path]: link } });
    await expect(
      loadHdf5({ "timing/timestamp_confocal": null }, links("timing/timestamp_confocal")),
    ).rejects.toMatchObject({ tag: "format/external-link" });
    const trace = await loadHdf5({}, links("behavior/elsewhere"));
    expect(dropReasons(trace)).toEqual({ link: 1 });
  });

  it("drops events and matches that name nothing, and fields it does not know", async () => {
    const trace = await loadHdf5({
      "behavior/reversal_events": whole([2, 3], [0, 5, 7, 2, 4, 9]),
      "behavior/short": numbers([FRAMES - 1]),
      "behavior/names": { shape: [1], data: ["x"] },
      "gcamp/idx_nsm": whole([2], [2, 3]),
      "gcamp/match_org_to_skip": whole([2, 2], [1, 2, 2, 1]),
      "neuropal_registration/roi_match": whole([4], [2, 0, 2, 7]),
      "neuropal_registration/roi_match_confidence": numbers([4]),
      "timing/time_food_encounter": whole([], [9]),
      "timing/stim": { ...numbers([1]), attributes: { unit: "s" } },
    });
    expect(rowsOf(trace, "event_record")).toMatchObject([{ name: "reversal", k_start: 0, k_end: 2 }]);
    expect(dropReasons(trace)).toEqual({ frame_out_of_range: 3, no_such_roi: 0, unknown_field: 4 });
    expect(extraOf(rowsOf(trace, "roi_record")[1])).toEqual({ roi_match_confidence: [1, 2], idx_nsm: true });
    expect(extraOf(rowsOf(trace, "recording_record")[0])).toEqual({
      idx_nsm: [2, 3],
      match_org_to_skip: [
        [1, 2],
        [2, 1],
      ],
      neuropal_roi_count: 4,
      unmatched_roi_match_confidence: { 2: 1.5, 4: 2.5 },
    });
  });

  it("makes a segment of frames between segments, and keeps the times of longer channels", async () => {
    const trace = await loadHdf5({
      "gcamp/idx_splits": whole([2, 2], [1, 5, 3, 8]),
      "timing/timestamp_confocal": numbers([FRAMES + 2]),
      "behavior/velocity": numbers([FRAMES + 2]),
    });
    expect(rowsOf(trace, "recording_record")[0]?.segment_starts).toEqual([0, 3, 4]);
    expect(rowsOf(trace, "behavior_record")[0]?.time_s).toHaveLength(FRAMES + 2);
  });
});

describe("files of WormWideWeb that are not as they should be", () => {
  const times = [1, 1.5, 2, 2.5];
  const rows = [
    [1, 2, 3, 4],
    [4, null, 2, 1],
    [1, 1, 1, 1],
  ];

  it("takes the z-score as primary where the ratio is missing, turns traces of frames × ROIs", async () => {
    const turned = times.map((_, k) => rows.map((row) => row[k]));
    const trace = await loadJson({ timestamp_confocal: times, num_neurons: 3, trace_array: turned });
    expect(rowsOf(trace, "recording_record")[0]).toMatchObject({
      worm_uid: "w",
      primary_kind: "zscore_source",
      n_roi: 3,
    });
    expect(rowsOf(trace, "source_trace")[1]?.values).toEqual(Float64Array.of(4, Number.NaN, 2, 1));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no times", { trace_array: rows }, "load/missing-field"],
    ["no traces", { timestamp_confocal: times }, "load/missing-field"],
    ["rows of different length", { timestamp_confocal: times, trace_array: [[1], [1, 2]] }, "load/shape"],
    ["another number of neurons", { timestamp_confocal: times, trace_array: rows, num_neurons: 7 }, "load/shape"],
    [
      "kinds that differ",
      { timestamp_confocal: times, trace_array: rows, trace_original: rows.slice(1) },
      "load/shape",
    ],
    [
      "traces longer than the times",
      { timestamp_confocal: [1, 2, 3], trace_array: rows, num_neurons: 3 },
      "load/time-short",
    ],
  ])("refuses %s", async (_, value, tag) => {
    await expect(loadJson(value)).rejects.toMatchObject({ tag });
  });

  it("refuses a list, and a label file that is one", async () => {
    await expect(loadJson([])).rejects.toMatchObject({ tag: "load/record-shape" });
    await expect(loadBytes(neuropalLabels, "celegans/l.json", "[]", { dataset: "D" })).rejects.toMatchObject({
      tag: "load/record-shape",
    });
  });

  it("tells reversals as pairs from starts and ends, drops what has no place", async () => {
    const load = async (reversals: unknown, more: Record<string, unknown> = {}) => {
      const trace = await loadJson({
        timestamp_confocal: times,
        trace_array: rows,
        reversal_events: reversals,
        ...more,
      });
      return { trace, events: rowsOf(trace, "event_record").map(({ k_start, k_end }) => [k_start, k_end]) };
    };
    const both = [
      [0, 1],
      [2, 4],
    ];
    expect((await load(both)).events).toEqual(both);
    expect((await load([[0, 2], [1, 4]])).events).toEqual(both); // biome-ignore format: starts over ends
    expect((await load([[0, 1, 3], [1, 3, 4]])).events).toEqual([[0, 1], [1, 3], [3, 4]]); // biome-ignore format: the same
    expect((await load([])).events).toEqual([]);
    const { trace } = await load([[0, 9]], {
      labeled: { 1: { label: "AVAL", lineage: "x" }, 4: {}, a: {} },
      forwardness: [1, 2],
      dataset_type: 5,
      ranges: { 1: [1, 2] },
      other: { a: 1 },
      version: "v1",
      __proto__: 1,
      events: { heat: [2, 9] },
    });
    expect(dropReasons(trace)).toEqual({ no_such_roi: 2, frame_out_of_range: 2, unfit: 1, unknown_field: 1 });
    expect(extraOf(rowsOf(trace, "recording_record")[0])).toEqual({
      dataset_type: 5,
      ranges: { 1: [1, 2] },
      version: "v1",
    });
    expect(extraOf(rowsOf(trace, "roi_record")[0])).toEqual({ lineage: "x" });
    expect(rowsOf(trace, "event_record")).toMatchObject([{ name: "heat", k_start: 1, value: "2" }]);
  });
});
