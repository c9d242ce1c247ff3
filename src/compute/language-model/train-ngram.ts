import type { NgramCorpus } from "./ngram-corpus.js";
import type { NgramLevel, NgramTrie } from "./ngram-trie.js";
import { markRecords, type SortedPlaces, sortPlaces, tokenPlace } from "./sort-places.js";

/** Longest n-grams that can be asked for. */
export const MOST_ORDER = 8;

/**
 * Trains an interpolated Witten–Bell model of n-grams up to `order` tokens. All places of the corpus are sorted by the
 * `order` tokens that begin there; equal n-grams then stand together and are counted by walking along, so nothing is
 * hashed and the result does not depend on the order of the runs.
 *
 * Cost: O(order × tokens). Memory while training, per token of the corpus: 12 bytes, 8 for each word of 32 bits that
 * `order` tokens take, 4 from order 3 on, 4 where runs are repeated (32 in all at order 3 and 4,096 tokens); of the
 * model: 28 bytes per different n-gram, 20 of the longest.
 * @throws {RangeError} for an order that is not 1 … 8.
 */
export function trainNgram(corpus: NgramCorpus, order: number): NgramTrie {
  if (!Number.isSafeInteger(order) || order < 1 || order > MOST_ORDER) throw new RangeError(`n-grams of ${order}`);
  const { vocabulary, tokens } = corpus;
  const ids = corpus.padded(order);
  const sorted = sortPlaces(ids, order, vocabulary);
  const marks = markRecords(sorted, order);
  const levels = emptyLevels(countEntries(marks, order));
  fillLevels(levels, { sorted, marks, times: repetitions(corpus, ids.length) });
  const unigram = new Int32Array(vocabulary).fill(-1);
  (levels[0] as NgramLevel).token.forEach((token, entry) => {
    unigram[token] = entry;
  });
  for (let n = 1; n < order; n++) linkSuffixes(levels, n, { sorted, marks, unigram, places: ids.length });
  for (let n = 1; n < order; n++) sumFollowers(levels[n - 1] as NgramLevel, levels[n] as NgramLevel);
  return withProbabilities({ order, vocabulary, levels, unigram, tokens });
}

/** Different n-grams of each length. */
function countEntries(marks: Uint8Array, order: number): number[] {
  const entries = new Float64Array(order);
  for (const mark of marks) {
    const has = mark >> 4;
    for (let n = mark & 15; n < has; n++) entries[n] = (entries[n] as number) + 1;
  }
  return [...entries];
}

function emptyLevels(entries: readonly number[]): NgramLevel[] {
  return entries.map((length, n) => {
    const isLast = n + 1 === entries.length;
    return {
      token: new Int32Array(length),
      count: new Uint32Array(length),
      probability: new Float64Array(length),
      suffix: new Uint32Array(n === 0 ? 0 : length),
      followers: new Uint32Array(isLast ? 0 : length + 1),
      total: new Uint32Array(isLast ? 0 : length),
    };
  });
}

/** How often each place counts; undefined where all count once. */
function repetitions(corpus: NgramCorpus, length: number): Uint32Array | undefined {
  if (corpus.runs.every(({ times }) => times === 1)) return undefined;
  const all = new Uint32Array(length);
  for (const { from, to, times } of corpus.runs) all.fill(times, from, to);
  return all;
}

/** Tokens, counts, and where the followers of each n-gram begin. */
function fillLevels(
  levels: readonly NgramLevel[],
  given: { readonly sorted: SortedPlaces; readonly marks: Uint8Array; readonly times: Uint32Array | undefined },
): void {
  const { sorted, marks, times } = given;
  const { records, stride, bits } = sorted;
  const mask = 2 ** bits - 1;
  const at = levels.map((_, n) => tokenPlace(sorted, n));
  const entry = new Int32Array(levels.length).fill(-1);
  for (let k = 0, record = 0; k < marks.length; k++, record += stride) {
    const mark = marks[k] as number;
    const has = mark >> 4;
    for (let n = mark & 15; n < has; n++) {
      const { word, shift } = at[n] as { word: number; shift: number };
      const { token, followers } = levels[n] as NgramLevel;
      const e = (entry[n] as number) + 1;
      entry[n] = e;
      token[e] = (((records[record + word] as number) >>> shift) & mask) - 1;
      if (n + 1 < levels.length) followers[e] = (entry[n + 1] as number) + 1;
    }
    const weight = times === undefined ? 1 : (times[records[record] as number] as number);
    for (let n = 0; n < has; n++) {
      const { count } = levels[n] as NgramLevel;
      const e = entry[n] as number;
      count[e] = (count[e] as number) + weight;
    }
  }
  for (let n = 0; n + 1 < levels.length; n++) {
    const { followers } = levels[n] as NgramLevel;
    followers[followers.length - 1] = (entry[n + 1] as number) + 1;
  }
}

/** Links the n-grams of n + 1 tokens to what they are without their first token, through the place behind theirs. */
function linkSuffixes(
  levels: readonly NgramLevel[],
  n: number,
  given: {
    readonly sorted: SortedPlaces;
    readonly marks: Uint8Array;
    readonly unigram: Int32Array;
    readonly places: number;
  },
): void {
  const { sorted, marks, unigram, places } = given;
  const { token, suffix } = levels[n] as NgramLevel;
  if (n === 1) {
    for (let e = 0; e < token.length; e++) suffix[e] = unigram[token[e] as number] as number;
    return;
  }
  const { records, stride } = sorted;
  const shorter = new Uint32Array(places);
  for (let k = 0, e = -1; k < marks.length; k++) {
    const mark = marks[k] as number;
    if (mark >> 4 < n) continue;
    if ((mark & 15) < n) e++;
    shorter[records[k * stride] as number] = e;
  }
  for (let k = 0, e = 0; k < marks.length; k++) {
    const mark = marks[k] as number;
    if (mark >> 4 <= n || (mark & 15) > n) continue;
    suffix[e++] = shorter[(records[k * stride] as number) + 1] as number;
  }
}

function sumFollowers({ followers, total }: NgramLevel, { count }: NgramLevel): void {
  for (let e = 0; e < total.length; e++) {
    let sum = 0;
    for (let k = followers[e] as number; k < (followers[e + 1] as number); k++) sum += count[k] as number;
    total[e] = sum;
  }
}

function withProbabilities(model: Omit<NgramTrie, "unseen">): NgramTrie {
  const { vocabulary, levels, tokens } = model;
  const [first] = levels as [NgramLevel];
  const different = first.token.length;
  const spread = tokens === 0 ? 1 : different * (1 / vocabulary);
  const sum = tokens === 0 ? vocabulary : tokens + different;
  for (let e = 0; e < different; e++) first.probability[e] = ((first.count[e] as number) + spread) / sum;
  for (let n = 1; n < levels.length; n++) {
    const { followers, total, probability: lower } = levels[n - 1] as NgramLevel;
    const { count, suffix, probability } = levels[n] as NgramLevel;
    for (let context = 0; context + 1 < followers.length; context++) {
      const [from, to] = [followers[context] as number, followers[context + 1] as number];
      const all = (total[context] as number) + (to - from);
      for (let e = from; e < to; e++) {
        probability[e] = ((count[e] as number) + (to - from) * (lower[suffix[e] as number] as number)) / all;
      }
    }
  }
  return { ...model, unseen: spread / sum };
}
