/**
 * Numbers distinct stretches of text 0, 1, 2 … by their UTF-16 units: an open-addressing table that allocates nothing
 * per lookup and keeps no text alive. Two bytes per unit, about 16 per piece.
 */
export class PieceTable {
  #slots = new Int32Array(1 << 12);
  #hashes = new Int32Array(1 << 11);
  #ends = new Int32Array(1 << 11);
  #units = new Uint16Array(1 << 14);
  #size = 0;
  #used = 0;

  /** Number of distinct pieces. */
  get size(): number {
    return this.#size;
  }

  /** UTF-16 units that they hold together. */
  get units(): number {
    return this.#used;
  }

  /** The number of the piece `text.slice(start, end)`; a piece not seen before gets {@link size}, which then grows. */
  intern(text: string, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const piece = (this.#slots[slot] as number) - 1;
      if (piece < 0) break;
      if (this.#hashes[piece] === hash && this.#is(piece, text, start, end)) return piece;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#size + 1;
    return this.#append(hash, text, start, end);
  }

  /** The UTF-16 units of a piece: a view, valid until the next {@link intern}. */
  unitsOf(piece: number): Uint16Array {
    return this.#units.subarray(this.#startOf(piece), this.#ends[piece]);
  }

  /** Forgets all pieces, and keeps the memory. */
  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
    this.#used = 0;
  }

  #startOf(piece: number): number {
    return piece === 0 ? 0 : (this.#ends[piece - 1] as number);
  }

  #is(piece: number, text: string, start: number, end: number): boolean {
    const from = this.#startOf(piece);
    if ((this.#ends[piece] as number) - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (this.#units[j] !== text.charCodeAt(i)) return false;
    return true;
  }

  #append(hash: number, text: string, start: number, end: number): number {
    const piece = this.#size++;
    const needed = this.#used + (end - start);
    if (needed > this.#units.length) {
      const grown = new Uint16Array(Math.max(needed, this.#units.length * 2));
      grown.set(this.#units);
      this.#units = grown;
    }
    for (let i = start; i < end; i++) this.#units[this.#used++] = text.charCodeAt(i);
    if (piece >= this.#ends.length) {
      this.#hashes = grownTo(this.#hashes, piece * 2);
      this.#ends = grownTo(this.#ends, piece * 2);
    }
    this.#hashes[piece] = hash;
    this.#ends[piece] = this.#used;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return piece;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let piece = 0; piece < this.#size; piece++) {
      let slot = (this.#hashes[piece] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = piece + 1;
    }
    this.#slots = slots;
  }
}

function grownTo(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(array);
  return grown;
}
