import { countsAsEqual, type PreparedColumns } from "./rank-codes.js";

/** The training samples of a tree; those of a node stand together. */
export interface Samples {
  /** Row of the matrix. */
  readonly row: Int32Array;
  readonly label: Int32Array;
  /** How often it was drawn. */
  readonly weight: Int32Array;
}

/** The node's weights by class. */
export interface NodeWeights {
  readonly zeros: number;
  readonly ones: number;
}

/** Words of a code in the histogram: weights of class 0 and 1, number of samples, nothing. */
const WORDS = 4;

/**
 * Finds the best split of a node by one column after the other: a histogram over the rank codes of the node's samples
 * and a bitmap of the codes that occur, walked in rising order. O(samples + distinct values / 32) per column.
 */
export class SplitSearch {
  readonly #columns: PreparedColumns;
  readonly #samples: Samples;
  readonly #minSamplesLeaf: number;
  readonly #histogram: Int32Array;
  readonly #occurs: Int32Array;
  /** The best split so far; column −1: none. */
  column = -1;
  /** Largest code that goes left. */
  code = 0;
  threshold = 0;
  leftZeros = 0;
  leftOnes = 0;
  #gain = Number.NEGATIVE_INFINITY;

  constructor(columns: PreparedColumns, samples: Samples, minSamplesLeaf: number) {
    this.#columns = columns;
    this.#samples = samples;
    this.#minSamplesLeaf = minSamplesLeaf;
    let most = 0;
    for (let j = 0; j < columns.m; j++) {
      most = Math.max(most, (columns.starts[j + 1] as number) - (columns.starts[j] as number));
    }
    this.#histogram = new Int32Array(WORDS * most);
    this.#occurs = new Int32Array((most + 31) >>> 5);
  }

  /** Forgets the best split. */
  begin(): void {
    this.column = -1;
    this.#gain = Number.NEGATIVE_INFINITY;
  }

  /** Tries a column for the samples from `start` to before `end`; false when it is constant among them. */
  offer(column: number, start: number, end: number, node: NodeWeights): boolean {
    this.#count(column, start, end);
    const { starts, values, near } = this.#columns;
    const base = starts[column] as number;
    const isNear = near[column] === 1;
    const first = this.#firstCode();
    const last = this.#walk(column, end - start, node, isNear);
    return first < last && !(isNear && countsAsEqual(values[base + first] as number, values[base + last] as number));
  }

  /** Fills histogram and bitmap. */
  #count(column: number, start: number, end: number): void {
    const { codes, n } = this.#columns;
    const { row, label, weight } = this.#samples;
    const histogram = this.#histogram;
    const occurs = this.#occurs;
    const base = column * n;
    for (let p = start; p < end; p++) {
      const code = codes[base + (row[p] as number)] as number;
      const at = code << 2;
      const cell = at | (label[p] as number);
      histogram[cell] = (histogram[cell] as number) + (weight[p] as number);
      histogram[at | 2] = (histogram[at | 2] as number) + 1;
      occurs[code >>> 5] = (occurs[code >>> 5] as number) | (1 << (code & 31));
    }
  }

  #firstCode(): number {
    const occurs = this.#occurs;
    for (let word = 0; ; word++) {
      const bits = occurs[word] as number;
      if (bits !== 0) return (word << 5) | lowestBit(bits);
    }
  }

  /**
   * Walks the codes that occur, clears histogram and bitmap, and keeps a split between two codes that is better than
   * all before. Returns the largest code.
   */
  #walk(column: number, count: number, { zeros, ones }: NodeWeights, isNear: boolean): number {
    const { values, starts } = this.#columns;
    const histogram = this.#histogram;
    const occurs = this.#occurs;
    const base = starts[column] as number;
    const least = this.#minSamplesLeaf;
    let gain = this.#gain;
    let [before, leftCount, leftZeros, leftOnes] = [-1, 0, 0, 0];
    for (let word = 0; leftCount < count; word++) {
      let bits = occurs[word] as number;
      if (bits === 0) continue;
      occurs[word] = 0;
      for (; bits !== 0; bits &= bits - 1) {
        const code = (word << 5) | lowestBit(bits);
        if (
          leftCount >= least &&
          count - leftCount >= least &&
          !(isNear && countsAsEqual(values[base + before] as number, values[base + code] as number))
        ) {
          const rightZeros = zeros - leftZeros;
          const rightOnes = ones - leftOnes;
          const found =
            (leftZeros * leftZeros + leftOnes * leftOnes) / (leftZeros + leftOnes) +
            (rightZeros * rightZeros + rightOnes * rightOnes) / (rightZeros + rightOnes);
          if (found > gain) {
            gain = found;
            this.column = column;
            this.code = before;
            this.threshold = (values[base + before] as number) / 2 + (values[base + code] as number) / 2;
            this.leftZeros = leftZeros;
            this.leftOnes = leftOnes;
          }
        }
        const at = code << 2;
        leftZeros += histogram[at] as number;
        leftOnes += histogram[at | 1] as number;
        leftCount += histogram[at | 2] as number;
        histogram[at] = 0;
        histogram[at | 1] = 0;
        histogram[at | 2] = 0;
        before = code;
      }
    }
    this.#gain = gain;
    return before;
  }
}

/** Place of the lowest bit that is set. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
