import { describe, expect, it } from "vitest";
import { byFallingSum, byFirstAppearance } from "../../../src/compute/graph/partition.js";
import {
  graphOfMatrix,
  isComplete,
  strengths,
  strengthsWithin,
  strongEdges,
  weightedGraph,
} from "../../../src/compute/graph/weighted-graph.js";

const edges = { from: [2, 0, 3], to: [0, 1, 2], weights: [4, 1, 2] };

describe("weightedGraph", () => {
  it("has every edge at both ends, sorted, whatever the order of edges and ends", () => {
    const graph = weightedGraph(5, edges);
    expect(graph.edges).toBe(3);
    expect([...graph.offsets]).toEqual([0, 2, 3, 5, 6, 6]);
    expect([...graph.neighbours]).toEqual([1, 2, 0, 0, 3, 2]);
    expect([...graph.weights]).toEqual([1, 4, 1, 4, 2, 2]);
    expect(weightedGraph(5, { from: [2, 1, 0], to: [3, 0, 2], weights: [2, 1, 4] })).toEqual(graph);
    expect([...strengths(graph)]).toEqual([5, 1, 6, 2, 0]);
    expect([...strengthsWithin(graph, [0, 1, 0, 0, 0])]).toEqual([4, 0, 6, 2, 0]);
  });

  it.each([
    [{ from: [0], to: [0], weights: [1] }, /joins node 0 with itself/],
    [{ from: [0], to: [2], weights: [1] }, /has the end 2/],
    [{ from: [0], to: [1], weights: [0] }, /weight 0/],
    [{ from: [0], to: [1], weights: [Number.NaN] }, /weight NaN/],
    [{ from: [0, 1], to: [1, 0], weights: [1, 2] }, /given twice/],
  ])("refuses %j", (wrong, message) => {
    expect(() => weightedGraph(2, wrong)).toThrow(message);
  });

  it("reads a matrix above a threshold, and knows a complete graph", () => {
    const matrix = [0, 10, 1, 10, 0, 0, 1, 0, 0];
    expect(graphOfMatrix(matrix, 3).edges).toBe(2);
    expect(graphOfMatrix(matrix, 3, 0.1).edges).toBe(2);
    expect(graphOfMatrix(matrix, 3, 0.11).edges).toBe(1);
    expect(isComplete(graphOfMatrix(matrix, 3))).toBe(false);
    expect(isComplete(graphOfMatrix(new Array(9).fill(1), 3))).toBe(true);
    expect(strongEdges(edges, 0.5)).toEqual({ from: [2, 3], to: [0, 2], weights: [4, 2] });
  });
});

describe("partition numbers", () => {
  it("go by first appearance, or by falling sum with the earlier node first among equals", () => {
    expect([...byFirstAppearance([7, 2, 7, 0])]).toEqual([0, 1, 0, 2]);
    expect([...byFallingSum([7, 2, 7, 0, 5], [1, 3, 1, 9, 3])]).toEqual([3, 1, 3, 0, 2]);
  });
});
