import { byFirstAppearance, groupCount, type Partition } from "./partition.js";
import type { SbmModel } from "./sbm-model.js";

/** A change of a partition and what it adds to the description length. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly difference: number;
}

/**
 * A partition into blocks with the edges, weights and costs of every pair of blocks, so that the change of description
 * length by moving one node, or by merging two blocks, takes O(degree + blocks) and not O(edges). Slots of blocks are
 * reused; an empty one stands for a new block. Matrices are `capacity` × `capacity` and symmetric.
 */
export class BlockState {
  readonly #model: SbmModel;
  /** Block of each node. */
  readonly #blocks: Int32Array;
  #capacity = 0;
  /** Slots of the blocks in use, in rising order. */
  #used: number[] = [];
  #sizes = new Int32Array(0);
  #edges = new Int32Array(0);
  #weights = new Float64Array(0);
  #costs = new Float64Array(0);
  /** Edges and weight from the node looked at to each block, and the change by taking it out of its own. */
  #nodeEdges = new Int32Array(0);
  #nodeWeights = new Float64Array(0);
  #withoutNode = new Float64Array(0);

  constructor(model: SbmModel, groups: ArrayLike<number>) {
    this.#model = model;
    this.#blocks = byFirstAppearance(groups);
    this.rebuild();
  }

  get blocks(): readonly number[] {
    return this.#used;
  }

  partition(): Partition {
    return byFirstAppearance(this.#blocks);
  }

  blockOf(node: number): number {
    return this.#blocks[node] as number;
  }

  /** All sums from scratch, with blocks numbered by first appearance: removes the rounding that moves collect. */
  rebuild(): void {
    const blocks = this.#blocks;
    blocks.set(byFirstAppearance(blocks));
    const count = groupCount(blocks);
    this.#reserve(Math.min(blocks.length, Math.max(8, 2 * count)));
    this.#used = Array.from({ length: count }, (_, slot) => slot);
    const [capacity, { offsets, neighbours, weights }, m] = [
      this.#capacity,
      this.#model.graph,
      this.#model.multiplicity,
    ];
    for (let i = 0; i < blocks.length; i++) {
      const r = blocks[i] as number;
      this.#sizes[r] = (this.#sizes[r] as number) + 1;
      for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
        const j = neighbours[k] as number;
        if (j > i) this.#join(r, blocks[j] as number, m, m * (weights[k] as number), capacity);
      }
    }
    for (const r of this.#used) for (const s of this.#used) if (s >= r) this.#setCost(r, s);
  }

  #reserve(capacity: number): void {
    this.#capacity = capacity;
    this.#sizes = new Int32Array(capacity);
    this.#edges = new Int32Array(capacity * capacity);
    this.#weights = new Float64Array(capacity * capacity);
    this.#costs = new Float64Array(capacity * capacity);
    this.#nodeEdges = new Int32Array(capacity);
    this.#nodeWeights = new Float64Array(capacity);
    this.#withoutNode = new Float64Array(capacity);
  }

