import type { CompatFlags } from "./compat-flag.js";

/**
 * Step 6 of the published procedure: seconds after the first frame. With `f32_time` both are cast to float32 before
 * they are subtracted, so that a clock far from zero loses fractions of a second.
 */
export function publishedTime(timeS: Float64Array, flags: Pick<CompatFlags, "f32_time">): Float64Array {
  const t0 = timeS[0] ?? 0;
  return flags.f32_time ? timeS.map((t) => Math.fround(Math.fround(t) - Math.fround(t0))) : timeS.map((t) => t - t0);
}

/** Median step of a time vector from a given step on; NaN without any. In float32 as float32 times were. */
export function medianStep(
  time: Float64Array,
  options: { readonly from?: number; readonly single?: boolean } = {},
): number {
  const { from = 0, single = false } = options;
  const steps = new Float64Array(Math.max(time.length - 1 - from, 0));
  for (let k = 0; k < steps.length; k++) {
    const step = (time[k + from + 1] as number) - (time[k + from] as number);
    steps[k] = single ? Math.fround(step) : step;
  }
  if (steps.length === 0) return Number.NaN;
  steps.sort();
  const middle = steps.length >> 1;
  if (steps.length % 2 === 1) return steps[middle] as number;
  const mean = ((steps[middle - 1] as number) + (steps[middle] as number)) / 2;
  return single ? Math.fround(mean) : mean;
}

/** Largest distance between two time vectors of the same frames. */
export function largestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < a.length; k++) most = Math.max(most, Math.abs((a[k] as number) - (b[k] as number)));
  return most;
}
