/** A free range: `bytes` from `start` on. */
interface Range {
  start: number;
  bytes: number;
}

/** Distance of starts. */
export const ALIGNMENT = 64;

/** Hands out ranges of an address space that can grow: first fit, neighbours that are free become one. */
export class RangeAllocator {
  readonly #free: Range[] = [];
  readonly #taken = new Map<number, number>();
  #end: number;

  /** Nothing before `start` is handed out. */
  constructor(start: number) {
    this.#end = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
  }

  /** Bytes handed out, with what they were rounded up by. */
  get bytesTaken(): number {
    let sum = 0;
    for (const bytes of this.#taken.values()) sum += bytes;
    return sum;
  }

  /** Start of a free range of at least `bytes`; undefined where there is none before {@link grow}. */
  take(bytes: number): number | undefined {
    const wanted = roundedUp(bytes);
    const at = this.#free.findIndex((range) => range.bytes >= wanted);
    const range = this.#free[at];
    if (range === undefined) return undefined;
    const { start } = range;
    range.start += wanted;
    range.bytes -= wanted;
    if (range.bytes === 0) this.#free.splice(at, 1);
    this.#taken.set(start, wanted);
    return start;
  }

  /** Bytes by which the space has to grow so that `bytes` can be taken. */
  missing(bytes: number): number {
    const last = this.#free.at(-1);
    const atEnd = last !== undefined && last.start + last.bytes === this.#end ? last.bytes : 0;
    return Math.max(0, roundedUp(bytes) - atEnd);
  }

  /** Adds `bytes`, a multiple of {@link ALIGNMENT}, at the end. */
  grow(bytes: number): void {
    this.#insert({ start: this.#end, bytes });
    this.#end += bytes;
  }

  /** @throws {RangeError} for a start that was not taken. */
  give(start: number): void {
    const bytes = this.#taken.get(start);
    if (bytes === undefined) throw new RangeError(`no range taken begins at ${start}`);
    this.#taken.delete(start);
    this.#insert({ start, bytes });
  }

  #insert(range: Range): void {
    let at = this.#free.findIndex((other) => other.start > range.start);
    if (at === -1) at = this.#free.length;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const joinsAfter = after !== undefined && range.start + range.bytes === after.start;
    if (before !== undefined && before.start + before.bytes === range.start) {
      before.bytes += range.bytes;
      if (joinsAfter) {
        before.bytes += after.bytes;
        this.#free.splice(at, 1);
      }
    } else if (joinsAfter) {
      after.start = range.start;
      after.bytes += range.bytes;
    } else this.#free.splice(at, 0, range);
  }
}

function roundedUp(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
}
