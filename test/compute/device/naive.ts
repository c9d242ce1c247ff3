import { type Mode, tensorShape } from "../../../src/compute/device/command.js";
import type { FloatType } from "../../../src/compute/device/device.js";
import { differenceBound } from "../../../src/compute/device/difference-bound.js";
import type { HostFactors, HostTensor } from "../../../src/compute/device/oracle-check.js";
import { CompensatedSums, type Expected } from "./expected.js";

/** Formulas of the commands, written as they are read in their definitions: nothing is shared with a device. */

export interface HostView {
  readonly values: Float64Array;
  readonly offset?: number;
  readonly row: number;
  readonly column: number;
  readonly batch?: number;
}

export interface HostProduct {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batches?: number;
  readonly left: HostView;
  readonly right: HostView;
  readonly out: HostView;
  readonly scale?: number;
  readonly keep?: number;
}

const place = ({ offset = 0, row, column, batch = 0 }: HostView, b: number, i: number, j: number) =>
  offset + b * batch + i * row + j * column;

/** The whole buffer of the result: what the view does not reach stays, exactly. */
export function naiveProduct(product: HostProduct, float: FloatType): Expected {
  const { m, n, k, batches = 1, left, right, out, scale = 1, keep = 0 } = product;
  const expected = { values: out.values.slice(), bounds: new Float64Array(out.values.length) };
  for (let b = 0; b < batches; b++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const sums = new CompensatedSums(1);
        for (let q = 0; q < k; q++) {
          const x = left.values[place(left, b, i, q)] as number;
          const y = right.values[place(right, b, q, j)] as number;
          sums.add(0, x * y);
        }
        const [sum, magnitude] = [sums.values()[0] as number, sums.sizes[0] as number];
        const at = place(out, b, i, j);
        const kept = keep === 0 ? 0 : keep * (out.values[at] as number);
        expected.values[at] = scale * sum + kept;
        expected.bounds[at] = differenceBound(Math.abs(scale) * magnitude + Math.abs(kept), k + 1, float);
      }
    }
  }
  return expected;
}

/** All entries of a tensor, row-major. */
export function storedTensor(tensor: HostTensor): Float64Array {
  const [I, J, K] = tensorShape(tensor);
  if (tensor.form === "dense") return Float64Array.from(tensor.values);
  const { roots, width, items, bins } = tensor;
  const entries: number[] = [];
  const mean = (group: number, bin: number, i: number, j: number, sign: number) => {
    let sum = 0;
    for (let f = 0; f < width; f++) {
      const frame = ((group * bins + bin) * width + f) * items;
      sum += Math.max(0, sign * (roots[frame + i] as number) * (roots[frame + j] as number));
    }
    return sum / width;
  };
  if (tensor.form === "square") {
    for (let i = 0; i < I; i++) {
      for (let j = 0; j < J; j++) for (let bin = 0; bin < K; bin++) entries.push(i === j ? 0 : mean(0, bin, i, j, 1));
    }
    return Float64Array.from(entries);
  }
  for (const sign of tensor.signs) {
    for (let i = 0; i < items; i++) {
      for (let j = i + 1; j < items; j++) {
        for (let bin = 0; bin < J; bin++) for (let g = 0; g < K; g++) entries.push(mean(g, bin, i, j, sign));
      }
    }
  }
  return Float64Array.from(entries);
}

/** Σ over both other modes of |x| |b| |c| counts the diagonal of the square form: it is added and taken away. */
function magnitudes(tensor: HostTensor, stored: Float64Array): Float64Array {
  const sizes = stored.map(Math.abs);
  if (tensor.form !== "square") return sizes;
  const { roots, width, items, bins } = tensor;
  for (let i = 0; i < items; i++) {
    for (let frame = 0; frame < bins * width; frame++) {
      const at = (i * items + i) * bins + Math.floor(frame / width);
      sizes[at] = (sizes[at] as number) + (2 * (roots[frame * items + i] as number) ** 2) / width;
    }
  }
  return sizes;
}

