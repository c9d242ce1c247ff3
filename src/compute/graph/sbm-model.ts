import { logGamma } from "../special-functions/log-gamma.js";
import { logarithm } from "../special-functions/logarithm.js";
import { byFirstAppearance, groupCount } from "./partition.js";
import { isComplete, type WeightedGraph } from "./weighted-graph.js";

export interface SbmModelOptions {
  /** Every edge is counted twice, once in each direction. */
  readonly doubledEdges?: boolean;
}

/** Factorials above this are computed, not looked up. */
const LARGEST_TABLE = 2 ** 23;

/**
 * The description length, in nats, of a weighted stochastic block model of an undirected graph with N nodes: edge
 * weights are exponential with a rate per pair of blocks, the rates Gamma(1, rate θ), θ the mean weight of an edge. With
 * E_rs edges of total weight S_rs among the P_rs pairs of nodes of blocks r ≤ s, and B blocks of n_r nodes:
 *
 * - weights: −Σ [ln Γ(E_rs + 1) − (E_rs + 1) ln(S_rs + θ) + ln θ]
 * - partition: ln C(N − 1, B − 1) + ln N! − Σ ln n_r! + ln N
 * - topology, only where the graph is not complete: Σ [ln(P_rs + 1) + ln C(P_rs, E_rs)]
 *
 * Weights are densities: the length may be negative, and is comparable between partitions of one graph only. With
 * doubled edges E, S and P are twice as large.
 */
export class SbmModel {
  readonly graph: WeightedGraph;
  /** How often each edge counts. */
  readonly multiplicity: 1 | 2;
  /** θ. */
  readonly meanWeight: number;
  readonly withTopology: boolean;
  /** Differences of description length below this may be rounding. */
  readonly tolerance: number;
  readonly #logMean: number;
  readonly #factorials: Float64Array;
  readonly #partitionConstant: number;

  /** @throws {RangeError} for a graph without edges: its weights say nothing. */
  constructor(graph: WeightedGraph, { doubledEdges = false }: SbmModelOptions = {}) {
    if (graph.edges === 0) throw new RangeError("a graph without edges has no block model");
    const { nodes, edges } = graph;
    this.graph = graph;
    this.multiplicity = doubledEdges ? 2 : 1;
    let total = 0;
    for (let k = 0; k < graph.weights.length; k++) total += graph.weights[k] as number;
    this.meanWeight = total / (2 * edges);
    this.withTopology = !isComplete(graph);
    this.#logMean = logarithm(this.meanWeight);
    const largest = Math.max(nodes, (this.multiplicity * (nodes * (nodes - 1))) / 2 + 1);
    this.#factorials = new Float64Array(Math.min(largest, LARGEST_TABLE) + 1);
    for (let n = 0; n < this.#factorials.length; n++) this.#factorials[n] = logGamma(n + 1);
    this.#partitionConstant = this.logFactorial(nodes) + logarithm(nodes);
    this.tolerance = 1e-9 + 1e-12 * this.logFactorial(this.multiplicity * edges);
  }

  logFactorial(n: number): number {
    return n < this.#factorials.length ? (this.#factorials[n] as number) : logGamma(n + 1);
  }

  /** What one pair of blocks costs; 0 where it has neither pairs of nodes nor edges. */
  pairTerm(edges: number, weight: number, pairs: number): number {
    let term = 0;
    if (edges > 0) {
      term = (edges + 1) * logarithm(weight + this.meanWeight) - this.logFactorial(edges) - this.#logMean;
    }
    if (this.withTopology) {
      term += this.logFactorial(pairs + 1) - this.logFactorial(edges) - this.logFactorial(pairs - edges);
    }
    return term;
  }

  /** ln C(N − 1, B − 1) + ln N! + ln N: the part of the partition term that the sizes of the blocks do not change. */
  blockCountTerm(blocks: number): number {
    const rest = this.graph.nodes - 1;
    return (
      this.logFactorial(rest) -
      this.logFactorial(blocks - 1) -
      this.logFactorial(rest - blocks + 1) +
      this.#partitionConstant
    );
  }

  /** Pairs of nodes between blocks of `a` and `b` nodes. */
  pairsBetween(a: number, b: number): number {
    return this.multiplicity * a * b;
  }

  /** Pairs of nodes inside a block of `a` nodes. */
  pairsInside(a: number): number {
    return (this.multiplicity * (a * (a - 1))) / 2;
  }

  /** The description length of a partition, from scratch. O(edges + B²). */
  descriptionLength(groups: ArrayLike<number>): number {
    const { offsets, neighbours, weights, nodes } = this.graph;
    const partition = byFirstAppearance(groups);
    const blocks = groupCount(partition);
    const [sizes, edges, weight] = [
      new Int32Array(blocks),
      new Int32Array(blocks * blocks),
      new Float64Array(blocks * blocks),
    ];
    for (let i = 0; i < nodes; i++) {
      const r = partition[i] as number;
      sizes[r] = (sizes[r] as number) + 1;
      for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
        const j = neighbours[k] as number;
        if (j < i) continue;
        const s = partition[j] as number;
        const at = Math.min(r, s) * blocks + Math.max(r, s);
        edges[at] = (edges[at] as number) + this.multiplicity;
        weight[at] = (weight[at] as number) + this.multiplicity * (weights[k] as number);
      }
    }
    let length = this.blockCountTerm(blocks);
    for (let r = 0; r < blocks; r++) {
      const size = sizes[r] as number;
      length -= this.logFactorial(size);
      for (let s = r; s < blocks; s++) {
        const pairs = s === r ? this.pairsInside(size) : this.pairsBetween(size, sizes[s] as number);
        length += this.pairTerm(edges[r * blocks + s] as number, weight[r * blocks + s] as number, pairs);
      }
    }
    return length;
  }
}
