/** Multipliers of the two polynomial hashes: odd, so that they can be undone modulo 2³². */
const BASE_HIGH = 0x9e3779b1;
const BASE_LOW = 0x85ebca77;

/** Power modulo 2³². */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

/** Spreads 32 bits (the finaliser of MurmurHash3). */
function spread(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Calls `emit` with the hash of every run of `words` words of a text, in order, repeated ones again: 64 bits as two
 * unsigned 32-bit halves. A word is a run of `a` … `z` and `'` of the lower-cased text. Rolling hash: the cost is one
 * step per character and one per word, whatever `words` is.
 * @param sampling of the hashes only one in so many is emitted, the same one in every text.
 * @returns the number of words of the text.
 */
export function wordShingles(
  text: string,
  words: number,
  sampling: number,
  emit: (high: number, low: number) => void,
): number {
  const lower = text.toLowerCase();
  const ringHigh = new Int32Array(words);
  const ringLow = new Int32Array(words);
  const leavingHigh = power(BASE_HIGH, words);
  const leavingLow = power(BASE_LOW, words);
  let high = 0;
  let low = 0;
  let count = 0;
  let wordHigh = 0x811c9dc5;
  let wordLow = 0x2f0b4c47;
  let inWord = false;
  for (let i = 0; i <= lower.length; i++) {
    const c = i < lower.length ? lower.charCodeAt(i) : 0;
    if ((c >= 97 && c <= 122) || c === 39) {
      wordHigh = Math.imul(wordHigh ^ c, 0x01000193);
      wordLow = Math.imul(wordLow ^ c, 0x5bd1e995);
      inWord = true;
      continue;
    }
    if (!inWord) continue;
    const slot = count % words;
    const newHigh = spread(wordHigh);
    const newLow = spread(wordLow);
    high = (Math.imul(high, BASE_HIGH) + newHigh - Math.imul(ringHigh[slot] as number, leavingHigh)) | 0;
    low = (Math.imul(low, BASE_LOW) + newLow - Math.imul(ringLow[slot] as number, leavingLow)) | 0;
    ringHigh[slot] = newHigh;
    ringLow[slot] = newLow;
    count++;
    if (count >= words) {
      const hashLow = spread(low ^ 0x68e31da4) >>> 0;
      if (sampling === 1 || hashLow % sampling === 0) emit(spread(high) >>> 0, hashLow);
    }
    wordHigh = 0x811c9dc5;
    wordLow = 0x2f0b4c47;
    inWord = false;
  }
  return count;
}
