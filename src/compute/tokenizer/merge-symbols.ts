import { type Merges, MergeTable, NO_MERGE } from "./merge-table.js";

/** Symbols up to which the next merge is looked for by going through them all. */
const SHORT = 48;

/** Next symbol of one that was merged into the one before it. */
const GONE = -2;

/**
 * Applies merges to sequences of symbols: always the pair of lowest rank, the leftmost of equal ones, until none is left
 * (Sennrich, Haddow and Birch 2016). Long sequences take O(n log n).
 */
export class SymbolMerger {
  readonly #merges: Merges;
  readonly #table: MergeTable;
  #rank = new Int32Array(SHORT);
  #previous = new Int32Array(0);
  #next = new Int32Array(0);

  constructor(merges: Merges) {
    this.#merges = merges;
    this.#table = new MergeTable(merges);
  }

  /**
   * Merges the first `n` of `symbols` in place. `origin` (a place per symbol) moves along: a merged symbol keeps that of
   * its left part.
   * @returns How many symbols are left.
   */
  merge(symbols: Int32Array, origin: Int32Array, n: number): number {
    if (n < 2) return n;
    return n <= SHORT ? this.#mergeShort(symbols, origin, n) : this.#mergeLong(symbols, origin, n);
  }

  #mergeShort(symbols: Int32Array, origin: Int32Array, length: number): number {
    const rank = this.#rank;
    const { result } = this.#merges;
    let n = length;
    for (let i = 0; i + 1 < n; i++) rank[i] = this.#table.rank(symbols[i] as number, symbols[i + 1] as number);
    while (n > 1) {
      let best = NO_MERGE;
      let at = -1;
      for (let i = 0; i + 1 < n; i++) {
        if ((rank[i] as number) < best) {
          best = rank[i] as number;
          at = i;
        }
      }
      if (at < 0) break;
      symbols[at] = result[best] as number;
      symbols.copyWithin(at + 1, at + 2, n);
      origin.copyWithin(at + 1, at + 2, n);
      rank.copyWithin(at + 1, at + 2, n);
      n--;
      if (at > 0) rank[at - 1] = this.#table.rank(symbols[at - 1] as number, symbols[at] as number);
      if (at + 1 < n) rank[at] = this.#table.rank(symbols[at] as number, symbols[at + 1] as number);
    }
    return n;
  }

  #mergeLong(symbols: Int32Array, origin: Int32Array, n: number): number {
    if (this.#next.length < n) {
      this.#next = new Int32Array(n);
      this.#previous = new Int32Array(n);
    }
    const next = this.#next;
    const previous = this.#previous;
    const heap = new NumberHeap(n);
    for (let i = 0; i < n; i++) {
      next[i] = i + 1 < n ? i + 1 : -1;
      previous[i] = i - 1;
    }
    const offer = (at: number) => {
      const after = next[at] as number;
      if (after < 0) return;
      const rank = this.#table.rank(symbols[at] as number, symbols[after] as number);
      if (rank !== NO_MERGE) heap.push(rank * 2 ** 32 + at);
    };
    for (let i = 0; i < n; i++) offer(i);
    while (heap.size > 0) {
      const entry = heap.pop();
      const rank = Math.floor(entry / 2 ** 32);
      const at = entry - rank * 2 ** 32;
      const after = next[at] as number;
      // An entry whose symbols have changed since is void.
      if (after < 0 || this.#table.rank(symbols[at] as number, symbols[after] as number) !== rank) continue;
      symbols[at] = this.#merges.result[rank] as number;
      const beyond = next[after] as number;
      next[after] = GONE;
      next[at] = beyond;
      if (beyond >= 0) previous[beyond] = at;
      if ((previous[at] as number) >= 0) offer(previous[at] as number);
      offer(at);
    }
    let left = 0;
    for (let i = 0; i >= 0; i = next[i] as number) {
      symbols[left] = symbols[i] as number;
      origin[left++] = origin[i] as number;
    }
    return left;
  }
}

/** Smallest number first. */
class NumberHeap {
  #items: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.#items = new Float64Array(capacity);
  }

  push(value: number): void {
    if (this.size === this.#items.length) {
      const grown = new Float64Array(this.size * 2 + 16);
      grown.set(this.#items);
      this.#items = grown;
    }
    const items = this.#items;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((items[parent] as number) <= value) break;
      items[at] = items[parent] as number;
      at = parent;
    }
    items[at] = value;
  }

  pop(): number {
    const items = this.#items;
    const top = items[0] as number;
    const value = items[--this.size] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && (items[child + 1] as number) < (items[child] as number)) child++;
      if ((items[child] as number) >= value) break;
      items[at] = items[child] as number;
      at = child;
    }
    items[at] = value;
    return top;
  }
}
