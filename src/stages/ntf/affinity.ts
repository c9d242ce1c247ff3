import { type Kernel, neighbourDistances, oppositeAffinity, PAIR_AFFINITIES, type PairAffinity } from "./kernels.js";

/** `shared_clock`: pairs × bins × animals; `concatenated`: neurons × neurons × bins of all animals in sequence. */
export type Alignment = "shared_clock" | "concatenated";

export interface AffinityOptions {
  /** Animal → neuron → slopes per frame, NaN where there is none; undefined for a neuron that the animal lacks. */
  readonly slopes: readonly (readonly (Float64Array | undefined)[])[];
  readonly kernel: Kernel;
  /** Frames per bin; those after the last whole bin are left out. */
  readonly binFrames: number;
  readonly alignment: Alignment;
}

export interface DenseAffinity {
  /** Row-major. */
  readonly values: Float64Array;
  readonly shape: readonly [number, number, number];
}

/** Pairs of n items. */
export function pairCount(items: number): number {
  return (items * (items - 1)) / 2;
}

/**
 * The affinity tensor itself: mean over the frames of each bin of the affinity of each pair; see {@link Alignment}. A
 * frame without a slope counts as affinity 0. With the kernel `signed` mode 0 has the pairs that go together, then those
 * that go in opposite directions. Cost: pairs × frames.
 * @throws {RangeError} for animals whose numbers of bins or neurons differ (bins may where concatenated), and for
 * `signed` with `concatenated`.
 */
export function denseAffinity(options: AffinityOptions): DenseAffinity {
  const { slopes, kernel, binFrames, alignment } = options;
  const neurons = slopes[0]?.length ?? 0;
  if (slopes.some((animal) => animal.length !== neurons)) throw new RangeError("animals differ in their neurons");
  const bins = slopes.map((animal) => animalBins(animal, binFrames));
  if (alignment === "concatenated") {
    if (kernel === "signed") throw new RangeError("the kernel signed has no square form");
    const total = bins.reduce((sum, count) => sum + count, 0);
    const values = new Float64Array(neurons * neurons * total);
    let before = 0;
    slopes.forEach((animal, index) => {
      forEachPair(animal, { kernel, affinity: PAIR_AFFINITIES[kernel], binFrames }, (i, j, a) => {
        values.set(a, (i * neurons + j) * total + before);
        values.set(a, (j * neurons + i) * total + before);
      });
      before += bins[index] as number;
    });
    return { values, shape: [neurons, neurons, total] };
  }
  const [count = 0] = bins;
  if (bins.some((other) => other !== count)) throw new RangeError(`animals differ in their bins: ${bins.join(", ")}`);
  const affinities = kernel === "signed" ? [PAIR_AFFINITIES.signed, oppositeAffinity] : [PAIR_AFFINITIES[kernel]];
  const pairs = pairCount(neurons);
  const animals = slopes.length;
  const values = new Float64Array(affinities.length * pairs * count * animals);
  affinities.forEach((affinity, part) => {
    slopes.forEach((animal, w) => {
      forEachPair(animal, { kernel, affinity, binFrames }, (_i, _j, a, pair) => {
        const from = (part * pairs + pair) * count;
        for (let bin = 0; bin < a.length; bin++) values[(from + bin) * animals + w] = a[bin] as number;
      });
    });
  });
  return { values, shape: [affinities.length * pairs, count, animals] };
}

/** Whole bins of an animal: those of its neurons, which have equally many frames. */
function animalBins(animal: readonly (Float64Array | undefined)[], binFrames: number): number {
  const frames = animal.find((g) => g !== undefined)?.length ?? 0;
  if (animal.some((g) => g !== undefined && g.length !== frames))
    throw new RangeError("neurons differ in their frames");
  return Math.floor(frames / binFrames);
}

/**
 * Calls `visit` with the affinity per bin of each pair i < j of neurons that the animal has, row by row of the upper
 * triangle. The array is reused.
 */
export function forEachPair(
  animal: readonly (Float64Array | undefined)[],
  options: { readonly kernel: Kernel; readonly affinity: PairAffinity; readonly binFrames: number },
  visit: (i: number, j: number, affinity: Float64Array, pair: number) => void,
): void {
  const { kernel, affinity, binFrames } = options;
  const present = animal.filter((g) => g !== undefined);
  const widths = new Map(
    kernel === "gauss_adaptive" ? neighbourDistances(present).map((width, k) => [present[k], width]) : [],
  );
  const out = new Float64Array(animalBins(animal, binFrames));
  let pair = 0;
  for (let i = 0; i < animal.length; i++) {
    for (let j = i + 1; j < animal.length; j++, pair++) {
      const [gI, gJ] = [animal[i], animal[j]];
      if (gI === undefined || gJ === undefined) continue;
      binMeans(gI, gJ, { affinity, binFrames, widthI: widths.get(gI) ?? gI, widthJ: widths.get(gJ) ?? gJ }, out);
      visit(i, j, out, pair);
    }
  }
}

function binMeans(
  gI: Float64Array,
  gJ: Float64Array,
  options: {
    readonly affinity: PairAffinity;
    readonly binFrames: number;
    readonly widthI: Float64Array;
    readonly widthJ: Float64Array;
  },
  out: Float64Array,
): void {
  const { affinity, binFrames, widthI, widthJ } = options;
  let t = 0;
  for (let bin = 0; bin < out.length; bin++) {
    let sum = 0;
    for (const end = t + binFrames; t < end; t++) {
      sum += affinity(gI[t] as number, gJ[t] as number, widthI[t] as number, widthJ[t] as number);
    }
    out[bin] = sum / binFrames;
  }
}
