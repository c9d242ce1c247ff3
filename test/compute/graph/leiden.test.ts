import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectedGroups } from "../../../src/compute/graph/connected-groups.js";
import { leiden } from "../../../src/compute/graph/leiden.js";
import { modularity } from "../../../src/compute/graph/modularity.js";
import { adjustedRandIndex } from "../../../src/compute/graph/partition-comparison.js";
import { strengths, type WeightedGraph, weightedGraph } from "../../../src/compute/graph/weighted-graph.js";
import { ASSORTATIVE, DISASSORTATIVE, plantedGraph, randomGraph } from "./planted-graphs.js";

/** Cliques of four nodes in a ring, one edge from each to the next. */
function ringOfCliques(cliques: number): WeightedGraph {
  const [from, to]: [number[], number[]] = [[], []];
  for (let c = 0; c < cliques; c++) {
    for (let i = 0; i < 4; i++) {
      for (let j = i + 1; j < 4; j++) {
        from.push(4 * c + i);
        to.push(4 * c + j);
      }
    }
    from.push(4 * c + 3);
    to.push((4 * (c + 1)) % (4 * cliques));
  }
  return weightedGraph(4 * cliques, { from, to, weights: from.map(() => 1) });
}

const arbitraryGraph = fc
  .record({ nodes: fc.integer({ min: 1, max: 40 }), probability: fc.constantFrom(0.05, 0.2, 0.7), seed: fc.nat(9999) })
  .map(({ nodes, probability, seed }) => randomGraph(nodes, probability, seed));

describe("modularity", () => {
  it("is the sum over pairs of its definition", () => {
    fc.assert(
      fc.property(
        arbitraryGraph,
        fc.constantFrom(0.5, 1, 2),
        fc.integer({ min: 1, max: 4 }),
        (graph, gamma, groups) => {
          const partition = Array.from({ length: graph.nodes }, (_, i) => i % groups);
          const strength = strengths(graph);
          const total = strength.reduce((sum, s) => sum + s, 0);
          let expected = 0;
          for (let i = 0; i < graph.nodes; i++) {
            for (let j = 0; j < graph.nodes; j++) {
              if (partition[i] !== partition[j] || total === 0) continue;
              const at = graph.neighbours.subarray(graph.offsets[i], graph.offsets[i + 1]).indexOf(j);
              const weight = at === -1 ? 0 : (graph.weights[(graph.offsets[i] as number) + at] as number);
              expected += (weight - (gamma * (strength[i] as number) * (strength[j] as number)) / total) / total;
            }
          }
          expect(modularity(graph, partition, gamma)).toBeCloseTo(expected, 10);
        },
      ),
    );
  });
});

describe("leiden", () => {
  it("makes connected communities, numbered by first node, no worse than singletons", () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.nat(99), fc.constantFrom(0.3, 1, 3), (graph, seed, resolution) => {
        const found = leiden(graph, { seed, resolution });
        expect(connectedGroups(graph, found.partition)).toEqual(found.partition);
        expect(found.modularity).toBeCloseTo(modularity(graph, found.partition, resolution), 12);
        const alone = Array.from({ length: graph.nodes }, (_, i) => i);
        expect(found.modularity).toBeGreaterThanOrEqual(modularity(graph, alone, resolution) - 1e-12);
      }),
    );
  });

  it("leaves no node that would be better elsewhere", () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.nat(99), (graph, seed) => {
        const { partition, modularity: best } = leiden(graph, { seed });
        const groups = Math.max(...partition) + 1;
        for (let node = 0; node < graph.nodes; node++) {
          for (let to = 0; to <= groups; to++) {
            expect(modularity(graph, partition.with(node, to))).toBeLessThanOrEqual(best + 1e-9);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([6, 10])("finds the cliques of a ring of %d", (cliques) => {
    const truth = Array.from({ length: 4 * cliques }, (_, i) => Math.floor(i / 4));
    const found = leiden(ringOfCliques(cliques), { seed: 1, starts: 5 });
    expect(adjustedRandIndex(found.partition, truth)).toBe(1);
  });

  it("joins cliques at a low resolution and splits them at a high one", () => {
    const graph = ringOfCliques(12);
    const count = (resolution: number) => new Set(leiden(graph, { seed: 1, resolution, starts: 3 }).partition).size;
    expect(count(0.2)).toBeLessThan(12);
    expect(count(1)).toBe(12);
    expect(count(20)).toBe(48);
  });

  it("finds dense blocks, but not blocks that are joined with each other and not inside", () => {
    const dense = plantedGraph(ASSORTATIVE, 15, 3);
    expect(adjustedRandIndex(leiden(dense.graph, { seed: 1, starts: 5 }).partition, dense.truth)).toBe(1);
    const crossed = plantedGraph(DISASSORTATIVE, 15, 3);
    const found = leiden(crossed.graph, { seed: 1, starts: 5 });
    expect(adjustedRandIndex(found.partition, crossed.truth)).toBeLessThan(0.7);
    expect(found.modularity).toBeGreaterThan(modularity(crossed.graph, crossed.truth) + 0.1);
  });

  it("repeats for a seed", () => {
    const graph = randomGraph(60, 0.1, 5);
    expect(leiden(graph, { seed: 4, starts: 2 })).toEqual(leiden(graph, { seed: 4, starts: 2 }));
  });

  it("leaves nodes without edges alone", () => {
    const empty = weightedGraph(3, { from: [], to: [], weights: [] });
    expect(leiden(empty, { seed: 1 })).toEqual({ partition: Int32Array.of(0, 1, 2), modularity: 0 });
  });
});