  #join(r: number, s: number, edges: number, weight: number, capacity: number): void {
    const at = r * capacity + s;
    this.#edges[at] = (this.#edges[at] as number) + edges;
    // Without edges there is no weight: what remains would be rounding.
    this.#weights[at] = this.#edges[at] === 0 ? 0 : (this.#weights[at] as number) + weight;
    if (r === s) return;
    const mirrored = s * capacity + r;
    this.#edges[mirrored] = this.#edges[at] as number;
    this.#weights[mirrored] = this.#weights[at] as number;
  }

  #pairs(r: number, s: number): number {
    const [a, b] = [this.#sizes[r] as number, this.#sizes[s] as number];
    return r === s ? this.#model.pairsInside(a) : this.#model.pairsBetween(a, b);
  }

  #setCost(r: number, s: number): void {
    const at = r * this.#capacity + s;
    const cost = this.#model.pairTerm(this.#edges[at] as number, this.#weights[at] as number, this.#pairs(r, s));
    this.#costs[at] = cost;
    this.#costs[s * this.#capacity + r] = cost;
  }

  /** A slot that is not in use; the matrices grow where there is none. */
  #emptySlot(): number {
    if (this.#used.length === this.#capacity) {
      const old = {
        capacity: this.#capacity,
        sizes: this.#sizes,
        edges: this.#edges,
        weights: this.#weights,
        costs: this.#costs,
      };
      this.#reserve(Math.min(this.#blocks.length, 2 * old.capacity));
      this.#sizes.set(old.sizes);
      for (let r = 0; r < old.capacity; r++) {
        const [from, to] = [r * old.capacity, r * this.#capacity];
        this.#edges.set(old.edges.subarray(from, from + old.capacity), to);
        this.#weights.set(old.weights.subarray(from, from + old.capacity), to);
        this.#costs.set(old.costs.subarray(from, from + old.capacity), to);
      }
    }
    let slot = 0;
    while (this.#sizes[slot] !== 0) slot++;
    return slot;
  }

  /** Counts the edges from `node` to every block in use. */
  #look(node: number): void {
    const { offsets, neighbours, weights } = this.#model.graph;
    const [blocks, m] = [this.#blocks, this.#model.multiplicity];
    for (const t of this.#used) {
      this.#nodeEdges[t] = 0;
      this.#nodeWeights[t] = 0;
    }
    for (let k = offsets[node] as number; k < (offsets[node + 1] as number); k++) {
      const t = blocks[neighbours[k] as number] as number;
      this.#nodeEdges[t] = (this.#nodeEdges[t] as number) + m;
      this.#nodeWeights[t] = (this.#nodeWeights[t] as number) + m * (weights[k] as number);
    }
  }

  /**
   * The move of `node` to another block, or to a new one of its own, that adds least to the description length; of equal
   * ones, to the first slot. Undefined where there is no other block and the node is already alone.
   */
  bestMove(node: number): Change | undefined {
    const from = this.blockOf(node);
    const alone = this.#sizes[from] === 1;
    const empty = alone ? -1 : this.#emptySlot();
    this.#look(node);
    const taken = this.#takeOut(from);
    let best: Change | undefined;
    for (const to of this.#used) {
      if (to === from) continue;
      const difference = this.#putInto(from, to, taken);
      if (best === undefined || difference < best.difference) best = { from, to, difference };
    }
    if (empty >= 0) {
      this.#nodeEdges[empty] = 0;
      this.#nodeWeights[empty] = 0;
      const difference = this.#putInto(from, empty, taken);
      if (best === undefined || difference < best.difference) best = { from, to: empty, difference };
    }
    return best;
  }

  /** The change of one given move. */
  moveDifference(node: number, to: number): number {
    const from = this.blockOf(node);
    this.#look(node);
    return this.#putInto(from, to, this.#takeOut(from));
  }

  /** Sum over the other blocks of the change by taking the node looked at out of block `from`; parts are kept. */
  #takeOut(from: number): number {
    const [model, capacity, rest] = [this.#model, this.#capacity, (this.#sizes[from] as number) - 1];
    let sum = 0;
    for (const t of this.#used) {
      if (t === from) continue;
      const at = from * capacity + t;
      const edges = (this.#edges[at] as number) - (this.#nodeEdges[t] as number);
      const weight = edges === 0 ? 0 : (this.#weights[at] as number) - (this.#nodeWeights[t] as number);
      const pairs = model.pairsBetween(rest, this.#sizes[t] as number);
      const change = model.pairTerm(edges, weight, pairs) - (this.#costs[at] as number);
      this.#withoutNode[t] = change;
      sum += change;
    }
    return sum;
  }

  /** The whole change by putting the node looked at into block `to`. */
  #putInto(from: number, to: number, takenOut: number): number {
    const [model, capacity] = [this.#model, this.#capacity];
    const [sizeFrom, sizeTo] = [this.#sizes[from] as number, this.#sizes[to] as number];
    const [edges, weights, costs] = [this.#edges, this.#weights, this.#costs];
    const [nodeEdges, nodeWeights] = [this.#nodeEdges, this.#nodeWeights];
    const isNew = sizeTo === 0;
    let sum = takenOut - (isNew ? 0 : (this.#withoutNode[to] as number));
    for (const t of this.#used) {
      if (t === from || t === to) continue;
      const k = nodeEdges[t] as number;
      if (k === 0 && !model.withTopology) continue;
      const at = to * capacity + t;
      const [e, w] = isNew ? [0, 0] : [edges[at] as number, weights[at] as number];
      const pairs = model.pairsBetween(sizeTo + 1, this.#sizes[t] as number);
      sum += model.pairTerm(e + k, w + (nodeWeights[t] as number), pairs) - (isNew ? 0 : (costs[at] as number));
    }
    const [kFrom, wFrom] = [nodeEdges[from] as number, nodeWeights[from] as number];
    const [kTo, wTo] = [nodeEdges[to] as number, nodeWeights[to] as number];
    const inFrom = from * capacity + from;
    const inTo = to * capacity + to;
    const between = from * capacity + to;
    const edgesFrom = (edges[inFrom] as number) - kFrom;
    const weightFrom = edgesFrom === 0 ? 0 : (weights[inFrom] as number) - wFrom;
    sum += model.pairTerm(edgesFrom, weightFrom, model.pairsInside(sizeFrom - 1)) - (costs[inFrom] as number);
    const [edgesTo, weightTo, costTo] = isNew
      ? [0, 0, 0]
      : [edges[inTo] as number, weights[inTo] as number, costs[inTo] as number];
    sum += model.pairTerm(edgesTo + kTo, weightTo + wTo, model.pairsInside(sizeTo + 1)) - costTo;
    const [edgesBetween, weightBetween, costBetween] = isNew
      ? [0, 0, 0]
      : [edges[between] as number, weights[between] as number, costs[between] as number];
    const crossing = edgesBetween - kTo + kFrom;
    const crossingWeight = crossing === 0 ? 0 : weightBetween - wTo + wFrom;
    sum += model.pairTerm(crossing, crossingWeight, model.pairsBetween(sizeFrom - 1, sizeTo + 1)) - costBetween;
    const sizes =
      model.logFactorial(sizeFrom) +
      model.logFactorial(sizeTo) -
      model.logFactorial(sizeFrom - 1) -
      model.logFactorial(sizeTo + 1);
    const blocks = this.#used.length;
    const after = blocks + (isNew ? 1 : 0) - (sizeFrom === 1 ? 1 : 0);
    return sum + sizes + (after === blocks ? 0 : model.blockCountTerm(after) - model.blockCountTerm(blocks));
  }

  /** Moves a node; `to` is a block in use or the new one that {@link bestMove} named. */
  move(node: number, to: number): void {
    const from = this.blockOf(node);
    if (from === to) return;
    this.#look(node);
    if (this.#sizes[to] === 0) this.#use(to);
    const capacity = this.#capacity;
    for (const t of this.#used) {
      const [k, w] = [this.#nodeEdges[t] as number, this.#nodeWeights[t] as number];
      if (k === 0) continue;
      this.#join(from, t, -k, -w, capacity);
      this.#join(to, t, k, w, capacity);
    }
    this.#blocks[node] = to;
    this.#sizes[from] = (this.#sizes[from] as number) - 1;
    this.#sizes[to] = (this.#sizes[to] as number) + 1;
    if (this.#sizes[from] === 0) this.#used = this.#used.filter((slot) => slot !== from);
    for (const t of this.#used) {
      if (this.#sizes[from] !== 0) this.#setCost(from, t);
      this.#setCost(to, t);
    }
  }

  /** Takes an empty slot into use: its row holds what an earlier block left. */
  #use(slot: number): void {
    this.#used = [...this.#used, slot].sort((a, b) => a - b);
    const capacity = this.#capacity;
    this.#nodeEdges[slot] = 0;
    this.#nodeWeights[slot] = 0;
    for (const t of this.#used) {
      for (const at of [slot * capacity + t, t * capacity + slot]) {
        this.#edges[at] = 0;
        this.#weights[at] = 0;
        this.#costs[at] = 0;
      }
    }
  }

  /** The merge of two blocks that adds least to the description length; of equal ones, of the first slots. O(B³). */
  bestMerge(): Change | undefined {
    let best: Change | undefined;
    for (const [place, to] of this.#used.entries()) {
      for (const from of this.#used.slice(place + 1)) {
        const difference = this.mergeDifference(from, to);
        if (best === undefined || difference < best.difference) best = { from, to, difference };
      }
    }
    return best;
  }

  mergeDifference(from: number, to: number): number {
    const [model, capacity] = [this.#model, this.#capacity];
    const [edges, weights, costs] = [this.#edges, this.#weights, this.#costs];
    const [sizeFrom, sizeTo] = [this.#sizes[from] as number, this.#sizes[to] as number];
    const size = sizeFrom + sizeTo;
    let sum = 0;
    for (const t of this.#used) {
      if (t === from || t === to) continue;
      const [a, b] = [from * capacity + t, to * capacity + t];
      const e = (edges[a] as number) + (edges[b] as number);
      const w = (weights[a] as number) + (weights[b] as number);
      const pairs = model.pairsBetween(size, this.#sizes[t] as number);
      sum += model.pairTerm(e, w, pairs) - (costs[a] as number) - (costs[b] as number);
    }
    const [inFrom, inTo, between] = [from * capacity + from, to * capacity + to, from * capacity + to];
    const e = (edges[inFrom] as number) + (edges[inTo] as number) + (edges[between] as number);
    const w = (weights[inFrom] as number) + (weights[inTo] as number) + (weights[between] as number);
    sum += model.pairTerm(e, w, model.pairsInside(size));
    sum -= (costs[inFrom] as number) + (costs[inTo] as number) + (costs[between] as number);
    sum += model.logFactorial(sizeFrom) + model.logFactorial(sizeTo) - model.logFactorial(size);
    const blocks = this.#used.length;
    return sum + model.blockCountTerm(blocks - 1) - model.blockCountTerm(blocks);
  }

  merge(from: number, to: number): void {
    for (let i = 0; i < this.#blocks.length; i++) if (this.#blocks[i] === from) this.#blocks[i] = to;
    this.rebuild();
  }
}
