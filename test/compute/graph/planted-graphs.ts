import { graphOfMatrix, type WeightedGraph } from "../../../src/compute/graph/weighted-graph.js";
import { logarithm } from "../../../src/compute/special-functions/logarithm.js";
import { type RandomNumbers, randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

/** An exponential number with the mean. */
export function exponentialNumber(random: RandomNumbers, mean: number): number {
  return -mean * logarithm(1 - random());
}

/** `each` nodes in each of the blocks of `means`, all pairs joined, weights exponential with the mean of their blocks. */
export function plantedMatrix(means: readonly (readonly number[])[], each: number, seed: number) {
  const truth = Array.from({ length: means.length * each }, (_, i) => Math.floor(i / each));
  const nodes = truth.length;
  const random = randomNumbers(seed);
  const matrix = new Float64Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) {
    for (let j = i + 1; j < nodes; j++) {
      const mean = means[truth[i] as number]?.[truth[j] as number] as number;
      matrix[i * nodes + j] = exponentialNumber(random, mean);
      matrix[j * nodes + i] = matrix[i * nodes + j] as number;
    }
  }
  return { matrix, nodes, truth };
}

export function plantedGraph(means: readonly (readonly number[])[], each: number, seed: number) {
  const { matrix, nodes, truth } = plantedMatrix(means, each, seed);
  return { graph: graphOfMatrix(matrix, nodes), truth };
}

export const ASSORTATIVE = [
  [1, 0.15, 0.15],
  [0.15, 0.7, 0.15],
  [0.15, 0.15, 0.5],
];
/** Blocks 0 and 1 are joined strongly with each other, not inside. */
export const DISASSORTATIVE = [
  [0.1, 1, 0.1],
  [1, 0.1, 0.1],
  [0.1, 0.1, 0.8],
];

/** A graph in which each pair is an edge with the probability, with exponential weights of mean 1. */
export function randomGraph(nodes: number, probability: number, seed: number): WeightedGraph {
  const random = randomNumbers(seed, 7);
  const matrix = new Float64Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) {
    for (let j = i + 1; j < nodes; j++) {
      if (random() < probability) matrix[i * nodes + j] = exponentialNumber(random, 1);
    }
  }
  return graphOfMatrix(matrix, nodes);
}
