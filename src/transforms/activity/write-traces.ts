import type { Data, RecordBatch } from "apache-arrow";
import { LoadError } from "../../base/errors.js";
import { childRange } from "../../formats/arrow/array-view.js";
import { valueReader } from "../../formats/arrow/value-reader.js";
import { arrowSchema } from "../../tables/arrow-schema.js";
import type { RecordingRecordRow, SourceTraceRow, TraceRow } from "../../tables/generated/celegans_activity.js";
import type { TableSink } from "../../tables/table-io.js";
import type { TransformContext } from "../transform.js";
import { moments, zScore } from "./normalise.js";
import type { TraceParameters } from "./traces.js";
import { TraceColumns, type TraceHead } from "./traces-columns.js";
import { frameBatch, resampledFrameBatch } from "./traces-frames.js";
import { TraceRecording } from "./traces-recording.js";

const RECORDING_COLUMNS = ["recording_id", "time_s", "segment_starts", "primary_kind"] as const;
const TRACE_COLUMNS = ["recording_id", "roi", "kind", "unit", "values"] as const;

/** Values of one batch written, 16 MB. */
const BATCH_VALUES = 2 ** 21;

/** Writes frames, grid and traces of the recordings of one partition; see the transform `activity/traces`. */
export async function writeTraces(context: TransformContext<TraceParameters>): Promise<void> {
  const recordings = await readRecordings(context);
  const writer = new TraceWriter(context.sink("trace"), recordings, context.parameters);
  const total = context.input("source_trace").rowCount;
  let done = 0;
  for await (const batch of context.input("source_trace").batches(TRACE_COLUMNS)) {
    context.signal.throwIfAborted();
    writer.write(batch);
    done += batch.numRows;
    context.progress(done, total, "traces");
  }
}

async function readRecordings(context: TransformContext<TraceParameters>): Promise<Map<string, TraceRecording>> {
  const { dt: dtS, gap, smooth_s: smoothS } = context.parameters;
  const frames = context.sink("frame");
  const resampledFrames = context.sink("resampled_frame");
  const frameSchema = arrowSchema(frames.contract);
  const gridSchema = arrowSchema(resampledFrames.contract);
  const recordings = new Map<string, TraceRecording>();
  for await (const row of context.input("recording_record").rows<RecordingRecordRow>(RECORDING_COLUMNS)) {
    const recordingId = row.recording_id;
    const { time_s: timeS, segment_starts: segmentStarts, primary_kind: primaryKind } = row;
    const recording = new TraceRecording({ recordingId, timeS, segmentStarts, primaryKind }, { dtS, gap, smoothS });
    frames.writeBatch(frameBatch(frameSchema, recordingId, recording.axis));
    resampledFrames.writeBatch(resampledFrameBatch(gridSchema, recordingId, recording.plan));
    recordings.set(recordingId, recording);
  }
  return recordings;
}

/** A row of `source_trace`; its values are a view of the batch. */
interface SourceTrace {
  readonly recording: TraceRecording;
  readonly roi: number;
  readonly kind: SourceTraceRow["kind"];
  readonly unit: string;
  readonly values: Float64Array;
}

/** A trace of the source to be written as it is, or its two resampled rows. */
interface Output {
  readonly trace: SourceTrace;
  readonly resampled: boolean;
}

class TraceWriter {
  readonly #sink: TableSink;
  readonly #recordings: ReadonlyMap<string, TraceRecording>;
  readonly #kinds: ReadonlySet<string> | null;
  readonly #columns: TraceColumns;

  constructor(sink: TableSink, recordings: ReadonlyMap<string, TraceRecording>, { kinds }: TraceParameters) {
    this.#sink = sink;
    this.#recordings = recordings;
    this.#kinds = kinds === null ? null : new Set(kinds);
    this.#columns = new TraceColumns(arrowSchema(sink.contract));
  }

