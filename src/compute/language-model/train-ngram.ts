import { BOUNDARY, type NgramCorpus } from "./ngram-corpus.js";
import type { NgramLevel, NgramTrie } from "./ngram-trie.js";

/** Longest n-grams that can be asked for. */
export const MOST_ORDER = 16;

/** Marks a place whose n-gram would cross the end of its run. */
const NONE = 2 ** 32 - 1;

/**
 * Trains an interpolated Witten–Bell model of n-grams up to `order` tokens. All places of the corpus are sorted by the
 * `order` tokens that begin there (radix sort, one pass per token); equal n-grams then stand together and are counted
 * by walking along, so nothing is hashed and the result does not depend on the order of the runs.
 *
 * Cost: O(order × (tokens + vocabulary)). Memory while training: 24 bytes per token of the corpus (4 more where runs
 * are repeated); of the model: 28 bytes per different n-gram, 16 of the longest.
 * @throws {RangeError} for an order that is not 1 … 16.
 */
export function trainNgram(corpus: NgramCorpus, order: number): NgramTrie {
  if (!Number.isSafeInteger(order) || order < 1 || order > MOST_ORDER) throw new RangeError(`n-grams of ${order}`);
  const { vocabulary } = corpus;
  const ids = corpus.padded(order);
  const places = sortedPlaces(ids, order, vocabulary);
  const times = repetitions(corpus, ids.length);
  const group = new Uint32Array(places.length);
  let below = new Uint32Array(order > 1 ? ids.length : 0);
  let here = new Uint32Array(order > 2 ? ids.length : 0);
  const levels: NgramLevel[] = [];
  let open = { followers: new Uint32Array(1), total: new Uint32Array(1) };
  for (let n = 0; n < order; n++) {
    const entries = groupPlaces({ ids, places, group, n, followers: open.followers });
    const level = {
      token: new Int32Array(entries),
      count: new Uint32Array(entries),
      probability: new Float64Array(entries),
      suffix: new Uint32Array(n === 0 ? 0 : entries),
      followers: new Uint32Array(n + 1 < order ? entries + 1 : 0),
      total: new Uint32Array(n + 1 < order ? entries : 0),
    };
    for (let k = 0; k < places.length; k++) {
      const entry = group[k] as number;
      if (entry === NONE) continue;
      const place = places[k] as number;
      level.token[entry] = ids[place + n] as number;
      level.count[entry] = (level.count[entry] as number) + (times === undefined ? 1 : (times[place] as number));
      if (n > 0) level.suffix[entry] = below[place + 1] as number;
    }
    if (n + 1 < order) {
      const target = n === 0 ? below : here;
      for (let k = 0; k < places.length; k++) target[places[k] as number] = group[k] as number;
      if (n > 0) [below, here] = [here, below];
    }
    sumFollowers(open.followers, open.total, level.count);
    levels.push(level);
    open = level;
  }
  return withProbabilities({ order, vocabulary, levels, tokens: corpus.tokens });
}

/** Places of the corpus where a token stands, sorted by it and the `order` − 1 behind it. */
function sortedPlaces(ids: Int32Array, order: number, vocabulary: number): Uint32Array {
  let length = 0;
  for (const id of ids) if (id !== BOUNDARY) length++;
  let from = new Uint32Array(length);
  for (let place = 0, k = 0; place < ids.length; place++) if (ids[place] !== BOUNDARY) from[k++] = place;
  let to = new Uint32Array(length);
  const starts = new Uint32Array(vocabulary + 1);
  for (let behind = order - 1; behind >= 0; behind--) {
    starts.fill(0);
    // The first bucket is for the end of a run; what is counted one bucket on sums up to where each begins.
    for (let k = 0; k < length; k++) {
      const bucket = (ids[(from[k] as number) + behind] as number) + 2;
      if (bucket <= vocabulary) starts[bucket] = (starts[bucket] as number) + 1;
    }
    for (let bucket = 1; bucket < starts.length; bucket++) {
      starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
    }
    for (let k = 0; k < length; k++) {
      const place = from[k] as number;
      const bucket = (ids[place + behind] as number) + 1;
      const at = starts[bucket] as number;
      to[at] = place;
      starts[bucket] = at + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** How often each place counts; undefined where all count once. */
function repetitions(corpus: NgramCorpus, length: number): Uint32Array | undefined {
  if (corpus.runs.every(({ times }) => times === 1)) return undefined;
  const all = new Uint32Array(length);
  for (const { from, to, times } of corpus.runs) all.fill(times, from, to);
  return all;
}

/**
 * Turns `group` from the entry of the first n tokens of each sorted place to that of the first n + 1, and writes to
 * `followers` where those of each shorter entry begin. Gives the number of entries.
 */
function groupPlaces(given: {
  readonly ids: Int32Array;
  readonly places: Uint32Array;
  readonly group: Uint32Array;
  readonly n: number;
  readonly followers: Uint32Array;
}): number {
  const { ids, places, group, n, followers } = given;
  let entries = 0;
  let [parent, last] = [NONE, BOUNDARY];
  for (let k = 0; k < places.length; k++) {
    const shorter = group[k] as number;
    if (shorter === NONE) continue;
    const token = ids[(places[k] as number) + n] as number;
    if (token === BOUNDARY) {
      group[k] = NONE;
      continue;
    }
    if (shorter !== parent || token !== last) {
      if (shorter + 1 < followers.length) followers[shorter + 1] = (followers[shorter + 1] as number) + 1;
      entries++;
    }
    [parent, last] = [shorter, token];
    group[k] = entries - 1;
  }
  for (let e = 1; e < followers.length; e++) followers[e] = (followers[e] as number) + (followers[e - 1] as number);
  return entries;
}

function sumFollowers(followers: Uint32Array, total: Uint32Array, count: Uint32Array): void {
  for (let e = 0; e + 1 < followers.length; e++) {
    let sum = 0;
    for (let k = followers[e] as number; k < (followers[e + 1] as number); k++) sum += count[k] as number;
    total[e] = sum;
  }
}

function withProbabilities(model: Omit<NgramTrie, "unigram" | "unseen">): NgramTrie {
  const { vocabulary, levels, tokens } = model;
  const unigram = new Int32Array(vocabulary).fill(-1);
  const [first] = levels as [NgramLevel];
  const different = first.token.length;
  const spread = tokens === 0 ? 1 : different * (1 / vocabulary);
  const sum = tokens === 0 ? vocabulary : tokens + different;
  for (let e = 0; e < different; e++) {
    unigram[first.token[e] as number] = e;
    first.probability[e] = ((first.count[e] as number) + spread) / sum;
  }
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
  return { ...model, unigram, unseen: spread / sum };
}
