import { type NgramCursor, NO_CONTEXT } from "./ngram-cursor.js";
import { distributionOf } from "./ngram-distribution.js";
import type { NgramLevel, NgramTrie } from "./ngram-trie.js";

/** A token counts as more probable than another beyond this share; what is nearer is a tie, broken by rounding alone. */
const TIE = 1 + 1e-12;
/** Below this share of what was added and taken away, a sum of squares has lost its digits. */
const LOST = 1e-3;
/** Contexts whose statistics are kept, per level: 2 MB for 32,768 of them, up to 64 MB. */
const MOST_KEPT = 2 ** 20;
/** Among so few followers, places are found by looking at each. */
const FEW = 32;

/** Statistics of one distribution over the vocabulary, 7 numbers in a row. */
const [MU, M2, MEAN, SQUARES, SD, MAXIMUM, LOG_MAXIMUM, WIDTH] = [0, 1, 2, 3, 4, 5, 6, 7];

interface Kept {
  /** Entry whose statistics a place holds, + 1. */
  readonly owner: Uint32Array;
  readonly values: Float64Array;
  readonly mask: number;
}

interface Sorted {
  /** Probabilities of the followers of a context, ascending; and those of the same tokens one level below. */
  readonly here: Float64Array;
  readonly below: Float64Array;
}

/**
 * What a model's distribution over the whole vocabulary looks like after a context, without going through the
 * vocabulary. After a context h the distribution is that of the next shorter context times λ = T / (C + T), except for
 * the followers of h; so each sum is that of the shorter context, times λ, corrected at the followers. They are a subset
 * of the shorter context's. Cost of a context asked for the first time: O(followers of it); again: O(1). A rank costs
 * O(log followers) at each level where the context does not have the token.
 *
 * Memory: 60 bytes for each context in use, at most 2²⁰ per level; 4 per n-gram (ranks); 16 for each n-gram whose context
 * has more than 32 followers.
 */
export class ContextStatistics {
  readonly #trie: NgramTrie;
  readonly #levels: readonly NgramLevel[];
  readonly #root: Float64Array;
  readonly #sortedRoot: Float64Array;
  readonly #kept: Kept[] = [];
  readonly #ranks: (Int32Array | undefined)[] = [];
  readonly #sorted: Map<number, Sorted>[];
  #values: Float64Array;
  #at = 0;

