import type { Partition } from "./partition.js";
import type { WeightedGraph } from "./weighted-graph.js";

/** The groups split where the graph does not connect them inside, numbered in the order of their first nodes. */
export function connectedGroups(graph: WeightedGraph, partition: ArrayLike<number>): Partition {
  const { nodes, offsets, neighbours } = graph;
  const group = new Int32Array(nodes).fill(-1);
  let count = 0;
  for (let first = 0; first < nodes; first++) {
    if (group[first] !== -1) continue;
    const reached = [first];
    group[first] = count;
    for (let at = 0; at < reached.length; at++) {
      const i = reached[at] as number;
      for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
        const j = neighbours[k] as number;
        if (group[j] !== -1 || partition[j] !== partition[i]) continue;
        group[j] = count;
        reached.push(j);
      }
    }
    count++;
  }
  return group;
}
