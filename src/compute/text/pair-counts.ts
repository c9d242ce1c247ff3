/** Up to so many things every pair has a counter of its own: 134 MB at most. */
const MOST_DENSE = 8192;

/** Counts of unordered pairs of things 0 … n − 1. Memory: 2 n² bytes up to 8,192 things, else 24 bytes per pair met. */
export class PairCounts {
  readonly #n: number;
  readonly #dense: Uint32Array | undefined;
  #keys = new Float64Array(0);
  #counts = new Uint32Array(0);
  #used = 0;

  constructor(n: number, mostDense = MOST_DENSE) {
    this.#n = n;
    if (n <= mostDense) this.#dense = new Uint32Array((n * (n - 1)) / 2);
  }

  /** Counts the pair of `a` and a larger `b`. */
  add(a: number, b: number): void {
    if (this.#dense !== undefined) {
      const at = (b * (b - 1)) / 2 + a;
      this.#dense[at] = (this.#dense[at] as number) + 1;
      return;
    }
    if (this.#used * 2 >= this.#keys.length) this.#grow();
    const slot = this.#slot(a * this.#n + b + 1);
    this.#counts[slot] = (this.#counts[slot] as number) + 1;
  }

  /** Pairs that were counted, in no particular order. */
  *entries(): Generator<{ readonly a: number; readonly b: number; readonly count: number }> {
    if (this.#dense !== undefined) {
      let at = 0;
      for (let b = 1; b < this.#n; b++) {
        for (let a = 0; a < b; a++) {
          const count = this.#dense[at++] as number;
          if (count > 0) yield { a, b, count };
        }
      }
      return;
    }
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const key = (this.#keys[slot] as number) - 1;
      if (key < 0) continue;
      yield { a: Math.floor(key / this.#n), b: key % this.#n, count: this.#counts[slot] as number };
    }
  }

  #slot(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = Math.imul(key ^ Math.floor(key / 2 ** 32), 0x9e3779b1) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const there = this.#keys[slot] as number;
      if (there === key) return slot;
      if (there === 0) {
        this.#keys[slot] = key;
        this.#used++;
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    const size = Math.max(1024, keys.length * 2);
    this.#keys = new Float64Array(size);
    this.#counts = new Uint32Array(size);
    this.#used = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      if (key !== 0) this.#counts[this.#slot(key)] = counts[i] as number;
    }
  }
}
