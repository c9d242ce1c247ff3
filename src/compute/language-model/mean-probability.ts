import { NO_CONTEXT } from "./ngram-cursor.js";
import type { NgramLevel, NgramTrie } from "./ngram-trie.js";

/**
 * Sums the predicted distributions of a text. A context is only counted when it is met; at the end each gives what its
 * followers were counted, and hands the rest of its weight, λ = T / (C + T), on to the next shorter one.
 * Cost: O(1) per token, and O(followers of the different contexts + vocabulary) at the end.
 */
export class MeanProbability {
  readonly #trie: NgramTrie;
  /** How often each context of a level was met. */
  readonly #weights: Map<number, number>[];
  #root = 0;
  #predicted = 0;

  constructor(trie: NgramTrie) {
    this.#trie = trie;
    this.#weights = trie.levels.slice(1).map(() => new Map());
  }

  /** Counts the prediction of one token after a context. */
  add(level: number, context: number): void {
    this.#predicted++;
    if (level === NO_CONTEXT) this.#root++;
    else addTo(this.#weights[level] as Map<number, number>, context, 1);
  }

  /** Sum of the distributions since the last call, one number per token of the vocabulary, and how many they were. */
  take(): { readonly sum: Float64Array; readonly predicted: number } {
    const { levels, vocabulary, unseen } = this.#trie;
    const sum = new Float64Array(vocabulary);
    for (let level = this.#weights.length - 1; level >= 0; level--) {
      const weights = this.#weights[level] as Map<number, number>;
      const { followers, total, suffix } = levels[level] as NgramLevel;
      const { token, count } = levels[level + 1] as NgramLevel;
      for (const context of Uint32Array.from(weights.keys()).sort()) {
        const [from, to] = [followers[context] as number, followers[context + 1] as number];
        const each = (weights.get(context) as number) / ((total[context] as number) + (to - from));
        for (let e = from; e < to; e++) {
          const id = token[e] as number;
          sum[id] = (sum[id] as number) + each * (count[e] as number);
        }
        const rest = each * (to - from);
        if (level === 0) this.#root += rest;
        else addTo(this.#weights[level - 1] as Map<number, number>, suffix[context] as number, rest);
      }
      weights.clear();
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
}

function addTo(weights: Map<number, number>, context: number, weight: number): void {
  weights.set(context, (weights.get(context) ?? 0) + weight);
}
