/** Symmetric matrix as rows. */
type Matrix = readonly Float64Array[];

export interface BayesianRidge {
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

const ROUNDS = 300;
const TOLERANCE = 1e-3;
const PRIOR = 1e-6;

/**
 * Bayesian ridge regression (MacKay 1992, as scikit-learn's `BayesianRidge` with its defaults: gamma priors of 1e-6 on
 * both precisions, intercept by centring): noise and weight precision are re-estimated until the coefficients rest.
 * Cost: O(n p² + p³) and at most 300 rounds of O(p²).
 * @param features p columns of n values
 */
export function bayesianRidge(features: readonly Float64Array[], target: Float64Array): BayesianRidge {
  const n = target.length;
  const means = features.map(mean);
  const targetMean = mean(target);
  const gram = features.map((a, i) =>
    Float64Array.from(features, (b, j) =>
      centredProduct({ a, b, meanA: means[i] as number, meanB: means[j] as number }),
    ),
  );
  const moments = Float64Array.from(features, (a, i) =>
    centredProduct({ a, b: target, meanA: means[i] as number, meanB: targetMean }),
  );
  const total = centredProduct({ a: target, b: target, meanA: targetMean, meanB: targetMean });
  const { values, vectors } = eigen(gram);
  const projected = vectors.map((vector) => dot(vector, moments));
  let noise = 1 / (total / n + Number.EPSILON);
  let weight = 1;
  let coefficients = new Float64Array(features.length);
  for (let round = 0; round < ROUNDS; round++) {
    const before = coefficients;
    const scaled = projected.map((value, i) => value / ((values[i] as number) + weight / noise));
    coefficients = combine(vectors, scaled);
    let error = total;
    let effective = 0;
    let size = 0;
    for (const [i, value] of values.entries()) {
      const s = scaled[i] as number;
      error += s * (value * s - 2 * (projected[i] as number));
      effective += (noise * value) / (weight + noise * value);
      size += s * s;
    }
    weight = (effective + 2 * PRIOR) / (size + 2 * PRIOR);
    noise = (n - effective + 2 * PRIOR) / (Math.max(error, 0) + 2 * PRIOR);
    if (round > 0 && coefficients.reduce((sum, c, i) => sum + Math.abs(c - (before[i] as number)), 0) < TOLERANCE)
      break;
  }
  return { coefficients, intercept: targetMean - dot(coefficients, Float64Array.from(means)) };
}

function combine(vectors: readonly Float64Array[], weights: readonly number[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(vectors.length);
  for (const [k, vector] of vectors.entries()) {
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (weights[k] as number) * (vector[i] as number);
  }
  return out;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function centredProduct(options: {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly meanA: number;
  readonly meanB: number;
}): number {
  const { a, b, meanA, meanB } = options;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - meanA) * ((b[i] as number) - meanB);
  return sum;
}

const SWEEPS = 60;

/** Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations. Cost: O(p³) per sweep, about 6. */
function eigen(matrix: Matrix): { values: Float64Array; vectors: Float64Array[] } {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const vectors = a.map((_, i) => Float64Array.from({ length: size }, (_, j) => Number(i === j)));
  const at = (i: number, j: number) => (a[i] as Float64Array)[j] as number;
  const scale = Math.max(...a.map((_, i) => Math.abs(at(i, i))), 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += Math.abs(at(p, q));
    if (off <= 1e-15 * scale) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) if (at(p, q) !== 0) rotate(a, vectors, p, q);
  }
  return { values: Float64Array.from(a, (_, i) => Math.max(at(i, i), 0)), vectors };
}

/** One rotation that makes element (p, q) zero; rows of `vectors` are the eigenvectors. */
function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const rowP = a[p] as Float64Array;
  const rowQ = a[q] as Float64Array;
  const theta = ((rowQ[q] as number) - (rowP[p] as number)) / (2 * (rowP[q] as number));
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of a) turn(row, p, q, c, s);
  turnRows(rowP, rowQ, c, s);
  turnRows(vectors[p] as Float64Array, vectors[q] as Float64Array, c, s);
}

function turn(row: Float64Array, p: number, q: number, c: number, s: number): void {
  const x = row[p] as number;
  const y = row[q] as number;
  row[p] = c * x - s * y;
  row[q] = s * x + c * y;
}

function turnRows(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const u = x[i] as number;
    const v = y[i] as number;
    x[i] = c * u - s * v;
    y[i] = s * u + c * v;
  }
}
