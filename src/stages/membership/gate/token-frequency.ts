import { type BagOfWords, documentFrequency } from "../../../compute/text/bag-of-words.js";
import type { FeatureColumns, FoldRows } from "./blind-units.js";

/**
 * Histogram of log R(v) over the tokens of every unit, R the token frequencies of the training units of the fold: what
 * the normalised attack would see of a model that knows token frequencies and nothing else (`just_norm_val` of the
 * published code, which it does not implement). Shares of `bins` equal bins between the smallest and the largest value
 * over the training units; a token that they lack has half the smallest frequency.
 */
export function tokenFrequencyFeatures(bag: BagOfWords, rows: FoldRows, bins: number): FeatureColumns {
  const counts = new Float64Array(bag.size);
  let total = 0;
  for (const unit of rows.train) {
    for (let i = bag.starts[unit] as number; i < (bag.starts[unit + 1] as number); i++) {
      const term = bag.terms[i] as number;
      counts[term] = (counts[term] as number) + (bag.counts[i] as number);
      total += bag.counts[i] as number;
    }
  }
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const count of counts) {
    if (count === 0) continue;
    least = Math.min(least, count);
    most = Math.max(most, count);
  }
  const seen = documentFrequency(bag, rows.train);
  const low = Math.log(least / total);
  const high = Math.max(Math.log(most / total), low + 1e-9);
  const bin = Int32Array.from(counts, (count, term) => {
    if (seen[term] === 0) return 0;
    return 1 + Math.min(bins - 1, Math.floor(((Math.log(count / total) - low) / (high - low)) * bins));
  });
  const columns = bins + 1;
  const values = new Float64Array(bag.documents * columns);
  for (let unit = 0; unit < bag.documents; unit++) {
    let length = 0;
    for (let i = bag.starts[unit] as number; i < (bag.starts[unit + 1] as number); i++) {
      const at = unit * columns + (bin[bag.terms[i] as number] as number);
      values[at] = (values[at] as number) + (bag.counts[i] as number);
      length += bag.counts[i] as number;
    }
    for (let column = 0; column < columns; column++)
      values[unit * columns + column] = (values[unit * columns + column] as number) / Math.max(1, length);
  }
  return { names: ["unseen", ...Array.from({ length: bins }, (_, k) => `log_frequency_${k}`)], values };
}
