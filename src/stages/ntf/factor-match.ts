import { linearAssignment } from "../../compute/statistics/linear-assignment.js";
import type { CpModel } from "./cp-model.js";

/** How well the components of two models agree. */
export interface FactorMatch {
  /** Mean over matched components of the product over modes of |cos|, in [0, 1]. */
  readonly score: number;
  /** The same, each term times 1 − |λ − λ'| / max(λ, λ'). */
  readonly scoreWithWeights: number;
  /** For each component of `left` its partner in `right`, or −1. */
  readonly partner: Int32Array;
  /** For each component of `left` the product of cosines with its partner; 0 without one. */
  readonly components: Float64Array;
}

/**
 * Factor match score (E. Acar et al., Chemom. Intell. Lab. Syst. 106, 2011): components are matched so that the sum of
 * the products of cosines is largest (with one more component on a side, the best of them). A zero column matches
 * nothing. Cost: rows · rank², and rank³ for the assignment.
 */
export function factorMatch(left: CpModel, right: CpModel): FactorMatch {
  const [rows, columns] = [left.rank, right.rank];
  const products = new Float64Array(rows * columns).fill(1);
  for (const mode of [0, 1, 2] as const) {
    const cosines = crossProducts(left.factors[mode], right.factors[mode], rows, columns);
    for (const [i, cosine] of cosines.entries()) products[i] = (products[i] as number) * Math.abs(cosine);
  }
  const partner = linearAssignment(
    products.map((value) => -value),
    rows,
    columns,
  );
  const components = new Float64Array(rows);
  const pairs = Math.min(rows, columns);
  let [score, scoreWithWeights] = [0, 0];
  for (const [p, q] of partner.entries()) {
    if (q < 0) continue;
    const product = Math.min(1, products[p * columns + q] as number);
    components[p] = product;
    score += product / pairs;
    const [a, b] = [left.weights[p] as number, right.weights[q] as number];
    const larger = Math.max(a, b);
    scoreWithWeights += (product * (larger === 0 ? 1 : 1 - Math.abs(a - b) / larger)) / pairs;
  }
  return { score: Math.min(1, score), scoreWithWeights: Math.min(1, scoreWithWeights), partner, components };
}

/** AᵀB (columns of A × columns of B). */
function crossProducts(a: Float64Array, b: Float64Array, rankA: number, rankB: number): Float64Array {
  const products = new Float64Array(rankA * rankB);
  for (let row = 0; row * rankA < a.length; row++) {
    for (let p = 0; p < rankA; p++) {
      const value = a[row * rankA + p] as number;
      if (value === 0) continue;
      for (let q = 0; q < rankB; q++) {
        products[p * rankB + q] = (products[p * rankB + q] as number) + value * (b[row * rankB + q] as number);
      }
    }
  }
  return products;
}
