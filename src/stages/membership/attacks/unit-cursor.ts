/** A row of a table with one row per unit, with what it weighs in memory. */
export interface CursorRow<T> {
  readonly docId: string;
  readonly value: T;
  readonly bytes: number;
}

/** Rows that may wait for a unit that comes later; beyond, the table is read again. */
const MOST_WAITING_BYTES = 2 ** 28;

/**
 * Finds the rows of units that are asked for in any order: one pass where both sides are in the same order, more where
 * they are not. Memory: one row, and up to 256 MB of rows that were passed on the way.
 */
export class UnitCursor<T> {
  readonly #open: () => AsyncIterable<CursorRow<T>>;
  readonly #waiting = new Map<string, CursorRow<T>>();
  #waitingBytes = 0;
  #rows: AsyncIterator<CursorRow<T>>;
  #names = new Set<string>();
  /** Whether `#names` holds every unit of the table. */
  #complete = false;

  constructor(open: () => AsyncIterable<CursorRow<T>>) {
    this.#open = open;
    this.#rows = open()[Symbol.asyncIterator]();
  }

  /** The value of the unit's row; undefined where the table has none. */
  async find(docId: string): Promise<T | undefined> {
    const waiting = this.#waiting.get(docId);
    if (waiting !== undefined) {
      this.#drop(waiting);
      return waiting.value;
    }
    if (this.#complete && !this.#names.has(docId)) return undefined;
    const ahead = await this.#advance(docId);
    if (ahead !== undefined || !this.#names.has(docId)) return ahead;
    this.#rows = this.#open()[Symbol.asyncIterator]();
    return this.#advance(docId);
  }

  async close(): Promise<void> {
    await this.#rows.return?.();
  }

  async #advance(docId: string): Promise<T | undefined> {
    for (;;) {
      const next = await this.#rows.next();
      if (next.done === true) {
        this.#complete = true;
        return undefined;
      }
      const row = next.value;
      this.#names.add(row.docId);
      if (row.docId === docId) return row.value;
      if (this.#waiting.has(row.docId)) continue;
      this.#waiting.set(row.docId, row);
      this.#waitingBytes += row.bytes;
      for (const oldest of this.#waiting.values()) {
        if (this.#waitingBytes <= MOST_WAITING_BYTES) break;
        this.#drop(oldest);
      }
    }
  }

  #drop(row: CursorRow<T>): void {
    this.#waiting.delete(row.docId);
    this.#waitingBytes -= row.bytes;
  }
}
