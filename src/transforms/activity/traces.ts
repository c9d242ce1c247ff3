import { z } from "zod";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({
  dt: z.number().positive().default(0.333).describe("step of the common time grid, seconds"),
  gap: z
    .number()
    .min(1)
    .default(3)
    .describe("nothing is interpolated over a step longer than this many median steps between frames"),
  smooth_s: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("window of a moving, centred mean over frames before resampling, seconds; null: nothing is smoothed"),
  kinds: z
    .array(z.string().min(1))
    .nullable()
    .default(null)
    .describe("kinds of the source to keep beside the resampled ones; null: all"),
});

export type TraceParameters = z.infer<typeof parameters>;

/**
 * `recording_record` and `source_trace` → `frame`, `resampled_frame`, `trace`: times after frame 0, the traces of the
 * source as they are, and the primary one on the common grid, as it is and z-scored (specification 3.2, rules 1 and 4
 * to 6). Values that are missing, or that would have to be interpolated over missing frames, are NaN with a bitmap.
 *
 * Weights of the grid are computed once per recording. Traces are read and written as Arrow, in blocks of 16 MB:
 * memory is bounded by the largest recording's times. 150 ROIs × 4,000 frames: 15 ms, reading and writing files aside.
 * @throws {LoadError} `load/trace-frames` for a trace of another length than its recording's times,
 * `load/unknown-recording`, and those of a recording's time axis.
 */
export const traces: Transform<TraceParameters> = {
  name: "activity/traces",
  description: "Traces on the frames of the source and on a common time grid, with masks, means and z-scores",
  inputs: ["recording_record", "source_trace"],
  each: ["recording_record", "source_trace"],
  outputs: ["frame", "resampled_frame", "trace"],
  parameters,
  async run(context) {
    // Arrow is imported when it is needed: a run that finds everything cached reads the parameters alone.
    await (await import("./write-traces.js")).writeTraces(context);
  },
};
