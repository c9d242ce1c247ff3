import { symmetricEigen } from "../../compute/statistics/symmetric-eigen.js";
import { type Factors, gramOf } from "./cp-model.js";

/**
 * Normalised nuclear score of a factor: Σ s² / max s² over the singular values s of Aᵀ less its column means, A with
 * columns of norm 1 (as in the published code of L. Dyballa et al. 2024). Near 1 where components differ in one way
 * only, up to rank − 1. 1 for rank 1 and 2, and for equal columns.
 * @param factor rows × rank, in row order.
 */
export function nuclearScore(factor: Float64Array, rank: number): number {
  return nuclearScoreOfGram(gramOf(factor, rank), rank);
}

/** The same from AᵀA: the squares of the singular values are the eigenvalues of the centred Gram matrix. */
export function nuclearScoreOfGram(gram: Float64Array, rank: number): number {
  const at = (p: number, q: number) => gram[p * rank + q] as number;
  const norms = Float64Array.from({ length: rank }, (_, p) => Math.sqrt(at(p, p)));
  const unit = gram.map((value, i) => {
    const norm = (norms[Math.floor(i / rank)] as number) * (norms[i % rank] as number);
    return norm === 0 ? 0 : value / norm;
  });
  const means = Float64Array.from({ length: rank }, (_, p) => {
    let sum = 0;
    for (let q = 0; q < rank; q++) sum += unit[p * rank + q] as number;
    return sum / rank;
  });
  const all = means.reduce((sum, mean) => sum + mean, 0) / rank;
  const centred = unit.map(
    (value, i) => value - (means[Math.floor(i / rank)] as number) - (means[i % rank] as number) + all,
  );
  const { values } = symmetricEigen(centred, rank);
  const largest = values[0] as number;
  // Below the rounding of the centring, columns are equal.
  if (!(largest > 1e-13)) return 1;
  return values.reduce((sum, value) => sum + Math.max(0, value), 0) / largest;
}

/**
 * Gram matrix of the pair factor that a model of items × items × bins stands for: (a_i b_j + a_j b_i) / 2 for i < j.
 * Cost: items · rank², without forming the pairs.
 */
export function pairGramOfSquare(factors: Factors, rank: number): Float64Array {
  const [a, b] = factors;
  const joined = new Float64Array(2 * rank * (a.length / rank));
  for (let row = 0; row * rank < a.length; row++) {
    joined.set(a.subarray(row * rank, (row + 1) * rank), row * 2 * rank);
    joined.set(b.subarray(row * rank, (row + 1) * rank), row * 2 * rank + rank);
  }
  const cross = gramOf(joined, 2 * rank);
  const diagonal = gramOf(
    a.map((value, i) => value * (b[i] as number)),
    rank,
  );
  const dot = (p: number, q: number) => cross[p * 2 * rank + q] as number;
  return Float64Array.from({ length: rank * rank }, (_, i) => {
    const [p, q] = [Math.floor(i / rank), i % rank];
    const full = dot(p, q) * dot(rank + p, rank + q) + dot(p, rank + q) * dot(rank + p, q);
    return (full / 2 - (diagonal[i] as number)) / 2;
  });
}
