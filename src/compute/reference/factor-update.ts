import type { RowGrams, UpdateRule } from "../device/command.js";
import type { NumbersOf } from "./numbers-of.js";
import { type IndicesOf, rowGramsOf } from "./row-grams.js";

/**
 * Updates the rows of `factor` in place by hierarchical alternating least squares (Cichocki and Phan 2009, without their
 * normalisation of columns) or by multiplicative updates (Lee and Seung 2001). Rows do not depend on each other. Cost:
 * 2 · sweeps · rows · rank².
 */
export function updateRows(
  options: UpdateRule & RowGrams & { readonly factor: Float64Array; readonly rows: number; readonly rank: number },
  numerator: Float64Array,
  numbersOf: NumbersOf,
  indicesOf: IndicesOf,
): void {
  const { factor, rows, rank, rule, epsilon, sweeps } = options;
  const { grams, startOf } = rowGramsOf(options, rank, numbersOf, indicesOf);
  const update = rule === "hals" ? updateHals : updateMultiplicative;
  for (let row = 0; row < rows; row++) {
    const a = factor.subarray(row * rank, (row + 1) * rank);
    const m = numerator.subarray(row * rank, (row + 1) * rank);
    const start = startOf(row);
    const gram = grams.subarray(start, start + rank * rank);
    for (let sweep = 0; sweep < sweeps; sweep++) update(a, m, gram, epsilon);
  }
}

function updateHals(a: Float64Array, m: Float64Array, gram: Float64Array, epsilon: number): void {
  const rank = a.length;
  for (let r = 0; r < rank; r++) {
    const step = ((m[r] as number) - columnProduct(a, gram, r)) / Math.max(gram[r * rank + r] as number, epsilon);
    a[r] = Math.max(epsilon, (a[r] as number) + step);
  }
}

function updateMultiplicative(a: Float64Array, m: Float64Array, gram: Float64Array, epsilon: number): void {
  const before = a.slice();
  for (let r = 0; r < a.length; r++) {
    a[r] = ((before[r] as number) * (m[r] as number)) / Math.max(columnProduct(before, gram, r), epsilon);
  }
}

/** Σ_q a_q G_qr. */
function columnProduct(a: Float64Array, gram: Float64Array, r: number): number {
  const rank = a.length;
  let sum = 0;
  for (let q = 0; q < rank; q++) sum += (a[q] as number) * (gram[q * rank + r] as number);
  return sum;
}
