import { mapIndex } from "../colour-map.js";

/** Pixels that stand for "no value". */
export const MISSING = 255;

/** z-scores beyond this take the end colours. */
export const CLIP = 3;

/**
 * Samples that lie at k × dt, as columns over the time from `startS` to `endS`: each column is the mean of the valid
 * samples whose centres fall into it (`[start, end)`), or, where columns are narrower than samples, the sample that
 * covers its centre. Cost: one pass over the samples.
 */
export function binnedRow(
  { values, dtS }: { readonly values: ArrayLike<number>; readonly dtS: number },
  { startS, endS, columns }: { readonly startS: number; readonly endS: number; readonly columns: number },
): Float64Array {
  const binned = new Float64Array(columns);
  const width = (endS - startS) / columns;
  for (let column = 0; column < columns; column++) {
    const first = firstAtOrAfter(startS + column * width, dtS);
    const last = firstAtOrAfter(startS + (column + 1) * width, dtS);
    let sum = 0;
    let count = 0;
    for (let k = Math.max(0, first); k < Math.min(last, values.length); k++) {
      const value = values[k] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    if (last > first) binned[column] = count === 0 ? Number.NaN : sum / count;
    else binned[column] = values[Math.round((startS + (column + 0.5) * width) / dtS)] ?? Number.NaN;
  }
  return binned;
}

/** The first sample centred at or after a time; a hair's breadth of rounding counts as "at". */
function firstAtOrAfter(timeS: number, dtS: number): number {
  return Math.ceil(timeS / dtS - 1e-9);
}

/** Palette indices of a row of z-scores, for a map of `steps` colours. */
export function pixelRow(values: Float64Array, steps: number): Uint8Array {
  return Uint8Array.from(values, (value) => (Number.isNaN(value) ? MISSING : mapIndex(value, -CLIP, CLIP, steps)));
}
