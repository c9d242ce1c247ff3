import {
  type DenseTensor,
  type Mode,
  type RectifiedPairs,
  type RectifiedSquare,
  type TensorOperand,
  tensorShape,
} from "./command.js";
import type { Device, DeviceMemory, FloatType } from "./device.js";
import { differenceBound } from "./difference-bound.js";
import { treeSum } from "./partial-sums.js";

type FloatArray = Float64Array | Float32Array;

/** A tensor operand whose numbers are arrays of this process. */
export type HostTensor =
  | (Omit<DenseTensor, "values"> & { readonly values: FloatArray })
  | (Omit<RectifiedPairs, "roots"> & { readonly roots: FloatArray })
  | (Omit<RectifiedSquare, "roots"> & { readonly roots: FloatArray });

export type HostFactors = readonly [Float64Array, Float64Array, Float64Array];

/** The element of a sample that is farthest from its exact value, measured by its bound. */
export interface OracleDifference {
  /** |computed − exact| of that element; NaN where a number computed is not one. */
  readonly worst: number;
  /** What rounding explains for it: see {@link differenceBound}. */
  readonly bound: number;
  /** Whether no element passes its bound. */
  readonly ok: boolean;
}

export interface OracleOptions {
  readonly tensor: HostTensor;
  /** As they were when the device computed; that of `mode` is not read. */
  readonly factors: HostFactors;
  readonly rank: number;
  readonly mode: Mode;
  /** MTTKRP as computed, size of the mode × rank. */
  readonly result: ArrayLike<number>;
  /** Type in which the device computed. */
  readonly float: FloatType;
  /** Elements compared at most (default 64). */
  readonly samples?: number;
}

/** Columns compared of one row: the entries of the tensor are the same for all. */
const COLUMNS = 8;

/**
 * Compares a sample of an MTTKRP, spread evenly over its rows and columns, with values computed here in float64 from the
 * definition of the tensor, with none of the identities and none of the code of the devices. Cost: entries of the tensor
 * behind one row, for each of 8 rows or so.
 * @throws {RangeError} where `result` has another size.
 */
export function oracleDifference(options: OracleOptions): OracleDifference {
  const { tensor, factors, rank, mode, result, float, samples = 64 } = options;
  const size = tensorShape(tensor)[mode];
  if (result.length !== size * rank) {
    throw new RangeError(`an MTTKRP of mode ${mode} has ${size} × ${rank} numbers, not ${result.length}`);
  }
  const columns = spread(rank, Math.min(COLUMNS, samples));
  const rows = spread(size, Math.max(1, Math.floor(samples / columns.length)));
  let found: OracleDifference = { worst: 0, bound: 0, ok: true };
  let largest = -1;
  const entry = entryOf(tensor);
  for (const row of rows) {
    const exact = exactRow(tensor, entry, mode, row, factors, rank, columns);
    for (const [at, column] of columns.entries()) {
      const { value, magnitude, terms } = exact[at] as ExactValue;
      const bound = differenceBound(magnitude, terms, float);
      const worst = Math.abs((result[row * rank + column] as number) - value);
      const ratio = Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst / bound;
      if (ratio <= largest) continue;
      largest = ratio;
      found = { worst, bound, ok: ratio <= 1 };
    }
  }
  return found;
}

/**
 * Computes one MTTKRP on the device and compares a sample of it: evidence that a device computes what the definition
 * says. Buffers stay in the scope of `memory`.
 * @throws {DeviceError} what the device throws.
 */
export async function checkMttkrp(
  device: Device,
  memory: DeviceMemory,
  options: Omit<OracleOptions, "result">,
): Promise<OracleDifference> {
  const { tensor, mode, rank, float } = options;
  const size = tensorShape(tensor)[mode];
  const upload = (values: FloatArray) => memory.upload(float, values);
  const operand: TensorOperand =
    tensor.form === "dense" ? { ...tensor, values: upload(tensor.values) } : { ...tensor, roots: upload(tensor.roots) };
  const out = memory.allocate(float, size * rank);
  const [a, b, c] = options.factors;
  const factors = [upload(a), upload(b), upload(c)] as const;
  await device.run([{ kind: "mttkrp", tensor: operand, mode, factors, rank, out }]);
  return oracleDifference({ ...options, result: await memory.download(out) });
}

