import { normalUpperTail } from "./normal-distribution.js";
import { mannWhitney } from "./roc.js";

/**
 * Probability of an area under the curve at least as large by chance: normal approximation with correction for ties and
 * continuity, as scipy's `mannwhitneyu(…, alternative="greater", method="asymptotic")`. NaN with one class or one score.
 */
export function mannWhitneyTest(scores: Float64Array, labels: Uint8Array): { readonly u: number; readonly p: number } {
  const { u, members, nonmembers } = mannWhitney(scores, labels);
  const n = members + nonmembers;
  const sorted = Float64Array.from(scores).sort();
  let ties = 0;
  for (let begin = 0; begin < n; ) {
    let end = begin + 1;
    while (end < n && sorted[end] === sorted[begin]) end++;
    ties += (end - begin) ** 3 - (end - begin);
    begin = end;
  }
  const variance = ((members * nonmembers) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (!(variance > 0)) return { u, p: Number.NaN };
  return { u, p: normalUpperTail((u - (members * nonmembers) / 2 - 0.5) / Math.sqrt(variance)) };
}
