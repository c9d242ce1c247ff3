import { thinSvd } from "./thin-svd.js";

/**
 * Moore–Penrose inverse (columns × rows) of a matrix (rows × columns, few columns), both in row order. Singular values
 * below ε · max(rows, columns) of the largest count as zero. O(rows · columns²), some ten times.
 */
export function pseudoInverse(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const { left, values, right } = thinSvd(matrix, rows, columns);
  const least = Number.EPSILON * Math.max(rows, columns) * (values[0] ?? 0);
  const inverse = new Float64Array(columns * rows);
  for (let k = 0; k < columns; k++) {
    const value = values[k] as number;
    if (!(value > least)) continue;
    for (let c = 0; c < columns; c++) {
      const scale = (right[c * columns + k] as number) / value;
      if (scale === 0) continue;
      for (let i = 0; i < rows; i++) {
        inverse[c * rows + i] = (inverse[c * rows + i] as number) + scale * (left[i * columns + k] as number);
      }
    }
  }
  return inverse;
}
