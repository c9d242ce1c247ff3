import { UsageError } from "../../base/errors.js";
import { BYTES_IN_ORDER, tokenOfBytes } from "./byte-alphabet.js";
import { type BytePairModel, byteTokensInOrder } from "./byte-pair-encoder.js";
import { GrowingInt32 } from "./growing-int32.js";
import type { Merges } from "./merge-table.js";
import { PairCounts } from "./pair-counts.js";
import { PieceTable } from "./piece-table.js";
import { Utf8Units } from "./utf8-units.js";
import { splitWords } from "./word-split.js";

export interface TrainingOptions {
  /** Number of tokens wanted, the 256 single bytes among them. */
  readonly vocabulary: number;
  /** Pairs that occur less often are not merged (default 2): the vocabulary may then be smaller. */
  readonly minimumCount?: number;
}

/** Words longer than this (in UTF-16 units) are counted in parts of this length. */
const LONGEST_WORD = 256;

/** Most distinct words held: about 300 MiB. */
const MOST_WORDS = 1 << 23;

/** Counts the words of texts, which are not kept: memory follows the number of distinct words. */
export class WordCounts {
  readonly #words = new PieceTable();
  #counts = new Float64Array(1 << 11);

  get size(): number {
    return this.#words.size;
  }

  /**
   * Counts the words of a text, cut by {@link splitWords}. Some 50 MB per second.
   * @throws {UsageError} `usage/too-many-words` beyond 8 million distinct ones.
   */
  add(text: string): void {
    splitWords(text, (start, end) => {
      for (let from = start; from < end; ) {
        let to = Math.min(end, from + LONGEST_WORD);
        if (to < end && (text.charCodeAt(to) & 0xfc00) === 0xdc00) to--;
        this.#count(text, from, to);
        from = to;
      }
    });
  }

