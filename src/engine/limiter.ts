interface Waiting {
  readonly memoryBytes: number;
  start(): void;
}

/** Lets at most so many units run at once, and only as many as their declared memory allows together. */
export class Limiter {
  readonly #slots: number;
  readonly #memoryBytes: number;
  #running = 0;
  #used = 0;
  readonly #queue: Waiting[] = [];
  #head = 0;

  constructor(options: { readonly slots: number; readonly memoryBytes: number }) {
    this.#slots = Math.max(1, options.slots);
    this.#memoryBytes = options.memoryBytes;
  }

  /** Runs the work when there is room. A unit that declares more memory than there is runs alone. */
  async run<T>(memoryBytes: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#queue.push({ memoryBytes, start });
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      this.#running--;
      this.#used -= memoryBytes;
      this.#startNext();
    }
  }

  /** First come, first served: a large unit is not overtaken for ever by small ones. */
  #startNext(): void {
    for (let next = this.#queue[this.#head]; next !== undefined; next = this.#queue[this.#head]) {
      if (this.#running >= this.#slots) return;
      if (this.#running > 0 && this.#used + next.memoryBytes > this.#memoryBytes) return;
      this.#head++;
      this.#running++;
      this.#used += next.memoryBytes;
      next.start();
    }
    this.#queue.length = 0;
    this.#head = 0;
  }
}
