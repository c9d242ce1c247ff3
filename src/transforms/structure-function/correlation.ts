import { laggedDots, type PaddedSeries, paddedSeries } from "./lagged-dots.js";

/** Fewest common samples of a correlation. */
export const FEWEST_SAMPLES = 3;
/** Below this part of the sum of squares, a variance has lost digits: it is computed again in two passes. */
const SAFE_PART = 1e-4;

/** How the traces of two neurons go together; numbers are positions in the list of traces, i < j. */
export interface PairCorrelation {
  readonly i: number;
  readonly j: number;
  /** Samples valid in both. */
  readonly n: number;
  /** Pearson correlation over them; null when there are fewer than three, or one of the two does not vary. */
  readonly r: number | null;
  /** Samples by which j follows i where the absolute correlation is largest; null when r is. */
  readonly lag: number | null;
  readonly rLag: number | null;
}

/**
 * Pearson correlations of all pairs of traces on one grid, at lag 0 and at the lag of −maxLag … maxLag samples whose
 * absolute correlation is largest. Only samples that are finite in both count, at every lag anew, and means and
 * variances are those of these samples. A lag counts when it has at least half the samples of lag 0; of equal
 * correlations the shortest lag is taken, of lag and −lag the positive one.
 *
 * Every trace is standardised once; sums, sums of squares and products are dot products of the results, with zeros where
 * a sample is missing, and with the masks. Traces with the same missing samples share the sums: for N traces with G
 * different masks it is (N²/2 + 2NG + G²)(2 maxLag + 1) dot products. 110 neurons, 1,444 samples, ±15 lags: 0.2 s.
 */
export function* pairCorrelations(traces: readonly Float64Array[], maxLag: number): Generator<PairCorrelation> {
  const statistics = new MaskedStatistics(traces, maxLag);
  for (let i = 0; i < traces.length; i++) {
    for (let j = i + 1; j < traces.length; j++) yield statistics.pair(i, j);
  }
}

/** The sums that pairs of traces share. */
class MaskedStatistics {
  readonly #traces: readonly Float64Array[];
  readonly #maxLag: number;
  readonly #length: number;
  readonly #lags: number;
  /** Traces with mean 0 and variance about 1, 0 where missing. */
  readonly #scaled: readonly PaddedSeries[];
  /** Number of the mask of each trace. */
  readonly #maskOf: readonly number[];
  readonly #masks: readonly PaddedSeries[];
  /** By mask, mask, lag: samples in both. */
  readonly #counts: Float64Array;
  /** By trace, mask of the other, lag: over the samples in both, the sum of the trace and of its squares. */
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #products: Float64Array;

