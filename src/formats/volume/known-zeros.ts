import { isAllZero } from "./zero-bytes.js";

/** Stored chunks up to this size are compared; larger ones are seldom empty. */
const MOST_BYTES = 65_536;
/** Zeros compress at least so well. */
const LEAST_RATIO = 8;

/**
 * Knows stored chunks of nothing but zeros again by their bytes: one codec always makes the same of them, so that they
 * need not be decoded. Most chunks of a sparse label volume are such.
 */
export class KnownZeros {
  #stored: Buffer | undefined;

  /** Whether these bytes were seen to decode to zeros. */
  has(stored: Uint8Array): boolean {
    return this.#stored?.equals(stored) ?? false;
  }

  /** Whether the decoded values are all zero; the stored bytes are remembered then. */
  learn(stored: Uint8Array, decoded: ArrayBufferView): boolean {
    if (stored.length > MOST_BYTES || stored.length * LEAST_RATIO > decoded.byteLength) return false;
    if (!isAllZero(decoded)) return false;
    this.#stored = Buffer.from(stored);
    return true;
  }
}
