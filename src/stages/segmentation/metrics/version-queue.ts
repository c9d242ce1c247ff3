interface Entry {
  readonly priority: number;
  readonly counter: number;
  readonly version: number;
  readonly pair: number;
}

/**
 * A priority queue in which a pair can be pushed again with another priority, or dropped, without searching for its
 * older entries: each entry carries a version, and only the pair's current version is live.
 *
 * As in the published tool, a drop lets the numbering restart, so that an older entry of the same number is live again;
 * with `monotone` the numbers of a pair never return.
 */
export class VersionQueue {
  readonly #heap: Entry[] = [];
  readonly #current = new Map<number, number>();
  readonly #issued = new Map<number, number>();
  readonly #monotone: boolean;
  #counter = 0;

  constructor(monotone: boolean) {
    this.#monotone = monotone;
  }

  push(pair: number, priority: number): void {
    const version = ((this.#monotone ? this.#issued : this.#current).get(pair) ?? 0) + 1;
    this.#current.set(pair, version);
    if (this.#monotone) this.#issued.set(pair, version);
    this.#rise({ priority, counter: this.#counter++, version, pair });
  }

  /** Makes the pair's live entry stale; nothing happens when it has none. */
  drop(pair: number): void {
    if (this.#current.has(pair)) this.#current.set(pair, -1);
  }

  /** The live entry of smallest priority, the earliest pushed among equals; undefined when none is left. */
  pop(): number | undefined {
    for (;;) {
      const entry = this.#takeFirst();
      if (entry === undefined) return undefined;
      if (this.#current.get(entry.pair) === entry.version) {
        this.#current.delete(entry.pair);
        return entry.pair;
      }
    }
  }

  #rise(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #takeFirst(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.counter < b.counter);
}
