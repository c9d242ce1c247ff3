import { describe, expect, it } from "vitest";
import { flavellHdf5 } from "../../../src/loaders/activity/flavell-hdf5.js";
import { manifest } from "../../../src/loaders/activity/manifest.js";
import { neuropalLabels } from "../../../src/loaders/activity/neuropal-labels.js";
import { wormWideWeb } from "../../../src/loaders/activity/wormwideweb.js";
import { dagFiles } from "../../../src/sample-data/activity/flavell-recordings.js";
import {
  flavellFiles,
  wormWideWebManifestFiles,
} from "../../../src/sample-data/activity/flavell-recordings-wormwideweb.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import type { Row } from "../../../src/tables/contract.js";
import { dropReasons } from "../connectome/load-in-memory.js";
import { extraOf, loadBytes, rowsOf } from "./flavell-load.js";

const dag = dagFiles(7);
const flavell = flavellFiles(7);
const DAG = { dataset: "Dag2023", strain_pattern: "(swf[0-9]+)_" };
const FLAVELL = { dataset: "Flavell2023" };

const file = (files: readonly SampleFile[], part: string) =>
  files.find(({ path }) => path.includes(part)) as SampleFile;
const loadDag = ({ path, bytes }: SampleFile) => loadBytes(flavellHdf5, path, bytes, DAG);
const loadFlavell = ({ path, bytes }: SampleFile) => loadBytes(wormWideWeb, path, bytes, FLAVELL);
const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name]);

describe("activity/flavell-hdf5 on sample files", () => {
  it("keeps segments, matches, channels without values and drops the camera's clock", async () => {
    const trace = await loadDag(file(dag, "2022-07-26-31"));
    const [recording] = rowsOf(trace, "recording_record");
    expect(recording).toMatchObject({
      recording_id: "Dag2023/2022-07-26-31",
      strain: "SWF702",
      segment_starts: [0, 350],
      n_roi: 6,
    });
    expect(extraOf(recording)).toEqual({
      neuropal_roi_count: 8,
      match_org_to_skip: "identity",
      match_skip_to_org: "identity",
      zscore_source_ddof: 1,
    });
    const rois = rowsOf(trace, "roi_record");
    expect(column(rois, "neuropal_roi_ids")).toEqual([[3], [6], [2], [8], [5], [7]]);
    expect(extraOf(rois[0])).toEqual({ roi_match_confidence: [35] });
    expect(rois[2]?.qc_nan_fraction).toBe(1);
    expect(rois[3]?.qc_nan_fraction).toBeCloseTo(12 / 700, 6);
    expect(column(rois, "label_raw")).toEqual(new Array(6).fill(undefined));
    expect(column(rowsOf(trace, "behavior_record"), "channel").join(" ")).toBe(
      "angular_velocity body_angle body_angle body_angle body_angle_all body_angle_all body_angle_all body_angle_all " +
        "head_angle pumping reversal_vec velocity",
    );
    expect(dropReasons(trace)).toEqual({ camera_clock: 1 });
  });

  it("drops time stamps after the last frame", async () => {
    const trace = await loadDag(file(dag, "2022-07-27-45"));
    expect(rowsOf(trace, "recording_record")[0]?.time_s).toHaveLength(599);
    expect(dropReasons(trace)).toEqual({ camera_clock: 1, time_after_last_frame: 0 });
  });

  it("reads the meeting with food and the ROI of NSM", async () => {
    const trace = await loadDag(file(dag, "2022-01-16-01"));
    expect(rowsOf(trace, "event_record").at(-1)).toMatchObject({ name: "food_encounter", k_start: 324, value: "325" });
    expect(extraOf(rowsOf(trace, "roi_record")[3])).toEqual({ idx_nsm: true });
    expect(rowsOf(trace, "recording_record")[0]).toMatchObject({ strain: "SWF415" });
  });
});

describe("activity/neuropal-labels on the sample file", () => {
  it("keeps the order of the document and tells a side that is not known from none", async () => {
    const { path, bytes } = file(dag, "labels");
    const trace = await loadBytes(neuropalLabels, path, bytes, { dataset: "Dag2023" });
    const rows = rowsOf(trace, "label_record");
    const first = rows.filter(({ worm_uid }) => worm_uid === "2022-07-26-31");
    expect(column(first, "roi")).toEqual([5, 4, 1, 6, 3, 2]);
    expect(column(first, "position")).toEqual([0, 1, 2, 3, 4, 5]);
    expect(column(first, "label")).toEqual(["VB02", "SAAD?", "AVAL", "RIML", "", "AVAL"]);
    expect(column(first, "lr")).toEqual([null, "unknown", "L", "L", null, "L"]);
    expect(column(first, "dv")).toEqual([null, "D", null, null, null, null]);
    expect(first[1]).toMatchObject({ note: "could be 2", neuropal_roi_ids: [8], confidence: 3, roi_base: 1 });
    expect(first[1]?.confidence_scale).toMatch(/not documented/);
    expect(rows.length).toBe(13);
    expect(dropReasons(trace)).toEqual({ class_index: 6 + 7 });
    expect(trace.drops[0]?.detail).toBe("6 classes, 6 labels of the list by ROI");
  });

  it("drops what it cannot read, and says where", async () => {
    const text = `{"a": [{"x": {}, "2": 5, "3": {"label": 7, "LR": "up", "roi_id": "q", "confidence": NaN, "more": 1}}, {}, 4]}`;
    const trace = await loadBytes(neuropalLabels, "celegans/l.json", text, { dataset: "D" });
    expect(rowsOf(trace, "label_record")).toMatchObject([
      { roi: 3, position: 2, label: null, lr: null, neuropal_roi_ids: null, confidence: null },
    ]);
    expect(trace.drops.map(({ item, reason }) => `${reason} ${item}`)).toEqual([
      "no_roi_number a: x",
      "no_label a: 2",
      "unreadable a: 3.label",
      "unreadable a: 3.LR",
      "unreadable a: 3.roi_id",
      "unknown_field a: more",
      "class_index a[1]",
      "unknown_field a[2]",
    ]);
  });
});

