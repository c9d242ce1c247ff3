import { treeSum } from "../../compute/device/partial-sums.js";
import type { AffinityRoots } from "./read-tensor.js";

const BLOCK = 4096;

/** Σ x², added in blocks and then in a fixed tree: error O(log n) roundings beside those of a block. */
export function normSquared(values: Float64Array | Float32Array): number {
  const sums = new Float64Array(Math.ceil(values.length / BLOCK));
  for (let block = 0; block < sums.length; block++) {
    const end = Math.min(values.length, (block + 1) * BLOCK);
    let sum = 0;
    for (let i = block * BLOCK; i < end; i++) sum += (values[i] as number) ** 2;
    sums[block] = sum;
  }
  return treeSum(sums);
}

/**
 * ‖X‖² of a tensor of rectified products from its roots, without the tensor. With u = max(s, 0) and v = max(−s, 0) of a
 * frame, the affinities are u uᵀ + v vᵀ (moving together) or u vᵀ + v uᵀ (in opposite directions), so that the squared
 * norm of a bin is a sum over its pairs of frames of squared dot products, less the diagonal. Cost: 4 · width multiplications
 * per number in the roots.
 */
export function rootsNormSquared(roots: AffinityRoots): number {
  const { items, bins, width, values } = roots;
  const groups = roots.form === "pairs" ? roots.groups : 1;
  const signs = roots.form === "pairs" ? roots.signs : [1 as const];
  const sums = new Float64Array(groups * bins);
  for (let bin = 0; bin < sums.length; bin++) {
    const from = bin * width * items;
    const frames = values.subarray(from, from + width * items);
    for (const sign of signs) sums[bin] = (sums[bin] as number) + binNorm(frames, width, items, sign);
  }
  const square = treeSum(sums);
  return roots.form === "square" ? square : square / 2;
}

/** Σ over i ≠ j of the squared mean over the frames of max(0, sign · s_i · s_j). */
function binNorm(frames: Float64Array, width: number, items: number, sign: 1 | -1): number {
  let sum = 0;
  for (let f = 0; f < width; f++) {
    for (let g = f; g < width; g++) {
      const times = f === g ? 1 : 2;
      let [uu, uv, vu, vv] = [0, 0, 0, 0];
      for (let i = 0; i < items; i++) {
        const s = frames[f * items + i] as number;
        const t = frames[g * items + i] as number;
        const product = s * t;
        if (s > 0) {
          if (t > 0) uu += product;
          else uv -= product;
        } else if (t > 0) vu -= product;
        else vv += product;
      }
      sum += times * (sign === 1 ? uu * uu + uv * uv + vu * vu + vv * vv : 2 * (uu * vv + uv * vu));
    }
  }
  if (sign === 1) {
    for (let i = 0; i < items; i++) {
      let diagonal = 0;
      for (let f = 0; f < width; f++) diagonal += (frames[f * items + i] as number) ** 2;
      sum -= diagonal * diagonal;
    }
  }
  return sum / (width * width);
}
