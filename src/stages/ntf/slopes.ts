import { exponential } from "../../compute/special-functions/exponential.js";

/** Widths in frames for which a derivative makes sense: narrower ones see no neighbour. */
const NARROWEST = 0.25;
const WIDEST = 1000;

/** Frames on each side that the derivative of a Gaussian looks at: 4σ, rounded. */
export function derivativeRadius(sigmaFrames: number): number {
  return Math.floor(4 * sigmaFrames + 0.5);
}

/**
 * Weights of the derivative of a Gaussian at −r … r: k/σ² · φ_k with φ_k = exp(−k²/2σ²) / Σφ. Their dot product with the
 * samples around a frame is positive where the trace rises.
 * @throws {RangeError} unless sigma is between 0.25 and 1000 frames.
 */
export function derivativeWeights(sigmaFrames: number): Float64Array {
  if (!(sigmaFrames >= NARROWEST && sigmaFrames <= WIDEST)) {
    throw new RangeError(`sigma is ${sigmaFrames} frames: at least ${NARROWEST}, at most ${WIDEST}`);
  }
  const radius = derivativeRadius(sigmaFrames);
  const variance = sigmaFrames * sigmaFrames;
  const gaussian = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    exponential(-((i - radius) ** 2) / (2 * variance)),
  );
  const total = gaussian.reduce((sum, weight) => sum + weight, 0);
  return gaussian.map((weight, i) => ((i - radius) / variance) * (weight / total));
}

/**
 * Derivative of a trace smoothed by a Gaussian, per frame (as scipy's `gaussian_filter1d` with order 1, mode nearest and
 * truncate 4). Beyond the ends of each segment its first or last sample is repeated; nothing reaches across a border.
 * Exactly zero where a trace is constant. NaN within reach of a NaN. Cost: frames × r.
 * @param segmentStarts first frames of the segments, rising, the first 0
 */
export function derivative(
  trace: Float64Array,
  weights: Float64Array,
  segmentStarts: readonly number[] = [0],
): Float64Array {
  const radius = (weights.length - 1) / 2;
  const out = new Float64Array(trace.length);
  for (let segment = 0; segment < segmentStarts.length; segment++) {
    const from = segmentStarts[segment] as number;
    const last = (segmentStarts[segment + 1] ?? trace.length) - 1;
    for (let t = from; t <= last; t++) {
      let sum = (trace[t] as number) * 0;
      for (let k = 1; k <= radius; k++) {
        const before = trace[t - k < from ? from : t - k] as number;
        const after = trace[t + k > last ? last : t + k] as number;
        sum += (weights[radius + k] as number) * (after - before);
      }
      out[t] = sum;
    }
  }
  return out;
}

/**
 * Scaled slopes g of a trace, in [-1, 1] and of its length: derivative of a Gaussian, divided by its root mean square
 * over all frames with a value, clipped at ±`clip` and divided by it. A constant trace gives zeros. NaN where a NaN of
 * the trace is within reach.
 * @throws {RangeError} for a sigma out of range, or a clip that is not positive.
 */
export function slopes(
  trace: Float64Array,
  sigmaFrames: number,
  clip: number,
  segmentStarts?: readonly number[],
): Float64Array {
  if (!(clip > 0)) throw new RangeError(`clip is ${clip}: above 0`);
  const g = derivative(trace, derivativeWeights(sigmaFrames), segmentStarts);
  const scale = rootMeanSquare(g);
  for (let t = 0; t < g.length; t++) g[t] = Math.min(clip, Math.max(-clip, (g[t] as number) / scale)) / clip;
  return g;
}

/** Over the values that are not NaN; 1 where that is zero or there are none. */
function rootMeanSquare(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value * value;
    count++;
  }
  const root = count === 0 ? 0 : Math.sqrt(sum / count);
  return root === 0 ? 1 : root;
}
