import { exponential } from "../../compute/special-functions/exponential.js";

/** How two slopes become an affinity. `signed` is `geomean` of those that go together, and of those that go apart. */
export const KERNELS = ["geomean", "product", "min", "gauss_adaptive", "signed"] as const;
export type Kernel = (typeof KERNELS)[number];

/** The neighbour whose distance is the width of `gauss_adaptive`. */
const NEIGHBOUR = 7;

/**
 * Affinity of two slopes in one frame, in [0, 1]: 0 where they have opposite signs or one is NaN. `width` are the
 * {@link neighbourDistances}, used by `gauss_adaptive` alone.
 */
export type PairAffinity = (gI: number, gJ: number, widthI: number, widthJ: number) => number;

const geomean: PairAffinity = (gI, gJ) => {
  const product = gI * gJ;
  return product > 0 ? Math.sqrt(product) : 0;
};

/** Affinity of slopes with opposite signs; the second half of the kernel `signed`. */
export const oppositeAffinity: PairAffinity = (gI, gJ, widthI, widthJ) => geomean(gI, -gJ, widthI, widthJ);

export const PAIR_AFFINITIES: Readonly<Record<Kernel, PairAffinity>> = {
  geomean,
  signed: geomean,
  product: (gI, gJ) => {
    const product = gI * gJ;
    return product > 0 ? product : 0;
  },
  min: (gI, gJ) => (gI * gJ > 0 ? Math.min(Math.abs(gI), Math.abs(gJ)) : 0),
  /**
   * exp(−(g_i − g_j)² / (s_i s_j)) · √|g_i g_j|. Equal slopes of width zero have the exponent 0, unequal ones −∞: the
   * limits.
   */
  gauss_adaptive: (gI, gJ, widthI, widthJ) => {
    const product = gI * gJ;
    if (!(product > 0)) return 0;
    const difference = gI - gJ;
    const exponent = difference === 0 ? 0 : -(difference * difference) / (widthI * widthJ);
    return exponential(exponent) * Math.sqrt(product);
  },
};

/**
 * Distance of each slope to its 7th nearest among the others of the frame, item by item; to the farthest where there are
 * fewer. NaN stands for no slope. Cost: frames × items × (log items + 7).
 * @param slopes items of equal length
 */
export function neighbourDistances(slopes: readonly Float64Array[]): Float64Array[] {
  const distances = slopes.map((g) => new Float64Array(g.length).fill(Number.NaN));
  const frames = slopes[0]?.length ?? 0;
  const present = new Float64Array(slopes.length);
  for (let t = 0; t < frames; t++) {
    let count = 0;
    for (const g of slopes) {
      const value = g[t] as number;
      if (!Number.isNaN(value)) present[count++] = value;
    }
    const sorted = present.subarray(0, count).sort();
    for (let item = 0; item < slopes.length; item++) {
      const value = (slopes[item] as Float64Array)[t] as number;
      if (!Number.isNaN(value)) (distances[item] as Float64Array)[t] = nearestDistance(sorted, value);
    }
  }
  return distances;
}

/** Distance of a member of a sorted array to its 7th nearest other member. */
function nearestDistance(sorted: Float64Array, value: number): number {
  let low = placeOf(sorted, value) - 1;
  let high = low + 2;
  let distance = 0;
  for (let found = 0; found < Math.min(NEIGHBOUR, sorted.length - 1); found++) {
    const below = low < 0 ? Number.POSITIVE_INFINITY : value - (sorted[low] as number);
    const above = high >= sorted.length ? Number.POSITIVE_INFINITY : (sorted[high] as number) - value;
    if (below <= above) low--;
    else high++;
    distance = Math.min(below, above);
  }
  return distance;
}

function placeOf(sorted: Float64Array, value: number): number {
  let from = 0;
  let to = sorted.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * s = sign(g)·√|g| for `geomean`, g for `product`: the affinity is then max(0, s_i s_j).
 */
export function signedRoots(g: Float64Array, kernel: "geomean" | "product"): Float64Array {
  return kernel === "product" ? g.slice() : g.map(signedRoot);
}

/** sign(g)·√|g|; NaN of NaN. */
export function signedRoot(g: number): number {
  return g < 0 ? -Math.sqrt(-g) : Math.sqrt(g);
}
