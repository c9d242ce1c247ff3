import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowRankProjection, type SparseSymmetric } from "../../../src/compute/statistics/low-rank-projection.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { symmetricEigen } from "../../../src/compute/statistics/symmetric-eigen.js";

const symmetric = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.array(fc.integer({ min: -4, max: 4 }), { minLength: size * size, maxLength: size * size }).map((values) => ({
    size,
    dense: Float64Array.from({ length: size * size }, (_, i) => {
      const [row, column] = [Math.floor(i / size), i % size];
      return values[Math.min(row, column) * size + Math.max(row, column)] as number;
    }),
  })),
);

function sparse(dense: Float64Array, size: number): SparseSymmetric {
  const entries = [...dense.entries()].filter(([, value]) => value !== 0);
  const starts = Uint32Array.from({ length: size + 1 }, (_, row) => entries.filter(([i]) => i < row * size).length);
  return {
    size,
    starts,
    columns: Int32Array.from(entries, ([i]) => i % size),
    values: Float32Array.from(entries, ([, value]) => value),
  };
}

describe("symmetricEigen", () => {
  it("gives orthonormal vectors that rebuild the matrix, by descending magnitude", () => {
    fc.assert(
      fc.property(symmetric, ({ size, dense }) => {
        const { values, vectors } = symmetricEigen(dense, size);
        for (let i = 1; i < size; i++) {
          expect(Math.abs(values[i] as number)).toBeLessThanOrEqual(Math.abs(values[i - 1] as number) + 1e-9);
        }
        for (let row = 0; row < size; row++) {
          for (let column = 0; column < size; column++) {
            let rebuilt = 0;
            let overlap = 0;
            for (let k = 0; k < size; k++) {
              rebuilt +=
                (vectors[row * size + k] as number) * (values[k] as number) * (vectors[column * size + k] as number);
              overlap += (vectors[k * size + row] as number) * (vectors[k * size + column] as number);
            }
            expect(rebuilt).toBeCloseTo(dense[row * size + column] as number, 8);
            expect(overlap).toBeCloseTo(row === column ? 1 : 0, 9);
          }
        }
      }),
    );
  });
});

describe("lowRankProjection", () => {
  it("keeps the distances of rows when no dimension is left out", () => {
    fc.assert(
      fc.property(symmetric, fc.integer(), ({ size, dense }, seed) => {
        const { features } = lowRankProjection(sparse(dense, size), size, randomNumbers(seed));
        const squared = (values: Float64Array, a: number, b: number) => {
          let sum = 0;
          for (let k = 0; k < size; k++) {
            sum += ((values[a * size + k] as number) - (values[b * size + k] as number)) ** 2;
          }
          return sum;
        };
        for (let a = 0; a < size; a++) {
          for (let b = 0; b < a; b++) expect(squared(features, a, b)).toBeCloseTo(squared(dense, a, b), 3);
        }
      }),
    );
  });

  it("finds the strongest eigenvectors of a block matrix", () => {
    // Two groups of equal rows, 3 of 1 and 2 of 1: eigenvalues 3 and 2, then 0.
    const size = 5;
    const dense = Float64Array.from({ length: 25 }, (_, i) => (Math.floor(i / 5) < 3 === i % 5 < 3 ? 1 : 0));
    const { eigenvalues, features, converged } = lowRankProjection(sparse(dense, size), 2, randomNumbers(5));
    expect(converged).toBe(true);
    expect(eigenvalues[0]).toBeCloseTo(3, 6);
    expect(eigenvalues[1]).toBeCloseTo(2, 6);
    const rows = Array.from({ length: 5 }, (_, i) => [features[2 * i] as number, features[2 * i + 1] as number]);
    for (const [i, [first, second]] of rows.entries()) {
      expect(first).toBeCloseTo(i < 3 ? Math.sqrt(3) : 0, 5);
      expect(second).toBeCloseTo(i < 3 ? 0 : Math.sqrt(2), 5);
    }
  });

  it("has zeros for a matrix without entries", () => {
    const { features, eigenvalues } = lowRankProjection(sparse(new Float64Array(9), 3), 2, randomNumbers(1));
    expect([...features, ...eigenvalues].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
