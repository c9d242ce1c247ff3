import { GrowingInt32 } from "./growing-int32.js";

/**
 * Counts of pairs of symbols and the words that may hold them, with the pair to merge next: highest count, then smallest
 * left symbol, then smallest right one. Entries of the heap whose count has fallen are put right when they come up.
 */
export class PairCounts {
  /** left · 2^26 + right → number of the pair. */
  readonly #pairs = new Map<number, number>();
  readonly left = new GrowingInt32();
  readonly right = new GrowingInt32();
  #counts = new Float64Array(1 << 10);
  /** Words of each pair: a chain of entries, newest first. */
  readonly #lastEntry = new GrowingInt32();
  readonly #entryWord = new GrowingInt32();
  readonly #entryBefore = new GrowingInt32();
  readonly #heap: { count: number; pair: number }[] = [];

  /** Adds to the count of a pair. @returns The number of the pair. */
  add(left: number, right: number, count: number): number {
    const key = left * 2 ** 26 + right;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = this.left.length;
      this.#pairs.set(key, pair);
      this.left.push(left);
      this.right.push(right);
      this.#lastEntry.push(-1);
      if (pair === this.#counts.length) {
        const grown = new Float64Array(pair * 2);
        grown.set(this.#counts);
        this.#counts = grown;
      }
    }
    this.#counts[pair] = (this.#counts[pair] as number) + count;
    return pair;
  }

  /** Notes that a word holds a pair. */
  note(pair: number, word: number): void {
    const last = this.#lastEntry.values[pair] as number;
    if (last >= 0 && this.#entryWord.values[last] === word) return;
    this.#lastEntry.values[pair] = this.#entryWord.length;
    this.#entryWord.push(word);
    this.#entryBefore.push(last);
  }

  /** Puts a pair whose count has grown into the heap. */
  offer(pair: number): void {
    const entry = { count: this.#counts[pair] as number, pair };
    if (entry.count <= 0) return;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(entry, heap[parent] as typeof entry)) break;
      heap[at] = heap[parent] as typeof entry;
      at = parent;
    }
    heap[at] = entry;
  }

  offerAll(): void {
    for (let pair = 0; pair < this.left.length; pair++) this.offer(pair);
  }

  /** The pair to merge next, −1 when none has at least `minimum`. Its count falls to 0 as its words are merged. */
  next(minimum: number): number {
    for (;;) {
      const top = this.#pop();
      if (top === undefined) return -1;
      const count = this.#counts[top.pair] as number;
      if (count === top.count) return count >= minimum ? top.pair : -1;
      this.offer(top.pair);
    }
  }

  /** Words that hold a pair, or held it; each once or several times. Forgets them. */
  takeWords(pair: number): Int32Array {
    const words = new GrowingInt32();
    for (let entry = this.#lastEntry.values[pair] as number; entry >= 0; ) {
      words.push(this.#entryWord.values[entry] as number);
      entry = this.#entryBefore.values[entry] as number;
    }
    this.#lastEntry.values[pair] = -1;
    return words.toArray();
  }

  #before(a: { count: number; pair: number }, b: { count: number; pair: number }): boolean {
    if (a.count !== b.count) return a.count > b.count;
    const left = (this.left.values[a.pair] as number) - (this.left.values[b.pair] as number);
    if (left !== 0) return left < 0;
    return (this.right.values[a.pair] as number) < (this.right.values[b.pair] as number);
  }

  #pop(): { count: number; pair: number } | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const entry = heap.pop();
    if (entry === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#before(heap[child + 1] as typeof entry, heap[child] as typeof entry))
        child++;
      if (!this.#before(heap[child] as typeof entry, entry)) break;
      heap[at] = heap[child] as typeof entry;
      at = child;
    }
    heap[at] = entry;
    return top;
  }
}
