import { LoadError } from "../../base/errors.js";
import type { LoadContext } from "../loader.js";
import type { SourceRecording, SourceTraces } from "./source-recording.js";
import { linearFraction, nanFraction } from "./trace-quality.js";

/** The record tables that every loader of recordings writes, in the order of their outputs. */
export const RECORDING_TABLES = [
  "recording_record",
  "roi_record",
  "source_trace",
  "behavior_record",
  "event_record",
  "stimulus_record",
] as const;

/** Median frame intervals outside these (seconds) are a clock in another unit: no microscope images a volume so. */
const PLAUSIBLE_INTERVAL_S = { least: 0.005, most: 60 };

/**
 * Writes one recording into the record tables and counts every row as carried: one for the recording, one per ROI, trace,
 * behaviour channel, event and stimulus. The loader counts as read what the file holds of these. Times after the last
 * frame are dropped with a row (`time_after_last_frame`, not counted: a time vector is no record).
 * @throws {LoadError} `load/time-short` when a trace is longer than its time vector, `load/trace-length` when traces
 * differ in length, `load/time-order` and `load/time-unit` for times that cannot be seconds, `load/duplicate-roi`.
 */
export function writeRecording(context: LoadContext<unknown>, recording: SourceRecording): void {
  const { file, rois, traces, behaviors = [], events = [], stimuli = [] } = recording;
  const recordingId = `${recording.dataset}/${recording.wormUid}`;
  checkNumbers(recording);
  const frames = frameCount(recording);
  const time = recording.timeS.length > frames ? recording.timeS.slice(0, frames) : recording.timeS;
  checkTime(recording, time);
  if (recording.timeS.length > frames) {
    context.drop({
      file,
      scope: "value",
      item: `time stamps ${frames}..${recording.timeS.length - 1} of ${recording.wormUid}`,
      reason: "time_after_last_frame",
      rule: "the first T time stamps belong to the T frames",
      detail: `${recording.timeS.length} time stamps, ${frames} frames`,
      count: 0,
    });
  }
  const primary = traces.find(({ kind }) => kind === recording.primaryKind) ?? traces[0];
  context.sink("recording_record").write([
    {
      recording_id: recordingId,
      dataset: recording.dataset,
      worm_uid: recording.wormUid,
      source_id: file.sourceId,
      compat_file: recording.compatFile ?? file.path.slice(file.path.lastIndexOf("/") + 1),
      compat_order: recording.compatOrder ?? 0,
      strain: recording.strain,
      genotype: recording.genotype,
      condition: recording.condition,
      stage: recording.stage,
      sex: recording.sex,
      time_s: time,
      segment_starts: recording.segmentStarts ?? (frames > 0 ? [0] : []),
      time_basis: recording.timeBasis,
      n_roi: rois.length,
      primary_kind: primary?.kind,
      extra: jsonText(recording.extra),
    },
  ]);
  writeRois(context, recording, recordingId, primary);
  let traceRows = 0;
  const sink = context.sink("source_trace");
  for (const { kind, unit, values } of traces) {
    for (const [index, { roi }] of rois.entries()) {
      const column = values[index];
      if (column === null || column === undefined) continue;
      sink.write([{ recording_id: recordingId, roi, kind, unit, values: column }]);
      traceRows++;
    }
  }
  context.sink("behavior_record").write(
    behaviors.map(({ channel, subIndex = 0, unit, values, timeS }) => ({
      recording_id: recordingId,
      channel,
      sub_index: subIndex,
      unit,
      values,
      time_s: timeS,
    })),
  );
  const numbers = new Map<string, number>();
  context.sink("event_record").write(
    events.map(({ name, kStart, kEnd, tStartS, tEndS, value }) => {
      const index = numbers.get(name) ?? 0;
      numbers.set(name, index + 1);
      return {
        recording_id: recordingId,
        name,
        event_index: index,
        k_start: kStart,
        k_end: kEnd,
        t_start_s: tStartS,
        t_end_s: tEndS,
        value,
      };
    }),
  );
  context.sink("stimulus_record").write(
    stimuli.map((stimulus, index) => ({
      recording_id: recordingId,
      stim_index: index,
      kind: stimulus.kind,
      name: stimulus.name,
      target_roi: stimulus.targetRoi,
      k_on: stimulus.kOn,
      k_off: stimulus.kOff,
      t_on_s: stimulus.tOnS,
      t_off_s: stimulus.tOffS,
      conc: stimulus.conc,
      conc_unit: stimulus.concUnit,
      extra: jsonText(stimulus.extra),
    })),
  );
  context.countCarried(file, 1 + rois.length + traceRows + behaviors.length + events.length + stimuli.length);
}

