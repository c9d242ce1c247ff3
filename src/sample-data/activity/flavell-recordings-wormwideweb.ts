import { sha256 } from "../../base/hash.js";
import { type WriteHdf5Dataset, writeHdf5 } from "../hdf5-writer.js";
import type { SampleFile } from "../sample-sources.js";
import { labelEntry, moments } from "./flavell-recordings.js";
import { type SyntheticRecording, syntheticRecording } from "./synthetic-recording.js";

const utf8 = new TextEncoder();
const ROIS = 6;
const FIT_VALUES = [
  "rel_enc_str_v",
  "rel_enc_str_θh",
  "rel_enc_str_P",
  "forwardness",
  "dorsalness",
  "feedingness",
  "tau_vals",
];

/**
 * Two recordings of WormWideWeb, one JSON with NaN literals (700 frames in two halves) and one HDF5 with the same root
 * keys (599 frames, a heat pulse). Traces are ROIs × frames. About 400 kB.
 */
export function flavellFiles(seed: number): SampleFile[] {
  const worm = (index: number, frames: number) =>
    syntheticRecording({ seed, name: "flavell", index, frames, rois: ROIS, dtS: 0.6, t0S: 5000 * index });
  return [
    { path: "celegans/Flavell2023/2022-06-14-01.json", bytes: utf8.encode(jsonText(worm(0, 700))) },
    { path: "celegans/Flavell2023/2022-06-14-07.h5", bytes: writeHdf5({ datasets: hdf5Datasets(worm(1, 599)) }) },
  ];
}

/** Release manifests of the recordings of {@link flavellFiles} and `dagFiles`. Their hashes are those of no file. */
export function wormWideWebManifestFiles(seed: number): SampleFile[] {
  const header = "filename,checksum,uid,θh_pos_is_ventral,label,type,event,t_range";
  const line = (uid: string, rest: string) => `${uid}-data.h5,${sha256(`${seed} ${uid}`)},${uid},${rest}`;
  const dag = [
    line("2022-01-16-01", "true,false,patchEncounter,patchEncounter=[325],"),
    line("2022-07-26-31", 'true,true,"neuropal,reFed",,'),
    line("2022-07-27-45", 'false,true,"neuropal,reFed",,1:590'),
  ];
  const flavell = [
    line("2022-06-14-01", 'true,true,"baseline,neuropal",,'),
    line("2022-06-14-07", 'false,true,"heat,neuropal","heat=[300]",'),
  ];
  const text = (lines: readonly string[]) => utf8.encode(`${[header, ...lines].join("\n")}\n`);
  return [
    { path: "celegans/WormWideWeb/atanas_kim_2023.csv", bytes: text(flavell) },
    { path: "celegans/WormWideWeb/dag_nwabudike_kang_2023.csv", bytes: text(dag) },
  ];
}

function zscored(trace: Float64Array): Float64Array {
  const { mean, deviation } = moments(trace);
  return trace.map((value) => (value - mean) / deviation);
}

function behaviors({ velocity }: SyntheticRecording): Record<string, Float64Array> {
  return {
    velocity,
    head_curvature: velocity.map((_, k) => Math.sin(k / 12)),
    body_curvature: velocity.map((_, k) => Math.sin(k / 50)),
    angular_velocity: velocity.map((_, k) => Math.cos(k / 40)),
    pumping: velocity.map(() => Number.NaN),
  };
}

function fitValue(key: number, roi: number): number {
  return ((key + 1) * (roi + 2) * 0.37) % 1.9;
}

