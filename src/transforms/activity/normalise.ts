/** What the valid values of a trace amount to. Values that are NaN or infinite are not valid. */
export interface Moments {
  readonly valid: number;
  /** Null without a valid value. */
  readonly mean: number | null;
  /** Standard deviation with ddof 0: divided by the number of values. Exactly 0 for a constant trace. */
  readonly std: number | null;
}

/**
 * Mean and standard deviation over valid values in two passes, summed in order of the values; the first pass sums
 * distances from the first valid value, so that rounding cannot give a constant trace a spread. Cost: O(n), about
 * 2 ns per value.
 */
export function moments(values: Float64Array): Moments {
  const n = values.length;
  let index = 0;
  while (index < n && !Number.isFinite(values[index])) index++;
  if (index === n) return { valid: 0, mean: null, std: null };
  const base = values[index] as number;
  let valid = 0;
  let sum = 0;
  for (let i = index; i < n; i++) {
    const value = values[i] as number;
    if (value - value !== 0) continue;
    sum += value - base;
    valid++;
  }
  const mean = base + sum / valid;
  let squares = 0;
  for (let i = index; i < n; i++) {
    const distance = (values[i] as number) - mean;
    if (distance - distance === 0) squares += distance * distance;
  }
  return { valid, mean, std: Math.sqrt(squares / valid) };
}

/**
 * z = (x − mean) / std of every valid value (specification 3.2, rule 6). Without a spread, or without values, all are
 * NaN. `into` may be `values` itself.
 * @returns the number of valid z values.
 */
export function zScore(values: Float64Array, { valid, mean, std }: Moments, into: Float64Array): number {
  if (mean === null || std === null || !(std > 0)) {
    into.fill(Number.NaN);
    return 0;
  }
  for (let i = 0; i < values.length; i++) {
    const z = ((values[i] as number) - mean) / std;
    into[i] = z - z === 0 ? z : Number.NaN;
  }
  return valid;
}

/** Bit k (least significant first) is 1 where value k is valid; null when all of them are. */
export function validBitmap(values: Float64Array, valid: number): Uint8Array | null {
  if (valid === values.length) return null;
  const bits = new Uint8Array((values.length + 7) >> 3);
  if (valid === 0) return bits;
  for (let k = 0; k < values.length; k++) {
    const value = values[k] as number;
    if (value - value === 0) bits[k >> 3] = (bits[k >> 3] as number) | (1 << (k & 7));
  }
  return bits;
}
