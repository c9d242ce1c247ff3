import { NO_CONTEXT } from "./ngram-cursor.js";
import type { NgramLevel, NgramTrie } from "./ngram-trie.js";

/**
 * Sums the predicted distributions of a text. A context is only counted when it is met; at the end each gives what its
 * followers were counted, and hands the rest of its weight, λ = T / (C + T), on to the next shorter one.
 * Cost: O(1) per token, and O(followers of the different contexts + vocabulary) at the end. Memory: 8 bytes per n-gram
 * that is a context.
 */
export class MeanProbability {
  readonly #trie: NgramTrie;
  /** How often each context of a level was met, and which were: made when the first is. */
  readonly #weights: (Float64Array | undefined)[] = [];
  readonly #met: number[][];
  #root = 0;
  #predicted = 0;

  constructor(trie: NgramTrie) {
    this.#trie = trie;
    this.#met = trie.levels.slice(1).map(() => []);
  }

  /** Counts the prediction of one token after a context. */
  add(level: number, context: number): void {
    this.#predicted++;
    if (level === NO_CONTEXT) this.#root++;
    else this.#add(level, context, 1);
  }

  /** Sum of the distributions since the last call, one number per token of the vocabulary, and how many they were. */
  take(): { readonly sum: Float64Array; readonly predicted: number } {
    const { levels, vocabulary, unseen } = this.#trie;
    const sum = new Float64Array(vocabulary);
    for (let level = this.#met.length - 1; level >= 0; level--) {
      const weights = this.#weights[level] ?? new Float64Array(0);
      const { followers, total, suffix } = levels[level] as NgramLevel;
      const { token, count } = levels[level + 1] as NgramLevel;
      for (const context of Uint32Array.from(this.#met[level] as number[]).sort()) {
        const [from, to] = [followers[context] as number, followers[context + 1] as number];
        const each = (weights[context] as number) / ((total[context] as number) + (to - from));
        for (let e = from; e < to; e++) {
          const id = token[e] as number;
          sum[id] = (sum[id] as number) + each * (count[e] as number);
        }
        const rest = each * (to - from);
        if (level === 0) this.#root += rest;
        else this.#add(level - 1, suffix[context] as number, rest);
        weights[context] = 0;
      }
      this.#met[level] = [];
    }
    const { token, probability } = levels[0] as NgramLevel;
    for (let id = 0; id < vocabulary; id++) sum[id] = (sum[id] as number) + this.#root * unseen;
    token.forEach((id, e) => {
      sum[id] = (sum[id] as number) + this.#root * ((probability[e] as number) - unseen);
    });
    const predicted = this.#predicted;
    this.#root = 0;
    this.#predicted = 0;
    return { sum, predicted };
  }

  #add(level: number, context: number, weight: number): void {
    this.#weights[level] ??= new Float64Array((this.#trie.levels[level] as NgramLevel).token.length);
    const weights = this.#weights[level] as Float64Array;
    const before = weights[context] as number;
    if (before === 0) this.#met[level]?.push(context);
    weights[context] = before + weight;
  }
}