function writeRois(
  context: LoadContext<unknown>,
  { rois }: SourceRecording,
  recordingId: string,
  primary: SourceTraces | undefined,
): void {
  context.sink("roi_record").write(
    rois.map((roi, index) => {
      const trace = primary?.values[index];
      return {
        recording_id: recordingId,
        roi: roi.roi,
        roi_base: roi.roiBase,
        column_index: roi.columnIndex,
        label_raw: roi.labelRaw,
        candidates_raw: roi.candidatesRaw ?? (roi.labelRaw ? [roi.labelRaw] : []),
        confidence: roi.confidence,
        confidence_scale: roi.confidenceScale,
        lr: roi.lr,
        dv: roi.dv,
        note: roi.note,
        neuropal_roi_ids: roi.neuropalRoiIds,
        x_um: roi.positionUm?.[0],
        y_um: roi.positionUm?.[1],
        z_um: roi.positionUm?.[2],
        qc_nan_fraction: trace ? nanFraction(trace) : null,
        qc_linear_fraction: trace ? linearFraction(trace) : null,
        extra: jsonText(roi.extra),
      };
    }),
  );
}

function checkNumbers({ rois, file, wormUid }: SourceRecording): void {
  const seen = new Set<number>();
  for (const { roi } of rois) {
    if (seen.has(roi)) {
      throw new LoadError("duplicate-roi", `${file.path}, recording ${wormUid}: ROI ${roi} occurs twice`, {
        fields: { file: file.path, recording: wormUid, roi },
      });
    }
    seen.add(roi);
  }
}

/** Frames of the recording: the length of its traces, or of its time vector when it has none. */
function frameCount({ traces, timeS, file, wormUid }: SourceRecording): number {
  let frames: number | undefined;
  for (const { kind, values } of traces) {
    for (const column of values) {
      if (column === null) continue;
      frames ??= column.length;
      if (column.length === frames) continue;
      throw new LoadError(
        "trace-length",
        `${file.path}, recording ${wormUid}: a trace of kind ${kind} has ${column.length} frames, another ${frames}`,
        { fields: { file: file.path, recording: wormUid, kind, frames: column.length, expected: frames } },
      );
    }
  }
  if (frames === undefined) return timeS.length;
  if (frames > timeS.length) {
    throw new LoadError(
      "time-short",
      `${file.path}, recording ${wormUid}: traces have ${frames} frames, the time vector ${timeS.length}`,
      {
        fields: { file: file.path, recording: wormUid, frames, times: timeS.length },
        wayOut: "Frames without a time cannot be placed: get the file again, or shorten the traces to their times.",
      },
    );
  }
  return frames;
}

function checkTime({ file, wormUid }: SourceRecording, time: Float64Array): void {
  for (let k = 0; k < time.length; k++) {
    const value = time[k] as number;
    if (Number.isFinite(value) && (k === 0 || value > (time[k - 1] as number))) continue;
    const before = k === 0 ? "" : ` after ${time[k - 1]}`;
    throw new LoadError("time-order", `${file.path}, recording ${wormUid}: time of frame ${k} is ${value}${before}`, {
      fields: { file: file.path, recording: wormUid, frame: k, value },
      wayOut: "Times must be finite and ascending.",
    });
  }
  if (time.length < 2) return;
  const steps = Float64Array.from({ length: time.length - 1 }, (_, k) => (time[k + 1] as number) - (time[k] as number));
  steps.sort();
  const median = steps[steps.length >> 1] as number;
  if (median >= PLAUSIBLE_INTERVAL_S.least && median <= PLAUSIBLE_INTERVAL_S.most) return;
  throw new LoadError(
    "time-unit",
    `${file.path}, recording ${wormUid}: the median time between frames is ${median} s, which is no second: is the unit another?`,
    {
      fields: { file: file.path, recording: wormUid, medianIntervalS: median, ...PLAUSIBLE_INTERVAL_S },
      wayOut: "Say the unit of the time vector, where the loader has a parameter for it.",
    },
  );
}

function jsonText(value: Readonly<Record<string, unknown>> | undefined): string | null {
  return value === undefined || Object.keys(value).length === 0 ? null : JSON.stringify(value);
}
