import { blocksOf } from "../device/blocks.js";
import type { Mode, RectifiedSquare } from "../device/command.js";
import { VectorTreeSum } from "../device/partial-sums.js";

type Layout = Omit<RectifiedSquare, "roots">;

/**
 * MTTKRP of the tensor items × items × bins without the tensor. With u = max(s, 0), v = max(−s, 0) a frame is
 * u uᵀ + v vᵀ − diag(s²); one of u_i and v_i is zero, so that for mode 0, of a frame f of bin b,
 * out_ir += |s_i| · c_br / width · (s_i > 0 ? Σ_j u_j q_jr : Σ_j v_j q_jr) − s_i² · c_br / width · q_ir.
 * Cost: 4 · frames · items · rank.
 */
export function mttkrpSquare(
  layout: Layout,
  roots: Float64Array,
  mode: Mode,
  factors: readonly [Float64Array, Float64Array, Float64Array],
  rank: number,
): Float64Array {
  return mode === 2
    ? binMode(layout, roots, factors[0], factors[1], rank)
    : itemMode(layout, roots, factors[mode === 0 ? 1 : 0], factors[2], rank);
}

function itemMode(
  { bins, width, items }: Layout,
  roots: Float64Array,
  other: Float64Array,
  binFactor: Float64Array,
  rank: number,
): Float64Array {
  const tree = new VectorTreeSum(items * rank);
  const rising = new Float64Array(rank);
  const falling = new Float64Array(rank);
  for (const { start, end } of blocksOf(bins * width)) {
    const sums = tree.take();
    for (let frame = start; frame < end; frame++) {
      project(roots, frame * items, items, other, rank, rising, falling);
      const bin = Math.floor(frame / width) * rank;
      for (let item = 0, to = 0; item < items; item++) {
        const s = roots[frame * items + item] as number;
        const along = s > 0 ? rising : falling;
        const size = Math.abs(s) / width;
        for (let r = 0; r < rank; r++, to++) {
          const rest = (along[r] as number) - Math.abs(s) * (other[to] as number);
          sums[to] = (sums[to] as number) + size * (binFactor[bin + r] as number) * rest;
        }
      }
    }
    tree.add(sums);
  }
  return tree.finish();
}

function binMode(
  { bins, width, items }: Layout,
  roots: Float64Array,
  first: Float64Array,
  second: Float64Array,
  rank: number,
): Float64Array {
  const out = new Float64Array(bins * rank);
  const [firstRising, firstFalling, secondRising, secondFalling] = Array.from(
    { length: 4 },
    () => new Float64Array(rank),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const diagonal = new Float64Array(rank);
  for (let frame = 0; frame < bins * width; frame++) {
    project(roots, frame * items, items, first, rank, firstRising, firstFalling);
    project(roots, frame * items, items, second, rank, secondRising, secondFalling);
    diagonal.fill(0);
    for (let item = 0, at = 0; item < items; item++) {
      const square = (roots[frame * items + item] as number) ** 2;
      for (let r = 0; r < rank; r++, at++) {
        diagonal[r] = (diagonal[r] as number) + square * (first[at] as number) * (second[at] as number);
      }
    }
    for (let r = 0, to = Math.floor(frame / width) * rank; r < rank; r++, to++) {
      const rising = (firstRising[r] as number) * (secondRising[r] as number);
      const falling = (firstFalling[r] as number) * (secondFalling[r] as number);
      out[to] = (out[to] as number) + (rising + falling - (diagonal[r] as number)) / width;
    }
  }
  return out;
}

/** rising_r = Σ_i u_i f_ir and falling_r = Σ_i v_i f_ir of one frame. */
function project(
  roots: Float64Array,
  start: number,
  items: number,
  factor: Float64Array,
  rank: number,
  rising: Float64Array,
  falling: Float64Array,
): void {
  rising.fill(0);
  falling.fill(0);
  for (let item = 0, at = 0; item < items; item++) {
    const s = roots[start + item] as number;
    const sums = s > 0 ? rising : falling;
    const size = Math.abs(s);
    for (let r = 0; r < rank; r++, at++) sums[r] = (sums[r] as number) + size * (factor[at] as number);
  }
}
