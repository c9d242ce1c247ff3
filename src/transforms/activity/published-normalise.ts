/** Smallest variance of the causal normalisation. */
const LEAST_VARIANCE = 1e-8;

/**
 * Step 10 of the published procedure on one trace: (x − mean) / std, ddof 0, over values that are not NaN; a constant
 * trace is divided by 1. Statistics in float64, results in float32, as scikit-learn's `StandardScaler` does.
 */
export function standardise(values: Float32Array): Float32Array {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  const mean = sum / count;
  let squares = 0;
  let rest = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const distance = value - mean;
    squares += distance * distance;
    rest += distance;
  }
  const variance = (squares - (rest * rest) / count) / count;
  const noise = count * Number.EPSILON;
  const isConstant = variance <= noise * variance + (noise * mean) ** 2;
  const scale = isConstant ? 1 : Math.sqrt(variance);
  return values.map((value) => Math.fround(value - mean) / scale);
}

/**
 * The published option `causal`: missing values are interpolated, mean and variance taken over the values so far, the
 * variance at least 1e-8.
 */
export function standardiseCausally(values: Float32Array): Float32Array {
  const filled = withoutGaps(values);
  let sum = 0;
  let squares = 0;
  return values.map((value, k) => {
    const x = filled[k] as number;
    sum += x;
    squares += x * x;
    const mean = sum / (k + 1);
    return (value - mean) / Math.sqrt(Math.max(squares / (k + 1) - mean * mean, LEAST_VARIANCE));
  });
}

/** Gaps filled by lines; after the last value by it; before the first they stay. */
function withoutGaps(values: Float32Array): Float64Array {
  const out = Float64Array.from(values);
  let before = -1;
  for (let k = 0; k < out.length; k++) {
    if (Number.isNaN(out[k])) continue;
    for (let gap = before + 1; before >= 0 && gap < k; gap++) {
      const left = out[before] as number;
      out[gap] = left + (((out[k] as number) - left) * (gap - before)) / (k - before);
    }
    before = k;
  }
  if (before >= 0) out.fill(out[before] as number, before + 1);
  return out;
}
