import type { Data, RecordBatch } from "apache-arrow";
import { ContractError } from "../../base/errors.js";
import { childRange } from "../../formats/arrow/array-view.js";
import { valueReader } from "../../formats/arrow/value-reader.js";
import type { TableSource } from "../../tables/table-io.js";
import { recordingSplit } from "../activity-table-faults.js";

/** Traces of one kind of one recording. */
export interface RecordingTraces {
  readonly recordingId: string;
  readonly unit: string;
  /** By ROI, of those asked for; NaN where there is no value. */
  readonly values: ReadonlyMap<number, Float64Array>;
}

const COLUMNS = ["recording_id", "roi", "unit", "source_kind", "values"] as const;

/**
 * Traces of a kind of the source, recording by recording in stored order (a table has the rows of a recording together).
 * One recording and one batch are in memory at a time.
 * @param wanted the recording's ROIs to read, or undefined to pass it over
 * @throws {ContractError} `contract/recording-split` for a recording that comes back after another,
 * `contract/uneven-traces` for traces of one recording in several units.
 */
export async function* readRecordingTraces(
  trace: TableSource,
  kind: string,
  wanted: (recordingId: string) => { has(roi: number): boolean } | undefined,
): AsyncGenerator<RecordingTraces> {
  const finished = new Set<string>();
  let current: { recordingId: string; unit: string; values: Map<number, Float64Array> } | undefined;
  for await (const batch of trace.batches(COLUMNS, { kind })) {
    for (const { recordingId, roi, unit, sourceKind, values } of traceRows(batch)) {
      const rois = wanted(recordingId);
      if (rois === undefined || sourceKind !== null) continue;
      if (current?.recordingId !== recordingId) {
        if (current !== undefined) {
          finished.add(current.recordingId);
          yield current;
        }
        if (finished.has(recordingId)) throw recordingSplit(recordingId);
        current = { recordingId, unit, values: new Map() };
      }
      if (unit !== current.unit) refuseUnits(recordingId, [current.unit, unit]);
      if (rois.has(roi)) current.values.set(roi, values());
    }
  }
  if (current !== undefined) yield current;
}

function* traceRows(batch: RecordBatch) {
  const column = (name: (typeof COLUMNS)[number]) =>
    batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
  const [recordingOf, roiOf, unitOf, sourceKindOf] = [
    valueReader(column("recording_id")),
    valueReader(column("roi")),
    valueReader(column("unit")),
    valueReader(column("source_kind")),
  ];
  const lists = column("values");
  const items = (lists.children[0] as Data).values as Float64Array;
  for (let row = 0; row < batch.numRows; row++) {
    yield {
      recordingId: recordingOf(row) as string,
      roi: roiOf(row) as number,
      unit: unitOf(row) as string,
      sourceKind: sourceKindOf(row) as string | null,
      values: () => {
        const { from, to } = childRange(lists, row, 1);
        return items.slice(from, to);
      },
    };
  }
}

/** Recording → kinds of its traces that come from the source, in order. */
export async function sourceKinds(trace: TableSource): Promise<Map<string, string[]>> {
  const kinds = new Map<string, Set<string>>();
  for await (const row of trace.rows<{ recording_id: string; kind: string; source_kind: string | null }>([
    "recording_id",
    "kind",
    "source_kind",
  ])) {
    if (row.source_kind !== null) continue;
    const own = kinds.get(row.recording_id) ?? new Set();
    kinds.set(row.recording_id, own.add(row.kind));
  }
  return new Map([...kinds].map(([recording, own]) => [recording, [...own].sort()]));
}

function refuseUnits(recording: string, units: readonly string[]): never {
  throw new ContractError("uneven-traces", `${recording}: its traces of one kind are in ${units.join(" and ")}`, {
    fields: { table: "celegans_activity.trace", recording, units },
  });
}
