import type { FloatType } from "./device.js";

/** Distance of 1 and the next number. */
export const EPSILON: Readonly<Record<FloatType, number>> = { float64: 2 ** -52, float32: 2 ** -23 };

/** Smallest normal number: what is smaller may be taken as zero by a device. */
const SMALLEST: Readonly<Record<FloatType, number>> = { float64: 2 ** -1022, float32: 2 ** -126 };

/** Times √terms · ε · Σ|a||b|. */
const BOUND_FACTOR = 8;

/**
 * How far a sum of `terms` products with Σ|a||b| = `magnitude` may be from its exact value through rounding, in any order
 * of addition: 8 · √terms · ε · magnitude. Roundings are independent, so their sum grows as √terms (Higham and Mary
 * 2019); a relative tolerance of the result would fail where terms cancel. Results below the normal numbers may be lost.
 */
export function differenceBound(magnitude: number, terms: number, float: FloatType): number {
  return BOUND_FACTOR * Math.sqrt(terms) * EPSILON[float] * magnitude + 2 * terms * SMALLEST[float];
}
