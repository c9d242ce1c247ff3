import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pseudoInverse } from "../../../src/compute/linear-algebra/pseudo-inverse.js";
import { thinSvd } from "../../../src/compute/linear-algebra/thin-svd.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

const sizes = fc.record({ rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 6 }) });
const anyMatrix = fc.record({
  size: sizes,
  seed: fc.integer({ min: 0, max: 1e6 }),
  rank: fc.integer({ min: 1, max: 6 }),
});

/** A random matrix of at most the rank asked for. */
function lowRank(rows: number, columns: number, rank: number, seed: number): Float64Array {
  const random = randomNumbers(seed);
  const left = Float64Array.from({ length: rows * rank }, () => random() - 0.5);
  const right = Float64Array.from({ length: rank * columns }, () => random() - 0.5);
  return product(left, right, rows, rank, columns);
}

function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += (a[i * k + l] as number) * (b[l * n + j] as number);
      out[i * n + j] = sum;
    }
  }
  return out;
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j] as number;
  return out;
}

function expectClose(found: Float64Array, wanted: Float64Array, tolerance: number): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs((found[i] as number) - value)).toBeLessThan(tolerance);
}

describe("thinSvd", () => {
  it("gives the matrix back, with orthonormal right vectors and falling values", () => {
    fc.assert(
      fc.property(anyMatrix, ({ size: { rows, columns }, seed, rank }) => {
        const matrix = lowRank(rows, columns, rank, seed);
        const { left, values, right } = thinSvd(matrix, rows, columns);
        const scaled = left.map((value, i) => value * (values[i % columns] as number));
        expectClose(product(scaled, transposed(right, columns, columns), rows, columns, columns), matrix, 1e-12);
        const gram = product(transposed(right, columns, columns), right, columns, columns, columns);
        expectClose(
          gram,
          Float64Array.from(gram, (_, i) => (i % (columns + 1) === 0 ? 1 : 0)),
          1e-12,
        );
        expect([...values]).toEqual([...values].sort((a, b) => b - a));
      }),
      { numRuns: 60 },
    );
  });

  it("finds small values beside large ones", () => {
    const { values } = thinSvd(Float64Array.of(1, 1, 1, 1 + 1e-9, 0, 0), 3, 2);
    expect(values[1]).toBeCloseTo(5e-10, 15);
  });
});

describe("pseudoInverse", () => {
  it("has the four properties of Penrose, for any rank", () => {
    fc.assert(
      fc.property(anyMatrix, ({ size: { rows, columns }, seed, rank }) => {
        const a = lowRank(rows, columns, rank, seed);
        const { values } = thinSvd(a, rows, columns);
        const kept = [...values].filter((value) => value > 1e-13);
        fc.pre(kept.length === 0 || (kept.at(-1) as number) > 1e-3);
        const p = pseudoInverse(a, rows, columns);
        const ap = product(a, p, rows, columns, rows);
        const pa = product(p, a, columns, rows, columns);
        expectClose(product(ap, a, rows, rows, columns), a, 1e-10);
        expectClose(product(pa, p, columns, columns, rows), p, 1e-7);
        expectClose(transposed(ap, rows, rows), ap, 1e-9);
        expectClose(transposed(pa, columns, columns), pa, 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it("of zeros is zero", () => {
    expect([...pseudoInverse(new Float64Array(6), 3, 2)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
