import type { FeatureOptions } from "./feature-options.js";

/**
 * Edges of `bins` equal bins from `min` to `max`, as numpy's `linspace` computes them; where both are equal, from half
 * below to half above.
 */
export function binEdges(min: number, max: number, bins: number): Float64Array {
  const [low, high] = min === max ? [min - 0.5, max + 0.5] : [min, max];
  const step = (high - low) / bins;
  // Steps of a range of a few smallest numbers round up and would run past its end.
  const edges = Float64Array.from({ length: bins + 1 }, (_, k) => Math.min(low + k * step, high));
  edges[bins] = high;
  return edges;
}

/**
 * The bin of a value: k where e_k ≤ x < e_(k+1), the last also for its upper edge; one more than there are bins for what
 * is below all edges, and two more for what is above.
 */
export function binOf(value: number, edges: Float64Array): number {
  const bins = edges.length - 1;
  const low = edges[0] as number;
  const high = edges[bins] as number;
  if (value < low) return bins;
  if (value > high) return bins + 1;
  // A range so small that its inverse overflows has no bin to begin with.
  const scale = high - low < 1e-290 ? 0 : bins / (high - low);
  let bin = ((value - low) * scale) | 0;
  if (bin >= bins) bin = bins - 1;
  while (bin > 0 && value < (edges[bin] as number)) bin--;
  while (bin < bins - 1 && value >= (edges[bin + 1] as number)) bin++;
  return bin;
}

/** Adds values to counts of their bins, by {@link binOf}: `counts` has two more places than there are bins. */
export function countInBins(values: Float64Array, edges: Float64Array, counts: Uint32Array): void {
  for (let i = 0; i < values.length; i++) {
    const bin = binOf(values[i] as number, edges);
    counts[bin] = (counts[bin] as number) + 1;
  }
}

/** Names of the features: the bins, and with fractions `underflow` and `overflow`. */
export function histogramColumns(bins: number, { histogram }: Pick<FeatureOptions, "histogram">): string[] {
  const columns = Array.from({ length: bins }, (_, k) => `rel_count_bin_${k}`);
  return histogram === "density" ? columns : [...columns, "underflow", "overflow"];
}

/**
 * Features from the counts of {@link countInBins}: HistFE of Meeus et al. 2024, section 4.3. `fraction`: shares of all
 * values, those outside included. `density`, as published: counts over the values inside and the width of the bin; NaN
 * without a value inside.
 */
export function histogramFeatures(
  counts: Uint32Array,
  edges: Float64Array,
  { histogram }: Pick<FeatureOptions, "histogram">,
): Float64Array {
  const bins = edges.length - 1;
  let total = 0;
  for (let k = 0; k < (histogram === "density" ? bins : bins + 2); k++) total += counts[k] as number;
  const features = new Float64Array(histogram === "density" ? bins : bins + 2);
  for (let k = 0; k < features.length; k++) {
    const width = histogram === "density" ? (edges[k + 1] as number) - (edges[k] as number) : 1;
    features[k] = (counts[k] as number) / width / total;
  }
  return features;
}