  constructor(trie: NgramTrie) {
    this.#trie = trie;
    this.#levels = trie.levels;
    this.#root = new Float64Array(WIDTH);
    statisticsOf(this.#root, distributionOf(trie, NO_CONTEXT, 0));
    this.#sortedRoot = (trie.levels[0] as NgramLevel).probability.slice().sort();
    this.#sorted = trie.levels.map(() => new Map());
    this.#values = this.#root;
  }

  /** Selects the context that the next token is predicted from; the properties below are about it. */
  select(level: number, context: number): void {
    if (level === NO_CONTEXT) {
      this.#values = this.#root;
      this.#at = 0;
      return;
    }
    this.#at = this.#statistics(level, context);
    this.#values = (this.#kept[level] as Kept).values;
  }

  /** Σ p log p over the vocabulary. */
  get mu(): number {
    return this.#values[this.#at + MU] as number;
  }

  /** Σ p (log p)². */
  get m2(): number {
    return this.#values[this.#at + M2] as number;
  }

  /** Mean of log p, every token counting once. */
  get muUniform(): number {
    return this.#values[this.#at + MEAN] as number;
  }

  /** Its standard deviation (ddof 0). */
  get sdUniform(): number {
    return this.#values[this.#at + SD] as number;
  }

  /** Logarithm of the largest probability. */
  get maxLogprob(): number {
    return this.#values[this.#at + LOG_MAXIMUM] as number;
  }

  /** Number of tokens that are more probable than the last token of a cursor, after the context it had before it. */
  rank({ found, entry, asked }: NgramCursor, deepest: number): number {
    const levels = this.#levels;
    let rank = this.#rankOfEntry(found, entry, asked);
    let probability = entry === -1 ? this.#trie.unseen : ((levels[found] as NgramLevel).probability[entry] as number);
    for (let level = found; level <= deepest; level++) {
      const context = asked[level] as number;
      const { followers, total } = levels[level] as NgramLevel;
      const different = (followers[context + 1] as number) - (followers[context] as number);
      const here = (different * probability) / ((total[context] as number) + different);
      rank += this.#moreFollowers(level, context, here * TIE, probability * TIE);
      probability = here;
    }
    return rank;
  }

  #rankOfEntry(level: number, entry: number, asked: Int32Array): number {
    const { unseen } = this.#trie;
    if (entry === -1) return this.#moreThan(NO_CONTEXT, 0, unseen * TIE);
    this.#ranks[level] ??= new Int32Array((this.#levels[level] as NgramLevel).token.length).fill(-1);
    const ranks = this.#ranks[level] as Int32Array;
    if (ranks[entry] === -1) {
      const least = ((this.#levels[level] as NgramLevel).probability[entry] as number) * TIE;
      ranks[entry] = this.#moreThan(level - 1, asked[level - 1] ?? 0, least);
    }
    return ranks[entry] as number;
  }

  /** Number of tokens of the vocabulary with more than `least` after a context. */
  #moreThan(level: number, context: number, least: number): number {
    if (level === NO_CONTEXT) {
      const { vocabulary, unseen } = this.#trie;
      return above(this.#sortedRoot, least) + (unseen > least ? vocabulary - this.#sortedRoot.length : 0);
    }
    const { followers, total, suffix } = this.#levels[level] as NgramLevel;
    const different = (followers[context + 1] as number) - (followers[context] as number);
    const leastBelow = (least * ((total[context] as number) + different)) / different;
    const shorter = level === 0 ? 0 : (suffix[context] as number);
    return this.#moreThan(level - 1, shorter, leastBelow) + this.#moreFollowers(level, context, least, leastBelow);
  }

  /** Followers of a context with more than `least` after it, less those with more than `below` after the next shorter. */
  #moreFollowers(level: number, context: number, least: number, below: number): number {
    const { followers, probability: lower } = this.#levels[level] as NgramLevel;
    const [from, to] = [followers[context] as number, followers[context + 1] as number];
    if (to - from > FEW) {
      const sorted = this.#sortedFollowers(level, context);
      return above(sorted.here, least) - above(sorted.below, below);
    }
    const { probability, suffix } = this.#levels[level + 1] as NgramLevel;
    let more = 0;
    for (let e = from; e < to; e++) {
      if ((probability[e] as number) > least) more++;
      if ((lower[suffix[e] as number] as number) > below) more--;
    }
    return more;
  }

  #sortedFollowers(level: number, context: number): Sorted {
    const known = this.#sorted[level]?.get(context);
    if (known !== undefined) return known;
    const { followers, probability: lower } = this.#levels[level] as NgramLevel;
    const { probability, suffix } = this.#levels[level + 1] as NgramLevel;
    const [from, to] = [followers[context] as number, followers[context + 1] as number];
    const here = probability.slice(from, to).sort();
    const below = Float64Array.from(suffix.subarray(from, to), (e) => lower[e] as number).sort();
    this.#sorted[level]?.set(context, { here, below });
    return { here, below };
  }

