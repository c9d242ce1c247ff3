import { expect } from "vitest";
import type { FloatType } from "../../../src/compute/device/device.js";
import { EPSILON } from "../../../src/compute/device/difference-bound.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

/** What a result should be, and how far each element may be from it. */
export interface Expected {
  readonly values: Float64Array;
  readonly bounds: Float64Array;
}

export function nothingExpected(length: number): Expected {
  return { values: new Float64Array(length), bounds: new Float64Array(length) };
}

/** Fails with the element that is farthest from what it should be, measured by its bound. */
export function expectWithin(actual: ArrayLike<number>, { values, bounds }: Expected, what = ""): void {
  expect(actual.length, what).toBe(values.length);
  let worst = { ratio: 0, at: 0 };
  for (let at = 0; at < values.length; at++) {
    const difference = Math.abs((actual[at] as number) - (values[at] as number));
    const bound = bounds[at] as number;
    const ratio = difference === 0 ? 0 : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / bound;
    if (ratio > worst.ratio) worst = { ratio, at };
  }
  const { ratio, at } = worst;
  const found = `${what} element ${at} is ${actual[at]}, not ${values[at]} ± ${bounds[at]}`;
  expect(ratio, found).toBeLessThanOrEqual(1);
}

/** Uniform numbers in [lowest, highest) that are exact in `float`. */
export function uniform(seed: number, length: number, float: FloatType, lowest = -1, highest = 1): Float64Array {
  const next = randomNumbers(seed);
  const exact = float === "float32" ? Math.fround : (x: number) => x;
  return Float64Array.from({ length }, () => exact(lowest + (highest - lowest) * next()));
}

/** The number nearest to `value` in `float`. */
export function rounded(value: number, float: FloatType): number {
  return EPSILON[float] === EPSILON.float32 ? Math.fround(value) : value;
}

export function integers(seed: number, length: number, below: number): Uint32Array {
  const next = randomNumbers(seed);
  return Uint32Array.from({ length }, () => Math.floor(next() * below));
}

/** Sums that carry what rounding takes away (Neumaier 1974), with the sums of sizes: the expected values must not drift. */
export class CompensatedSums {
  readonly #sums: Float64Array;
  readonly #lost: Float64Array;
  readonly sizes: Float64Array;

  constructor(length: number) {
    this.#sums = new Float64Array(length);
    this.#lost = new Float64Array(length);
    this.sizes = new Float64Array(length);
  }

  add(at: number, term: number, size = Math.abs(term)): void {
    const before = this.#sums[at] as number;
    const after = before + term;
    const lost = Math.abs(before) >= Math.abs(term) ? before - after + term : term - after + before;
    this.#sums[at] = after;
    this.#lost[at] = (this.#lost[at] as number) + lost;
    this.sizes[at] = (this.sizes[at] as number) + size;
  }

  values(): Float64Array {
    return this.#sums.map((sum, at) => sum + (this.#lost[at] as number));
  }
}
