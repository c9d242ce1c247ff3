/** A stretch of text that a model is trained on: no context reaches beyond it. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly times: number;
}

/** Stands between runs, and is no token. */
export const BOUNDARY = -1;

const FIRST_CAPACITY = 1 << 16;

/** Token numbers to train on, 4 bytes each. */
export class NgramCorpus {
  readonly vocabulary: number;
  #ids = new Int32Array(FIRST_CAPACITY);
  #used = 0;
  readonly runs: Run[] = [];
  /** Tokens, those of repeated runs once for each time. */
  tokens = 0;

  constructor(vocabulary: number) {
    if (!Number.isSafeInteger(vocabulary) || vocabulary < 1 || vocabulary > 2 ** 24) {
      throw new RangeError(`a vocabulary of ${vocabulary} tokens`);
    }
    this.vocabulary = vocabulary;
  }

  /**
   * Adds a run, counted `times` times, as if it were so many documents. Copies it.
   * @throws {RangeError} for a number outside the vocabulary, and beyond 2³² − 1 tokens or 2³⁰ without repetitions.
   */
  add(ids: Int32Array, times = 1): void {
    if (ids.length === 0 || times === 0) return;
    if (!Number.isSafeInteger(times) || times < 0) throw new RangeError(`a run ${times} times`);
    for (const id of ids) {
      if (id < 0 || id >= this.vocabulary) throw new RangeError(`token ${id} of a vocabulary of ${this.vocabulary}`);
    }
    this.tokens += ids.length * times;
    const needed = this.#used + ids.length + 1;
    if (this.tokens >= 2 ** 32 || needed > 2 ** 30) throw new RangeError(`${this.tokens} tokens to train on`);
    if (needed > this.#ids.length) {
      const grown = new Int32Array(Math.max(needed, Math.ceil(this.#ids.length * 1.5)));
      grown.set(this.#ids.subarray(0, this.#used));
      this.#ids = grown;
    }
    this.runs.push({ from: this.#used, to: this.#used + ids.length, times });
    this.#ids.set(ids, this.#used);
    this.#ids[this.#used + ids.length] = BOUNDARY;
    this.#used = needed;
  }

  /** All runs, {@link BOUNDARY} after each, and `order` of them at the end. A copy only where there is no room. */
  padded(order: number): Int32Array {
    const length = this.#used + order;
    if (length > this.#ids.length) {
      const grown = new Int32Array(length);
      grown.set(this.#ids.subarray(0, this.#used));
      this.#ids = grown;
    }
    return this.#ids.subarray(0, length).fill(BOUNDARY, this.#used);
  }
}
