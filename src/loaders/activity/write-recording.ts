import type { LoadContext } from "../loader.js";
import { checkRecording } from "./check-recording.js";
import type { SourceRecording, SourceRoi, SourceTraces } from "./source-recording.js";
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

/**
 * Writes one recording into the record tables and counts every row as carried: one for the recording, one per ROI, trace,
 * behaviour channel, event and stimulus. The loader counts as read what the file holds of these. Times after the last
 * frame are dropped with a row (`time_after_last_frame`, not counted: a time vector is no record).
 * @throws {LoadError} what {@link checkRecording} throws, before anything is written: `load/time-short` when a trace is
 * longer than its time vector, `load/trace-length`, `load/time-order`, `load/time-unit`, `load/duplicate-roi`, ….
 */
export function writeRecording(context: LoadContext<unknown>, recording: SourceRecording): void {
  const { file, rois, traces, behaviors = [], events = [], stimuli = [] } = recording;
  const recordingId = `${recording.dataset}/${recording.wormUid}`;
  const frames = checkRecording(recording);
  const time = recording.timeS.length > frames ? recording.timeS.slice(0, frames) : recording.timeS;
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
        x_um: coordinate(roi, 0),
        y_um: coordinate(roi, 1),
        z_um: coordinate(roi, 2),
        qc_nan_fraction: trace ? nanFraction(trace) : null,
        qc_linear_fraction: trace ? linearFraction(trace) : null,
        extra: jsonText(roi.extra),
      };
    }),
  );
}

/** A coordinate that is missing (NaN) is null. */
function coordinate({ positionUm }: SourceRoi, axis: 0 | 1 | 2): number | null {
  const value = positionUm?.[axis];
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** JSON has no NaN, which becomes null, and no infinity, which becomes its name. */
function jsonText(value: Readonly<Record<string, unknown>> | undefined): string | null {
  if (value === undefined || Object.keys(value).length === 0) return null;
  const isInfinite = (member: unknown) => member === Number.POSITIVE_INFINITY || member === Number.NEGATIVE_INFINITY;
  return JSON.stringify(value, (_, member: unknown) => (isInfinite(member) ? String(member) : member));
}
