import { kMeans, type Points } from "./k-means.js";
import type { RandomNumbers } from "./random-numbers.js";

export interface MixtureOptions {
  readonly components: number;
  readonly random: RandomNumbers;
  /** One positive number per point, scaled to mean 1; undefined: all equal. */
  readonly weights?: Float64Array | undefined;
  /** Added to the diagonal of every covariance. */
  readonly regularisation: number;
  /** Ends when the mean log-likelihood changes by less. */
  readonly tolerance: number;
  readonly iterations: number;
}

/** Gaussian mixture with full covariances. */
export interface Mixture {
  readonly components: number;
  readonly dimensions: number;
  readonly shares: Float64Array;
  readonly means: Float64Array;
  /** Lower Cholesky factors of the covariances, dimensions² each. */
  readonly factors: Float64Array;
  readonly converged: boolean;
  readonly iterations: number;
}

/**
 * Expectation maximisation from a k-means start, as scikit-learn's `GaussianMixture` with full covariances.
 * O(points × components × dimensions²) per iteration; a matrix of points × components is held.
 * @throws {RangeError} for more components than points, or a covariance that is singular despite `regularisation`.
 */
export function fitMixture(points: Points, options: MixtureOptions): Mixture {
  const { count, dimensions } = points;
  const { components, weights, regularisation, tolerance, iterations, random } = options;
  const start = kMeans(points, { clusters: components, random, weights });
  const responsibilities = new Float64Array(count * components);
  for (let i = 0; i < count; i++) responsibilities[i * components + (start.assignment[i] as number)] = 1;
  let mixture = maximised(points, responsibilities, components, weights, regularisation);
  let before = Number.NEGATIVE_INFINITY;
  for (let round = 1; round <= iterations; round++) {
    const likelihood = expectation(points, mixture, weights, responsibilities);
    mixture = maximised(points, responsibilities, components, weights, regularisation);
    if (Math.abs(likelihood - before) < tolerance)
      return { ...mixture, dimensions, converged: true, iterations: round };
    before = likelihood;
  }
  return { ...mixture, dimensions, converged: false, iterations };
}

/** Mean log-likelihood of the points. */
export function meanLogLikelihood(points: Points, mixture: Mixture, weights?: Float64Array): number {
  return expectation(points, mixture, weights, undefined);
}

/** Number of free parameters. */
export function freeParameters({ components, dimensions }: Mixture): number {
  return components * ((dimensions * (dimensions + 1)) / 2 + dimensions + 1) - 1;
}

/** Bayesian information criterion on the points: the smaller, the better (Schwarz 1978). */
export function bayesianInformation(points: Points, mixture: Mixture, weights?: Float64Array): number {
  const fit = meanLogLikelihood(points, mixture, weights) * points.count;
  return -2 * fit + freeParameters(mixture) * Math.log(points.count);
}

/** The chance of every component for every point, points × components. */
export function membership(points: Points, mixture: Mixture): Float64Array {
  const responsibilities = new Float64Array(points.count * mixture.components);
  expectation(points, mixture, undefined, responsibilities);
  return responsibilities;
}

function maximised(
  points: Points,
  responsibilities: Float64Array,
  components: number,
  weights: Float64Array | undefined,
  regularisation: number,
): Mixture {
  const { count, dimensions, values } = points;
  const shares = new Float64Array(components);
  const means = new Float64Array(components * dimensions);
  const factors = new Float64Array(components * dimensions * dimensions);
  let all = 0;
  for (let k = 0; k < components; k++) {
    let total = 10 * Number.EPSILON;
    const mean = means.subarray(k * dimensions, (k + 1) * dimensions);
    for (let i = 0; i < count; i++) {
      const part = (responsibilities[i * components + k] as number) * (weights?.[i] ?? 1);
      total += part;
      if (part === 0) continue;
      for (let d = 0; d < dimensions; d++)
        mean[d] = (mean[d] as number) + part * (values[i * dimensions + d] as number);
    }
    for (let d = 0; d < dimensions; d++) mean[d] = (mean[d] as number) / total;
    const covariance = factors.subarray(k * dimensions ** 2, (k + 1) * dimensions ** 2);
    const offset = new Float64Array(dimensions);
    for (let i = 0; i < count; i++) {
      const part = (responsibilities[i * components + k] as number) * (weights?.[i] ?? 1);
      if (part === 0) continue;
      for (let d = 0; d < dimensions; d++) offset[d] = (values[i * dimensions + d] as number) - (mean[d] as number);
      for (let d = 0; d < dimensions; d++) {
        for (let e = 0; e <= d; e++) {
          covariance[d * dimensions + e] =
            (covariance[d * dimensions + e] as number) + (part / total) * (offset[d] as number) * (offset[e] as number);
        }
      }
    }
    for (let d = 0; d < dimensions; d++) {
      covariance[d * dimensions + d] = (covariance[d * dimensions + d] as number) + regularisation;
    }
    factorise(covariance, dimensions);
    shares[k] = total;
    all += total;
  }
  for (let k = 0; k < components; k++) shares[k] = (shares[k] as number) / all;
  return { components, dimensions, shares, means, factors, converged: false, iterations: 0 };
}

/** Cholesky factorisation in place of the lower triangle; the upper one is not read. */
function factorise(matrix: Float64Array, size: number): void {
  for (let d = 0; d < size; d++) {
    for (let e = 0; e <= d; e++) {
      let sum = matrix[d * size + e] as number;
      for (let f = 0; f < e; f++) sum -= (matrix[d * size + f] as number) * (matrix[e * size + f] as number);
      if (d > e) matrix[d * size + e] = sum / (matrix[e * size + e] as number);
      else {
        if (!(sum > 0)) throw new RangeError("a covariance is singular: give a larger regularisation");
        matrix[d * size + d] = Math.sqrt(sum);
      }
    }
  }
}

/** Mean log-likelihood; fills in the responsibilities where an array is given. */
function expectation(
  points: Points,
  mixture: Mixture,
  weights: Float64Array | undefined,
  responsibilities: Float64Array | undefined,
): number {
  const { count, dimensions, values } = points;
  const { components, shares, means, factors } = mixture;
  const constants = new Float64Array(components);
  for (let k = 0; k < components; k++) {
    let logarithm = Math.log(shares[k] as number) - (dimensions / 2) * Math.log(2 * Math.PI);
    for (let d = 0; d < dimensions; d++)
      logarithm -= Math.log(factors[(k * dimensions + d) * dimensions + d] as number);
    constants[k] = logarithm;
  }
  const logs = new Float64Array(components);
  const solved = new Float64Array(dimensions);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < components; k++) {
      let squared = 0;
      for (let d = 0; d < dimensions; d++) {
        const row = (k * dimensions + d) * dimensions;
        let value = (values[i * dimensions + d] as number) - (means[k * dimensions + d] as number);
        for (let e = 0; e < d; e++) value -= (factors[row + e] as number) * (solved[e] as number);
        value /= factors[row + d] as number;
        solved[d] = value;
        squared += value * value;
      }
      const logarithm = (constants[k] as number) - squared / 2;
      logs[k] = logarithm;
      if (logarithm > largest) largest = logarithm;
    }
    let scaled = 0;
    for (let k = 0; k < components; k++) scaled += Math.exp((logs[k] as number) - largest);
    const logarithm = largest + Math.log(scaled);
    if (responsibilities !== undefined) {
      for (let k = 0; k < components; k++)
        responsibilities[i * components + k] = Math.exp((logs[k] as number) - logarithm);
    }
    const weight = weights?.[i] ?? 1;
    sum += weight * logarithm;
    total += weight;
  }
  return sum / total;
}
