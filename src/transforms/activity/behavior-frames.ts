import { LoadError } from "../../base/errors.js";
import type { BehaviorRecordRow, BehaviorRow } from "../../tables/generated/celegans_activity.js";
import type { TimeAxis } from "./time-axis.js";

/**
 * A behaviour channel on the frame axis of its recording. Channels with times of their own (another camera) are
 * interpolated linearly at the frames: a frame before the first or after the last of them, or beside a value that is
 * missing, has none. Channels without a value are empty. Cost: O(T + values).
 * @throws {LoadError} `load/behavior-length` for a channel without times that has another length than the recording,
 * `load/behavior-time` for times of another length than the values, not finite or descending.
 */
export function behaviorRow(axis: TimeAxis, record: BehaviorRecordRow): BehaviorRow {
  const { values, time_s: timeS } = record;
  const at = timeS === null ? frameValues(axis, record) : interpolated(axis, record, timeS);
  const allMissing = at.every(Number.isNaN);
  return {
    recording_id: record.recording_id,
    channel: record.channel,
    sub_index: record.sub_index,
    unit: record.unit,
    values: (allMissing ? [] : at) as readonly number[],
    all_missing: allMissing,
    interpolated: timeS !== null && values.length > 0,
  };
}

function frameValues({ timeS }: TimeAxis, record: BehaviorRecordRow): readonly number[] {
  const { values } = record;
  if (values.length === 0 || values.length === timeS.length) return values;
  throw new LoadError(
    "behavior-length",
    `${nameOf(record)} has ${values.length} values and no times, the recording ${timeS.length} frames`,
    {
      fields: { recording: record.recording_id, channel: record.channel, values: values.length, frames: timeS.length },
      wayOut: "Values without times must be one per frame.",
    },
  );
}

function interpolated(axis: TimeAxis, record: BehaviorRecordRow, timeS: readonly number[]): number[] {
  checkTimes(record, timeS);
  const { values } = record;
  const t0 = axis.t0S ?? 0;
  const at: number[] = new Array(axis.timeS.length).fill(Number.NaN);
  let j = 0;
  for (let k = 0; k < at.length; k++) {
    const t = axis.timeS[k] as number;
    while (j + 1 < timeS.length && (timeS[j + 1] as number) - t0 <= t) j++;
    const from = (timeS[j] as number) - t0;
    if (t === from) at[k] = values[j] as number;
    else if (t > from && j + 1 < timeS.length) {
      const share = (t - from) / ((timeS[j + 1] as number) - t0 - from);
      at[k] = (values[j] as number) + share * ((values[j + 1] as number) - (values[j] as number));
    }
  }
  return at;
}

function checkTimes(record: BehaviorRecordRow, timeS: readonly number[]): void {
  const { recording_id: recording, channel, values } = record;
  if (timeS.length !== values.length) {
    throw new LoadError("behavior-time", `${nameOf(record)} has ${values.length} values and ${timeS.length} times`, {
      fields: { recording, channel, values: values.length, times: timeS.length },
    });
  }
  for (let j = 0; j < timeS.length; j++) {
    const t = timeS[j] as number;
    if (Number.isFinite(t) && (j === 0 || t >= (timeS[j - 1] as number))) continue;
    throw new LoadError(
      "behavior-time",
      `${nameOf(record)}: time of value ${j} is ${t} after ${timeS[j - 1] ?? "none"}`,
      {
        fields: { recording, channel, value: j, time: String(t) },
        wayOut: "Times must be finite and must not descend.",
      },
    );
  }
}

function nameOf({ recording_id, channel, sub_index }: BehaviorRecordRow): string {
  return `${recording_id}: behaviour ${channel} ${sub_index}`;
}
