import type { RandomNumbers } from "./random-numbers.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/** A symmetric matrix by rows: entries `starts[i]` … `starts[i + 1] − 1` of `columns` and `values` are row i. */
export interface SparseSymmetric {
  readonly size: number;
  readonly starts: Uint32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

export interface Projection {
  /** size × rank: the rows of the matrix in the space of its strongest eigenvectors. */
  readonly features: Float64Array;
  /** Eigenvalues by descending magnitude. */
  readonly eigenvalues: Float64Array;
  /** Orthonormal eigenvectors as columns, size × rank. */
  readonly vectors: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * The rows of a symmetric matrix projected on its `rank` strongest eigenvectors, which keeps as much of their
 * distances as `rank` dimensions can: subspace iteration with Rayleigh–Ritz steps from a seeded start, until the
 * eigenvalues move by less than `tolerance` of the largest. The sign of each vector is set by its entry of largest
 * magnitude. O(entries × (rank + 4)) per step.
 */
export function lowRankProjection(
  matrix: SparseSymmetric,
  rank: number,
  random: RandomNumbers,
  { iterations = 200, tolerance = 1e-7 } = {},
): Projection {
  const { size } = matrix;
  const kept = Math.min(rank, size);
  const block = Math.min(kept + 4, size);
  let basis: Float64Array = Float64Array.from({ length: size * block }, () => random() * 2 - 1);
  orthonormalise(basis, size, block);
  let before = new Float64Array(block);
  let [round, converged] = [0, false];
  while (round < iterations && !converged) {
    round++;
    const image = multiplied(matrix, basis, block);
    const small = new Float64Array(block * block);
    for (let i = 0; i < size; i++) {
      for (let p = 0; p < block; p++) {
        const left = basis[i * block + p] as number;
        for (let q = 0; q < block; q++) {
          small[p * block + q] = (small[p * block + q] as number) + left * (image[i * block + q] as number);
        }
      }
    }
    for (let p = 0; p < block; p++) {
      for (let q = 0; q < p; q++) {
        const mean = ((small[p * block + q] as number) + (small[q * block + p] as number)) / 2;
        small[p * block + q] = mean;
        small[q * block + p] = mean;
      }
    }
    const { values, vectors } = symmetricEigen(small, block);
    const scale = Math.abs(values[0] as number);
    converged = values
      .subarray(0, kept)
      .every((value, i) => Math.abs(value - (before[i] as number)) <= tolerance * scale);
    before = values as Float64Array<ArrayBuffer>;
    basis = rotated(converged || round === iterations ? basis : image, vectors, size, block);
    orthonormalise(basis, size, block);
  }
  const vectors = new Float64Array(size * kept);
  const features = new Float64Array(size * kept);
  for (let k = 0; k < kept; k++) {
    let largest = 0;
    for (let i = 0; i < size; i++) {
      const value = basis[i * block + k] as number;
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    for (let i = 0; i < size; i++) {
      const value = (basis[i * block + k] as number) * (largest < 0 ? -1 : 1);
      vectors[i * kept + k] = value;
      features[i * kept + k] = value * (before[k] as number);
    }
  }
  return { features, eigenvalues: before.slice(0, kept), vectors, iterations: round, converged };
}

function multiplied(matrix: SparseSymmetric, basis: Float64Array, block: number): Float64Array {
  const image = new Float64Array(matrix.size * block);
  for (let i = 0; i < matrix.size; i++) {
    const end = matrix.starts[i + 1] as number;
    for (let entry = matrix.starts[i] as number; entry < end; entry++) {
      const value = matrix.values[entry] as number;
      const other = (matrix.columns[entry] as number) * block;
      for (let k = 0; k < block; k++) {
        image[i * block + k] = (image[i * block + k] as number) + value * (basis[other + k] as number);
      }
    }
  }
  return image;
}

function rotated(basis: Float64Array, turn: Float64Array, size: number, block: number): Float64Array {
  const result = new Float64Array(size * block);
  for (let i = 0; i < size; i++) {
    for (let p = 0; p < block; p++) {
      const value = basis[i * block + p] as number;
      for (let k = 0; k < block; k++) {
        result[i * block + k] = (result[i * block + k] as number) + value * (turn[p * block + k] as number);
      }
    }
  }
  return result;
}

/** Gram–Schmidt, twice for accuracy; a column that depends on those before it becomes 0. */
function orthonormalise(basis: Float64Array, size: number, block: number): void {
  for (let k = 0; k < block; k++) {
    const original = Math.sqrt(dot(basis, k, k, size, block));
    for (let pass = 0; pass < 2; pass++) {
      for (let p = 0; p < k; p++) {
        const shared = dot(basis, p, k, size, block);
        for (let i = 0; i < size; i++) {
          basis[i * block + k] = (basis[i * block + k] as number) - shared * (basis[i * block + p] as number);
        }
      }
    }
    const length = Math.sqrt(dot(basis, k, k, size, block));
    const factor = length > 1e-12 * original ? 1 / length : 0;
    for (let i = 0; i < size; i++) basis[i * block + k] = (basis[i * block + k] as number) * factor;
  }
}

function dot(basis: Float64Array, p: number, q: number, size: number, block: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (basis[i * block + p] as number) * (basis[i * block + q] as number);
  return sum;
}
