import { NgramCorpus } from "../../../compute/language-model/ngram-corpus.js";
import type { NgramTrie } from "../../../compute/language-model/ngram-trie.js";
import { trainNgram } from "../../../compute/language-model/train-ngram.js";

/** A unit, or the beginning of one, that a model is trained on. */
export interface TrainingUnit {
  readonly ids: Int32Array;
  /** Share of its tokens, from its beginning on, that the model sees. */
  readonly exposure: number;
  /** How many times it sees them. */
  readonly duplicates: number;
}

/**
 * The tokens of a unit that an exposure lets a model see: its first ⌊exposure · n + ½⌋, at least one, as one run without
 * a gap. No view of them is copied.
 */
export function exposedTokens(ids: Int32Array, exposure: number): Int32Array {
  if (!(exposure > 0) || ids.length === 0) return ids.subarray(0, 0);
  return ids.subarray(0, Math.min(ids.length, Math.max(1, Math.round(exposure * ids.length))));
}

/** The n-gram model of some units: each is a document of its own. Cost and memory: see {@link trainNgram}. */
export function trainOnUnits(units: Iterable<TrainingUnit>, order: number, vocabulary: number): NgramTrie {
  const corpus = new NgramCorpus(vocabulary);
  for (const { ids, exposure, duplicates } of units) corpus.add(exposedTokens(ids, exposure), duplicates);
  return trainNgram(corpus, order);
}
