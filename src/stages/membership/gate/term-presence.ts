/**
 * In which units a term occurs, for the terms that occur in at least three units and are missing in at least three:
 * units of feature f are `units[starts[f] … starts[f + 1])`. A feature is a 32-bit hash of a word or of two words in a
 * row: two terms of one hash count as one.
 */
export interface TermPresence {
  readonly hashes: Uint32Array;
  readonly starts: Uint32Array;
  readonly units: Uint32Array;
}

const LEAST_UNITS = 3;
/** Distinct hashes of one unit that are looked at: 4 M words and pairs are more than any book has. */
const MOST_TERMS = 1 << 22;

/** 32-bit FNV-1a over the UTF-16 units of a word, finished by murmur3's mixer. */
export function termHash(word: string | number, seed = 0x811c9dc5): number {
  let hash = seed;
  const text = typeof word === "number" ? `#${word}` : word;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}

/** Hashes of the words of a unit and of every two in a row, with the place of the word they begin at. */
export function* termHashes(
  words: readonly (string | number)[],
): Generator<{ hash: number; from: number; length: number }> {
  let before = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string | number;
    const hash = termHash(word);
    if (i > 0) yield { hash: termHash(word, before), from: i - 1, length: 2 };
    yield { hash, from: i, length: 1 };
    before = Math.imul(hash, 0x9e3779b1) ^ 0x5bd1e995;
  }
}

/** Collects units one by one. Memory: 4 B per distinct term of a unit. */
export class TermPresenceBuilder {
  readonly #units: Uint32Array[] = [];

  add(words: readonly (string | number)[]): void {
    const seen = new Set<number>();
    for (const { hash } of termHashes(words)) {
      if (seen.size >= MOST_TERMS) break;
      seen.add(hash);
    }
    this.#units.push(Uint32Array.from(seen).sort());
  }

  finish(): TermPresence {
    const n = this.#units.length;
    // Counted bucket by bucket first, so that the many terms of one or two units are never sorted.
    const buckets = new Uint16Array(1 << 22);
    for (const hashes of this.#units) {
      for (const hash of hashes) {
        const bucket = hash >>> 10;
        if ((buckets[bucket] as number) < 0xffff) buckets[bucket] = (buckets[bucket] as number) + 1;
      }
    }
    const frequent = this.#units.map((hashes) =>
      hashes.filter((hash) => (buckets[hash >>> 10] as number) >= LEAST_UNITS),
    );
    const total = frequent.reduce((sum, { length }) => sum + length, 0);
    const pairs = new Float64Array(total);
    let at = 0;
    for (const [unit, hashes] of frequent.entries()) for (const hash of hashes) pairs[at++] = hash * n + unit;
    pairs.sort();
    const hashes: number[] = [];
    const starts: number[] = [0];
    const units: number[] = [];
    for (let from = 0; from < total; ) {
      const hash = Math.floor((pairs[from] as number) / n);
      let to = from;
      while (to < total && (pairs[to] as number) < (hash + 1) * n) to++;
      if (to - from >= LEAST_UNITS && to - from <= n - LEAST_UNITS) {
        hashes.push(hash);
        for (let i = from; i < to; i++) units.push((pairs[i] as number) - hash * n);
        starts.push(units.length);
      }
      from = to;
    }
    return { hashes: Uint32Array.from(hashes), starts: Uint32Array.from(starts), units: Uint32Array.from(units) };
  }
}

/** AUC of having a term, for every feature: ½ + (share of members − share of non-members that have it) / 2. */
export function presenceAucs(presence: TermPresence, labels: Uint8Array, rows?: Int32Array): Float64Array {
  const { starts, units } = presence;
  // 0: not looked at, 1: non-member, 2: member.
  const side = new Uint8Array(labels.length);
  const counts = [0, 0, 0] as [number, number, number];
  const take = (unit: number) => {
    side[unit] = (labels[unit] as number) + 1;
    counts[side[unit] as 1 | 2] += 1;
  };
  if (rows === undefined) for (let unit = 0; unit < labels.length; unit++) take(unit);
  else for (const unit of rows) take(unit);
  const aucs = new Float64Array(starts.length - 1);
  for (let feature = 0; feature < aucs.length; feature++) {
    let members = 0;
    let others = 0;
    for (let i = starts[feature] as number; i < (starts[feature + 1] as number); i++) {
      const of = side[units[i] as number] as number;
      if (of === 2) members++;
      else if (of === 1) others++;
    }
    aucs[feature] = 0.5 + (members / counts[2] - others / counts[1]) / 2;
  }
  return aucs;
}
