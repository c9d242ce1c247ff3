import { findFollower, type NgramLevel, type NgramTrie } from "./ngram-trie.js";

/** The level of the context without tokens; contexts of n tokens are entries of level n − 1. */
export const NO_CONTEXT = -1;

/**
 * Reads a text token by token. Before {@link advance} it stands at the longest context known to the model, after it it
 * says where the token was found. Cost of a token: a binary search among the followers of the context and of those that
 * do not have it.
 */
export class NgramCursor {
  readonly #levels: readonly NgramLevel[];
  readonly #unigram: Int32Array;
  readonly #unseen: number;
  readonly #last: number;
  /** Level and entry of the longest context with followers. The distribution depends on nothing else. */
  level = NO_CONTEXT;
  context = 0;
  /** Level at which the last token was found, its entry there (−1: it was never counted), its probability. */
  found = 0;
  entry = -1;
  probability = 1;
  /** The context of each level that was asked for the last token: those above `found` − 1 do not have it. */
  readonly asked: Int32Array;

  constructor(trie: NgramTrie) {
    this.#levels = trie.levels;
    this.#unigram = trie.unigram;
    this.#unseen = trie.unseen;
    this.#last = trie.order - 2;
    this.asked = new Int32Array(trie.order);
  }

  /** Begins a text: no context. */
  start(): void {
    this.level = NO_CONTEXT;
    this.context = 0;
  }

  /** The probability of `token` after all since {@link start}; moves on behind it. */
  advance(token: number): number {
    const [levels, asked, deepest] = [this.#levels, this.asked, this.level];
    let { level, context } = this;
    let entry = -1;
    while (level >= 0) {
      const { followers, suffix } = levels[level] as NgramLevel;
      const { token: tokens } = levels[level + 1] as NgramLevel;
      asked[level] = context;
      entry = findFollower(tokens, followers[context] as number, followers[context + 1] as number, token);
      if (entry !== -1) break;
      if (level > 0) context = suffix[context] as number;
      level--;
    }
    if (level === NO_CONTEXT) entry = this.#unigram[token] as number;
    let probability = entry === -1 ? this.#unseen : ((levels[level + 1] as NgramLevel).probability[entry] as number);
    for (let missed = level + 1; missed <= deepest; missed++) {
      const { followers, total } = levels[missed] as NgramLevel;
      const at = asked[missed] as number;
      const different = (followers[at + 1] as number) - (followers[at] as number);
      probability = (different * probability) / ((total[at] as number) + different);
    }
    this.found = level + 1;
    this.entry = entry;
    this.probability = probability;
    this.#enter(level + 1, entry);
    return probability;
  }

  /** Moves to the longest context with followers that ends an n-gram. */
  #enter(found: number, entry: number): void {
    if (entry === -1) {
      this.level = NO_CONTEXT;
      return;
    }
    let level = found;
    let context = entry;
    while (level >= 0) {
      const { followers, suffix } = this.#levels[level] as NgramLevel;
      if (level <= this.#last && (followers[context + 1] as number) > (followers[context] as number)) break;
      if (level > 0) context = suffix[context] as number;
      level--;
    }
    this.level = level;
    this.context = context;
  }
}

/**
 * Natural logarithm of the probability of each token of `ids` but the first, from the second on, the first being its
 * only context. Writes `ids.length` − 1 values to `into` at `at`; ≤ 0 and finite.
 */
export function logProbabilities(
  cursor: NgramCursor,
  ids: Int32Array,
  into: Float32Array | Float64Array,
  at = 0,
): void {
  cursor.start();
  if (ids.length > 0) cursor.advance(ids[0] as number);
  for (let i = 1; i < ids.length; i++) into[at + i - 1] = Math.min(0, Math.log(cursor.advance(ids[i] as number)));
}