describe("activity/manifest on the sample files", () => {
  it("reads flags, conditions, events and ranges", async () => {
    const { path, bytes } = file(wormWideWebManifestFiles(7), "dag_");
    const rows = rowsOf(await loadBytes(manifest, path, bytes, { dataset: "Dag2023" }), "manifest_record");
    expect(rows.length).toBe(3);
    expect(rows[0]).toMatchObject({ event: "patchEncounter=[325]", has_label: false, t_range: null });
    expect(rows[2]).toMatchObject({
      worm_uid: "2022-07-27-45",
      filename: "2022-07-27-45-data.h5",
      condition: "neuropal,reFed",
      head_angle_positive_is_ventral: false,
      t_range: "1:590",
    });
  });

  it("drops repeated and nameless rows and columns it does not know", async () => {
    const text = "filename,uid,label,extra\na.h5,a,true,1\nb.h5,a,false,2\n,c,true,3\nd.h5,d,perhaps,4\n";
    const trace = await loadBytes(manifest, "celegans/m.csv", text, { dataset: "D" });
    expect(column(rowsOf(trace, "manifest_record"), "has_label")).toEqual([true, null]);
    expect(dropReasons(trace)).toEqual({ not_in_table: 0, repeated: 1, no_name: 1, unreadable: 0 });
  });
});

describe("activity/wormwideweb on sample files", () => {
  it("reads JSON", async () => {
    const trace = await loadFlavell(file(flavell, ".json"));
    const [recording] = rowsOf(trace, "recording_record");
    expect(recording).toMatchObject({
      recording_id: "Flavell2023/2022-06-14-01",
      condition: "baseline,neuropal",
      segment_starts: [0, 350],
      primary_kind: "ratio",
      n_roi: 6,
    });
    expect(extraOf(recording)).toMatchObject({
      max_t: 700,
      avg_timestep_min: 0.01,
      ranges: ["1:350", "351:700"],
      encoding_changing_neurons: [2, 5],
      neuron_categorization: { 1: { v: { fwd: [1, 6] } } },
    });
    const rois = rowsOf(trace, "roi_record");
    expect(column(rois, "label_raw")).toEqual(["AVAL", "AVAL", undefined, "SAAD?", "VB02", "RIML"]);
    expect(rois[3]).toMatchObject({ lr: "unknown", dv: "D", note: "could be 2", confidence: 3, roi_base: 1 });
    expect(extraOf(rois[0])).toMatchObject({ neuron_class: "AVA", neuron_categorization: ["1/v/fwd", "2/v/fwd"] });
    expect(extraOf(rois[1])).toMatchObject({ encoding_changing: true });
    expect(rois[2]?.qc_nan_fraction).toBe(1);
    expect(new Set(column(rowsOf(trace, "source_trace"), "kind"))).toEqual(new Set(["ratio", "zscore_source"]));
    expect(column(rowsOf(trace, "behavior_record"), "channel")).toEqual([
      "velocity",
      "head_curvature",
      "body_curvature",
      "angular_velocity",
      "pumping",
    ]);
    expect(dropReasons(trace)).toEqual({});
  });

  it("reads HDF5 with the same keys", async () => {
    const trace = await loadFlavell(file(flavell, ".h5"));
    const [recording] = rowsOf(trace, "recording_record");
    expect(recording).toMatchObject({
      worm_uid: "2022-06-14-07",
      condition: "heat,neuropal",
      segment_starts: [0],
      primary_kind: "ratio",
    });
    expect(rowsOf(trace, "source_trace")[0]?.values).toHaveLength(599);
    const rois = rowsOf(trace, "roi_record");
    expect(rois[3]).toMatchObject({ label_raw: "SAAD?", lr: "unknown", neuropal_roi_ids: [8], note: "could be 2" });
    expect(extraOf(rois[0])).toMatchObject({ neuron_categorization: ["1/v/fwd"] });
    const events = rowsOf(trace, "event_record");
    expect(events.filter(({ name }) => name === "heat")).toMatchObject([{ k_start: 299, value: "300" }]);
    expect(events.filter(({ name }) => name === "reversal").length).toBeGreaterThan(1);
    expect(dropReasons(trace)).toEqual({});
  });
});
