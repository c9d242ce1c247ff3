import { BOUNDARY } from "./ngram-corpus.js";

/** Widest digit of the radix sort: 512 places to write to stay in the fastest cache. */
const DIGIT_BITS = 9;

/**
 * Places of a corpus in the order of the tokens that begin there. A record per place: the place, then its tokens + 1,
 * as many to a word as fit, the first in the highest bits; 0 from the end of its run on.
 */
export interface SortedPlaces {
  readonly records: Uint32Array;
  /** Words of a record. */
  readonly stride: number;
  readonly length: number;
  /** Bits of a token, and tokens of a word. */
  readonly bits: number;
  readonly perWord: number;
}

/**
 * Sorts all places of `ids` where a token stands by the `order` tokens that begin there, those beyond the end of a run
 * before all others. Stable radix sort from the last digit to the first: nothing but streams of records is read.
 * `ids` must go on for `order` boundaries.
 */
export function sortPlaces(ids: Int32Array, order: number, vocabulary: number): SortedPlaces {
  const bits = 32 - Math.clz32(vocabulary);
  const perWord = Math.floor(32 / bits);
  const stride = 1 + Math.ceil(order / perWord);
  let records: Uint32Array = recordsOf(ids, { order, bits, perWord, stride });
  let other: Uint32Array = new Uint32Array(records.length);
  for (let word = stride - 1; word > 0; word--) {
    const used = bits * Math.min(perWord, order - (word - 1) * perWord);
    const digits = Math.ceil(used / DIGIT_BITS);
    const width = Math.ceil(used / digits);
    for (let digit = 0; digit < digits; digit++) {
      distribute(records, other, { stride, word, shift: 32 - used + digit * width, mask: 2 ** width - 1 });
      [records, other] = [other, records];
    }
  }
  return { records, stride, length: records.length / stride, bits, perWord };
}

function recordsOf(
  ids: Int32Array,
  layout: { readonly order: number; readonly bits: number; readonly perWord: number; readonly stride: number },
): Uint32Array {
  const { order, bits, perWord, stride } = layout;
  let length = 0;
  for (const id of ids) if (id !== BOUNDARY) length++;
  const records = new Uint32Array(length * stride);
  let at = 0;
  for (let place = 0; place < ids.length; place++) {
    if (ids[place] === BOUNDARY) continue;
    records[at] = place;
    for (let n = 0, word = at + 1, shift = 32 - bits, left = perWord; n < order; n++) {
      const token = (ids[place + n] as number) + 1;
      if (token === 0) break;
      records[word] = (records[word] as number) | (token << shift);
      shift -= bits;
      if (--left > 0) continue;
      word++;
      left = perWord;
      shift = 32 - bits;
    }
    at += stride;
  }
  return records;
}

/** One pass: records in the order of a digit, otherwise as they were. */
function distribute(
  from: Uint32Array,
  to: Uint32Array,
  key: { readonly stride: number; readonly word: number; readonly shift: number; readonly mask: number },
): void {
  const { stride, word, shift, mask } = key;
  const starts = new Uint32Array(mask + 2);
  for (let at = word; at < from.length; at += stride) {
    const digit = (((from[at] as number) >>> shift) & mask) + 1;
    starts[digit] = (starts[digit] as number) + stride;
  }
  for (let digit = 1; digit < starts.length; digit++) {
    starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number);
  }
  for (let at = 0; at < from.length; at += stride) {
    const digit = ((from[at + word] as number) >>> shift) & mask;
    const target = starts[digit] as number;
    starts[digit] = target + stride;
    to[target] = from[at] as number;
    to[target + 1] = from[at + 1] as number;
    for (let w = 2; w < stride; w++) to[target + w] = from[at + w] as number;
  }
}

/**
 * Of each record, in one byte: how many tokens it shares with the one before it, from the first on, and how many it has
 * before the end of its run (in the upper four bits); both at most `order`.
 */
export function markRecords({ records, stride, length, bits, perWord }: SortedPlaces, order: number): Uint8Array {
  const marks = new Uint8Array(length);
  for (let k = 0, at = 0; k < length; k++, at += stride) {
    let has = 0;
    for (let word = 1; word < stride; word++) {
      const tokens = records[at + word] as number;
      // The last token of a word that is not filled up stands as if zeros followed: the word has so many bits in use.
      if (tokens === 0) break;
      const unused = 31 - Math.clz32(tokens & -tokens);
      has = (word - 1) * perWord + Math.ceil((32 - unused) / bits);
    }
    let shared = k === 0 ? 0 : order;
    for (let word = 1; word < stride && k > 0; word++) {
      const difference = (records[at + word] as number) ^ (records[at + word - stride] as number);
      if (difference === 0) continue;
      shared = (word - 1) * perWord + Math.floor(Math.clz32(difference) / bits);
      break;
    }
    marks[k] = shared | (has << 4);
  }
  return marks;
}

/** Where the n-th token of a record stands: its word, and how far to shift it to the right. */
export function tokenPlace(
  { bits, perWord }: SortedPlaces,
  n: number,
): { readonly word: number; readonly shift: number } {
  const before = Math.floor(n / perWord);
  return { word: 1 + before, shift: 32 - bits * (n - before * perWord + 1) };
}