  /** Writes what the traces of one batch give. */
  write(batch: RecordBatch): void {
    const outputs = this.#inKeyOrder(this.#read(batch));
    let from = 0;
    while (from < outputs.length) {
      let values = 0;
      let to = from;
      while (to < outputs.length && (to === from || values < BATCH_VALUES)) values += sizeOf(outputs[to++] as Output);
      this.#columns.reserve(values);
      for (; from < to; from++) this.#append(outputs[from] as Output);
      this.#sink.writeBatch(this.#columns.finish());
    }
  }

  *#read(batch: RecordBatch): Iterable<SourceTrace> {
    const column = (name: (typeof TRACE_COLUMNS)[number]) =>
      batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
    const [recordingOf, roiOf, kindOf, unitOf] = [
      valueReader(column("recording_id")),
      valueReader(column("roi")),
      valueReader(column("kind")),
      valueReader(column("unit")),
    ];
    const lists = column("values");
    const items = lists.children[0]?.values as Float64Array;
    for (let i = 0; i < batch.numRows; i++) {
      const { from, to } = childRange(lists, i, 1);
      const recordingId = recordingOf(i) as string;
      const trace = {
        recording: this.#recordings.get(recordingId) ?? refuseRecording(recordingId),
        roi: roiOf(i) as number,
        kind: kindOf(i) as SourceTraceRow["kind"],
        unit: unitOf(i) as string,
        values: items.subarray(from, to),
      };
      if (trace.values.length !== trace.recording.axis.timeS.length) refuseLength(trace);
      yield trace;
    }
  }

  /** Traces come by key (recording, ROI, kind); resampled rows are put where the key of `trace` has them. */
  #inKeyOrder(sources: Iterable<SourceTrace>): Output[] {
    const outputs: Output[] = [];
    let waiting: SourceTrace | undefined;
    const release = () => {
      if (waiting !== undefined) outputs.push({ trace: waiting, resampled: true });
      waiting = undefined;
    };
    for (const trace of sources) {
      const sameRoi = waiting !== undefined && waiting.recording === trace.recording && waiting.roi === trace.roi;
      if (!sameRoi || trace.kind > "resampled") release();
      const primary = trace.kind === trace.recording.primaryKind;
      if (primary) waiting = trace;
      if (primary && trace.kind > "resampled") release();
      if (this.#kinds === null || this.#kinds.has(trace.kind)) outputs.push({ trace, resampled: false });
    }
    release();
    return outputs;
  }

  #append({ trace, resampled }: Output): void {
    const { recording, roi, kind, unit, values } = trace;
    const { recordingId, plan } = recording;
    if (!resampled) {
      const copy = this.#columns.room(values.length);
      copy.set(values);
      this.#columns.close({ recordingId, roi, kind, unit, sourceKind: null, dtS: null }, copy, moments(copy));
      return;
    }
    const derived = (name: TraceRow["kind"], itsUnit: string): TraceHead => {
      return { recordingId, roi, kind: name, unit: itsUnit, sourceKind: kind, dtS: plan.dtS };
    };
    const grid = this.#columns.room(plan.samples);
    recording.resample(values, grid);
    const measured = moments(grid);
    this.#columns.close(derived("resampled", unit), grid, measured);
    const z = this.#columns.room(plan.samples);
    const valid = zScore(grid, measured, z);
    this.#columns.close(derived("resampled_z", "zscore"), z, { ...measured, valid });
  }
}

function sizeOf({ trace, resampled }: Output): number {
  return resampled ? 2 * trace.recording.plan.samples : trace.values.length;
}

function refuseRecording(recordingId: string): never {
  throw new LoadError(
    "unknown-recording",
    `source_trace has traces of ${recordingId}, recording_record has none such`,
    {
      fields: { recording: recordingId },
    },
  );
}

function refuseLength({ recording, roi, kind, values }: SourceTrace): never {
  const { recordingId, axis } = recording;
  const frames = axis.timeS.length;
  throw new LoadError(
    "trace-frames",
    `${recordingId}, ROI ${roi}: its trace of kind ${kind} has ${values.length} values, the recording ${frames} frames`,
    { fields: { recording: recordingId, roi, kind, values: values.length, frames } },
  );
}
