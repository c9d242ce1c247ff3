import type { TimeAxis } from "./time-axis.js";

/** Frames whose mean is the smoothed value of each frame: `from[k] … to[k]`, end excluded. The same for all ROIs. */
export interface SmoothPlan {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * A moving, centred window of `windowS` seconds: all frames at most half of it before or after, and never beyond a
 * place where the axis is broken. Cost: O(T).
 */
export function smoothPlan({ timeS, broken }: TimeAxis, windowS: number): SmoothPlan {
  const frames = timeS.length;
  const from = new Int32Array(frames);
  const to = new Int32Array(frames);
  const half = windowS / 2;
  for (let k = 0, low = 0; k < frames; k++) {
    if (k > 0 && broken[k - 1] === 1) low = k;
    while ((timeS[k] as number) - (timeS[low] as number) > half) low++;
    from[k] = low;
  }
  for (let k = frames - 1, high = frames; k >= 0; k--) {
    if (k < frames - 1 && broken[k] === 1) high = k + 1;
    while ((timeS[high - 1] as number) - (timeS[k] as number) > half) high--;
    to[k] = high;
  }
  return { from, to };
}

/**
 * Means of the valid values in each frame's window; a frame without a value stays without one. Cost: O(T × frames per
 * window), summed in order, so that a value depends on its window alone.
 */
export function smooth({ from, to }: SmoothPlan, values: Float64Array, into: Float64Array): void {
  for (let k = 0; k < values.length; k++) {
    const base = values[k] as number;
    if (base - base !== 0) {
      into[k] = Number.NaN;
      continue;
    }
    let sum = 0;
    let count = 0;
    for (let i = from[k] as number; i < (to[k] as number); i++) {
      const distance = (values[i] as number) - base;
      if (distance - distance !== 0) continue;
      sum += distance;
      count++;
    }
    into[k] = base + sum / count;
  }
}
