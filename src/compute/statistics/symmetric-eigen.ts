/** Eigenvalues by descending magnitude, and their vectors as columns of a size × size matrix in row order. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues and vectors of a small symmetric matrix by cyclic Jacobi rotations. O(size³) per sweep, some ten
 * sweeps. Only square roots and the four operations: the same bits everywhere.
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  const at = (i: number, k: number) => a[i * size + k] as number;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < size; k++) {
        all += at(i, k) ** 2;
        if (i !== k) off += at(i, k) ** 2;
      }
    }
    if (off <= 1e-30 * all) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(p, q);
    }
  }
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (i, k) => Math.abs(at(k, k)) - Math.abs(at(i, i)) || i - k,
  );
  const values = Float64Array.from(order, (i) => at(i, i));
  const vectors = new Float64Array(size * size);
  for (const [column, i] of order.entries()) {
    for (let row = 0; row < size; row++) vectors[row * size + column] = v[row * size + i] as number;
  }
  return { values, vectors };

  function rotate(p: number, q: number): void {
    if (at(p, q) === 0) return;
    const theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
    const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    const c = 1 / Math.sqrt(t * t + 1);
    const s = t * c;
    for (let k = 0; k < size; k++) {
      const [kp, kq] = [at(k, p), at(k, q)];
      a[k * size + p] = c * kp - s * kq;
      a[k * size + q] = s * kp + c * kq;
    }
    for (let k = 0; k < size; k++) {
      const [pk, qk] = [at(p, k), at(q, k)];
      a[p * size + k] = c * pk - s * qk;
      a[q * size + k] = s * pk + c * qk;
    }
    for (let k = 0; k < size; k++) {
      const [kp, kq] = [v[k * size + p] as number, v[k * size + q] as number];
      v[k * size + p] = c * kp - s * kq;
      v[k * size + q] = s * kp + c * kq;
    }
  }
}
