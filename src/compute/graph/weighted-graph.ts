/**
 * An undirected graph with positive edge weights, without self loops and multiple edges, as sorted adjacency: the
 * neighbours of node i are `neighbours[offsets[i] … offsets[i + 1])`, rising, with the weights beside them. Every edge
 * stands at both of its ends.
 */
export interface WeightedGraph {
  readonly nodes: number;
  readonly edges: number;
  /** Nodes + 1 numbers. */
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
  readonly weights: Float64Array;
}

/** Edges as columns: `from[k]` and `to[k]` are joined with weight `weights[k]`. Their order does not matter. */
export interface EdgeList {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/**
 * The graph of an edge list. O(nodes + edges log degree).
 * @throws {RangeError} for a node outside the graph, a self loop, an edge given twice, or a weight that is not a
 *   positive finite number.
 */
export function weightedGraph(nodes: number, { from, to, weights }: EdgeList): WeightedGraph {
  const edges = weights.length;
  const offsets = new Int32Array(nodes + 1);
  for (let k = 0; k < edges; k++) {
    const [i, j, weight] = [from[k] as number, to[k] as number, weights[k] as number];
    for (const node of [i, j]) {
      if (!(Number.isInteger(node) && node >= 0 && node < nodes)) {
        throw new RangeError(`edge ${k} has the end ${node}; the graph has the nodes 0 to ${nodes - 1}`);
      }
    }
    if (i === j) throw new RangeError(`edge ${k} joins node ${i} with itself`);
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`edge ${k} from ${i} to ${j} has the weight ${weight}; it must be positive and finite`);
    }
    offsets[i + 1] = (offsets[i + 1] as number) + 1;
    offsets[j + 1] = (offsets[j + 1] as number) + 1;
  }
  for (let i = 0; i < nodes; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const place = offsets.slice(0, nodes);
  const neighbours = new Int32Array(2 * edges);
  const placed = new Float64Array(2 * edges);
  const put = (i: number, j: number, weight: number) => {
    const at = place[i] as number;
    place[i] = at + 1;
    neighbours[at] = j;
    placed[at] = weight;
  };
  for (let k = 0; k < edges; k++) {
    put(from[k] as number, to[k] as number, weights[k] as number);
    put(to[k] as number, from[k] as number, weights[k] as number);
  }
  const graph = { nodes, edges, offsets, neighbours, weights: placed };
  for (let i = 0; i < nodes; i++) sortNeighbours(graph, i);
  return graph;
}

function sortNeighbours({ offsets, neighbours, weights }: WeightedGraph, node: number): void {
  const [first, end] = [offsets[node] as number, offsets[node + 1] as number];
  let sorted = true;
  for (let k = first + 1; k < end && sorted; k++) sorted = (neighbours[k] as number) > (neighbours[k - 1] as number);
  if (sorted) return;
  const order = Int32Array.from({ length: end - first }, (_, k) => first + k);
  order.sort((a, b) => (neighbours[a] as number) - (neighbours[b] as number));
  const moved = order.map((k) => neighbours[k] as number);
  const carried = Float64Array.from(order, (k) => weights[k] as number);
  for (let k = 1; k < moved.length; k++) {
    if (moved[k] === moved[k - 1]) throw new RangeError(`the edge from ${node} to ${moved[k]} is given twice`);
  }
  neighbours.set(moved, first);
  weights.set(carried, first);
}

/**
 * The graph of a symmetric matrix (row-major, nodes × nodes; the upper triangle is read): entries below `threshold`
 * times the largest entry above the diagonal, and zeros, are no edges.
 */
export function graphOfMatrix(matrix: ArrayLike<number>, nodes: number, threshold = 0): WeightedGraph {
  const edges = { from: [] as number[], to: [] as number[], weights: [] as number[] };
  for (let i = 0; i < nodes; i++) {
    for (let j = i + 1; j < nodes; j++) {
      const weight = matrix[i * nodes + j] as number;
      if (weight === 0) continue;
      edges.from.push(i);
      edges.to.push(j);
      edges.weights.push(weight);
    }
  }
  return weightedGraph(nodes, strongEdges(edges, threshold));
}

/** The edges whose weight is at least `threshold` times the largest: a backbone. */
export function strongEdges(
  { from, to, weights }: EdgeList,
  threshold: number,
): { from: number[]; to: number[]; weights: number[] } {
  let largest = 0;
  for (let k = 0; k < weights.length; k++) largest = Math.max(largest, weights[k] as number);
  const kept = { from: [] as number[], to: [] as number[], weights: [] as number[] };
  for (let k = 0; k < weights.length; k++) {
    if ((weights[k] as number) < threshold * largest) continue;
    kept.from.push(from[k] as number);
    kept.to.push(to[k] as number);
    kept.weights.push(weights[k] as number);
  }
  return kept;
}

/** Sum of the weights at each node. */
export function strengths({ nodes, offsets, weights }: WeightedGraph): Float64Array {
  const strength = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    let sum = 0;
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) sum += weights[k] as number;
    strength[i] = sum;
  }
  return strength;
}

/** Sum of the weights from each node to nodes of its own group. */
export function strengthsWithin(graph: WeightedGraph, partition: ArrayLike<number>): Float64Array {
  const { nodes, offsets, neighbours, weights } = graph;
  const strength = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    let sum = 0;
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
      if (partition[neighbours[k] as number] === partition[i]) sum += weights[k] as number;
    }
    strength[i] = sum;
  }
  return strength;
}

/** Whether every pair of nodes is joined. */
export function isComplete({ nodes, edges }: WeightedGraph): boolean {
  return edges === (nodes * (nodes - 1)) / 2;
}
