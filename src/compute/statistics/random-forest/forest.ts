import { assertFinite, type PreparedColumns } from "./rank-codes.js";
import type { TreeNodes } from "./tree-nodes.js";

/** A fitted random forest: the probability of class 1 is the mean over trees of its share in the leaf. */
export class Forest {
  readonly nodes: TreeNodes;
  /** Columns that it was fitted on. */
  readonly m: number;
  readonly #columns: PreparedColumns;

  constructor(nodes: TreeNodes, columns: PreparedColumns) {
    this.nodes = nodes;
    this.m = columns.m;
    this.#columns = columns;
  }

  get trees(): number {
    return this.nodes.roots.length - 1;
  }

  /**
   * Probabilities of class 1 of `n` rows, row-major [n, m]. O(n · trees · depth).
   * @throws {NeurotablesError} `forest/not-finite` naming row and column (from 0).
   */
  predict(x: Float64Array, n: number): Float64Array {
    const { m } = this;
    if (x.length !== n * m) throw new RangeError(`${x.length} values of ${n} rows × ${m} columns`);
    assertFinite(x, n, m);
    const rounded = Float32Array.from(x);
    return this.#predict(n, (row, column) => rounded[row * m + column] as number);
  }

  /** Probabilities of class 1 of these rows of the matrix that the forest was fitted on. */
  predictPrepared(rows: Int32Array): Float64Array {
    const { codes, values, starts, n } = this.#columns;
    return this.#predict(
      rows.length,
      (i, column) => values[(starts[column] as number) + (codes[column * n + (rows[i] as number)] as number)] as number,
    );
  }

  #predict(n: number, valueAt: (row: number, column: number) => number): Float64Array {
    const { roots, feature, threshold, left, right, value } = this.nodes;
    const sums = new Float64Array(n);
    for (let tree = 0; tree < this.trees; tree++) {
      const root = roots[tree] as number;
      for (let row = 0; row < n; row++) {
        let node = root;
        for (let column = feature[node] as number; column >= 0; column = feature[node] as number) {
          const goesLeft = valueAt(row, column) <= (threshold[node] as number);
          node = root + ((goesLeft ? left : right)[node] as number);
        }
        sums[row] = (sums[row] as number) + (value[node] as number);
      }
    }
    return sums.map((sum) => sum / this.trees);
  }
}
