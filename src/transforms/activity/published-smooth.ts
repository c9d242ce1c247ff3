/** How traces are smoothed on the frame grid before they are resampled (specification section 3.1 step 8). */
export interface Smoothing {
  readonly method: "moving" | "exponential" | "gaussian" | "none";
  /** Frames; an even number counts one more. Half of them are averaged: the published window is causal. */
  readonly windowFrames: number;
  readonly alpha: number;
  readonly sigmaFrames: number;
}

/** One smoothed trace. NaN spreads over every window that holds it. Cost: O(T · window). */
export function smooth(values: Float64Array, smoothing: Smoothing): Float64Array {
  switch (smoothing.method) {
    case "moving":
      return movingMean(values, smoothing.windowFrames);
    case "exponential":
      return exponential(values, smoothing.alpha);
    case "gaussian":
      return gaussian(values, smoothing.sigmaFrames);
    case "none":
      return values;
  }
}

/** Mean of each value and the floor(w / 2) before it: 8 values for a window of 15. */
function movingMean(values: Float64Array, window: number): Float64Array {
  const half = Math.floor((window % 2 === 0 ? window + 1 : window) / 2);
  const out = new Float64Array(values.length);
  for (let j = 0; j < values.length; j++) {
    const start = Math.max(j - half, 0);
    let sum = 0;
    for (let k = start; k <= j; k++) sum += values[k] as number;
    out[j] = sum / (j + 1 - start);
  }
  return out;
}

function exponential(values: Float64Array, alpha: number): Float64Array {
  const out = new Float64Array(values.length);
  let level = values[0] ?? 0;
  for (let j = 0; j < values.length; j++) {
    level = j === 0 ? level : alpha * (values[j] as number) + (1 - alpha) * level;
    out[j] = level;
  }
  return out;
}

/** Causal Gaussian weights exp(−k² / 2σ²) over all values before, normalised. */
function gaussian(values: Float64Array, sigma: number): Float64Array {
  const weights: number[] = [];
  for (let k = 0; k < values.length; k++) {
    const weight = Math.exp(-(k * k) / (2 * sigma * sigma));
    if (weight === 0) break;
    weights.push(weight);
  }
  const out = new Float64Array(values.length);
  for (let j = 0; j < values.length; j++) {
    const reach = Math.min(j, weights.length - 1);
    let sum = 0;
    let total = 0;
    for (let k = 0; k <= reach; k++) {
      sum += (weights[k] as number) * (values[j - k] as number);
      total += weights[k] as number;
    }
    out[j] = sum / total;
  }
  return out;
}
