import { graphOfMatrix, type WeightedGraph } from "../../../src/compute/graph/weighted-graph.js";
import { referenceArray } from "../../stages/ntf/reference-arrays.js";

/** The graph of a reference matrix of 60 nodes. */
export function referenceGraph(name: string): WeightedGraph {
  return graphOfMatrix(referenceArray(name).data, 60);
}

/** The planted groups of the end-to-end problem, 10 of its 40 neurons each. */
export function endToEndGroups(): number[] {
  return Array.from(referenceArray("e2e_group").data);
}

/** A component graph of the end-to-end problem: the pair factor, above a fraction of its maximum. */
export function endToEndGraph(component: number, threshold: number): WeightedGraph {
  const { data, shape } = referenceArray("e2e_hals_mode0");
  const rank = shape[1] as number;
  const matrix = new Float64Array(1600);
  let pair = 0;
  for (let i = 0; i < 40; i++) {
    for (let j = i + 1; j < 40; j++) matrix[i * 40 + j] = data[pair++ * rank + component] as number;
  }
  return graphOfMatrix(matrix, 40, threshold);
}

/** The sum of the zebrafish components, symmetric, above 5 % of its maximum. */
export function zebrafishGraph(): WeightedGraph {
  const [first, second] = [referenceArray("zf_hals_mode0"), referenceArray("zf_hals_mode1")];
  const [nodes, rank] = first.shape as [number, number];
  const matrix = new Float64Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) {
    for (let j = i + 1; j < nodes; j++) {
      let sum = 0;
      for (let r = 0; r < rank; r++) {
        sum += (first.data[i * rank + r] as number) * (second.data[j * rank + r] as number);
        sum += (first.data[j * rank + r] as number) * (second.data[i * rank + r] as number);
      }
      matrix[i * nodes + j] = sum / 2;
    }
  }
  return graphOfMatrix(matrix, nodes, 0.05);
}
