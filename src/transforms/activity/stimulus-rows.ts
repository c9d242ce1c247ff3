import type { StimulusRecordRow, StimulusRow } from "../../tables/generated/celegans_activity.js";
import { intervalPlaces } from "./event-frames.js";
import { withMembers } from "./recordings-extra.js";
import type { TimeAxis } from "./time-axis.js";

/** A stimulus on the frame axis of its recording. A frame that the recording does not have stands in `extra`. */
export function stimulusRow(axis: TimeAxis, record: StimulusRecordRow): StimulusRow {
  const { start: on, end: off } = intervalPlaces(
    axis,
    { k: record.k_on, tS: record.t_on_s },
    { k: record.k_off, tS: record.t_off_s },
  );
  return {
    recording_id: record.recording_id,
    stim_index: record.stim_index,
    kind: record.kind,
    name: record.name,
    target_roi: record.target_roi,
    k_on: on.k,
    k_off: off.k,
    t_on_s: on.tS,
    t_off_s: off.tS,
    conc: record.conc,
    conc_unit: record.conc_unit,
    extra: withMembers(record.extra, {
      ...(on.outside === null ? {} : { k_on_outside: on.outside }),
      ...(off.outside === null ? {} : { k_off_outside: off.outside }),
    }),
  };
}
