import { NeurotablesError } from "../../../base/errors.js";
import { NgramCursor } from "../../../compute/language-model/ngram-cursor.js";
import { distributionOf } from "../../../compute/language-model/ngram-distribution.js";
import type { NgramTrie } from "../../../compute/language-model/ngram-trie.js";
import { NgramScorer, type TokenScores, tokenScores } from "../../../compute/language-model/score-ngram.js";
import { randomNumbers } from "../../../compute/statistics/random-numbers.js";

/** Whether a check passed; null where the model or the text does not allow it. */
export interface CheckResult {
  readonly passed: boolean | null;
  readonly [value: string]: number | boolean | null;
}

/** Tokens that the checks read. */
const MOST_TOKENS = 512;
/** Contexts after which all probabilities are added up. */
const MOST_SUMS = 16;
const LARGEST_ERROR = 1e-9;

/**
 * The checks that every backend must pass, run on a text that the model was trained on: the number of scores, all
 * probabilities together, the same text twice, ranks of the most probable tokens, and the text shuffled, which must score
 * lower. The last says nothing of a model without contexts, of one that was not trained, or of a text of equal tokens.
 * @throws {NeurotablesError} `self-test/…` when one fails that cannot fail but by a fault of this program.
 */
export function ngramSelfTest(trie: NgramTrie, text: Int32Array): Record<string, CheckResult> {
  const ids = text.subarray(0, MOST_TOKENS);
  const first = scored(trie, ids);
  const second = scored(trie, ids);
  const results: Record<string, CheckResult> = {
    finite: { passed: first.logprob.every((value) => Number.isFinite(value) && value <= 0), tokens: ids.length },
    probabilities_sum_to_one: sums(trie, ids),
    twice_equal: { passed: first.logprob.every((value, i) => value === second.logprob[i]) },
    maximum_has_rank_0: {
      passed: first.logprob.every((value, i) => value !== first.maxLogprob[i] || first.rank[i] === 0),
    },
  };
  for (const [name, { passed }] of Object.entries(results)) {
    if (passed === true) continue;
    throw new NeurotablesError(
      `self-test/${name.replaceAll("_", "-")}`,
      `the n-gram model fails its self-test: ${name}`,
      {
        fields: { check: name, order: trie.order, tokens: ids.length },
      },
    );
  }
  return { ...results, shuffled_scores_lower: shuffled(trie, ids, first) };
}

function scored(trie: NgramTrie, ids: Int32Array): TokenScores {
  const scores = tokenScores(Math.max(0, ids.length - 1), "float64");
  new NgramScorer(trie).score(ids, 0, ids.length, scores);
  return scores;
}

function sums(trie: NgramTrie, ids: Int32Array): CheckResult {
  const cursor = new NgramCursor(trie);
  cursor.start();
  let largest = 0;
  const contexts = Math.min(MOST_SUMS, Math.max(1, ids.length));
  for (let i = 0; i < contexts; i++) {
    const all = distributionOf(trie, cursor.level, cursor.context).reduce((sum, p) => sum + p, 0);
    largest = Math.max(largest, Math.abs(all - 1));
    if (i < ids.length) cursor.advance(ids[i] as number);
  }
  return { passed: largest <= LARGEST_ERROR, contexts, tolerance: LARGEST_ERROR };
}

function shuffled(trie: NgramTrie, ids: Int32Array, scores: TokenScores): CheckResult {
  if (trie.order === 1 || trie.tokens === 0 || ids.length < 20 || new Set(ids).size < 5) return { passed: null };
  const random = randomNumbers(1);
  const other = ids.slice();
  for (let i = other.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [other[i], other[j]] = [other[j] as number, other[i] as number];
  }
  const mean = ({ logprob }: TokenScores) =>
    Float64Array.from(logprob).reduce((sum, value) => sum + value, 0) / logprob.length;
  const [given, changed] = [mean(scores), mean(scored(trie, other))];
  return { passed: changed < given, mean_logprob: rounded(given), shuffled_mean_logprob: rounded(changed) };
}

/** So far that the last digits of a logarithm, which vary from machine to machine, do not show. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
