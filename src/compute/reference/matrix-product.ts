import { blocksOf } from "../device/blocks.js";
import type { MatrixProduct, MatrixView } from "../device/command.js";
import { VectorTreeSum } from "../device/partial-sums.js";
import type { NumbersOf } from "./numbers-of.js";

/** Rows are products of a row of `left` with blocks of 64 rows of `right`; the blocks are added in a tree. */
export function matrixProduct(command: MatrixProduct, numbersOf: NumbersOf): void {
  const { m, n, k, batches = 1, scale = 1, keep = 0 } = command;
  const out = numbersOf(command.out.buffer);
  const { offset = 0, row, column, batch = 0 } = command.out;
  const blocks = blocksOf(k);
  const tree = new VectorTreeSum(n);
  for (let b = 0; b < batches; b++) {
    const left = gathered(command.left, b, m, k, numbersOf);
    const right = gathered(command.right, b, k, n, numbersOf);
    for (let i = 0; i < m; i++) {
      for (const { start, end } of blocks) {
        const sums = tree.take();
        for (let q = start; q < end; q++) {
          const a = left[i * k + q] as number;
          for (let j = 0, at = q * n; j < n; j++, at++) sums[j] = (sums[j] as number) + a * (right[at] as number);
        }
        tree.add(sums);
      }
      const sums = tree.finish();
      for (let j = 0, at = offset + b * batch + i * row; j < n; j++, at += column) {
        const kept = keep === 0 ? 0 : keep * (out[at] as number);
        out[at] = scale * (sums[j] as number) + kept;
      }
    }
  }
}

/** One matrix of a view, row-major without gaps. */
function gathered(view: MatrixView, b: number, rows: number, columns: number, numbersOf: NumbersOf): Float64Array {
  const { buffer, offset = 0, row, column, batch = 0 } = view;
  const from = numbersOf(buffer);
  const start = offset + b * batch;
  if (column === 1 && row === columns) return from.subarray(start, start + rows * columns);
  const matrix = new Float64Array(rows * columns);
  for (let i = 0, to = 0; i < rows; i++) {
    for (let j = 0, at = start + i * row; j < columns; j++, to++, at += column) matrix[to] = from[at] as number;
  }
  return matrix;
}
