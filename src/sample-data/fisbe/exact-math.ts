/**
 * Elementary functions made of +, −, ×, ÷ alone. The language leaves the last bits of `Math.exp`, `Math.log`,
 * `Math.sin` and `**` to the engine; the basic operations are IEEE 754 everywhere, so these give the same bits on every
 * machine and in every version.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** e^x within 1e-15 relative; 0 below −700, e^700 above 700. */
export function exponential(x: number): number {
  if (x < -700) return 0;
  const clipped = x > 700 ? 700 : x;
  const power = Math.round(clipped / Math.LN2);
  const rest = clipped - power * LN2_HIGH - power * LN2_LOW;
  let sum = 1;
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * rest) / n;
  return sum * powerOfTwo(power);
}

function powerOfTwo(exponent: number): number {
  let result = 1;
  let factor = exponent < 0 ? 0.5 : 2;
  for (let left = Math.abs(exponent); left > 0; left >>>= 1) {
    if (left & 1) result *= factor;
    factor *= factor;
  }
  return result;
}

/** Natural logarithm of a positive number, within 1e-15. */
export function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2;
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return exponent * Math.LN2 + 2 * t * sum;
}

/** Cosine of an angle in turns (1 = 360°), within 1e-14. */
export function cosineOfTurns(turns: number): number {
  const part = Math.abs(turns - Math.round(turns));
  // cos(2πp) = −cos(2π(½ − p)), so the series needs no more than a quarter turn.
  const mirrored = part > 0.25;
  const angle = 6.283185307179586 * (mirrored ? 0.5 - part : part);
  const square = angle * angle;
  let sum = 1;
  for (let n = 20; n >= 2; n -= 2) sum = 1 - (sum * square) / (n * (n - 1));
  return mirrored ? -sum : sum;
}

/** Quantile of the standard normal distribution, relative error below 1.2e-9 (P. J. Acklam's rational functions). */
export function normalQuantile(probability: number): number {
  const low = 0.02425;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability < low) {
    const q = Math.sqrt(-2 * logarithm(probability));
    const top = polynomial(
      q,
      [
        -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
        2.938163982698783,
      ],
    );
    return top / polynomial(q, [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1]);
  }
  const q = probability - 0.5;
  const square = q * q;
  const top = polynomial(
    square,
    [
      -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
      2.506628277459239,
    ],
  );
  const bottom = polynomial(
    square,
    [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1],
  );
  return (q * top) / bottom;
}

function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** Gaussian of a standard deviation at −radius … radius, with sum 1. */
export function gaussianKernel(sigma: number, radius: number): Float64Array {
  const kernel = new Float64Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) {
    const value = exponential((-i * i) / (2 * sigma * sigma));
    kernel[i + radius] = value;
    sum += value;
  }
  return kernel.map((value) => value / sum);
}
