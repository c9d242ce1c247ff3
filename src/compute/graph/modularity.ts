import { groupCount } from "./partition.js";
import { strengths, type WeightedGraph } from "./weighted-graph.js";

/**
 * Newman's modularity with the resolution γ of Reichardt and Bornholdt (2006): the share of weight inside groups less
 * γ times the share expected from the strengths of the nodes. 0 for a graph without edges. O(nodes + edges).
 * @param partition groups numbered from 0.
 */
export function modularity(graph: WeightedGraph, partition: ArrayLike<number>, resolution = 1): number {
  const { nodes, offsets, neighbours, weights } = graph;
  const strength = strengths(graph);
  const total = strength.reduce((sum, s) => sum + s, 0);
  if (total === 0) return 0;
  const ofGroup = new Float64Array(groupCount(partition));
  let inside = 0;
  for (let i = 0; i < nodes; i++) {
    const group = partition[i] as number;
    ofGroup[group] = (ofGroup[group] as number) + (strength[i] as number);
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
      if (partition[neighbours[k] as number] === group) inside += weights[k] as number;
    }
  }
  const expected = ofGroup.reduce((sum, s) => sum + (s / total) ** 2, 0);
  return inside / total - resolution * expected;
}
