/**
 * The n-grams of one length, in the order of their tokens: those that begin alike stand together. An n-gram of length
 * n + 1 is an entry of level n. Lookups compare tokens, not hashes: two n-grams are never taken for one.
 */
export interface NgramLevel {
  /** Last token of each n-gram. Ascending among those that share all others. */
  readonly token: Int32Array;
  /** How often it was counted. */
  readonly count: Uint32Array;
  /** Probability of the last token after the others. */
  readonly probability: Float64Array;
  /** Entry of the level below: the n-gram without its first token. Empty at level 0. */
  readonly suffix: Uint32Array;
  /** The n-grams one longer that begin with entry e are `followers[e]` … `followers[e + 1]` − 1 of the next level. */
  readonly followers: Uint32Array;
  /** Sum of their counts. */
  readonly total: Uint32Array;
}

/**
 * An interpolated Witten–Bell model. With p₀ = 1/V, and for n = 0, 1, … a context h of n tokens that was followed by
 * T(h) different tokens, C(h) times in all: p_{n+1}(w) = (c(h, w) + T(h)·p_n(w)) / (C(h) + T(h)); it stops at the first
 * context without followers, or at `order` − 1 tokens (Witten and Bell 1991; Chen and Goodman 1999, section 2.5).
 * Every probability is above zero, and they sum to one.
 */
export interface NgramTrie {
  /** Contexts have 0 … `order` − 1 tokens. */
  readonly order: number;
  readonly vocabulary: number;
  /** One per length of n-grams, `order` in all. */
  readonly levels: readonly NgramLevel[];
  /** Entry of level 0 of each token of the vocabulary, −1 where it was not counted. */
  readonly unigram: Int32Array;
  /** Probability, without context, of a token that was not counted. */
  readonly unseen: number;
  /** Tokens counted. */
  readonly tokens: number;
}

/** The entry of `token` among the entries `from` … `to` − 1 of a level, or −1. Binary search. */
export function findFollower(tokens: Int32Array, from: number, to: number, token: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tokens[middle] as number) < token) low = middle + 1;
    else high = middle;
  }
  return low < to && tokens[low] === token ? low : -1;
}

/** Bytes that a model holds, without what scoring adds. */
export function trieBytes({ levels, unigram }: NgramTrie): number {
  let bytes = unigram.byteLength;
  for (const { token, count, probability, suffix, followers, total } of levels) {
    for (const array of [token, count, probability, suffix, followers, total]) bytes += array.byteLength;
  }
  return bytes;
}