/** `factorBounds`: how far each element of a factor may be from its value (for factors that were computed). */
export function naiveMttkrp(
  tensor: HostTensor,
  mode: Mode,
  factors: HostFactors,
  rank: number,
  float: FloatType,
  factorBounds?: { readonly axis: Mode; readonly bounds: Float64Array },
): Expected {
  const shape = tensorShape(tensor);
  const stored = storedTensor(tensor);
  const sizes = magnitudes(tensor, stored);
  const [p, q] = ([0, 1, 2] as const).filter((axis) => axis !== mode) as [Mode, Mode];
  const terms = shape[p] + shape[q] + (tensor.form === "dense" ? 1 : tensor.width);
  const sums = new CompensatedSums(shape[mode] * rank);
  const carried = new Float64Array(shape[mode] * rank);
  for (let i = 0, at = 0; i < shape[0]; i++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let k = 0; k < shape[2]; k++, at++) {
        const index = [i, j, k] as const;
        for (let r = 0; r < rank; r++) {
          const to = index[mode] * rank + r;
          const x = factors[p][index[p] * rank + r] as number;
          const y = factors[q][index[q] * rank + r] as number;
          sums.add(to, (stored[at] as number) * x * y, (sizes[at] as number) * Math.abs(x * y));
          if (factorBounds === undefined) continue;
          const error = factorBounds.bounds[index[factorBounds.axis] * rank + r] as number;
          const other = factorBounds.axis === p ? y : x;
          carried[to] = (carried[to] as number) + (sizes[at] as number) * Math.abs(other) * error;
        }
      }
    }
  }
  const bounds = sums.sizes.map((size, at) => differenceBound(size, terms, float) + 2 * (carried[at] as number));
  return { values: sums.values(), bounds };
}

/** Σ over rows of weight · f fᵀ, and of its absolute values. */
export function naiveGram(
  factor: Float64Array,
  rows: number,
  rank: number,
  weights?: Float64Array,
): [Float64Array, Float64Array] {
  const sums = new CompensatedSums(rank * rank);
  for (let q = 0; q < rank; q++) {
    for (let r = 0; r < rank; r++) {
      for (let row = 0; row < rows; row++) {
        const weight = weights?.[row] ?? 1;
        sums.add(q * rank + r, weight * (factor[row * rank + q] as number) * (factor[row * rank + r] as number));
      }
    }
  }
  return [sums.values(), sums.sizes];
}

export interface HostUpdate {
  readonly rule: "hals" | "mu";
  readonly epsilon: number;
  readonly sweeps: number;
  readonly factor: Float64Array;
  readonly rows: number;
  readonly rank: number;
  readonly numerator: Float64Array;
  readonly numeratorBounds?: Float64Array;
  readonly grams: Float64Array;
  readonly rowGroup?: Uint32Array;
}

/**
 * Rows of a factor after their update. The bounds follow the errors of columns already updated into the next ones: rules
 * are not sums, so that one bound of a sum does not do.
 */
export function naiveUpdate(update: HostUpdate, float: FloatType): Expected {
  const { rule, epsilon, sweeps, rows, rank, numerator, grams } = update;
  const values = update.factor.slice();
  const bounds = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    const a = values.subarray(row * rank, (row + 1) * rank);
    const error = bounds.subarray(row * rank, (row + 1) * rank);
    const gram = (update.rowGroup?.[row] ?? 0) * rank * rank;
    // A kernel may keep m − aG up to date instead of making it anew: roundings of earlier, larger numbers then stay.
    const largest = a.map(Math.abs);
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const before = rule === "mu" ? a.slice() : a;
      const errorBefore = rule === "mu" ? error.slice() : error;
      for (let r = 0; r < rank; r++) {
        const m = numerator[row * rank + r] as number;
        const mError = update.numeratorBounds?.[row * rank + r] ?? 0;
        const diagonal = grams[gram + r * rank + r] as number;
        let product = 0;
        let magnitude = 0;
        let carried = 0;
        for (let q = 0; q < rank; q++) {
          const g = grams[gram + q * rank + r] as number;
          product += (before[q] as number) * g;
          magnitude += (rule === "hals" ? (largest[q] as number) : Math.abs(before[q] as number)) * Math.abs(g);
          if (rule === "mu" || q !== r) carried += (errorBefore[q] as number) * Math.abs(g);
        }
        const old = before[r] as number;
        const oldError = errorBefore[r] as number;
        if (rule === "hals") {
          const divisor = Math.max(diagonal, epsilon);
          a[r] = Math.max(epsilon, old + (m - product) / divisor);
          const size = (Math.abs(m) + magnitude) / divisor + (largest[r] as number);
          largest[r] = Math.max(largest[r] as number, Math.abs(a[r] as number));
          error[r] =
            differenceBound(size, rank + 2, float) +
            (carried + mError) / divisor +
            oldError * Math.abs(1 - diagonal / divisor);
        } else {
          const divisor = Math.max(product, epsilon);
          a[r] = (old * m) / divisor;
          const ofDivisor = (carried + differenceBound(magnitude, rank, float)) / divisor;
          error[r] =
            differenceBound(Math.abs(a[r] as number), 4, float) +
            (Math.abs(old) * mError + oldError * (Math.abs(m) + mError)) / divisor +
            2 * Math.abs(a[r] as number) * ofDivisor;
        }
      }
    }
  }
  return { values, bounds };
}
