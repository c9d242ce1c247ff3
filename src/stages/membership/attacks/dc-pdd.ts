import { LOWEST_LOGPROB } from "./token-attacks.js";

/** How often each token occurs in the documents of each fold. */
export class TokenCounts {
  readonly #vocabulary: number;
  readonly #total: Float64Array;
  #tokens = 0;
  readonly #folds = new Map<number, { readonly counts: Float64Array; tokens: number }>();

  /** @param vocabulary number of tokens, V. Memory: 8 V bytes per fold. */
  constructor(vocabulary: number) {
    this.#vocabulary = vocabulary;
    this.#total = new Float64Array(vocabulary);
  }

  /** Counts the tokens of a unit of the fold. @throws {RangeError} for a token that is not in the vocabulary. */
  add(fold: number, ids: Int32Array): void {
    const own = this.#folds.get(fold) ?? { counts: new Float64Array(this.#vocabulary), tokens: 0 };
    this.#folds.set(fold, own);
    for (const id of ids) {
      if (id < 0 || id >= this.#vocabulary) throw new RangeError(`token ${id} is not one of ${this.#vocabulary}`);
      own.counts[id] = (own.counts[id] as number) + 1;
      this.#total[id] = (this.#total[id] as number) + 1;
    }
    own.tokens += ids.length;
    this.#tokens += ids.length;
  }

  /** Logarithms of (count + 1) / (tokens + V), counted over the other folds. O(V). */
  logFrequency(withoutFold: number): Float64Array {
    const own = this.#folds.get(withoutFold);
    const all = this.#tokens - (own?.tokens ?? 0) + this.#vocabulary;
    return this.#total.map((count, id) => Math.log((count - (own?.counts[id] ?? 0) + 1) / all));
  }
}

/**
 * DC-PDD (Zhang et al. 2024), larger = more likely a member: over the first occurrence of every token, the mean of
 * −p log f, each at most `limit`, with f the frequency of the token elsewhere. Null of no tokens.
 */
export function dcPdd(given: {
  readonly ids: Int32Array;
  readonly logprob: Float32Array | Float64Array;
  readonly logFrequency: Float64Array;
  readonly limit: number;
}): number | null {
  const { ids, logprob, logFrequency, limit } = given;
  const seen = new Set<number>();
  let sum = 0;
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] as number;
    if (seen.has(id)) continue;
    seen.add(id);
    const p = Math.exp(Math.max(logprob[at] as number, LOWEST_LOGPROB));
    sum += Math.min(-p * (logFrequency[id] as number), limit);
  }
  return seen.size === 0 ? null : sum / seen.size;
}
