/** A = U diag(s) Vᵀ with U rows × columns, s falling, V columns × columns; matrices in row order. */
export interface ThinSvd {
  readonly left: Float64Array;
  readonly values: Float64Array;
  readonly right: Float64Array;
}

const SWEEPS = 60;

/**
 * Singular value decomposition of a matrix with few columns by one-sided Jacobi rotations (M. R. Hestenes, "Inversion of
 * matrices by biorthogonalization", J. SIAM 6, 1958): small singular values keep their relative accuracy. Columns of
 * `left` that belong to the value 0 are zero. O(rows · columns²) per sweep, some ten sweeps. Only square roots and the
 * four operations: the same bits everywhere.
 */
export function thinSvd(matrix: Float64Array, rows: number, columns: number): ThinSvd {
  const work = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < columns; c++) work[c * rows + i] = matrix[i * columns + c] as number;
  }
  const right = new Float64Array(columns * columns);
  for (let c = 0; c < columns; c++) right[c * columns + c] = 1;
  let turned = true;
  for (let sweep = 0; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < columns; p++) {
      for (let q = p + 1; q < columns; q++) turned = rotate(p, q) || turned;
    }
  }
  const norms = Float64Array.from({ length: columns }, (_, c) => {
    const column = work.subarray(c * rows, (c + 1) * rows);
    return Math.sqrt(dot(column, column));
  });
  const order = Array.from({ length: columns }, (_, c) => c).sort(
    (a, b) => (norms[b] as number) - (norms[a] as number) || a - b,
  );
  const left = new Float64Array(rows * columns);
  const sorted = new Float64Array(columns * columns);
  for (const [place, c] of order.entries()) {
    const norm = norms[c] as number;
    for (let i = 0; i < rows; i++) {
      left[i * columns + place] = norm === 0 ? 0 : (work[c * rows + i] as number) / norm;
    }
    for (let k = 0; k < columns; k++) sorted[k * columns + place] = right[c * columns + k] as number;
  }
  return { left, values: Float64Array.from(order, (c) => norms[c] as number), right: sorted };

  /** Makes two columns orthogonal; whether they were not yet. */
  function rotate(p: number, q: number): boolean {
    const a = work.subarray(p * rows, (p + 1) * rows);
    const b = work.subarray(q * rows, (q + 1) * rows);
    const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
    if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa) * Math.sqrt(bb)) return false;
    const zeta = (bb - aa) / (2 * ab);
    const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
    const c = 1 / Math.sqrt(1 + t * t);
    const s = c * t;
    turn(a, b, c, s);
    turn(right.subarray(p * columns, (p + 1) * columns), right.subarray(q * columns, (q + 1) * columns), c, s);
    return true;
  }
}

function turn(a: Float64Array, b: Float64Array, c: number, s: number): void {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    a[i] = c * x - s * y;
    b[i] = s * x + c * y;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
