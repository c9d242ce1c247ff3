import { bayesianRidge } from "./impute-ridge.js";

const NEIGHBOURS = 10;
const ROUNDS = 10;
const TOLERANCE = 1e-3;

/**
 * Fills missing values by chained equations: each trace with gaps is predicted, where it is missing, from the ten other
 * traces that correlate most with it, by Bayesian ridge regression on the frames where it is known; traces with fewest
 * gaps first; up to ten rounds, fewer when the largest change falls below 0.001 of the largest known value. It starts
 * from the mean of each trace.
 *
 * The published procedure uses scikit-learn's `IterativeImputer(random_state=0, n_nearest_features=10)`, which draws
 * its ten traces at random with the absolute correlation as weight: these values are of the same kind, not the same.
 * @param columns one per trace, at least one value in each; they are not changed
 * @returns columns without NaN; those without gaps are the given ones. Cost: O(rounds · traces with gaps · frames · 10²)
 */
export function imputeColumns(columns: readonly Float64Array[]): Float64Array[] {
  const gaps = columns.map(missingFrames);
  const filled = columns.map((column, index) => meanFilled(column, gaps[index] as number[]));
  const order = columns
    .map((_, index) => index)
    .filter((index) => (gaps[index] as number[]).length > 0)
    .sort((a, b) => (gaps[a] as number[]).length - (gaps[b] as number[]).length || a - b);
  if (order.length === 0) return filled;
  const neighbours = new Map(order.map((index) => [index, mostCorrelated(filled, index)]));
  const tolerance = TOLERANCE * largest(columns);
  for (let round = 0; round < ROUNDS; round++) {
    let change = 0;
    for (const index of order) {
      const own = gaps[index] as number[];
      const features = (neighbours.get(index) as number[]).map((other) => filled[other] as Float64Array);
      change = Math.max(change, predictGaps(filled[index] as Float64Array, own, features));
    }
    if (change < tolerance) break;
  }
  return filled;
}

function missingFrames(column: Float64Array): number[] {
  const frames: number[] = [];
  for (let k = 0; k < column.length; k++) if (Number.isNaN(column[k])) frames.push(k);
  return frames;
}

function meanFilled(column: Float64Array, gaps: readonly number[]): Float64Array {
  if (gaps.length === 0) return column;
  let sum = 0;
  for (const value of column) if (!Number.isNaN(value)) sum += value;
  const mean = sum / (column.length - gaps.length);
  return column.map((value) => (Number.isNaN(value) ? mean : value));
}

/** Largest magnitude of a known value. */
function largest(columns: readonly Float64Array[]): number {
  let most = 0;
  for (const column of columns) for (const value of column) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}

/** Up to ten other columns by absolute correlation, highest first, ties by number; constant ones correlate with none. */
function mostCorrelated(columns: readonly Float64Array[], index: number): number[] {
  const target = centred(columns[index] as Float64Array);
  return columns
    .map((column, other) => ({ other, strength: other === index ? -1 : Math.abs(cosine(target, centred(column))) }))
    .filter(({ strength }) => strength >= 0)
    .sort((a, b) => b.strength - a.strength || a.other - b.other)
    .slice(0, NEIGHBOURS)
    .map(({ other }) => other);
}

function centred(values: Float64Array): Float64Array {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  return values.map((value) => value - mean);
}

function cosine(a: Float64Array, b: Float64Array): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let k = 0; k < a.length; k++) {
    const x = a[k] as number;
    const y = b[k] as number;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}

/** Writes predictions over the gaps; returns the largest change. */
function predictGaps(column: Float64Array, gaps: readonly number[], features: readonly Float64Array[]): number {
  const missing = new Uint8Array(column.length);
  for (const k of gaps) missing[k] = 1;
  const known = (values: Float64Array) => values.filter((_, k) => missing[k] === 0);
  const { coefficients, intercept } = bayesianRidge(features.map(known), known(column));
  let change = 0;
  for (const k of gaps) {
    let value = intercept;
    for (const [i, feature] of features.entries()) value += (coefficients[i] as number) * (feature[k] as number);
    change = Math.max(change, Math.abs(value - (column[k] as number)));
    column[k] = value;
  }
  return change;
}
