import { treeSum } from "../../compute/device/partial-sums.js";

export type Shape = readonly [number, number, number];

/** One matrix per mode, size of the mode × rank in row order. */
export type Factors = readonly [Float64Array, Float64Array, Float64Array];

/** X ≈ Σ_r weights[r] · a_r ∘ b_r ∘ c_r, columns of norm 1 (or zero, with weight 0), by falling weight. */
export interface CpModel {
  readonly shape: Shape;
  readonly rank: number;
  readonly factors: Factors;
  readonly weights: Float64Array;
}

/**
 * Columns of norm 1, their norms multiplied into the weights, components by falling weight (equal ones in their order).
 * A component with a zero column becomes zero in that mode, with weight 0.
 */
export function normalisedModel(factors: Factors, shape: Shape, rank: number): CpModel {
  const norms = factors.map((factor) => columnNorms(factor, rank)) as [Float64Array, Float64Array, Float64Array];
  const weights = Float64Array.from({ length: rank }, (_, r) => {
    const [a, b, c] = norms.map((norm) => norm[r] as number) as [number, number, number];
    return a * b * c;
  });
  const order = Array.from({ length: rank }, (_, r) => r).sort(
    (p, q) => (weights[q] as number) - (weights[p] as number) || p - q,
  );
  return {
    shape,
    rank,
    factors: factors.map((factor, mode) => {
      const unit = new Float64Array(factor.length);
      for (const [place, r] of order.entries()) {
        const norm = (norms[mode] as Float64Array)[r] as number;
        if (norm === 0) continue;
        for (let at = r, to = place; at < factor.length; at += rank, to += rank) {
          unit[to] = (factor[at] as number) / norm;
        }
      }
      return unit;
    }) as unknown as Factors,
    weights: Float64Array.from(order, (r) => weights[r] as number),
  };
}

/** Norm of each column, scaled by its largest number so that no square overflows or vanishes. */
function columnNorms(factor: Float64Array, rank: number): Float64Array {
  return Float64Array.from({ length: rank }, (_, r) => {
    const column = Float64Array.from({ length: factor.length / rank }, (_, i) => factor[i * rank + r] as number);
    const largest = column.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return largest === 0 ? 0 : largest * Math.sqrt(treeSum(column.map((value) => (value / largest) ** 2)));
  });
}

/** FᵀF (rank × rank) of a factor, added in a fixed order. Cost: rows · rank². */
export function gramOf(factor: Float64Array, rank: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  for (let row = 0; row < factor.length; row += rank) {
    for (let p = 0; p < rank; p++) {
      const value = factor[row + p] as number;
      if (value === 0) continue;
      for (let q = 0; q < rank; q++) {
        gram[p * rank + q] = (gram[p * rank + q] as number) + value * (factor[row + q] as number);
      }
    }
  }
  return gram;
}

/** ‖Σ_r a_r ∘ b_r ∘ c_r‖². Cost: rows · rank². */
export function modelNormSquared(factors: Factors, rank: number): number {
  const [a, b, c] = factors.map((factor) => gramOf(factor, rank)) as [Float64Array, Float64Array, Float64Array];
  return treeSum(a.map((value, i) => value * (b[i] as number) * (c[i] as number)));
}

/** Value of the model at row-major entry `index`. */
export function modelEntry(factors: Factors, shape: Shape, rank: number, index: number): number {
  const k = index % shape[2];
  const rest = (index - k) / shape[2];
  const j = rest % shape[1];
  const i = (rest - j) / shape[1];
  const [a, b, c] = factors;
  let sum = 0;
  for (let r = 0; r < rank; r++) {
    sum += (a[i * rank + r] as number) * (b[j * rank + r] as number) * (c[k * rank + r] as number);
  }
  return sum;
}
