import { NO_CONTEXT } from "./ngram-cursor.js";
import type { NgramLevel, NgramTrie } from "./ngram-trie.js";

/** The probability of every token of the vocabulary after a context. O(vocabulary × length of the context). */
export function distributionOf(trie: NgramTrie, level: number, context: number): Float64Array {
  if (level === NO_CONTEXT) {
    const p = new Float64Array(trie.vocabulary).fill(trie.unseen);
    const { token, probability } = trie.levels[0] as NgramLevel;
    token.forEach((id, e) => {
      p[id] = probability[e] as number;
    });
    return p;
  }
  const { followers, total, suffix } = trie.levels[level] as NgramLevel;
  const { token, probability } = trie.levels[level + 1] as NgramLevel;
  const p = distributionOf(trie, level - 1, level === 0 ? 0 : (suffix[context] as number));
  const [from, to] = [followers[context] as number, followers[context + 1] as number];
  const all = (total[context] as number) + (to - from);
  for (let id = 0; id < p.length; id++) p[id] = ((to - from) * (p[id] as number)) / all;
  for (let e = from; e < to; e++) p[token[e] as number] = probability[e] as number;
  return p;
}