function jsonText(recording: SyntheticRecording): string {
  const { traces, timeS, labels, reversals, velocity } = recording;
  const number = (value: number) => (Number.isNaN(value) ? "NaN" : String(value));
  const list = (values: Iterable<number>) => `[${Array.from(values, number).join(",")}]`;
  const frames = velocity.length;
  const half = frames / 2;
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
  // Written by hand: an object would put the numbers of ROIs in ascending order, and JSON has no NaN.
  const labeled = [5, 1, 6, 4, 2].map(
    (roi) => `"${roi}":${JSON.stringify(labelEntry(labels[roi - 1] as string, roi))}`,
  );
  const members: Record<string, string> = {
    uid: '"2022-06-14-01"',
    max_t: String(frames),
    avg_timestep: "0.01",
    num_neurons: String(ROIS),
    dataset_type: '["baseline","neuropal"]',
    timestamp_confocal: list(timeS),
    trace_array: `[${traces.map((trace) => list(zscored(trace))).join(",")}]`,
    trace_original: `[${traces.map((trace) => list(trace)).join(",")}]`,
    labeled: `{${labeled.join(",")}}`,
    reversal_events: JSON.stringify(reversals),
    ranges: JSON.stringify([numbers(1, half), numbers(half + 1, frames)]),
    encoding_changing_neurons: "[2,5]",
    neuron_categorization:
      '{"1":{"v":{"fwd":[1,6],"rev":[2]},"P":{"act":[]}},"2":{"v":{"fwd":[1],"rev":[2]},"P":{"act":[4]}}}',
  };
  for (const [name, values] of Object.entries(behaviors(recording))) members[name] = list(values);
  for (const [key, name] of FIT_VALUES.entries()) members[name] = list(traces.map((_, roi) => fitValue(key, roi)));
  return `{${Object.entries(members)
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    .join(",")}}`;
}

function hdf5Datasets(recording: SyntheticRecording): Record<string, WriteHdf5Dataset> {
  const { traces, timeS, labels, reversals, velocity } = recording;
  const frames = velocity.length;
  const scalar = (value: number): WriteHdf5Dataset => ({ shape: [], data: Float64Array.of(value) });
  const vector = (values: Float64Array): WriteHdf5Dataset => ({ shape: [values.length], data: values });
  const roisByFrames = (rows: readonly Float64Array[]): WriteHdf5Dataset => ({
    shape: [ROIS, frames],
    data: Float64Array.from({ length: ROIS * frames }, (_, i) => rows[Math.floor(i / frames)]?.[i % frames] as number),
  });
  const datasets: Record<string, WriteHdf5Dataset> = {
    uid: { shape: [], data: ["2022-06-14-07"] },
    max_t: scalar(frames),
    avg_timestep: scalar(0.01),
    num_neurons: scalar(ROIS),
    dataset_type: { shape: [2], data: ["heat", "neuropal"] },
    timestamp_confocal: vector(timeS),
    trace_array: roisByFrames(traces.map(zscored)),
    trace_original: roisByFrames(traces),
    reversal_events: {
      shape: [reversals.length, 2],
      data: BigInt64Array.from(reversals.flat(), BigInt),
    },
    ranges: { shape: [2, 2], data: BigInt64Array.from([1n, 299n, 310n, BigInt(frames)]) },
    "events/heat": { shape: [1], data: BigInt64Array.of(300n) },
    encoding_changing_neurons: { shape: [1], data: BigInt64Array.of(3n) },
    "neuron_categorization/1/v/fwd": { shape: [2], data: BigInt64Array.of(1n, 6n) },
  };
  for (const roi of [1, 2, 4, 5, 6]) {
    const { label, LR, confidence, roi_id: ids, region } = labelEntry(labels[roi - 1] as string, roi);
    datasets[`labeled/${roi}/label`] = { shape: [], data: [String(label)] };
    datasets[`labeled/${roi}/LR`] = { shape: [], data: [String(LR)] };
    datasets[`labeled/${roi}/confidence`] = scalar(Number(confidence));
    datasets[`labeled/${roi}/roi_id`] = vector(Float64Array.from(ids as number[]));
    if (region !== null) datasets[`labeled/${roi}/region`] = { shape: [], data: [String(region)] };
  }
  for (const [name, values] of Object.entries(behaviors(recording))) datasets[name] = vector(values);
  for (const [key, name] of FIT_VALUES.entries()) {
    datasets[name] = vector(Float64Array.from(traces, (_, roi) => fitValue(key, roi)));
  }
  return datasets;
}
