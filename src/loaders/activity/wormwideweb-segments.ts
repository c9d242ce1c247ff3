import { type FieldValue, membersOf, rowsOf, vectorOf } from "./wormwideweb-fields.js";

/** A step this many times the median is a gap. */
const GAP = 3;

/**
 * First frames of continuous segments: after a step of more than three times the median step, and where a range of
 * `ranges` (1-based lists of frames) begins on the frame after the one before it, as in 1:800 and 801:1600. Ranges that
 * begin elsewhere are windows that somebody chose for a fit, such as those behind a heat pulse: no border.
 */
export function detectedSegments(timeS: Float64Array, frames: number, ranges: readonly Float64Array[]): number[] {
  if (frames === 0) return [];
  const starts = new Set([0]);
  const steps = Float64Array.from({ length: Math.max(0, Math.min(frames, timeS.length) - 1) }, (_, k) => {
    return (timeS[k + 1] as number) - (timeS[k] as number);
  });
  const median = steps.slice().sort()[steps.length >> 1] ?? Number.NaN;
  for (const [k, step] of steps.entries()) if (step > GAP * median) starts.add(k + 1);
  for (const [index, range] of ranges.entries()) {
    const before = ranges[index - 1]?.at(-1);
    const first = range[0];
    if (before === undefined || first !== before + 1) continue;
    if (Number.isInteger(first) && first > 1 && first <= frames) starts.add(first - 1);
  }
  return [...starts].sort((a, b) => a - b);
}

/** The frames of every range of `ranges`: lists of frames, or first and last ones. */
export function rangesOf(value: FieldValue | undefined): Float64Array[] {
  const members = Array.isArray(value) ? value : (membersOf(value)?.map(([, member]) => member) ?? rowsOf(value) ?? []);
  return members
    .map((member) => (member instanceof Float64Array ? member : vectorOf(member)))
    .filter((range) => range !== null);
}
