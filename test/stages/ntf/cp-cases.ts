import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { type Factors, modelEntry, type Shape } from "../../../src/stages/ntf/cp-model.js";

/** Factors uniform in [0, 1), some numbers zero. */
export function randomFactors(shape: Shape, rank: number, seed: number, zeros = 0): Factors {
  const random = randomNumbers(seed, 77);
  return shape.map((rows) =>
    Float64Array.from({ length: rows * rank }, () => (random() < zeros ? 0 : random())),
  ) as unknown as Factors;
}

/** The tensor of a model, row-major, plus `noise` times uniform numbers in [0, 1). */
export function modelTensor(factors: Factors, shape: Shape, rank: number, noise = 0, seed = 5): Float64Array {
  const random = randomNumbers(seed, 78);
  return Float64Array.from(
    { length: shape[0] * shape[1] * shape[2] },
    (_, index) => modelEntry(factors, shape, rank, index) + noise * random(),
  );
}

/** ‖m ∘ (X − model)‖ / ‖m ∘ X‖ entry by entry. */
export function bruteError(
  values: ArrayLike<number>,
  factors: Factors,
  shape: Shape,
  rank: number,
  counts: (index: number) => boolean = () => true,
): number {
  let [residual, total] = [0, 0];
  for (let index = 0; index < values.length; index++) {
    if (!counts(index)) continue;
    residual += ((values[index] as number) - modelEntry(factors, shape, rank, index)) ** 2;
    total += (values[index] as number) ** 2;
  }
  return Math.sqrt(residual / total);
}

/** Largest difference of two arrays of one length. */
export function farthest(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < wanted.length; i++) most = Math.max(most, Math.abs((found[i] as number) - (wanted[i] as number)));
  return most;
}
