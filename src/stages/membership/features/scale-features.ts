/** Smallest and largest training value of every feature. */
export interface FeatureRange {
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
}

/** An empty range for so many features, to be widened by {@link widenRange}. */
export function emptyRange(features: number): FeatureRange {
  return {
    minimum: new Float64Array(features).fill(Number.POSITIVE_INFINITY),
    maximum: new Float64Array(features).fill(Number.NEGATIVE_INFINITY),
  };
}

/** Takes the features of one training unit into account. */
export function widenRange({ minimum, maximum }: FeatureRange, features: ArrayLike<number>): void {
  for (let k = 0; k < minimum.length; k++) {
    const value = features[k] as number;
    if (value < (minimum[k] as number)) minimum[k] = value;
    if (value > (maximum[k] as number)) maximum[k] = value;
  }
}

/**
 * Features on a scale where training values go from 0 to 1; a feature that is constant in training becomes 0
 * everywhere. Values of test units are not clipped.
 */
export function scaleFeatures(features: ArrayLike<number>, { minimum, maximum }: FeatureRange): Float64Array {
  const scaled = new Float64Array(minimum.length);
  for (let k = 0; k < scaled.length; k++) {
    const low = minimum[k] as number;
    const high = maximum[k] as number;
    scaled[k] = high === low ? 0 : ((features[k] as number) - low) / (high - low);
  }
  return scaled;
}
