import { ContextStatistics } from "./context-statistics.js";
import { MeanProbability } from "./mean-probability.js";
import { NgramCursor } from "./ngram-cursor.js";
import type { NgramTrie } from "./ngram-trie.js";

/** What a model says of predicted tokens, one value per token; natural logarithms. */
export interface TokenScores {
  /** ≤ 0 and finite, as {@link maxLogprob}. */
  readonly logprob: Float32Array | Float64Array;
  readonly maxLogprob: Float32Array | Float64Array;
  /** Tokens of the vocabulary that are more probable by more than 1e-12 of it; what is nearer is a tie. */
  readonly rank: Int32Array;
  /** Σ p log p and Σ p (log p)² over the vocabulary. */
  readonly mu: Float64Array;
  readonly m2: Float64Array;
  /** Mean and standard deviation (ddof 0) of log p, every token of the vocabulary counting once. */
  readonly muUniform: Float64Array;
  readonly sdUniform: Float64Array;
}

/** Room for the scores of `length` tokens: `float32` logarithms as they are stored, or `float64`. */
export function tokenScores(length: number, precision: "float32" | "float64"): TokenScores {
  const logarithms = () => (precision === "float32" ? new Float32Array(length) : new Float64Array(length));
  return {
    logprob: logarithms(),
    maxLogprob: logarithms(),
    rank: new Int32Array(length),
    mu: new Float64Array(length),
    m2: new Float64Array(length),
    muUniform: new Float64Array(length),
    sdUniform: new Float64Array(length),
  };
}

/**
 * Scores texts exactly, without going through the vocabulary for a token. What it finds out about contexts is kept for
 * the next text: see {@link ContextStatistics} for cost and memory.
 */
export class NgramScorer {
  readonly #cursor: NgramCursor;
  readonly #statistics: ContextStatistics;
  readonly #mean: MeanProbability;

  constructor(trie: NgramTrie) {
    this.#cursor = new NgramCursor(trie);
    this.#statistics = new ContextStatistics(trie);
    this.#mean = new MeanProbability(trie);
  }

  /**
   * Reads tokens `begin` … `end` − 1 of `ids`, the context of each being those before it from `begin` on, and writes the
   * scores of all but the first to `into` from `at` on.
   */
  score(ids: Int32Array, begin: number, end: number, into: TokenScores, at = 0): void {
    const [cursor, statistics, mean] = [this.#cursor, this.#statistics, this.#mean];
    const { logprob, maxLogprob, rank, mu, m2, muUniform, sdUniform } = into;
    cursor.start();
    if (begin < end) cursor.advance(ids[begin] as number);
    for (let i = begin + 1, k = at; i < end; i++, k++) {
      const { level, context } = cursor;
      mean.add(level, context);
      statistics.select(level, context);
      maxLogprob[k] = statistics.maxLogprob;
      mu[k] = statistics.mu;
      m2[k] = statistics.m2;
      muUniform[k] = statistics.muUniform;
      sdUniform[k] = statistics.sdUniform;
      logprob[k] = Math.min(0, Math.log(cursor.advance(ids[i] as number)));
      rank[k] = statistics.rank(cursor, level);
    }
  }

  /** Sum of the distributions that all tokens scored since the last call were predicted from, and their number. */
  takeProbabilities(): { readonly sum: Float64Array; readonly predicted: number } {
    return this.#mean.take();
  }
}
