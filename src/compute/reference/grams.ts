import type { CombineGrams, GramProduct, GroupGrams } from "../device/command.js";
import { PARTIAL_ROWS, VectorTreeSum } from "../device/partial-sums.js";
import type { NumbersOf } from "./numbers-of.js";

export function gramProduct({ factors, rank, out }: GramProduct, numbersOf: NumbersOf): void {
  const product = new Float64Array(rank * rank).fill(1);
  for (const { buffer, rows } of factors) {
    const gram = weightedGram(numbersOf(buffer), rows, rank, () => 1);
    for (let at = 0; at < product.length; at++) product[at] = (product[at] as number) * (gram[at] as number);
  }
  numbersOf(out).set(product);
}

export function groupGrams(command: GroupGrams, numbersOf: NumbersOf): void {
  const { rows, rank, groups } = command;
  const factor = numbersOf(command.factor);
  const weights = numbersOf(command.weights);
  const out = numbersOf(command.out);
  for (let group = 0; group < groups; group++) {
    const gram = weightedGram(factor, rows, rank, (row) => weights[group * rows + row] as number);
    out.set(gram, group * rank * rank);
  }
}

export function combineGrams(command: CombineGrams, numbersOf: NumbersOf): void {
  const size = command.rank ** 2;
  const left = numbersOf(command.left.buffer);
  const right = numbersOf(command.right.buffer);
  const count = Math.max(command.left.count, command.right.count);
  const weights = numbersOf(command.weights);
  const out = numbersOf(command.out);
  const tree = new VectorTreeSum(size);
  for (let output = 0; output < command.outputs; output++) {
    for (let w = 0; w < count; w++) {
      const weight = weights[output * count + w] as number;
      const a = command.left.count === 1 ? 0 : w * size;
      const b = command.right.count === 1 ? 0 : w * size;
      const terms = tree.take();
      for (let at = 0; at < size; at++) terms[at] = weight * (left[a + at] as number) * (right[b + at] as number);
      tree.add(terms);
    }
    out.set(tree.finish(), output * size);
  }
}

/** Σ over rows of weight · f fᵀ, rank × rank. */
function weightedGram(
  factor: Float64Array,
  rows: number,
  rank: number,
  weightOf: (row: number) => number,
): Float64Array {
  const tree = new VectorTreeSum(rank * rank);
  for (let start = 0; start < rows; start += PARTIAL_ROWS) {
    const sums = tree.take();
    for (let row = start; row < Math.min(rows, start + PARTIAL_ROWS); row++) {
      const weight = weightOf(row);
      for (let q = 0, to = 0; q < rank; q++) {
        const f = weight * (factor[row * rank + q] as number);
        for (let r = 0; r < rank; r++, to++) sums[to] = (sums[to] as number) + f * (factor[row * rank + r] as number);
      }
    }
    tree.add(sums);
  }
  return tree.finish();
}
