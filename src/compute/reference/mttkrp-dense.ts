import type { Mode } from "../device/command.js";
import { VectorTreeSum } from "../device/partial-sums.js";

/**
 * MTTKRP of a stored tensor. The tensor is read once, in its order: the fibre (i, j, ·) gives y_r = Σ_k x_ijk c_kr, which
 * is multiplied with b_jr and added over j (mode 0) or with a_ir and added over i (mode 1); mode 2 adds x_ijk a_ir b_jr
 * over the fibres. Outer sums are trees. Cost: 2·I·J·K·rank.
 */
export function mttkrpDense(
  values: Float64Array,
  shape: readonly [number, number, number],
  mode: Mode,
  factors: readonly [Float64Array, Float64Array, Float64Array],
  rank: number,
): Float64Array {
  const [I, J, K] = shape;
  const [a, b, c] = factors;
  const out = new Float64Array(shape[mode] * rank);
  if (mode === 0) {
    const tree = new VectorTreeSum(rank);
    for (let i = 0; i < I; i++) {
      for (let j = 0; j < J; j++) {
        const terms = tree.take();
        addFibre(terms, 0, values, (i * J + j) * K, K, c, rank);
        for (let r = 0; r < rank; r++) terms[r] = (terms[r] as number) * (b[j * rank + r] as number);
        tree.add(terms);
      }
      out.set(tree.finish(), i * rank);
    }
    return out;
  }
  if (mode === 1) {
    const tree = new VectorTreeSum(J * rank);
    for (let i = 0; i < I; i++) {
      const terms = tree.take();
      for (let j = 0; j < J; j++) {
        const at = j * rank;
        addFibre(terms, at, values, (i * J + j) * K, K, c, rank);
        for (let r = 0; r < rank; r++) terms[at + r] = (terms[at + r] as number) * (a[i * rank + r] as number);
      }
      tree.add(terms);
    }
    return tree.finish();
  }
  const tree = new VectorTreeSum(K * rank);
  const weight = new Float64Array(rank);
  for (let i = 0; i < I; i++) {
    const terms = tree.take();
    for (let j = 0; j < J; j++) {
      for (let r = 0; r < rank; r++) weight[r] = (a[i * rank + r] as number) * (b[j * rank + r] as number);
      for (let k = 0, from = (i * J + j) * K, to = 0; k < K; k++) {
        const x = values[from + k] as number;
        for (let r = 0; r < rank; r++, to++) terms[to] = (terms[to] as number) + x * (weight[r] as number);
      }
    }
    tree.add(terms);
  }
  return tree.finish();
}

/** sums[at + r] += Σ_k x_k c_kr over one fibre. */
function addFibre(
  sums: Float64Array,
  at: number,
  values: Float64Array,
  start: number,
  length: number,
  c: Float64Array,
  rank: number,
): void {
  for (let k = 0, from = 0; k < length; k++) {
    const x = values[start + k] as number;
    for (let r = 0; r < rank; r++, from++) sums[at + r] = (sums[at + r] as number) + x * (c[from] as number);
  }
}
