import type { Data, RecordBatch } from "apache-arrow";
import { ContractError } from "../../base/errors.js";
import { valueAt } from "../../formats/arrow/array-view.js";
import { valueReader } from "../../formats/arrow/value-reader.js";
import type { RoiRow } from "../../tables/generated/celegans_activity.js";
import type { TableSource } from "../../tables/table-io.js";
import { duplicateLabel, recordingSplit } from "../activity-table-faults.js";

/** The derived kind of trace that is correlated. */
const KIND = "resampled";
const COLUMNS = ["recording_id", "roi", "kind", "dt_s", "values", "valid_bitmap"] as const;

/** The resampled traces of the labelled neurons of one recording. */
export interface LabelledRecording {
  readonly recordingId: string;
  /** Step of the common grid; NaN without traces. */
  readonly dtS: number;
  /** In code-unit order. */
  readonly labels: readonly string[];
  /** One per label, all of one length, NaN where invalid. */
  readonly traces: readonly Float64Array[];
}

/** Recording → ROI → neuron, of the ROIs whose label can be trusted. */
export type Labels = ReadonlyMap<string, ReadonlyMap<number, string>>;

type Roi = Pick<RoiRow, "recording_id" | "roi" | "status" | "label" | "confidence">;

/**
 * Neurons by ROI: status exact or alias, and a confidence of at least `minConfidence` where the source gives one.
 * @throws {ContractError} `contract/orphan` for a ROI of an unknown recording; `contract/duplicate-label` when two ROIs
 * of a recording are the same neuron.
 */
export async function readLabels(options: {
  readonly recording: TableSource;
  readonly roi: TableSource;
  readonly minConfidence: number;
}): Promise<Labels> {
  const labels = new Map<string, Map<number, string>>();
  const taken = new Map<string, Set<string>>();
  for await (const { recording_id } of options.recording.rows<{ readonly recording_id: string }>(["recording_id"])) {
    labels.set(recording_id, new Map());
    taken.set(recording_id, new Set());
  }
  const columns = ["recording_id", "roi", "status", "label", "confidence"];
  for await (const { recording_id, roi, status, label, confidence } of options.roi.rows<Roi>(columns)) {
    const own = labels.get(recording_id);
    const names = taken.get(recording_id);
    if (own === undefined || names === undefined) throw orphan("roi", recording_id);
    if (label === null || (status !== "exact" && status !== "alias")) continue;
    if (confidence !== null && confidence < options.minConfidence) continue;
    if (names.has(label)) throw duplicateLabel(recording_id, label);
    names.add(label);
    own.set(roi, label);
  }
  return labels;
}

/**
 * Recordings of `trace` in stored order, with the resampled traces of their labelled neurons. Rows come grouped by
 * recording (partition, then recording, ROI, kind): one recording and one batch are in memory at a time.
 * @throws {ContractError} `contract/orphan`, `contract/recording-split` when a recording comes back after another,
 * `contract/uneven-traces` when traces of one recording differ in length or step.
 */
export async function* readLabelledRecordings(trace: TableSource, labels: Labels): AsyncGenerator<LabelledRecording> {
  const finished = new Set<string>();
  let current: RecordingTraces | undefined;
  for await (const batch of trace.batches(COLUMNS)) {
    const columns = readColumns(batch);
    for (let row = 0; row < batch.numRows; row++) {
      const recordingId = columns.recordingId(row) as string;
      if (current?.recordingId !== recordingId) {
        if (current !== undefined) {
          finished.add(current.recordingId);
          yield current.take();
        }
        if (finished.has(recordingId)) throw recordingSplit(recordingId);
        const own = labels.get(recordingId);
        if (own === undefined) throw orphan("trace", recordingId);
        current = new RecordingTraces(recordingId, own);
      }
      if (columns.kind(row) !== KIND) continue;
      const label = current.labelOf(columns.roi(row) as number);
      if (label === undefined) continue;
      current.add(label, columns.dtS(row) as number | null, columns.values(row));
    }
  }
  if (current !== undefined) yield current.take();
}

interface TraceColumns {
  readonly recordingId: (row: number) => unknown;
  readonly roi: (row: number) => unknown;
  readonly kind: (row: number) => unknown;
  readonly dtS: (row: number) => unknown;
  readonly values: (row: number) => Float64Array;
}

function readColumns(batch: RecordBatch): TraceColumns {
  const columns = new Map(batch.schema.fields.map(({ name }, index) => [name, batch.data.children[index] as Data]));
  const column = (name: (typeof COLUMNS)[number]) => columns.get(name) as Data;
  const lists = column("values");
  const bitmaps = column("valid_bitmap");
  return {
    recordingId: valueReader(column("recording_id")),
    roi: valueReader(column("roi")),
    kind: valueReader(column("kind")),
    dtS: valueReader(column("dt_s")),
    values: (row) => {
      const offsets = lists.valueOffsets as Int32Array;
      const items = (lists.children[0] as Data).values as Float64Array;
      const values = items.slice(offsets[row], offsets[row + 1]);
      const bitmap = valueAt(bitmaps, row) as Uint8Array | null;
      if (bitmap !== null) maskInvalid(values, bitmap);
      return values;
    },
  };
}

/** Bit k, least significant first, says whether value k is valid. */
function maskInvalid(values: Float64Array, bitmap: Uint8Array): void {
  for (let k = 0; k < values.length; k++) {
    if ((((bitmap[k >> 3] ?? 0) >> (k & 7)) & 1) === 0) values[k] = Number.NaN;
  }
}

/** Collects the traces of one recording. */
class RecordingTraces {
  readonly recordingId: string;
  readonly #labels: ReadonlyMap<number, string>;
  readonly #traces = new Map<string, Float64Array>();
  #shape: { readonly dtS: number; readonly length: number } | undefined;

  constructor(recordingId: string, labels: ReadonlyMap<number, string>) {
    this.recordingId = recordingId;
    this.#labels = labels;
  }

  labelOf(roi: number): string | undefined {
    return this.#labels.get(roi);
  }

  add(label: string, dt: number | null, values: Float64Array): void {
    const shape = { dtS: dt ?? Number.NaN, length: values.length };
    this.#shape ??= shape;
    if (!Object.is(shape.dtS, this.#shape.dtS) || shape.length !== this.#shape.length) {
      throw new ContractError(
        "uneven-traces",
        `${this.recordingId}: the resampled trace of ${label} has ${shape.length} samples of ${shape.dtS} s, others have ${this.#shape.length} of ${this.#shape.dtS} s`,
        { fields: { table: "celegans_activity.trace", recording: this.recordingId, label } },
      );
    }
    this.#traces.set(label, values);
  }

  take(): LabelledRecording {
    const labels = [...this.#traces.keys()].sort();
    const traces = labels.map((label) => this.#traces.get(label) as Float64Array);
    return { recordingId: this.recordingId, dtS: this.#shape?.dtS ?? Number.NaN, labels, traces };
  }
}

function orphan(table: string, recording: string): ContractError {
  return new ContractError("orphan", `celegans_activity.${table} has rows of ${recording}, which is no recording`, {
    fields: { table: `celegans_activity.${table}`, recording },
    wayOut: "The tables do not belong together: run the pipeline of celegans_activity again.",
  });
}