  /** Where the statistics of a context stand among those kept of its level. */
  #statistics(level: number, context: number): number {
    this.#kept[level] ??= keep((this.#levels[level] as NgramLevel).token.length);
    const kept = this.#kept[level] as Kept;
    const place = context & kept.mask;
    const at = place * WIDTH;
    if (kept.owner[place] === context + 1) return at;
    const shorter = level === 0 ? 0 : ((this.#levels[level] as NgramLevel).suffix[context] as number);
    const from = level === 0 ? 0 : this.#statistics(level - 1, shorter);
    const values = level === 0 ? this.#root : (this.#kept[level - 1] as Kept).values;
    this.#derive(kept.values.subarray(at, at + WIDTH), values.subarray(from, from + WIDTH), level, context);
    kept.owner[place] = context + 1;
    return at;
  }

  /** Statistics after a context from those after the next shorter one. */
  #derive(into: Float64Array, lower: Float64Array, level: number, context: number): void {
    const { vocabulary } = this.#trie;
    const { followers, total, probability: probabilityBelow } = this.#levels[level] as NgramLevel;
    const { probability, suffix } = this.#levels[level + 1] as NgramLevel;
    const [from, to] = [followers[context] as number, followers[context + 1] as number];
    const share = (to - from) / ((total[context] as number) + (to - from));
    const logShare = Math.log(share);
    const [meanBelow, center] = [lower[MEAN] as number, (lower[MEAN] as number) + logShare];
    let [mu, m2, maximum] = [0, 0, share * (lower[MAXIMUM] as number)];
    let [restMass, restMu, restM2] = [1, lower[MU] as number, lower[M2] as number];
    let [shift, added, taken] = [0, 0, 0];
    for (let e = from; e < to; e++) {
      const p = probability[e] as number;
      const q = probabilityBelow[suffix[e] as number] as number;
      const [logP, logQ] = [Math.log(p), Math.log(q)];
      mu += p * logP;
      m2 += p * logP * logP;
      if (p > maximum) maximum = p;
      restMass -= q;
      restMu -= q * logQ;
      restM2 -= q * logQ * logQ;
      const [d, dBelow] = [logP - center, logQ - meanBelow];
      shift += d - dBelow;
      added += d * d;
      taken += dBelow * dBelow;
    }
    const gross = (lower[SQUARES] as number) + added + taken;
    const squares = (lower[SQUARES] as number) + added - taken - (shift * shift) / vocabulary;
    if (squares < LOST * gross) {
      statisticsOf(into, distributionOf(this.#trie, level, context));
      return;
    }
    into[MEAN] = center + shift / vocabulary;
    into[SQUARES] = squares;
    into[SD] = Math.sqrt(squares / vocabulary);
    into[MU] = Math.min(0, mu + share * (logShare * restMass + restMu));
    into[M2] = m2 + share * (logShare * (logShare * restMass + 2 * restMu) + restM2);
    into[MAXIMUM] = maximum;
    into[LOG_MAXIMUM] = Math.min(0, Math.log(maximum));
  }
}

/** All statistics of a distribution, by going through it. */
function statisticsOf(into: Float64Array, p: Float64Array): void {
  let [mu, m2, maximum, sum] = [0, 0, 0, 0];
  for (const value of p) {
    const logP = Math.log(value);
    sum += logP;
    mu += value * logP;
    m2 += value * logP * logP;
    if (value > maximum) maximum = value;
  }
  const mean = sum / p.length;
  let squares = 0;
  for (const value of p) squares += (Math.log(value) - mean) ** 2;
  into.set([
    Math.min(0, mu),
    m2,
    mean,
    squares,
    Math.sqrt(squares / p.length),
    maximum,
    Math.min(0, Math.log(maximum)),
  ]);
}

function keep(contexts: number): Kept {
  let places = 1;
  while (places < contexts && places < MOST_KEPT) places *= 2;
  return { owner: new Uint32Array(places), values: new Float64Array(places * WIDTH), mask: places - 1 };
}

/** How many values of an ascending array are above `least`. */
function above(ascending: Float64Array, least: number): number {
  // A token that does not follow a context is mostly less probable than all that do.
  if ((ascending[0] ?? 0) > least) return ascending.length;
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) > least) high = middle;
    else low = middle + 1;
  }
  return ascending.length - low;
}
