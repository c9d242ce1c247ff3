const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Index of the word that holds sign and exponent. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

const OVERFLOW = 65520;
const ROUND_TO_INTEGER = 2 ** 52 + 2 ** 51;

/** Quantum of float16 by the biased exponent of a float64: 2^(e − 10), at least 2^−24. */
const QUANTUM = Float64Array.from({ length: 2048 }, (_, biased) => 2 ** Math.max(biased - 1023 - 10, -24));

/**
 * The nearest float16 to a number (IEEE 754 binary16, ties to even): 11 significant bits, subnormal below 2^−14,
 * infinite from 65520 on. NaN stays NaN, −0 stays −0. Node 20 has no such rounding of its own.
 */
export function roundToFloat16(value: number): number {
  double[0] = value;
  const quantum = QUANTUM[((words[HIGH] as number) >>> 20) & 2047] as number;
  if (!(value < OVERFLOW && value > -OVERFLOW)) {
    return Number.isNaN(value) ? value : value > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }
  const rounded = (value / quantum + ROUND_TO_INTEGER - ROUND_TO_INTEGER) * quantum;
  return rounded === 0 ? value * 0 : rounded;
}

/** Each value as PyTorch converts it to half precision: through float32. */
export function float16Values(values: ArrayLike<number>): Float32Array {
  const out = Float32Array.from(values);
  for (let i = 0; i < out.length; i++) out[i] = roundToFloat16(out[i] as number);
  return out;
}
