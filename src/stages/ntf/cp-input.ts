import { UsageError } from "../../base/errors.js";
import type { FloatType } from "../../compute/device/device.js";
import type { Factors, Shape } from "./cp-model.js";
import { inType } from "./host-tensor.js";
import type { Presence } from "./presence.js";
import { largestRank } from "./rank-limit.js";
import { normSquared } from "./tensor-norm.js";

/** Most columns of a mask that is the same along mode 1 for which rows get Gram matrices of their own. */
const MOST_CELL_COLUMNS = 256;

/** A tensor that was checked, in the type of the device, with zeros where it is masked. */
export interface CheckedInput {
  readonly values: Float64Array | Float32Array;
  readonly normSquared: number;
  readonly presence?: Presence;
  readonly missing?: Uint32Array;
}

function refuse(
  problem: string,
  message: string,
  fields: Readonly<Record<string, string | number>>,
  wayOut: string,
): never {
  throw new UsageError(problem, message, { fields, wayOut });
}

/**
 * Checks sizes and numbers, and sets masked entries to zero in a copy.
 * @throws {UsageError} `usage/tensor-shape`, `usage/tensor-mask`, `usage/tensor-value` with the place of the first number
 * that is NaN, infinite or below 0 and is not masked, `usage/tensor-zero` where none is above 0.
 */
export function checkTensor(
  data: Float64Array | Float32Array,
  shape: Shape,
  mask: ArrayLike<number | boolean> | undefined,
  type: FloatType,
): CheckedInput {
  if (!(data instanceof Float64Array || data instanceof Float32Array)) {
    refuse("tensor-type", "data is neither a Float64Array nor a Float32Array", {}, "convert it, row-major");
  }
  if (!Array.isArray(shape) || shape.length !== 3 || shape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    refuse("tensor-shape", `shape is ${JSON.stringify(shape)}`, {}, "give three sizes of at least 1");
  }
  const size = shape[0] * shape[1] * shape[2];
  const fields = { shape: shape.join(" × "), expected: size };
  if (data.length !== size) {
    const message = `data has ${data.length} numbers, a tensor of ${fields.shape} has ${size}`;
    refuse("tensor-shape", message, { ...fields, found: data.length }, "give all entries, row-major");
  }
  const counts = mask === undefined ? undefined : checkMask(mask, size, fields.shape);
  const values = inType(Float64Array.from(data), type);
  for (let index = 0; index < size; index++) {
    if (counts !== undefined && counts[index] === 0) values[index] = 0;
    const value = values[index] as number;
    if (value >= 0 && value < Number.POSITIVE_INFINITY) continue;
    const at = placeOf(index, shape).join(", ");
    const given = data[index] as number;
    refuse(
      "tensor-value",
      `entry [${at}] is ${given}${Number.isFinite(given) && given > 0 ? `, too large for ${type}` : ""}`,
      { index, at, value: String(given) },
      "entries must be finite and at least 0; those that are unknown can be masked",
    );
  }
  const norm = normSquared(values);
  if (!(norm > 0)) refuse("tensor-zero", "no entry is above 0", fields, "there is nothing to factorise");
  return { values, normSquared: norm, ...(counts?.includes(0) ? maskForm(counts, shape) : {}) };
}

/** 1 where an entry counts. */
function checkMask(mask: ArrayLike<number | boolean>, size: number, shape: string): Uint8Array {
  if (mask.length !== size) {
    const message = `mask has ${mask.length} numbers, a tensor of ${shape} has ${size}`;
    refuse("tensor-mask", message, { shape, expected: size, found: mask.length }, "give one number per entry");
  }
  return Uint8Array.from({ length: size }, (_, index) => {
    const value = mask[index];
    if (value === true || value === 1) return 1;
    if (value === false || value === 0) return 0;
    return refuse(
      "tensor-mask",
      `mask has ${value} at ${index}`,
      { index, value: String(value) },
      "1 counts, 0 is missing",
    );
  });
}

/** A mask that is the same along mode 1 as presence; any other as a list of entries. */
function maskForm(counts: Uint8Array, [rows, columns, depth]: Shape): { presence?: Presence; missing?: Uint32Array } {
  const cells = new Uint8Array(rows * depth);
  let isSame = depth <= MOST_CELL_COLUMNS;
  for (let i = 0; isSame && i < rows; i++) {
    const row = counts.subarray(i * columns * depth, (i + 1) * columns * depth);
    cells.set(row.subarray(0, depth), i * depth);
    isSame = row.every((value, at) => value === row[at % depth]);
  }
  if (isSame) return { presence: { layout: "cells", mask: cells } };
  const missing: number[] = [];
  for (const [index, value] of counts.entries()) if (value === 0) missing.push(index);
  return { missing: Uint32Array.from(missing) };
}

function placeOf(index: number, shape: Shape): [number, number, number] {
  const k = index % shape[2];
  const row = (index - k) / shape[2];
  return [Math.floor(row / shape[1]), row % shape[1], k];
}

/**
 * @throws {UsageError} `usage/rank` for one that is no positive integer or that no tensor of the shape has.
 */
export function checkRank(rank: number, shape: Shape): void {
  const bound = largestRank(shape);
  if (Number.isSafeInteger(rank) && rank >= 1 && rank <= bound) return;
  refuse(
    "rank",
    `rank is ${rank}; a tensor of ${shape.join(" × ")} has at least 1 and at most ${bound}`,
    { rank: String(rank), bound, shape: shape.join(" × ") },
    `choose a rank from 1 to ${bound}, the smallest product of two of the sizes`,
  );
}

/** @throws {UsageError} `usage/init` for factors of another size, or with numbers that are not finite or below 0. */
export function checkInit(init: Factors, shape: Shape, rank: number): void {
  if (init.length !== 3) refuse("init", `init has ${init.length} factors`, { found: init.length }, "give three");
  for (const [mode, factor] of init.entries()) {
    const expected = (shape[mode] as number) * rank;
    if (factor.length !== expected) {
      const message = `init[${mode}] has ${factor.length} numbers, ${shape[mode]} × ${rank} are needed`;
      refuse("init", message, { mode, found: factor.length, expected }, "give size of the mode × rank, row-major");
    }
    const at = factor.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
    if (at >= 0) {
      const value = String(factor[at]);
      refuse("init", `init[${mode}] has ${value} at ${at}`, { mode, at, value }, "factors are finite and at least 0");
    }
  }
}

/** @throws {UsageError} `usage/NAME` for a number outside of its range. */
export function checkNumber(name: string, value: number, least: number, most: number, isInteger = true): void {
  if (value >= least && value <= most && (!isInteger || Number.isSafeInteger(value))) return;
  const kind = isInteger ? "an integer" : "a number";
  refuse(name, `${name} is ${value}`, { found: String(value), least, most }, `give ${kind} from ${least} to ${most}`);
}
