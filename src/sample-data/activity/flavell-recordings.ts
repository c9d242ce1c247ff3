import { type WriteHdf5Dataset, writeHdf5 } from "../hdf5-writer.js";
import type { SampleFile } from "../sample-sources.js";
import { type SyntheticRecording, syntheticRecording } from "./synthetic-recording.js";

const utf8 = new TextEncoder();

/** One invented worm of the HDF5 format, and which of its traps it has. */
interface Worm {
  readonly uid: string;
  readonly folder: "swf702_with_id" | "swf415_no_id";
  readonly frames: number;
  readonly dtS: number;
  readonly t0S: number;
  /** A pause before this frame, where a second segment begins. */
  readonly pauseAt?: number;
  /** Time stamps after the last frame. */
  readonly surplusTimes?: number;
  /** 1-based frame at which food is met. */
  readonly food?: number;
}

const WORMS: readonly Worm[] = [
  { uid: "2022-07-26-31", folder: "swf702_with_id", frames: 700, dtS: 0.6, t0S: 1_228_334.146, pauseAt: 350 },
  { uid: "2022-07-27-45", folder: "swf702_with_id", frames: 599, dtS: 0.6, t0S: 1_321_355.085, surplusTimes: 5 },
  { uid: "2022-01-16-01", folder: "swf415_no_id", frames: 650, dtS: 0.74, t0S: 607_762.664, food: 325 },
];

const ROIS = 6;
/** ROIs of the invented NeuroPAL volume: more than the traces have. */
const VOLUME_ROIS = [0, 3, 1, 0, 5, 2, 6, 4];
/** Document order of the labels: not the order of the ROIs. */
const LABEL_ORDER = [5, 4, 1, 6, 3, 2];

function recordingOf(seed: number, worm: Worm, index: number): SyntheticRecording {
  const { uid, frames, dtS, t0S } = worm;
  return syntheticRecording({ seed, name: `dag ${uid}`, index, frames: frames, rois: ROIS, dtS, t0S });
}

/**
 * Three recordings in the HDF5 format of the Flavell laboratory and the labels of two of them: a pause between two
 * segments, time stamps after the last frame, a channel without values, matches to a larger NeuroPAL volume, labels out
 * of order, twice the same, empty, unsure of the side, and one of an ROI that the traces do not have. About 1 MB.
 */
export function dagFiles(seed: number): SampleFile[] {
  const files: SampleFile[] = [];
  const labels: string[] = [];
  for (const [index, worm] of WORMS.entries()) {
    const recording = recordingOf(seed, worm, index);
    const path = `celegans/Dag2023/${worm.folder}/${worm.uid}-data.h5`;
    files.push({ path, bytes: writeHdf5({ datasets: dagDatasets(worm, recording) }) });
    if (worm.folder === "swf702_with_id") labels.push(labelText(worm, recording));
  }
  const text = `{\n${labels.join(",\n")}\n}\n`;
  return [...files, { path: "celegans/Dag2023/NeuroPAL_labels_dict.json", bytes: utf8.encode(text) }];
}