  /** Every distinct word with its count, in the order in which they were first met. */
  *entries(): Generator<{ readonly units: Uint16Array; readonly count: number }> {
    for (let word = 0; word < this.#words.size; word++) {
      yield { units: this.#words.unitsOf(word), count: this.#counts[word] as number };
    }
  }

  #count(text: string, start: number, end: number): void {
    const word = this.#words.intern(text, start, end);
    if (word === this.#counts.length) {
      if (word >= MOST_WORDS) {
        throw new UsageError("too-many-words", `the texts have more than ${MOST_WORDS} distinct words`, {
          fields: { limit: MOST_WORDS },
          wayOut: "Train on a sample of them: `sample_bytes`.",
        });
      }
      const grown = new Float64Array(word * 2);
      grown.set(this.#counts);
      this.#counts = grown;
    }
    this.#counts[word] = (this.#counts[word] as number) + 1;
  }
}

/** Words as sequences of symbols that shrink where they lie. */
interface Words {
  readonly symbols: Int32Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly counts: Float64Array;
}

/**
 * Trains a byte-level byte-pair encoding (Sennrich, Haddow and Birch 2016; on bytes: Radford et al. 2019): from the 256
 * bytes, numbered in GPT-2's order, again and again the most frequent pair inside words becomes a token, of equal ones
 * that with the smaller left token, then right token. A pair whose bytes are a token already is merged into that token.
 * Nothing depends on the order of the texts. The same merges as HuggingFace's trainer with that alphabet. Cost: seconds
 * for 10^5 distinct words and 4,096 tokens.
 */
export function trainBytePairs(counts: WordCounts, { vocabulary, minimumCount = 2 }: TrainingOptions): BytePairModel {
  const tokens = BYTES_IN_ORDER.map((byte) => Uint8Array.of(byte));
  const byteTokens = byteTokensInOrder(BYTES_IN_ORDER);
  const known = new Map(tokens.map((bytes, id) => [tokenOfBytes(bytes), id]));
  const words = wordsOf(counts, byteTokens);
  const pairs = new PairCounts();
  for (let word = 0; word < words.starts.length; word++) {
    countPairs(words, word, 1, pairs, (pair) => pairs.note(pair, word));
  }
  pairs.offerAll();
  const merges: [left: number, right: number, result: number][] = [];
  while (tokens.length < vocabulary) {
    const pair = pairs.next(Math.max(minimumCount, 1));
    if (pair < 0) break;
    const left = pairs.left.values[pair] as number;
    const right = pairs.right.values[pair] as number;
    const bytes = Uint8Array.of(...(tokens[left] as Uint8Array), ...(tokens[right] as Uint8Array));
    const name = tokenOfBytes(bytes);
    const result = known.get(name) ?? tokens.push(bytes) - 1;
    known.set(name, result);
    merges.push([left, right, result]);
    const grown = new Set<number>();
    for (const word of pairs.takeWords(pair)) mergeInWord(words, word, { left, right, result }, pairs, grown);
    for (const each of grown) pairs.offer(each);
  }
  return { tokens, byteTokens, merges: lastOfEach(merges), split: splitWords };
}

/**
 * Of a pair merged twice (a token made in a second way stood beside what it was merged with before) the last merge, which
 * is the one that counts when text is encoded.
 */
function lastOfEach(made: readonly (readonly [number, number, number])[]): Merges {
  const last = new Map(made.map(([left, right], rank) => [`${left} ${right}`, rank]));
  const kept = made.filter(([left, right], rank) => last.get(`${left} ${right}`) === rank);
  return {
    left: Int32Array.from(kept, ([left]) => left),
    right: Int32Array.from(kept, ([, right]) => right),
    result: Int32Array.from(kept, ([, , result]) => result),
  };
}

function wordsOf(counted: WordCounts, byteTokens: Int32Array): Words {
  const symbols = new GrowingInt32(1 << 16);
  const starts = new Int32Array(counted.size);
  const lengths = new Int32Array(counted.size);
  const counts = new Float64Array(counted.size);
  const utf8 = new Utf8Units();
  let word = 0;
  for (const { units, count } of counted.entries()) {
    utf8.encode(String.fromCharCode(...units), 0, units.length);
    starts[word] = symbols.length;
    lengths[word] = utf8.length;
    counts[word++] = count;
    for (let i = 0; i < utf8.length; i++) symbols.push(byteTokens[utf8.bytes[i] as number] as number);
  }
  return { symbols: symbols.toArray(), starts, lengths, counts };
}

/** Adds the pairs of a word to the counts, or takes them away. `added` receives the pairs added. */
function countPairs(words: Words, word: number, sign: 1 | -1, pairs: PairCounts, added?: (pair: number) => void): void {
  const start = words.starts[word] as number;
  const end = start + (words.lengths[word] as number) - 1;
  const count = sign * (words.counts[word] as number);
  for (let i = start; i < end; i++) {
    const pair = pairs.add(words.symbols[i] as number, words.symbols[i + 1] as number, count);
    added?.(pair);
  }
}

function mergeInWord(
  words: Words,
  word: number,
  merge: { readonly left: number; readonly right: number; readonly result: number },
  pairs: PairCounts,
  grown: Set<number>,
): void {
  const { symbols } = words;
  const start = words.starts[word] as number;
  const end = start + (words.lengths[word] as number);
  let found = start;
  while (found + 1 < end && (symbols[found] !== merge.left || symbols[found + 1] !== merge.right)) found++;
  if (found + 1 >= end) return;
  countPairs(words, word, -1, pairs);
  let to = found;
  for (let i = found; i < end; i++) {
    if (i + 1 < end && symbols[i] === merge.left && symbols[i + 1] === merge.right) {
      symbols[to++] = merge.result;
      i++;
    } else symbols[to++] = symbols[i] as number;
  }
  words.lengths[word] = to - start;
  countPairs(words, word, 1, pairs, (pair) => {
    // Whatever is next to the new token is new; the other pairs of the word were noted before.
    if (pairs.left.values[pair] !== merge.result && pairs.right.values[pair] !== merge.result) return;
    pairs.note(pair, word);
    grown.add(pair);
  });
}
