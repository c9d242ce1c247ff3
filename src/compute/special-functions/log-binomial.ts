import { logGamma } from "./log-gamma.js";
import { logarithm } from "./logarithm.js";

/**
 * ln of the number of ways to choose k of n things, 0 ≤ k ≤ n whole numbers; −∞ where there is none. Absolute error
 * about 1e-15 n ln n, from the cancellation of three log-gammas.
 */
export function logBinomial(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  const fewer = Math.min(k, n - k);
  if (fewer === 0) return 0;
  if (fewer === 1) return logarithm(n);
  return logGamma(n + 1) - logGamma(fewer + 1) - logGamma(n - fewer + 1);
}