function dagDatasets(worm: Worm, recording: SyntheticRecording): Record<string, WriteHdf5Dataset> {
  const { frames, dtS, pauseAt, surplusTimes = 0, food } = worm;
  const withId = worm.folder === "swf702_with_id";
  const { traces, velocity, reversals } = recording;
  const times = Float64Array.from({ length: frames + surplusTimes }, (_, k) => {
    const last = recording.timeS[frames - 1] as number;
    const time = recording.timeS[k] ?? last + (k - frames + 1) * dtS;
    return pauseAt !== undefined && k >= pauseAt ? time + 8 : time;
  });
  const camera = Float64Array.from({ length: 2 * frames }, (_, k) => (times[0] as number) - 10 + k * 0.4);
  const splits = pauseAt === undefined ? [1, frames] : [1, pauseAt + 1, pauseAt, frames];
  const identity = Array.from({ length: 2 * ROIS }, (_, n) => LABEL_ORDER[n % ROIS] as number);
  const per = (value: (k: number) => number): WriteHdf5Dataset => ({
    shape: [frames],
    data: Float64Array.from({ length: frames }, (_, k) => value(k)),
  });
  const table = (columns: number, value: (k: number, n: number) => number): WriteHdf5Dataset => ({
    shape: [frames, columns],
    data: Float64Array.from({ length: frames * columns }, (_, i) => value(Math.floor(i / columns), i % columns)),
  });
  const speed = (k: number) => velocity[k] as number;
  const isReversing = (k: number) => reversals.some(([start, end]) => k >= start && k < end);
  const vector = BigInt64Array.from({ length: frames }, (_, k) => (isReversing(k) ? 1n : 0n));
  const ratio = traces;
  const overMean = ratio.map((trace) => trace.map((value) => value / moments(trace).mean));
  const zscored = ratio.map((trace) => {
    const { mean, deviation } = moments(trace);
    return trace.map((value) => (value - mean) / deviation);
  });
  return {
    "behavior/angular_velocity": per((k) => Math.sin(k / 40)),
    "behavior/body_angle": table(3, (k, n) => Math.sin(k / 30 + n)),
    "behavior/body_angle_all": table(4, (k, n) => (n === 3 ? Number.NaN : Math.cos(k / 30 + n))),
    "behavior/head_angle": per((k) => Math.sin(k / 12)),
    "behavior/pumping": per((k) => (withId ? Number.NaN : 3 + Math.sin(k / 90))),
    "behavior/reversal_events": integers(
      [2, reversals.length],
      reversals.map(([a]) => a).concat(reversals.map(([, b]) => b)),
    ),
    "behavior/reversal_vec": { shape: [frames], data: vector },
    "behavior/velocity": per(speed),
    ...(withId ? {} : { "gcamp/idx_nsm": integers([1], [4]) }),
    "gcamp/idx_splits": integers([2, splits.length / 2], splits),
    "gcamp/match_org_to_skip": integers([2, ROIS], identity),
    "gcamp/match_skip_to_org": integers([2, ROIS], identity),
    "gcamp/trace_array": framesByRois(zscored),
    "gcamp/trace_array_original": framesByRois(ratio),
    "gcamp/traces_array_F_F20": framesByRois(overMean),
    ...(withId
      ? {
          "neuropal_registration/roi_match": integers([VOLUME_ROIS.length], VOLUME_ROIS),
          "neuropal_registration/roi_match_confidence": {
            shape: [VOLUME_ROIS.length],
            data: Float64Array.from(VOLUME_ROIS, (roi, n) => (roi === 0 ? 0 : 20 + 7.5 * n)),
          },
        }
      : {}),
    ...(food === undefined ? {} : { "timing/time_food_encounter": integers([], [food]) }),
    "timing/timestamp_confocal": { shape: [times.length], data: times },
    "timing/timestamp_nir": { shape: [camera.length], data: camera },
  };
}

function integers(shape: readonly number[], values: readonly number[]): WriteHdf5Dataset {
  return { shape, data: BigInt64Array.from(values, BigInt) };
}

function framesByRois(columns: readonly Float64Array[]): WriteHdf5Dataset {
  const frames = columns[0]?.length ?? 0;
  const data = Float64Array.from({ length: frames * columns.length }, (_, i) => {
    return columns[i % columns.length]?.[Math.floor(i / columns.length)] as number;
  });
  return { shape: [frames, columns.length], data };
}

/** Mean and standard deviation (ddof 1) of the values that are there. */
export function moments(trace: Float64Array): { mean: number; deviation: number } {
  const present = trace.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const squares = present.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (present.length - 1)) };
}

/** One label as the laboratory writes it. */
export function labelEntry(label: string, roi: number): Record<string, unknown> {
  const sided = /[LR]$/.exec(label)?.[0];
  return {
    label,
    neuron_class: label.replace(/[LR?]$/, ""),
    LR: label.endsWith("?") ? "missing" : (sided ?? "undefined"),
    region: roi === 4 ? "could be 2" : null,
    roi_id: [VOLUME_ROIS.indexOf(roi) + 1],
    confidence: [4, 5, 1, 3, 2.5, 3.5][roi - 1] ?? 2,
    DV: label.startsWith("SAAD") ? "D" : "undefined",
  };
}

function labelText(worm: Worm, { labels }: SyntheticRecording): string {
  const order = worm.surplusTimes === undefined ? LABEL_ORDER : [...LABEL_ORDER, ROIS + 1];
  const entry = (roi: number) => labelEntry(labels[roi - 1] ?? "RID", roi);
  // Written by hand: an object would put the numbers in ascending order.
  const byRoi = order.map((roi) => `   "${roi}": ${JSON.stringify(entry(roi))}`);
  const classes = new Map<string, string[]>([["I5", []]]);
  for (const roi of order) {
    const name = String(entry(roi).neuron_class);
    const triple = `{"1": ${JSON.stringify(entry(roi))}, "2": ${roi}, "3": ${20 + 7.5 * VOLUME_ROIS.indexOf(roi)}}`;
    classes.set(name, [...(classes.get(name) ?? []), triple]);
  }
  const byClass = [...classes].map(([name, triples]) => `   ${JSON.stringify(name)}: [${triples.join(", ")}]`);
  return ` "${worm.uid}": [\n  {\n${byRoi.join(",\n")}\n  },\n  {\n${byClass.join(",\n")}\n  }\n ]`;
}
