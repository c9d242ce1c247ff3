import { PairCounts } from "./pair-counts.js";
import { wordShingles } from "./word-shingles.js";

export interface ShingleOverlapOptions {
  /** Words of a shingle. */
  readonly words: number;
  /** One in so many shingles is looked at; 1 = all. */
  readonly sampling: number;
  /** Most shingles held at once (12 bytes each, 24 while they are sorted). */
  readonly capacity?: number;
  readonly onText?: (pass: number, text: number) => void;
}

export interface ShingleOverlap {
  /** Distinct shingles of each text. */
  readonly sizes: Float64Array;
  /** Pairs of texts that share shingles, the first before the second, in no particular order. */
  readonly pairs: () => Iterable<{ readonly a: number; readonly b: number; readonly count: number }>;
  /** How often all texts were read. */
  readonly passes: number;
}

const ALL = 2 ** 32;

/**
 * How many word n-grams every two texts share, by an inverted index that is made by sorting. Hashes are 64 bits:
 * among 10⁸ shingles a false match is expected once in some hundred runs. When more shingles are met than fit, the space
 * of hashes is halved and the texts are read again for the rest: memory stays bounded, the counts are the same.
 * Cost: per pass one step per character, and per shingle m² / 2 steps where m texts share it.
 * @param texts gives the same texts in the same order every time it is called.
 */
export async function shingleOverlap(
  texts: () => AsyncIterable<string>,
  { words, sampling, capacity = 2 ** 23, onText }: ShingleOverlapOptions,
): Promise<ShingleOverlap> {
  let sizes = new Float64Array(0);
  let pairs: PairCounts | undefined;
  let passes = 0;
  for (let from = 0; from < ALL; ) {
    const index = new ShingleIndex(from, capacity);
    let n = 0;
    for await (const text of texts()) {
      onText?.(passes, n);
      const document = n++;
      wordShingles(text, words, sampling, (high, low) => index.add(document, high, low));
    }
    passes++;
    pairs ??= new PairCounts(n);
    if (sizes.length !== n) sizes = new Float64Array(n);
    index.count(sizes, pairs);
    from = index.to;
  }
  const counted = pairs;
  return { sizes, pairs: () => counted?.entries() ?? [], passes };
}

/** The shingles of a range of hashes with the texts they are in. */
class ShingleIndex {
  readonly #from: number;
  readonly #capacity: number;
  #to = ALL;
  #n = 0;
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #text = new Uint32Array(1024);

  constructor(from: number, capacity: number) {
    this.#from = from;
    this.#capacity = capacity;
  }

  /** First high half that is not held. */
  get to(): number {
    return this.#to;
  }

  /** Adds a shingle; texts come in ascending order. */
  add(text: number, high: number, low: number): void {
    if (high < this.#from || high >= this.#to) return;
    if (this.#n === this.#high.length) {
      this.#makeRoom();
      if (high >= this.#to) return;
    }
    this.#high[this.#n] = high;
    this.#low[this.#n] = low;
    this.#text[this.#n++] = text;
  }

  /** Adds to `sizes` the distinct shingles of every text, to `pairs` those that two have. */
  count(sizes: Float64Array, pairs: PairCounts): void {
    this.#sort();
    const texts: number[] = [];
    for (let begin = 0; begin < this.#n; ) {
      let end = begin;
      texts.length = 0;
      for (; end < this.#n && this.#same(begin, end); end++) {
        const text = this.#text[end] as number;
        if (texts.at(-1) !== text) texts.push(text);
      }
      for (let j = 0; j < texts.length; j++) {
        const b = texts[j] as number;
        sizes[b] = (sizes[b] as number) + 1;
        for (let i = 0; i < j; i++) pairs.add(texts[i] as number, b);
      }
      begin = end;
    }
  }

  #same(i: number, j: number): boolean {
    return this.#high[i] === this.#high[j] && this.#low[i] === this.#low[j];
  }

  /** Grows up to the capacity; then drops repeated shingles and, while more than half is full, half of the range. */
  #makeRoom(): void {
    if (this.#n >= this.#capacity) {
      this.#sort();
      this.#unique();
      while (this.#n > this.#capacity / 2 && this.#to - this.#from > 1) {
        this.#to = this.#from + Math.floor((this.#to - this.#from) / 2);
        while (this.#n > 0 && (this.#high[this.#n - 1] as number) >= this.#to) this.#n--;
      }
      if (this.#n < this.#high.length) return;
    }
    const size = this.#n < this.#capacity ? Math.min(this.#capacity, this.#n * 2) : this.#n * 2;
    const grown = (values: Uint32Array) => {
      const more = new Uint32Array(size);
      more.set(values);
      return more;
    };
    [this.#high, this.#low, this.#text] = [grown(this.#high), grown(this.#low), grown(this.#text)];
  }

  /** Of sorted shingles keeps one per text. */
  #unique(): void {
    let kept = 0;
    for (let i = 0; i < this.#n; i++) {
      if (kept > 0 && this.#same(kept - 1, i) && this.#text[kept - 1] === this.#text[i]) continue;
      this.#high[kept] = this.#high[i] as number;
      this.#low[kept] = this.#low[i] as number;
      this.#text[kept++] = this.#text[i] as number;
    }
    this.#n = kept;
  }

  /**
   * Sorts by hash; of equal ones the order stays, which is that of the texts. A radix sort of the high halves, 16 bits at
   * a time, then an insertion sort of the few that agree there and differ in the low halves.
   */
  #sort(): void {
    const n = this.#n;
    let from = { high: this.#high, low: this.#low, text: this.#text };
    const size = this.#high.length;
    let to = { high: new Uint32Array(size), low: new Uint32Array(size), text: new Uint32Array(size) };
    const starts = new Uint32Array(65_537);
    for (const shift of [0, 16]) {
      const keys = from.high;
      starts.fill(0);
      for (let i = 0; i < n; i++) {
        const at = (((keys[i] as number) >>> shift) & 0xffff) + 1;
        starts[at] = (starts[at] as number) + 1;
      }
      for (let d = 1; d < starts.length; d++) starts[d] = (starts[d] as number) + (starts[d - 1] as number);
      for (let i = 0; i < n; i++) {
        const digit = ((keys[i] as number) >>> shift) & 0xffff;
        const at = starts[digit] as number;
        starts[digit] = at + 1;
        to.high[at] = from.high[i] as number;
        to.low[at] = from.low[i] as number;
        to.text[at] = from.text[i] as number;
      }
      [from, to] = [to, from];
    }
    // Two passes: the sorted shingles are where they were.
    const { high, low, text } = from;
    for (let i = 1; i < n; i++) {
      const [key, of] = [low[i] as number, text[i] as number];
      let at = i;
      while (at > 0 && high[at - 1] === high[i] && (low[at - 1] as number) > key) {
        low[at] = low[at - 1] as number;
        text[at] = text[at - 1] as number;
        at--;
      }
      low[at] = key;
      text[at] = of;
    }
  }
}