/** Up to `count` of the numbers below `size`, evenly, the first and the last among them. */
function spread(size: number, count: number): number[] {
  if (size <= count) return Array.from({ length: size }, (_, at) => at);
  if (count === 1) return [Math.floor(size / 2)];
  return Array.from({ length: count }, (_, at) => Math.floor((at * (size - 1)) / (count - 1)));
}

interface ExactValue {
  readonly value: number;
  /** Σ|x·b·c|, with the diagonal that the square form adds and takes away again. */
  readonly magnitude: number;
  /** Lengths of the nested sums: a device adds no longer ones in a row. */
  readonly terms: number;
}

type EntryOf = (a: number, b: number, c: number) => number;

/** The elements of one row of an MTTKRP: Σ over both other modes, one partial sum per index of the slower one. */
function exactRow(
  tensor: HostTensor,
  entry: EntryOf,
  mode: Mode,
  row: number,
  factors: HostFactors,
  rank: number,
  columns: readonly number[],
): ExactValue[] {
  const shape = tensorShape(tensor);
  const [slow, fast] = ([0, 1, 2] as const).filter((axis) => axis !== mode) as [Mode, Mode];
  const index: [number, number, number] = [0, 0, 0];
  index[mode] = row;
  const sums = columns.map(() => new Float64Array(shape[slow]));
  const magnitudes = new Float64Array(columns.length);
  for (let p = 0; p < shape[slow]; p++) {
    index[slow] = p;
    for (let q = 0; q < shape[fast]; q++) {
      index[fast] = q;
      const x = entry(...index);
      if (x === 0) continue;
      const unstored = tensor.form === "square" && index[0] === index[1];
      for (let at = 0; at < columns.length; at++) {
        const column = columns[at] as number;
        const term = x * (factors[slow][p * rank + column] as number) * (factors[fast][q * rank + column] as number);
        const partial = sums[at] as Float64Array;
        if (!unstored) partial[p] = (partial[p] as number) + term;
        magnitudes[at] = (magnitudes[at] as number) + Math.abs(term) * (unstored ? 2 : 1);
      }
    }
  }
  const width = tensor.form === "dense" ? 1 : tensor.width;
  const terms = shape[slow] + shape[fast] + width;
  return sums.map((partials, at) => ({ value: treeSum(partials), magnitude: magnitudes[at] as number, terms }));
}

/** One entry of the tensor by its definition; of the square form the diagonal as if it were not zero. */
function entryOf(tensor: HostTensor): EntryOf {
  if (tensor.form === "dense") {
    const { values, shape } = tensor;
    return (i, j, k) => values[(i * shape[1] + j) * shape[2] + k] as number;
  }
  const { roots, width, items, bins } = tensor;
  const mean = (group: number, bin: number, i: number, j: number, sign: number) => {
    let sum = 0;
    for (let frame = (group * bins + bin) * width, f = 0; f < width; f++, frame++) {
      sum += Math.max(0, sign * (roots[frame * items + i] as number) * (roots[frame * items + j] as number));
    }
    return sum / width;
  };
  if (tensor.form === "square") return (i, j, bin) => mean(0, bin, i, j, 1);
  const pairs = (items * (items - 1)) / 2;
  const first = new Uint32Array(pairs);
  const second = new Uint32Array(pairs);
  for (let i = 0, pair = 0; i < items; i++) {
    for (let j = i + 1; j < items; j++, pair++) {
      first[pair] = i;
      second[pair] = j;
    }
  }
  return (row, bin, group) => {
    const pair = row % pairs;
    const sign = tensor.signs[Math.floor(row / pairs)] as number;
    return mean(group, bin, first[pair] as number, second[pair] as number, sign);
  };
}
