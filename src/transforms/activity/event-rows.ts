import type { EventRecordRow, EventRow } from "../../tables/generated/celegans_activity.js";
import { intervalPlaces, startPlace } from "./event-frames.js";
import type { ManifestEvent } from "./event-manifest.js";
import type { TimeAxis } from "./time-axis.js";

/**
 * Events of one recording on its frame axis: those of its files, then those of the release manifest, numbered on within
 * a name. A frame that the recording does not have stands in `value`.
 */
export function eventRows(
  axis: TimeAxis,
  recordingId: string,
  records: readonly EventRecordRow[],
  manifest: readonly ManifestEvent[],
): EventRow[] {
  const rows: EventRow[] = records.map((record) => {
    const { start, end } = intervalPlaces(
      axis,
      { k: record.k_start, tS: record.t_start_s },
      { k: record.k_end, tS: record.t_end_s },
    );
    return {
      recording_id: recordingId,
      name: record.name,
      event_index: record.event_index,
      k_start: start.k,
      k_end: end.k,
      t_start_s: start.tS,
      t_end_s: end.tS,
      value: withFrames(record.value, start.outside, end.outside),
      stated_by: "recording",
    };
  });
  const next = new Map<string, number>();
  for (const { name, event_index } of records) next.set(name, Math.max(next.get(name) ?? 0, event_index + 1));
  for (const { name, k, value } of manifest) {
    const start = startPlace(axis, { k, tS: null });
    const index = next.get(name) ?? 0;
    next.set(name, index + 1);
    rows.push({
      recording_id: recordingId,
      name,
      event_index: index,
      k_start: start.k,
      k_end: null,
      t_start_s: start.tS,
      t_end_s: null,
      value: withFrames(value, start.outside, null),
      stated_by: "manifest",
    });
  }
  return rows;
}

function withFrames(value: string | null, start: number | null, end: number | null): string | null {
  const outside = [
    ...(start === null ? [] : [`starts at frame ${start}`]),
    ...(end === null ? [] : [`ends before frame ${end}`]),
  ];
  if (outside.length === 0) return value;
  const note = `${outside.join(", ")}, outside of the recording`;
  return value === null ? note : `${value} (${note})`;
}
