import { exponential, normalQuantile } from "./exact-math.js";

/** 32 bits that depend on a key and a position alone (finalizer of MurmurHash3, Appleby). */
export function positionHash(key: number, position: number): number {
  let hash = Math.imul(position ^ key, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const NORMAL_STEPS = 4096;

/** Quantiles of the standard normal distribution at (i + ½) / 4096: 12 random bits pick one. */
export const NORMAL_TABLE: Float64Array = Float64Array.from({ length: NORMAL_STEPS }, (_, i) =>
  normalQuantile((i + 0.5) / NORMAL_STEPS),
);

/** Log-normal numbers of mean 1 (spread 0.7 of the logarithm), at the same 4096 steps. */
export const TEXTURE_TABLE: Float64Array = NORMAL_TABLE.map((value) => exponential(0.7 * value - 0.245));

/** Below this mean quantiles of the Poisson distribution come from a table, above from the normal one. */
const POISSON_MEANS = 24;
const MEAN_STEPS = 16;
const POISSON_BITS = 10;
const POISSON_TABLE = poissonTable();

function poissonTable(): Uint8Array {
  const table = new Uint8Array((POISSON_MEANS * MEAN_STEPS + 1) << POISSON_BITS);
  for (let step = 0; step <= POISSON_MEANS * MEAN_STEPS; step++) {
    const mean = step / MEAN_STEPS;
    let chance = exponential(-mean);
    let sum = chance;
    let count = 0;
    for (let i = 0; i < 1 << POISSON_BITS; i++) {
      const probability = (i + 0.5) / (1 << POISSON_BITS);
      while (sum < probability && count < 255) {
        count++;
        chance *= mean / count;
        sum += chance;
      }
      table[(step << POISSON_BITS) + i] = count;
    }
  }
  return table;
}

/** A Poisson number from 20 random bits; the mean is rounded to 1/16, probabilities below 1/2048 are left out. */
export function poisson(mean: number, bits: number): number {
  if (mean < POISSON_MEANS) {
    const step = (mean * MEAN_STEPS + 0.5) | 0;
    return POISSON_TABLE[(step << POISSON_BITS) + (bits >>> (20 - POISSON_BITS))] as number;
  }
  return (mean + (NORMAL_TABLE[bits >>> 8] as number) * Math.sqrt(mean) + 0.5) | 0;
}

/**
 * Smooth positive noise: log-normal values on a lattice, between them linear. `mixture` gives the log of a value from
 * the position of a knot. Rows are asked for in any order, so the field does not depend on who asks.
 */
export class LatticeField {
  readonly #spacing: number;
  readonly #value: (z: number, y: number, x: number) => number;
  readonly #columns: number;
  readonly #planes = new Map<number, Float64Array>();
  readonly #rows: number;
  readonly #knots: Float64Array;

  constructor(height: number, width: number, spacing: number, value: (z: number, y: number, x: number) => number) {
    this.#spacing = spacing;
    this.#value = value;
    this.#columns = Math.floor((width - 1) / spacing) + 2;
    this.#rows = Math.floor((height - 1) / spacing) + 2;
    this.#knots = new Float64Array(this.#columns);
  }

  /** Fills one row of the volume. Cost: one interpolation per voxel. */
  row(z: number, y: number, out: Float64Array): void {
    const spacing = this.#spacing;
    const z0 = Math.floor(z / spacing);
    const y0 = Math.floor(y / spacing);
    const fz = z / spacing - z0;
    const fy = y / spacing - y0;
    const near = this.#plane(z0);
    const far = this.#plane(z0 + 1);
    const columns = this.#columns;
    const knots = this.#knots;
    const at = y0 * columns;
    for (let i = 0; i < columns; i++) {
      const first = near[at + i] as number;
      const second = near[at + columns + i] as number;
      const third = far[at + i] as number;
      const fourth = far[at + columns + i] as number;
      knots[i] = (1 - fz) * (first + fy * (second - first)) + fz * (third + fy * (fourth - third));
    }
    const step = 1 / spacing;
    const width = out.length;
    for (let i = 0, x = 0; x < width; i++) {
      const first = knots[i] as number;
      const slope = ((knots[i + 1] as number) - first) * step;
      const end = Math.min(width, x + spacing);
      for (let k = 0; x < end; x++, k++) out[x] = first + slope * k;
    }
  }

  #plane(z: number): Float64Array {
    const known = this.#planes.get(z);
    if (known) return known;
    // Two neighbours are enough for a slab that goes forward; a few more for one that steps back by its margin.
    if (this.#planes.size > 16) this.#planes.clear();
    const plane = new Float64Array(this.#rows * this.#columns);
    for (let y = 0, i = 0; y < this.#rows; y++) {
      for (let x = 0; x < this.#columns; x++, i++) plane[i] = exponential(this.#value(z, y, x));
    }
    this.#planes.set(z, plane);
    return plane;
  }
}
