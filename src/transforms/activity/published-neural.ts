import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { RecordingCompatRow, RoiCompatRow } from "../../tables/generated/celegans_activity.js";
import type { Transform, TransformContext } from "../transform.js";
import { cutFrames, loaderTime } from "./compat-columns.js";
import { type CompatFlags, compatFlags } from "./compat-flag.js";
import type { PublishedName } from "./compat-names.js";
import { compatParameters } from "./compat-parameters.js";
import { readCompatRecordings, readTraces } from "./compat-recording.js";
import { CompatWorm } from "./compat-worm.js";
import { float16Values } from "./float16.js";
import { standardise, standardiseCausally } from "./published-normalise.js";
import { publishedGrid } from "./published-resample.js";
import { type Smoothing, smooth } from "./published-smooth.js";
import { publishedTime } from "./published-time.js";

const parameters = z.strictObject({
  flags: compatParameters.flags,
  kinds: compatParameters.kinds,
  resample_dt_s: z.number().positive().default(0.333).describe("step of the common grid, seconds"),
  smooth: z.enum(["moving", "exponential", "gaussian", "none"]).default("moving").describe("smoothing of the frames"),
  window_frames: z.int().positive().default(15).describe("window of `moving`; half of it is averaged"),
  alpha: z.number().min(0).max(1).default(0.5).describe("weight of the newest value of `exponential`"),
  sigma_frames: z.number().positive().default(5).describe("width of `gaussian`"),
  normalization: z
    .enum(["standard", "causal"])
    .default("standard")
    .describe("over the whole trace, or up to each value"),
});

type PublishedParameters = z.infer<typeof parameters>;

/**
 * Records and what the procedure makes of names → `hf_neural_compat`: the fifteen published columns, one row per
 * recording that is kept and cell, all zeros left out (specification section 3.1 steps 6 to 14, figures in 6.1). The
 * published code computes residuals too and throws them away; here they are not computed. Neurons that Yemini2021 did
 * not see were rows of zeros, so they count here neither as rows nor in the numbers of unlabelled cells. Per partition
 * of the recordings; holds the traces of one partition. Cost: about 20 operations per frame and cell.
 */
export const publishedNeural: Transform<PublishedParameters> = {
  name: "activity/published-neural",
  description: "The published neural data set, bug for bug",
  inputs: ["recording_record", "roi_record", "source_trace", "roi_compat", "recording_compat"],
  each: ["recording_record", "roi_record", "source_trace", "roi_compat"],
  outputs: ["hf_neural_compat"],
  parameters,
  async run(context) {
    const flags = compatFlags(context.parameters.flags);
    const recordings = await readCompatRecordings(context, null);
    const kept = await readKept(context, new Set(recordings.map(({ recordingId }) => recordingId)));
    const names = await readNames(context);
    const published = recordings.filter(({ recordingId }) => kept.has(recordingId));
    const traces = await readTraces(context, published, context.parameters.kinds);
    const sink = context.sink("hf_neural_compat");
    for (const [done, recording] of published.entries()) {
      context.signal.throwIfAborted();
      const worm = new CompatWorm(recording, { order: null, traces: traces.get(recording.recordingId) });
      const { name, labelled } = kept.get(recording.recordingId) as Kept;
      const own = names.get(recording.recordingId) ?? [];
      const printed = labelled === 0 ? worm.namesWithoutLabels(flags) : own;
      sink.write(publishedRows(worm, { worm: name, names: printed, flags, parameters: context.parameters }));
      context.progress(done + 1, published.length, "recordings");
    }
  },
};

interface Kept {
  readonly name: string;
  readonly labelled: number;
}

async function readKept(
  context: Pick<TransformContext<unknown>, "input">,
  ids: ReadonlySet<string>,
): Promise<Map<string, Kept>> {
  const kept = new Map<string, Kept>();
  const columns = ["recording_id", "worm", "n_labelled"];
  for await (const row of context.input("recording_compat").rows<RecordingCompatRow>(columns)) {
    if (row.worm === null || !ids.has(row.recording_id)) continue;
    kept.set(row.recording_id, { name: row.worm, labelled: row.n_labelled });
  }
  return kept;
}

async function readNames(context: Pick<TransformContext<unknown>, "input">): Promise<Map<string, PublishedName[]>> {
  const names = new Map<string, PublishedName[]>();
  const columns = ["recording_id", "roi", "label", "name", "slot"];
  for await (const { recording_id, roi, label, name, slot } of context
    .input("roi_compat")
    .rows<RoiCompatRow>(columns)) {
    if (name === null) continue;
    const own = names.get(recording_id) ?? [];
    names.set(recording_id, own);
    own.push({ roi, name, label, slot });
  }
  return names;
}

/** The rows of one recording, by slot. */
function publishedRows(
  worm: CompatWorm,
  options: {
    readonly worm: string;
    readonly names: readonly PublishedName[];
    readonly flags: CompatFlags;
    readonly parameters: PublishedParameters;
  },
): Row[] {
  const { names, flags } = options;
  const { resample_dt_s: dtS, normalization } = options.parameters;
  const { recording } = worm;
  const smoothing = publishedSmoothing(options.parameters, flags);
  const time = publishedTime(loaderTime(recording, flags).subarray(cutFrames(recording, flags)), flags);
  const grid = publishedGrid(time, { dtS, single: flags.f32_time, blockStart: flags.block_start });
  const narrow = (values: ArrayLike<number>) => (flags.f16 ? float16Values(values) : Float32Array.from(values));
  const originalTime = narrow(time);
  const sampleTime = narrow(grid.timeS);
  const columns = new Map(worm.columns(flags).map(({ roi, values }) => [roi.roi, values]));
  const rows: Row[] = [];
  for (const { roi, name, label, slot } of [...names].sort((a, b) => (a.slot ?? 0) - (b.slot ?? 0))) {
    const values = columns.get(roi);
    if (values === undefined || slot === null) continue;
    const resampled = grid.resample(smooth(values, smoothing));
    const calcium = narrow(normalization === "causal" ? standardiseCausally(resampled) : standardise(resampled));
    if (calcium.every((value) => value === 0)) continue;
    rows.push({
      source_dataset: recording.dataset,
      raw_data_file: `opensource_neural_data/${recording.dataset}/${recording.compatFile}`,
      worm: options.worm,
      neuron: name,
      slot,
      is_labeled_neuron: label !== null,
      smooth_method: smoothing.method === "none" ? "no smoothing" : smoothing.method,
      interpolate_method: "linear",
      normalization_method: normalization,
      original_calcium_data: narrow(values),
      calcium_data: calcium,
      original_time_in_seconds: originalTime,
      time_in_seconds: sampleTime,
      original_max_timesteps: time.length,
      max_timesteps: grid.timeS.length,
    });
  }
  return rows;
}

function publishedSmoothing(parameters: PublishedParameters, flags: CompatFlags): Smoothing {
  return {
    method: flags.half_window ? parameters.smooth : "none",
    windowFrames: parameters.window_frames,
    alpha: parameters.alpha,
    sigmaFrames: parameters.sigma_frames,
  };
}
