import { MIN_K_PERCENTAGES } from "../../../transforms/membership/attack-names.js";

/** What a model says of consecutive predicted tokens; natural logarithms. Absent: the model cannot say. */
export interface TokenColumns {
  readonly logprob: Float32Array | Float64Array;
  readonly maxLogprob?: Float32Array | Float64Array;
  /** 0-based. */
  readonly rank?: Int32Array;
  /** Σ p log p and Σ p (log p)². */
  readonly mu?: Float64Array;
  readonly m2?: Float64Array;
  /** Mean of log p over the vocabulary, and its standard deviation. */
  readonly muUniform?: Float64Array;
  readonly sdUniform?: Float64Array;
}

/** A probability of 0 counts as the smallest float64 there is: its logarithm is -744.44. */
export const LOWEST_LOGPROB = Math.log(Number.MIN_VALUE);
/** A standard deviation below this share of |μ| (or of 1) is rounding: it counts as this. */
const LEAST_DEVIATION = 1e-6;
/** Of SURP, as in the SoK benchmark. */
const SURP_PERCENTAGE = 40;
const SURP_ENTROPY = 2;
const SURP_EMPTY = -100;

/** Mean negative log-probability; NaN of no tokens. */
export function meanLoss(logprob: Float32Array | Float64Array): number {
  let sum = 0;
  for (let at = 0; at < logprob.length; at++) sum -= Math.max(logprob[at] as number, LOWEST_LOGPROB);
  return sum / logprob.length;
}

/** How many of n values are the lowest k percent: ⌊n k / 100⌋. */
export function lowestCount(n: number, percentage: number): number {
  return Math.floor((n * percentage) / 100);
}

/** Means of the ⌊n k / 100⌋ lowest values for every k; null where that is none. O(n log n) for all. */
export function lowestMeans(values: Float64Array, percentages: readonly number[]): (number | null)[] {
  const sorted = Float64Array.from(values).sort();
  const sums = new Float64Array(sorted.length + 1);
  for (let at = 0; at < sorted.length; at++) sums[at + 1] = (sums[at] as number) + (sorted[at] as number);
  return percentages.map((percentage) => {
    const count = lowestCount(sorted.length, percentage);
    return count === 0 ? null : (sums[count] as number) / count;
  });
}

/** z = (log p − μ) / σ of every token. `deviation(at)` gives σ. */
function standardised(
  logprob: Float32Array | Float64Array,
  mean: Float64Array,
  deviation: (at: number) => number,
): Float64Array {
  return Float64Array.from(logprob, (value, at) => {
    const mu = mean[at] as number;
    const sigma = Math.max(deviation(at), LEAST_DEVIATION * Math.max(1, Math.abs(mu)));
    return (Math.max(value, LOWEST_LOGPROB) - mu) / sigma;
  });
}

/**
 * SURP (Zhang and Wu 2024) as in the SoK benchmark: mean log p of tokens that are among the ⌊0.4 n⌋ least probable and
 * where the entropy is below 2 nats; -100 when there are none, null when ⌊0.4 n⌋ = 0. Of equally probable tokens the
 * earlier ones are taken.
 */
export function surp(
  logprob: Float32Array | Float64Array,
  mu: Float64Array,
): { readonly score: number | null; readonly tokens: number } {
  const count = lowestCount(logprob.length, SURP_PERCENTAGE);
  if (count === 0) return { score: null, tokens: 0 };
  const order = Int32Array.from(logprob, (_, at) => at);
  order.sort((a, b) => (logprob[a] as number) - (logprob[b] as number) || a - b);
  let [sum, tokens] = [0, 0];
  for (const at of order.subarray(0, count)) {
    if (-(mu[at] as number) >= SURP_ENTROPY) continue;
    sum += Math.max(logprob[at] as number, LOWEST_LOGPROB);
    tokens++;
  }
  return { score: tokens === 0 ? SURP_EMPTY : sum / tokens, tokens };
}

/**
 * Attacks that need nothing but the scores of the tokens, larger = more likely a member; null with too few tokens and
 * where a column is missing. Min-K%: Shi et al. 2024. Min-K%++: Zhang et al. 2025, μ and σ over the predicted
 * distribution; `minkpp_sok`: μ and σ over the vocabulary, every token counting once.
 */
export function tokenAttacks(columns: TokenColumns): Map<string, number | null> {
  const { logprob, maxLogprob, rank, mu, m2, muUniform, sdUniform } = columns;
  const scores = new Map<string, number | null>();
  const loss = logprob.length === 0 ? null : meanLoss(logprob);
  scores.set("loss", loss === null ? null : -loss);
  scores.set("ppl", loss === null ? null : -Math.exp(loss));
  const lowest = (name: string, values: Float64Array | undefined) => {
    const means = values === undefined ? [] : lowestMeans(values, MIN_K_PERCENTAGES);
    MIN_K_PERCENTAGES.forEach((k, at) => {
      scores.set(`${name}_${k}`, means[at] ?? null);
    });
  };
  lowest(
    "mink",
    Float64Array.from(logprob, (value) => Math.max(value, LOWEST_LOGPROB)),
  );
  lowest("minkpp", mu && m2 && standardised(logprob, mu, (at) => deviation(mu[at] as number, m2[at] as number)));
  lowest("minkpp_sok", muUniform && sdUniform && standardised(logprob, muUniform, (at) => sdUniform[at] as number));
  scores.set("surp", mu === undefined ? null : surp(logprob, mu).score);
  scores.set(
    "mean_rank",
    meanOf(rank, (value) => -value),
  );
  scores.set(
    "mean_entropy",
    meanOf(mu, (value) => value),
  );
  scores.set("mean_max", meanOf(maxLogprob, Math.exp));
  return scores;
}

/** σ = √(Σ p (log p)² − μ²); 0 where rounding makes that negative. */
function deviation(mu: number, m2: number): number {
  return Math.sqrt(Math.max(0, m2 - mu * mu));
}

function meanOf(
  values: Int32Array | Float32Array | Float64Array | undefined,
  term: (value: number) => number,
): number | null {
  if (values === undefined || values.length === 0) return null;
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += term(values[at] as number);
  return sum / values.length;
}
