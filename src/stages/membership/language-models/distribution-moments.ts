/** What a whole distribution says, beside the given token. Nats. */
export interface DistributionMoments {
  /** Σ p log p. */
  readonly mu: number;
  /** Σ p (log p)². */
  readonly m2: number;
  /** Mean of log p, each token counting once; −∞ where one has no probability. */
  readonly muUniform: number;
  /** Its standard deviation (ddof 0); NaN where one has no probability. */
  readonly sdUniform: number;
  /** Σ p: 1, up to rounding. */
  readonly total: number;
}

/**
 * Moments of a distribution given as log-probabilities in any order; a token without probability adds nothing to the
 * first two. Two passes, float64: O(V).
 */
export function distributionMoments(logprobs: ArrayLike<number>): DistributionMoments {
  const n = logprobs.length;
  let [mu, m2, total, sum] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const value = logprobs[i] as number;
    sum += value;
    const p = Math.exp(value);
    total += p;
    if (p === 0) continue;
    mu += p * value;
    m2 += p * value * value;
  }
  const muUniform = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((logprobs[i] as number) - muUniform) ** 2;
  return { mu: Math.min(0, mu), m2, muUniform, sdUniform: Math.sqrt(squares / n), total };
}
