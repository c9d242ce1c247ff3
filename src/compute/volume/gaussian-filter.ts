/**
 * Weights of a Gaussian at −r … r with r = round(4·sigma), summing to 1 (scipy `gaussian_filter1d`, truncate 4).
 * @throws {RangeError} unless sigma is positive and at most 64.
 */
export function gaussianKernel(sigma: number): Float64Array {
  if (!(sigma > 0 && sigma <= 64)) throw new RangeError(`sigma is ${sigma}: above 0, at most 64`);
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  return kernel.map((weight) => weight / total);
}

/** The index that stands for `at` beyond the ends of an axis, mirrored with the end repeated: d c b a | a b c d | d c b a. */
export function reflected(at: number, length: number): number {
  const period = 2 * length;
  const within = ((at % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
