import { randomNumbers } from "../../compute/statistics/random-numbers.js";
import { type Factors, modelNormSquared, type Shape } from "./cp-model.js";

/** Most starts of a rank: each has its own stream of random numbers. */
export const MOST_STARTS = 4096;

/** Norm of the model at the start over that of the tensor. */
const START_NORM = 3;

export interface StartOptions {
  readonly shape: Shape;
  readonly rank: number;
  /** 0-based. */
  readonly start: number;
  readonly seed: number;
  /** ‖X‖² over the entries that count. */
  readonly normSquared: number;
  /** For a tensor that is symmetric in modes 0 and 1: mode 1 starts as mode 0. */
  readonly symmetric?: boolean;
  /** Of each mode 1 for rows of which there are entries; see `seenRows`. */
  readonly seen?: readonly [Uint8Array, Uint8Array, Uint8Array] | undefined;
}

/**
 * Factors to start from: uniform in [0, 1), modes 0, 1, 2, row by row, of the generator `randomNumbers` with stream
 * rank · 4096 + start; then all scaled by one number so that the norm of the model is three times that of the tensor.
 * Measured with HALS: from starts of once the norm, 5 of 48 got stuck on planted calcium traces of 4 groups, from three
 * times none; much larger ones (plain uniform numbers on a tensor near 0) need many times the sweeps at rank 16. Rows of
 * which the tensor has nothing are zero.
 */
export function randomStart({ shape, rank, start, seed, normSquared, symmetric, seen }: StartOptions): Factors {
  const random = randomNumbers(seed, rank * MOST_STARTS + start);
  const draw = (rows: number) => Float64Array.from({ length: rows * rank }, () => random());
  const first = draw(shape[0]);
  const factors: Factors = [first, symmetric ? first.slice() : draw(shape[1]), draw(shape[2])];
  for (const [mode, rows] of (seen ?? []).entries()) {
    for (const [row, there] of rows.entries()) {
      if (there === 0) (factors[mode] as Float64Array).fill(0, row * rank, (row + 1) * rank);
    }
  }
  const model = modelNormSquared(factors, rank);
  const scale = model === 0 ? 1 : Math.sqrt(cubeRoot((START_NORM ** 2 * normSquared) / model));
  return factors.map((factor) => factor.map((value) => value * scale)) as unknown as Factors;
}

/** By Newton's method from above, down to where it stands: Math.cbrt differs between engines. */
export function cubeRoot(value: number): number {
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) return value;
  let root = Math.max(1, value);
  for (;;) {
    const next = (2 * root + value / root / root) / 3;
    if (!(next < root)) return root;
    root = next;
  }
}
