import { linearFraction } from "../../loaders/activity/trace-quality.js";
import type { CompatFlags } from "./compat-flag.js";
import type { CompatRecording, CompatRoi } from "./compat-recording.js";
import { imputeColumns } from "./impute.js";

/** A cell with the trace that the published loader hands on. */
export interface CompatColumn {
  readonly roi: CompatRoi;
  readonly values: Float64Array;
}

/** Longest run of missing values that data set 9 keeps, as a fraction of the frames. */
const LONGEST_GAP = 0.05;
/** Fraction of straight windows from which on data set 9 leaves a trace out. */
const MOST_LINEAR = 1e-3;

/** Frames that the published loader cuts off at the start. */
export function cutFrames({ rules }: Pick<CompatRecording, "rules">, flags: CompatFlags): number {
  return flags.impute ? rules.cutFrames : 0;
}

/** Seconds of all frames as the published loader has them, on the source's clock or at the rate that it assumes. */
export function loaderTime(
  { rules, timeS }: Pick<CompatRecording, "rules" | "timeS">,
  flags: CompatFlags,
): Float64Array {
  const rate = flags.assumed_rate ? rules.assumedRateHz : null;
  return rate === null ? timeS : timeS.map((_, k) => k / rate);
}

/** The cells that the published loader looks at: without those that the source says not to use. */
export function usedRois({ rois }: Pick<CompatRecording, "rois">, flags: CompatFlags): readonly CompatRoi[] {
  return flags.drop_meta ? rois.filter(({ unused }) => !unused) : rois;
}

/**
 * The traces that the published loader of the dataset hands on: missing values imputed and traces left out where it does
 * so (specification section 2.2), first frames cut or replaced. Cells without a trace are left out.
 */
export function compatColumns(
  recording: CompatRecording,
  traces: ReadonlyMap<number, Float64Array>,
  flags: CompatFlags,
): CompatColumn[] {
  const { rules } = recording;
  const columns = usedRois(recording, flags).flatMap((roi) => {
    const values = traces.get(roi.roi);
    return values === undefined ? [] : [{ roi, values: firstFrames(values, roi, cutFrames(recording, flags), flags) }];
  });
  if (!rules.imputed || !flags.impute) return columns;
  const longest = rules.leifer ? Math.floor(LONGEST_GAP * recording.timeS.length) : Number.POSITIVE_INFINITY;
  const kept = columns.filter(({ values }) => {
    const gap = longestGap(values);
    return gap < values.length && gap <= longest;
  });
  const imputed = imputeColumns(kept.map(({ values }) => values));
  const filled = kept.map(({ roi }, index) => ({ roi, values: imputed[index] as Float64Array }));
  return rules.leifer ? filled.filter(({ values }) => (linearFraction(values) ?? 0) <= MOST_LINEAR) : filled;
}

function firstFrames(values: Float64Array, roi: CompatRoi, cut: number, flags: CompatFlags): Float64Array {
  if (cut > 0) return values.subarray(Math.min(cut, values.length));
  if (!flags.impute || roi.firstFrame === null || values.length === 0) return values;
  const own = values.slice();
  own[0] = roi.firstFrame;
  return own;
}

/** Length of the longest run of NaN; of an empty trace 0, which is all of it. */
function longestGap(values: Float64Array): number {
  let longest = 0;
  let run = 0;
  for (const value of values) {
    run = Number.isNaN(value) ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}
