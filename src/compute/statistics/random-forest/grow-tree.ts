import { type RandomNumbers, randomNumbers } from "../random-numbers.js";
import type { ForestOptions } from "./forest-options.js";
import type { PreparedColumns } from "./rank-codes.js";
import { type Samples, SplitSearch } from "./split-search.js";
import type { TreeNodes } from "./tree-nodes.js";

/** A node still to be made. */
interface PendingNode {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** How many columns are known to be constant in its parent. */
  readonly constants: number;
  readonly zeros: number;
  readonly ones: number;
  /** Where its number is to be noted; −1 at the root. */
  readonly parent: number;
  readonly isLeft: boolean;
}

/**
 * Grows trees as scikit-learn does (DepthFirstTreeBuilder with BestSplitter and the Gini criterion): a column is drawn
 * for each split without replacement, as long as fewer than `maxFeatures` were drawn or all drawn ones are constant in
 * the node; columns constant in a node stay known as such below it. A sample drawn several times weighs more but counts
 * once for `minSamplesLeaf`.
 */
export class TreeGrower {
  readonly #columns: PreparedColumns;
  readonly #rows: Int32Array;
  readonly #y: Uint8Array;
  readonly #options: ForestOptions;
  readonly #samples: Samples;
  readonly #search: SplitSearch;
  readonly #drawn: Int32Array;
  /** Drawn columns in front, kept as scikit-learn keeps them. */
  readonly #order: Int32Array;
  readonly #constant: Int32Array;

  /** `y` has the label of every row of the matrix, `rows` says which of them train. */
  constructor(columns: PreparedColumns, rows: Int32Array, y: Uint8Array, options: ForestOptions) {
    this.#columns = columns;
    this.#rows = rows;
    this.#y = y;
    this.#options = options;
    const n = rows.length;
    this.#samples = { row: new Int32Array(n), label: new Int32Array(n), weight: new Int32Array(n) };
    this.#search = new SplitSearch(columns, this.#samples, options.minSamplesLeaf);
    this.#drawn = new Int32Array(n);
    this.#order = new Int32Array(columns.m);
    this.#constant = new Int32Array(columns.m);
  }

  /** The trees with the numbers from `first` to before `end`. */
  grow(first: number, end: number): TreeNodes {
    const nodes: GrownNodes = { roots: [0], feature: [], threshold: [], left: [], right: [], value: [] };
    for (let tree = first; tree < end; tree++) {
      this.#growOne(randomNumbers(this.#options.seed, tree), nodes);
      nodes.roots.push(nodes.feature.length);
    }
    return {
      roots: Int32Array.from(nodes.roots),
      feature: Int32Array.from(nodes.feature),
      threshold: Float64Array.from(nodes.threshold),
      left: Int32Array.from(nodes.left),
      right: Int32Array.from(nodes.right),
      value: Float64Array.from(nodes.value),
    };
  }

  #growOne(random: RandomNumbers, nodes: GrownNodes): void {
    const { maxDepth, minSamplesLeaf } = this.#options;
    const root = this.#draw(random);
    const first = nodes.feature.length;
    for (let j = 0; j < this.#order.length; j++) this.#order[j] = j;
    const pending: PendingNode[] = [root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const { start, end, depth, zeros, ones, parent, isLeft } = node;
      const number = nodes.feature.length - first;
      if (parent >= 0) (isLeft ? nodes.left : nodes.right)[first + parent] = number;
      const count = end - start;
      const isLeaf = depth >= maxDepth || count < 2 || count < 2 * minSamplesLeaf || zeros === 0 || ones === 0;
      const constants = isLeaf ? 0 : this.#findSplit(node, random);
      const { column, code, threshold, leftZeros, leftOnes } = this.#search;
      const splits = !isLeaf && column >= 0;
      nodes.feature.push(splits ? column : -1);
      nodes.threshold.push(splits ? threshold : 0);
      nodes.left.push(-1);
      nodes.right.push(-1);
      nodes.value.push(ones / (zeros + ones));
      if (!splits) continue;
      const middle = this.#partition(start, end, column, code);
      // Fields in one order everywhere: objects of several shapes made this twice as slow.
      pending.push({
        start: middle,
        end,
        depth: depth + 1,
        constants,
        zeros: zeros - leftZeros,
        ones: ones - leftOnes,
        parent: number,
        isLeft: false,
      });
      pending.push({
        start,
        end: middle,
        depth: depth + 1,
        constants,
        zeros: leftZeros,
        ones: leftOnes,
        parent: number,
        isLeft: true,
      });
    }
  }

  /** Draws as many samples as there are rows, with replacement; or takes every row once. */
  #draw(random: RandomNumbers): PendingNode {
    const rows = this.#rows;
    const { row, label, weight } = this.#samples;
    const drawn = this.#drawn.fill(this.#options.bootstrap ? 0 : 1);
    if (this.#options.bootstrap) {
      for (let i = 0; i < rows.length; i++) {
        const sample = Math.floor(random() * rows.length);
        drawn[sample] = (drawn[sample] as number) + 1;
      }
    }
    let count = 0;
    let [total, ones] = [0, 0];
    for (let i = 0; i < rows.length; i++) {
      const times = drawn[i] as number;
      if (times === 0) continue;
      const own = this.#y[rows[i] as number] as number;
      row[count] = rows[i] as number;
      label[count] = own;
      weight[count++] = times;
      total += times;
      ones += times * own;
    }
    return { start: 0, end: count, depth: 0, constants: 0, zeros: total - ones, ones, parent: -1, isLeft: false };
  }

  /** Leaves the best split of the drawn columns in the search; how many columns are known to be constant. */
  #findSplit(node: PendingNode, random: RandomNumbers): number {
    const { start, end, constants: known } = node;
    const { maxFeatures } = this.#options;
    const order = this.#order;
    const search = this.#search;
    search.begin();
    let [open, drawnConstants, foundConstants] = [order.length, 0, 0];
    const mayDraw = (visited: number) => visited < maxFeatures || visited <= foundConstants + drawnConstants;
    for (let visited = 0; open > known + foundConstants && mayDraw(visited); visited++) {
      const width = open - foundConstants - drawnConstants;
      let at = drawnConstants + Math.floor(random() * width);
      if (at < known) {
        exchange(order, drawnConstants++, at);
        continue;
      }
      at += foundConstants;
      if (search.offer(order[at] as number, start, end, node)) exchange(order, --open, at);
      else exchange(order, known + foundConstants++, at);
    }
    // Siblings must find the known constants where they were.
    const constants = known + foundConstants;
    for (let j = 0; j < known; j++) order[j] = this.#constant[j] as number;
    for (let j = known; j < constants; j++) this.#constant[j] = order[j] as number;
    return constants;
  }

  /** Moves the samples whose code is at most `code` to the front; where the others begin. */
  #partition(start: number, end: number, column: number, code: number): number {
    const { codes, n } = this.#columns;
    const { row, label, weight } = this.#samples;
    const base = column * n;
    let [low, high] = [start, end];
    while (low < high) {
      if ((codes[base + (row[low] as number)] as number) <= code) low++;
      else {
        high--;
        exchange(row, low, high);
        exchange(label, low, high);
        exchange(weight, low, high);
      }
    }
    return low;
  }
}

interface GrownNodes {
  readonly roots: number[];
  readonly feature: number[];
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[];
}

function exchange(array: Int32Array, a: number, b: number): void {
  const kept = array[a] as number;
  array[a] = array[b] as number;
  array[b] = kept;
}
