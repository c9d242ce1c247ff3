import type { NgramTrie } from "../../../compute/language-model/ngram-trie.js";
import { NgramScorer, tokenScores } from "../../../compute/language-model/score-ngram.js";
import type { LanguageModel, WindowRequest, WindowScores } from "./language-model.js";

/**
 * A trained n-gram model as a {@link LanguageModel}: it reads token numbers and says everything of them. A window is
 * read on its own, as by any model with a context of that many tokens: the n-grams do not reach back before it.
 */
export function ngramModel(trie: NgramTrie): LanguageModel {
  const scorer = new NgramScorer(trie);
  return {
    name: `ngram-${trie.order}`,
    vocabulary: trie.vocabulary,
    capabilities: { tokenIdsIn: true, maximum: true, rank: true, fullDistribution: true },
    async score({ ids, begin, end }: WindowRequest, signal: AbortSignal): Promise<WindowScores> {
      signal.throwIfAborted();
      const scores = tokenScores(Math.max(0, end - begin - 1), "float64");
      scorer.score(ids, begin, end, scores);
      const { logprob, maxLogprob, ...others } = scores as typeof scores &
        Record<"logprob" | "maxLogprob", Float64Array>;
      return { ...others, logprob, maxLogprob, probabilitySum: scorer.takeProbabilities().sum };
    },
    async close() {},
  };
}
