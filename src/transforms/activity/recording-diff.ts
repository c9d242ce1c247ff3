import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { RecordingRow, ResampledFrameRow } from "../../tables/generated/celegans_activity.js";
import type { TableSource } from "../../tables/table-io.js";
import type { Transform } from "../transform.js";
import { compatCauses } from "./compat-ablation.js";
import { cutFrames, loaderTime } from "./compat-columns.js";
import { type CompatCause, type CompatFlags, compatFlags } from "./compat-flag.js";
import { compatParameters } from "./compat-parameters.js";
import { LabelFile, readCompatRecordings, readTraces } from "./compat-recording.js";
import { CompatWorm, publishedWorm } from "./compat-worm.js";
import { float16Values } from "./float16.js";
import { publishedGrid } from "./published-resample.js";
import { largestDistance, medianStep, publishedTime } from "./published-time.js";

const parameters = z.strictObject({
  ...compatParameters,
  resample_dt_s: z.number().positive().default(0.333).describe("step of the common grid, seconds"),
});

/** What is compared of every recording, in the order of {@link compatQuantities}. */
export const RECORDING_QUANTITIES = [
  "present",
  "n_rows",
  "n_labelled",
  "n_frames",
  "median_dt_s",
  "duration_s",
  "n_steps",
  "max_time_error_s",
  "max_published_time_error_s",
] as const;

/** Numbers closer than this, relative to the larger, are the same. */
const SAME = 1e-12;

/**
 * Records and public tables → `recording_diff`: the numbers of every recording that differ between here and the
 * published data, with the defects that make the difference, found by ablation. Of a recording that the published
 * procedure loses, numbers are null there, but for the two time errors: those say what its casts do to the clock of
 * the recording. `max_time_error_s` is the error of the times that it works with (float32, at an assumed rate),
 * `max_published_time_error_s` that of the float16 times which are printed; `duration_s` is the last printed time, `median_dt_s` the median that the procedure works
 * with. Per partition of the recordings. Cost: some thirty runs of the procedure on names and times.
 */
export const recordingDiff: Transform<z.infer<typeof parameters>> = {
  name: "activity/recording-diff",
  description: "Where numbers of recordings here and in the published data differ, and why",
  inputs: ["recording_record", "roi_record", "source_trace", "recording", "resampled_frame", "label_record"],
  each: ["recording_record", "roi_record", "source_trace", "recording", "resampled_frame"],
  outputs: ["recording_diff"],
  parameters,
  async run(context) {
    const { nearest, kinds, resample_dt_s: dtS } = context.parameters;
    const flags = compatFlags(context.parameters.flags);
    const labels = await LabelFile.fromTable(context);
    const recordings = await readCompatRecordings(context, labels);
    const imputed = recordings.filter(({ rules }) => rules.imputed && flags.impute);
    const traces = await readTraces(context, imputed, kinds);
    const samples = await countSamples(context.input("resampled_frame"), dtS);
    const sink = context.sink("recording_diff");
    const rows = new Map<string, RecordingRow>();
    for await (const row of context.input("recording").rows<RecordingRow>()) rows.set(row.recording_id, row);
    for (const recording of recordings) {
      context.signal.throwIfAborted();
      const row = rows.get(recording.recordingId);
      if (row === undefined) continue;
      const order = nearest[recording.dataset] ?? null;
      const worm = new CompatWorm(recording, { order, traces: traces.get(recording.recordingId) });
      const run = (switches: CompatFlags) => compatQuantities(worm, { labels, flags: switches, dtS });
      const corrected = correctedQuantities(row, samples.get(recording.recordingId) ?? 0);
      sink.write(differences(recording.recordingId, { run, flags, corrected }));
    }
  },
};

async function countSamples(source: TableSource, dtS: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const row of source.rows<ResampledFrameRow>(["recording_id", "dt_s"])) {
    if (row.dt_s === dtS) counts.set(row.recording_id, (counts.get(row.recording_id) ?? 0) + 1);
  }
  return counts;
}

/** {@link RECORDING_QUANTITIES} in the published data. */
function compatQuantities(
  worm: CompatWorm,
  options: { readonly labels: LabelFile; readonly flags: CompatFlags; readonly dtS: number },
): (number | null)[] {
  const { labels, flags, dtS } = options;
  const { recording } = worm;
  const { dropReason, names, frames } = publishedWorm(worm, labels, flags);
  const exact = publishedTime(recording.timeS, { f32_time: false });
  const clock = loaderTime(recording, flags);
  const time = publishedTime(clock, flags);
  const print = (values: Float64Array) => (flags.f16 ? float16Values(values) : values);
  const errors = [largestDistance(time, exact), largestDistance(print(time), exact)];
  if (dropReason !== null) return [0, null, null, null, null, null, null, ...errors];
  const own = publishedTime(clock.subarray(cutFrames(recording, flags)), flags);
  const median = medianStep(own, { single: flags.f32_time });
  const grid = publishedGrid(own, { dtS, single: flags.f32_time, blockStart: flags.block_start });
  return [
    1,
    names.length,
    names.filter(({ label }) => label !== null).length,
    frames,
    Number.isNaN(median) ? null : median,
    print(own)[own.length - 1] ?? null,
    grid.timeS.length,
    ...errors,
  ];
}

function correctedQuantities(row: RecordingRow, samples: number): (number | null)[] {
  return [1, row.n_roi, row.n_labelled, row.n_frames, row.median_dt_s, row.duration_s, samples, 0, 0];
}

function differences(
  recordingId: string,
  options: {
    readonly run: (flags: CompatFlags) => (number | null)[];
    readonly flags: CompatFlags;
    readonly corrected: readonly (number | null)[];
  },
): Row[] {
  const { run, flags, corrected } = options;
  const published = run(flags);
  const causes = compatCauses(run, flags);
  return RECORDING_QUANTITIES.flatMap((quantity, index) => {
    const compat = published[index] ?? null;
    const here = corrected[index] ?? null;
    if (isSame(compat, here)) return [];
    const own: CompatCause[] = [...(causes[index] ?? [])];
    if (own.length === 0) own.push("no_alias");
    return [{ recording_id: recordingId, quantity, compat, corrected: here, causes: own }];
  });
}

function isSame(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
}
