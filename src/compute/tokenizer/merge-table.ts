/** Merges of pairs of tokens, in order: the earlier is made first. */
export interface Merges {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Token that each makes. */
  readonly result: Int32Array;
}

/** Rank of pairs that are not merged: above every rank. */
export const NO_MERGE = 0x7fffffff;

/** Rank of every merge by its pair of tokens: open addressing, 12 bytes per slot, at most half of them used. */
export class MergeTable {
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #rank: Int32Array;
  readonly #mask: number;

  /** Of a pair that occurs twice the last rank counts, as in HuggingFace's readers. */
  constructor({ left, right }: Merges) {
    const slots = 2 ** Math.ceil(Math.log2(left.length * 2 + 2));
    this.#mask = slots - 1;
    this.#left = new Int32Array(slots).fill(-1);
    this.#right = new Int32Array(slots);
    this.#rank = new Int32Array(slots).fill(NO_MERGE);
    for (let rank = 0; rank < left.length; rank++) {
      const slot = this.#slot(left[rank] as number, right[rank] as number);
      this.#left[slot] = left[rank] as number;
      this.#right[slot] = right[rank] as number;
      this.#rank[slot] = rank;
    }
  }

  /** Rank of a pair of tokens, {@link NO_MERGE} where they are not merged. */
  rank(left: number, right: number): number {
    return this.#rank[this.#slot(left, right)] as number;
  }

  #slot(left: number, right: number): number {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & this.#mask;
    while (this.#left[slot] !== -1 && (this.#left[slot] !== left || this.#right[slot] !== right)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }
}
