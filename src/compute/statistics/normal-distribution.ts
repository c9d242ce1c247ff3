const SQRT_2PI = Math.sqrt(2 * Math.PI);
/** Below this the series is short, above it the continued fraction is. */
const SERIES_BELOW = 2;

/**
 * P(Z > z) of a standard normal Z, to about 1e-13 relative in the upper tail. Series (Abramowitz and Stegun 26.2.11)
 * near 0, the continued fraction of Laplace (26.2.14) beyond.
 */
export function normalUpperTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 0) return 1 - normalUpperTail(-z);
  if (z > 39) return 0;
  const density = Math.exp(-0.5 * z * z) / SQRT_2PI;
  if (z < SERIES_BELOW) {
    let [term, sum] = [z, z];
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 200; k >= 1; k--) fraction = z + k / fraction;
  return density / fraction;
}

/**
 * The z with P(Z > z) = tail, 0 < tail < 1, to about 1e-14: Newton's method on the logarithm of the tail, which is
 * concave, from above: P(Z > z) ≤ exp(-z²/2) / 2.
 */
export function normalQuantileAbove(tail: number): number {
  if (!(tail > 0 && tail < 1)) throw new RangeError(`a probability of ${tail} has no finite quantile`);
  if (tail > 0.5) return -normalQuantileAbove(1 - tail);
  let z = Math.sqrt(-2 * Math.log(tail));
  for (let step = 0; step < 100; step++) {
    const upper = normalUpperTail(z);
    const density = Math.exp(-0.5 * z * z) / SQRT_2PI;
    const next = z + ((Math.log(upper) - Math.log(tail)) * upper) / density;
    if (Math.abs(next - z) <= 1e-15 * Math.max(1, next)) return next;
    z = next;
  }
  return z;
}
