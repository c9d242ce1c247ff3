/**
 * How often every term occurs in every document, by rows: terms of document d are `terms[starts[d] … starts[d + 1])`,
 * ascending, with their `counts`.
 */
export interface BagOfWords {
  readonly documents: number;
  /** Number of distinct terms. */
  readonly size: number;
  readonly starts: Uint32Array;
  readonly terms: Uint32Array;
  readonly counts: Uint32Array;
  /** Term by number; absent where terms were numbers. */
  readonly vocabulary?: readonly string[];
}

/** Collects documents one by one. Memory: 8 B per distinct term of a document, and the vocabulary. */
export class BagOfWordsBuilder {
  readonly #numbers = new Map<string | number, number>();
  readonly #starts: number[] = [0];
  readonly #terms: Uint32Array[] = [];
  readonly #counts: Uint32Array[] = [];
  #entries = 0;

  add(words: Iterable<string | number>): void {
    const counts = new Map<number, number>();
    for (const word of words) {
      let number = this.#numbers.get(word);
      if (number === undefined) {
        number = this.#numbers.size;
        this.#numbers.set(word, number);
      }
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    const terms = Uint32Array.from(counts.keys()).sort();
    this.#terms.push(terms);
    this.#counts.push(Uint32Array.from(terms, (term) => counts.get(term) as number));
    this.#entries += terms.length;
    this.#starts.push(this.#entries);
  }

  finish(): BagOfWords {
    const terms = new Uint32Array(this.#entries);
    const counts = new Uint32Array(this.#entries);
    for (const [document, start] of this.#starts.slice(0, -1).entries()) {
      terms.set(this.#terms[document] as Uint32Array, start);
      counts.set(this.#counts[document] as Uint32Array, start);
    }
    const names = [...this.#numbers.keys()];
    return {
      documents: this.#terms.length,
      size: names.length,
      starts: Uint32Array.from(this.#starts),
      terms,
      counts,
      ...(names.every((name) => typeof name === "string") ? { vocabulary: names as string[] } : {}),
    };
  }
}

/** In how many of the given documents every term occurs. */
export function documentFrequency(bag: BagOfWords, documents: ArrayLike<number>): Uint32Array {
  const frequency = new Uint32Array(bag.size);
  for (let k = 0; k < documents.length; k++) {
    const document = documents[k] as number;
    for (let i = bag.starts[document] as number; i < (bag.starts[document + 1] as number); i++) {
      frequency[bag.terms[i] as number] = (frequency[bag.terms[i] as number] as number) + 1;
    }
  }
  return frequency;
}

/**
 * Counts of chosen terms as a dense matrix [documents, columns], row by row.
 * @param columns Terms, in the order of the columns.
 */
export function denseCounts(bag: BagOfWords, columns: ArrayLike<number>): Float64Array {
  const place = new Int32Array(bag.size).fill(-1);
  for (let k = 0; k < columns.length; k++) place[columns[k] as number] = k;
  const matrix = new Float64Array(bag.documents * columns.length);
  for (let document = 0; document < bag.documents; document++) {
    for (let i = bag.starts[document] as number; i < (bag.starts[document + 1] as number); i++) {
      const column = place[bag.terms[i] as number] as number;
      if (column >= 0) matrix[document * columns.length + column] = bag.counts[i] as number;
    }
  }
  return matrix;
}
