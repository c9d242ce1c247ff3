import { NeurotablesError } from "../../../base/errors.js";

/** Neighbouring values no further apart than this count as equal, in the arithmetic of float32 (scikit-learn). */
const NEAR = Math.fround(1e-7);

/** Most cells of a matrix. */
const MOST_CELLS = 2 ** 31 - 1;

/**
 * The columns of a matrix as ranks: each value is replaced by its place among the distinct float32 values of its column,
 * which loses nothing that a tree can see. All arrays are shared memory, so that threads read them without copies.
 */
export interface PreparedColumns {
  readonly n: number;
  readonly m: number;
  /** Column after column; 32 bits where a column has more than 65,536 distinct values. */
  readonly codes: Uint16Array | Uint32Array;
  /** The distinct values of all columns, each column's rising. */
  readonly values: Float32Array;
  /** Column `j` has the values from `starts[j]` to before `starts[j + 1]`. */
  readonly starts: Int32Array;
  /** 1 where some neighbouring distinct values of the column count as equal. */
  readonly near: Uint8Array;
}

/** Whether the larger of two float32 values counts as equal to the smaller. */
export function countsAsEqual(smaller: number, larger: number): boolean {
  return larger <= Math.fround(smaller + NEAR);
}

/** @throws {NeurotablesError} `forest/not-finite`. */
export function assertFinite(x: Float64Array, n: number, m: number): void {
  for (let at = 0; at < n * m; at++) {
    const value = x[at] as number;
    if (Number.isFinite(Math.fround(value))) continue;
    const [row, column] = [Math.floor(at / m), at % m];
    throw new NeurotablesError("forest/not-finite", `row ${row}, column ${column} is ${value}: no float32 number`, {
      fields: { row, column, value: String(value) },
      wayOut: "A random forest needs finite features: leave the row or the column out.",
    });
  }
}

/**
 * Prepares a matrix for any number of forests over its rows. `x` is row-major [n, m]; values are rounded to float32.
 * Takes 2 bytes per cell (4 in long matrices), 4 per distinct value, and O(m · n log n) time: some 0.1 s for a million.
 * @throws {NeurotablesError} `forest/not-finite` naming row and column (from 0).
 */
export function prepareColumns(x: Float64Array, n: number, m: number): PreparedColumns {
  if (x.length !== n * m || n * m > MOST_CELLS) throw new RangeError(`${x.length} values of ${n} rows × ${m} columns`);
  assertFinite(x, n, m);
  const starts = new Int32Array(new SharedArrayBuffer(4 * (m + 1)));
  const near = new Uint8Array(new SharedArrayBuffer(m));
  const wide = new Uint32Array(n);
  const sorted = new Float32Array(n);
  const column = new Float32Array(n);
  const distinct: Float32Array[] = [];
  let codes: PreparedColumns["codes"] = new Uint16Array(new SharedArrayBuffer(2 * n * m));
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) column[i] = x[i * m + j] as number;
    sorted.set(column);
    sorted.sort();
    const count = keepDistinct(sorted);
    for (let i = 0; i < n; i++) wide[i] = rankOf(sorted, count, column[i] as number);
    if (count > 65_536 && codes instanceof Uint16Array) codes = widened(codes);
    codes.set(wide, j * n);
    for (let k = 1; k < count; k++) {
      if (countsAsEqual(sorted[k - 1] as number, sorted[k] as number)) near[j] = 1;
    }
    distinct.push(sorted.slice(0, count));
    starts[j + 1] = (starts[j] as number) + count;
  }
  const values = new Float32Array(new SharedArrayBuffer(4 * (starts[m] as number)));
  for (const [j, own] of distinct.entries()) values.set(own, starts[j]);
  return { n, m, codes, values, starts, near };
}

/** Moves the distinct values of a sorted array to its beginning; how many there are. */
function keepDistinct(sorted: Float32Array): number {
  let count = 0;
  for (const value of sorted) if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  return count;
}

function rankOf(values: Float32Array, count: number, value: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function widened(codes: Uint16Array): Uint32Array {
  const wide = new Uint32Array(new SharedArrayBuffer(4 * codes.length));
  wide.set(codes);
  return wide;
}
