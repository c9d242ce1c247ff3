/** Columns of a row-major matrix: `columns[n][k]` is row k of column n. Cost: one copy; a single column is a view. */
export function matrixColumns(values: Float64Array, rows: number, columns: number): Float64Array[] {
  if (columns === 1) return [values.subarray(0, rows)];
  const out = Array.from({ length: columns }, () => new Float64Array(rows));
  for (const [n, column] of out.entries()) {
    for (let k = 0; k < rows; k++) column[k] = values[k * columns + n] as number;
  }
  return out;
}