  constructor(traces: readonly Float64Array[], maxLag: number) {
    this.#traces = traces;
    this.#length = traces[0]?.length ?? 0;
    this.#maxLag = Math.max(0, Math.min(maxLag, this.#length - 1));
    this.#lags = 2 * this.#maxLag + 1;
    this.#scaled = traces.map((trace) => scaledTrace(trace, this.#maxLag));
    const { masks, maskOf } = distinctMasks(traces, this.#maxLag);
    this.#masks = masks;
    this.#maskOf = maskOf;
    this.#counts = this.#dots(masks);
    this.#sums = this.#dots(this.#scaled);
    this.#squares = this.#dots(this.#scaled.map((series) => series.map((value) => value * value)));
    this.#products = new Float64Array(this.#lags);
  }

  /** Lagged dot products of each series with each mask. */
  #dots(series: readonly PaddedSeries[]): Float64Array {
    const out = new Float64Array(series.length * this.#masks.length * this.#lags);
    const shape = { length: this.#length, maxLag: this.#maxLag };
    series.forEach((one, i) => {
      this.#masks.forEach((mask, m) => {
        laggedDots(one, mask, shape, out, this.#at(i, m));
      });
    });
    return out;
  }

  #at(series: number, mask: number): number {
    return (series * this.#masks.length + mask) * this.#lags;
  }

  pair(i: number, j: number): PairCorrelation {
    const zero = this.#maxLag;
    const [maskI, maskJ] = [this.#maskOf[i] as number, this.#maskOf[j] as number];
    const counts = this.#at(maskI, maskJ);
    const n = this.#counts[counts + zero] as number;
    const none = { i, j, n, r: null, lag: null, rLag: null };
    if (n < FEWEST_SAMPLES) return none;
    const shape = { length: this.#length, maxLag: this.#maxLag };
    laggedDots(this.#scaled[i] as PaddedSeries, this.#scaled[j] as PaddedSeries, shape, this.#products);
    const r = this.#correlation(i, j, 0);
    if (Number.isNaN(r)) return none;
    const fewest = Math.max(FEWEST_SAMPLES, n / 2);
    let [lag, rLag] = [0, r];
    for (let distance = 1; distance <= this.#maxLag; distance++) {
      for (const candidate of [distance, -distance]) {
        if ((this.#counts[counts + zero + candidate] as number) < fewest) continue;
        const found = this.#correlation(i, j, candidate);
        if (Math.abs(found) > Math.abs(rLag)) [lag, rLag] = [candidate, found];
      }
    }
    return { i, j, n, r, lag, rLag };
  }

  /** From the sums and `#products` of this pair; NaN when one of the two does not vary. */
  #correlation(i: number, j: number, lag: number): number {
    const [maskI, maskJ] = [this.#maskOf[i] as number, this.#maskOf[j] as number];
    const n = this.#counts[this.#at(maskI, maskJ) + this.#maxLag + lag] as number;
    const ofI = this.#at(i, maskJ) + this.#maxLag + lag;
    const ofJ = this.#at(j, maskI) + this.#maxLag - lag;
    const [sumI, sumJ] = [this.#sums[ofI] as number, this.#sums[ofJ] as number];
    const [squaresI, squaresJ] = [this.#squares[ofI] as number, this.#squares[ofJ] as number];
    const varianceI = squaresI - (sumI * sumI) / n;
    const varianceJ = squaresJ - (sumJ * sumJ) / n;
    if (varianceI > SAFE_PART * squaresI && varianceJ > SAFE_PART * squaresJ) {
      const covariance = (this.#products[this.#maxLag + lag] as number) - (sumI * sumJ) / n;
      return clamp(covariance / Math.sqrt(varianceI * varianceJ));
    }
    return twoPassCorrelation(this.#traces[i] as Float64Array, this.#traces[j] as Float64Array, lag);
  }
}

/** Correlation of x[k] and y[k + lag] over the finite pairs, the slow and sure way; NaN when one does not vary. */
function twoPassCorrelation(x: Float64Array, y: Float64Array, lag: number): number {
  const from = Math.max(0, -lag);
  const to = Math.min(x.length, y.length - lag);
  const inBoth: [number[], number[]] = [[], []];
  for (let k = from; k < to; k++) {
    const [a, b] = [x[k] as number, y[k + lag] as number];
    if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
    inBoth[0].push(a);
    inBoth[1].push(b);
  }
  const [a, b] = inBoth.map(unitDeviations) as [Float64Array | undefined, Float64Array | undefined];
  if (a === undefined || b === undefined) return Number.NaN;
  let product = 0;
  for (let k = 0; k < a.length; k++) product += (a[k] as number) * (b[k] as number);
  return clamp(product);
}

/** Deviations from the mean, scaled to length 1; undefined when all values are the same. */
function unitDeviations(values: readonly number[]): Float64Array | undefined {
  const deviations = centred(Float64Array.from(values));
  if (deviations === undefined) return undefined;
  let squares = 0;
  for (const deviation of deviations) squares += deviation * deviation;
  return deviations.map((deviation) => deviation / Math.sqrt(squares));
}

/** Deviations from the mean, the largest of them 1; undefined when all values are the same. */
function centred(values: Float64Array): Float64Array | undefined {
  if (values.every((value) => value === values[0])) return undefined;
  let deviations = values;
  // Twice: after the first time, the mean of what is left is the rounding error of the first mean.
  for (let pass = 0; pass < 2; pass++) {
    let mean = 0;
    for (const deviation of deviations) mean += deviation / deviations.length;
    let largest = 0;
    deviations = deviations.map((deviation) => {
      const moved = deviation - mean;
      largest = Math.max(largest, Math.abs(moved));
      return moved;
    });
    if (largest === 0) return undefined;
    deviations = deviations.map((deviation) => deviation / largest);
  }
  return deviations;
}

/** The trace with mean 0 and variance 1 over its finite samples, 0 elsewhere; all 0 when it does not vary. */
function scaledTrace(trace: Float64Array, maxLag: number): PaddedSeries {
  const series = paddedSeries(trace.length, maxLag);
  const deviations = centred(trace.filter(Number.isFinite));
  if (deviations === undefined) return series;
  let squares = 0;
  for (const deviation of deviations) squares += deviation * deviation;
  const scale = Math.sqrt(deviations.length / squares);
  let next = 0;
  for (let k = 0; k < trace.length; k++) {
    if (Number.isFinite(trace[k])) series[maxLag + k] = (deviations[next++] as number) * scale;
  }
  return series;
}

/** Which samples are finite, as 1 and 0: one series per different mask, and the number of each trace's. */
function distinctMasks(
  traces: readonly Float64Array[],
  maxLag: number,
): { readonly masks: PaddedSeries[]; readonly maskOf: number[] } {
  const masks: PaddedSeries[] = [];
  const numbers = new Map<string, number>();
  const maskOf = traces.map((trace) => {
    const series = paddedSeries(trace.length, maxLag);
    let borders = "";
    for (let k = 0; k < trace.length; k++) {
      const valid = Number.isFinite(trace[k]) ? 1 : 0;
      series[maxLag + k] = valid;
      const before = k === 0 ? 1 : (series[maxLag + k - 1] as number);
      if (valid !== before) borders += `${k} `;
    }
    const known = numbers.get(borders);
    if (known !== undefined) return known;
    numbers.set(borders, masks.length);
    return masks.push(series) - 1;
  });
  return { masks, maskOf };
}

function clamp(r: number): number {
  return Math.max(-1, Math.min(1, r));
}
