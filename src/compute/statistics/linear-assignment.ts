/**
 * The assignment of rows to columns with the smallest total cost, by shortest augmenting paths with dual prices
 * (D. F. Crouse, "On implementing 2D rectangular assignment algorithms", IEEE Trans. Aerosp. Electron. Syst. 52(4),
 * 2016). Among equally cheap assignments it takes the one of `scipy.optimize.linear_sum_assignment` (1.10): columns are
 * tried from the last to the first, and a free column wins over a taken one of the same distance.
 * Time O(min(rows, columns)² · max(rows, columns)).
 *
 * @param costs rows × columns in C order, finite.
 * @returns For each row its column, or −1.
 */
export function linearAssignment(costs: Float64Array, rows: number, columns: number): Int32Array {
  if (columns >= rows) return assignRows(costs, rows, columns);
  const transposed = new Float64Array(costs.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      transposed[column * rows + row] = costs[row * columns + column] as number;
    }
  }
  const columnOf = new Int32Array(rows).fill(-1);
  for (const [column, row] of assignRows(transposed, columns, rows).entries()) columnOf[row] = column;
  return columnOf;
}

/** As above, with no more rows than columns: every row gets a column. */
function assignRows(costs: Float64Array, rows: number, columns: number): Int32Array {
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  const distance = new Float64Array(columns);
  const from = new Int32Array(columns);
  const seenRow = new Uint8Array(rows);
  const seenColumn = new Uint8Array(columns);
  const remaining = new Int32Array(columns);
  for (let current = 0; current < rows; current++) {
    distance.fill(Number.POSITIVE_INFINITY);
    seenRow.fill(0);
    seenColumn.fill(0);
    for (let i = 0; i < columns; i++) remaining[i] = columns - i - 1;
    let left = columns;
    let reached = 0;
    let row = current;
    let sink = -1;
    while (sink < 0) {
      seenRow[row] = 1;
      let best = -1;
      let lowest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < left; i++) {
        const column = remaining[i] as number;
        const length =
          reached +
          (costs[row * columns + column] as number) -
          (rowPrice[row] as number) -
          (columnPrice[column] as number);
        if (length < (distance[column] as number)) {
          from[column] = row;
          distance[column] = length;
        }
        const shortest = distance[column] as number;
        if (shortest < lowest || (shortest === lowest && rowOf[column] === -1)) {
          lowest = shortest;
          best = i;
        }
      }
      reached = lowest;
      const column = remaining[best] as number;
      if (rowOf[column] === -1) sink = column;
      else row = rowOf[column] as number;
      seenColumn[column] = 1;
      remaining[best] = remaining[--left] as number;
    }
    rowPrice[current] = (rowPrice[current] as number) + reached;
    for (let i = 0; i < rows; i++) {
      if (seenRow[i] === 0 || i === current) continue;
      rowPrice[i] = (rowPrice[i] as number) + (reached - (distance[columnOf[i] as number] as number));
    }
    for (let j = 0; j < columns; j++) {
      if (seenColumn[j] !== 0) columnPrice[j] = (columnPrice[j] as number) - (reached - (distance[j] as number));
    }
    for (let column = sink; ; ) {
      const owner = from[column] as number;
      rowOf[column] = owner;
      const before = columnOf[owner] as number;
      columnOf[owner] = column;
      if (owner === current) break;
      column = before;
    }
  }
  return columnOf;
}
