/** Fraction of values that are NaN; null without values. */
export function nanFraction(values: Float64Array): number | null {
  if (values.length === 0) return null;
  let missing = 0;
  for (const value of values) if (Number.isNaN(value)) missing++;
  return missing / values.length;
}

const WINDOW = 50;
const STRIDE = 25;

/**
 * Fraction of windows (50 frames, starts 0, 25, … below T − 50) in which the first difference, rounded to 3 decimals, is
 * constant: stretches that somebody filled in with a line (specification 2.2, data set 9). A window that holds a NaN
 * counts as not linear. Null when the trace has no window. Cost: O(T).
 */
export function linearFraction(values: Float64Array): number | null {
  let windows = 0;
  let linear = 0;
  for (let start = 0; start < values.length - WINDOW; start += STRIDE) {
    windows++;
    if (isLinear(values, start)) linear++;
  }
  return windows === 0 ? null : linear / windows;
}

function isLinear(values: Float64Array, start: number): boolean {
  const first = step(values, start);
  if (Number.isNaN(first)) return false;
  for (let k = start + 1; k < start + WINDOW - 1; k++) if (step(values, k) !== first) return false;
  return true;
}

function step(values: Float64Array, k: number): number {
  return Math.round(((values[k + 1] as number) - (values[k] as number)) * 1000);
}
