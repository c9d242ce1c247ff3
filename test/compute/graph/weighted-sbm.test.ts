import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockState } from "../../../src/compute/graph/block-state.js";
import { adjustedRandIndex } from "../../../src/compute/graph/partition-comparison.js";
import { SbmModel } from "../../../src/compute/graph/sbm-model.js";
import { graphOfMatrix, type WeightedGraph, weightedGraph } from "../../../src/compute/graph/weighted-graph.js";
import { fitWeightedSbm, mergePath, startBlocksOf } from "../../../src/compute/graph/weighted-sbm.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { ASSORTATIVE, DISASSORTATIVE, plantedGraph, plantedMatrix, randomGraph } from "./planted-graphs.js";

/** A graph with some edges, and a partition of its nodes. */
const graphAndGroups = fc
  .record({
    nodes: fc.integer({ min: 2, max: 14 }),
    probability: fc.constantFrom(0.2, 0.6, 1.1),
    seed: fc.nat(10_000),
    groups: fc.array(fc.nat(5), { minLength: 14, maxLength: 14 }),
    doubledEdges: fc.boolean(),
  })
  .map(({ nodes, probability, seed, groups, doubledEdges }) => ({
    graph: randomGraph(nodes, probability, seed),
    groups: groups.slice(0, nodes),
    doubledEdges,
  }))
  .filter(({ graph }) => graph.edges > 0);

/** The description length written out as its formula says, with sums over all pairs of nodes. */
function lengthByDefinition(graph: WeightedGraph, groups: readonly number[], multiplicity: 1 | 2): number {
  const factorial = (n: number): number => (n < 2 ? 0 : Math.log(n) + factorial(n - 1));
  const choose = (n: number, k: number) => factorial(n) - factorial(k) - factorial(n - k);
  const names = [...new Set(groups)];
  const weightOf = new Map<string, number>();
  for (let i = 0; i < graph.nodes; i++) {
    for (let k = graph.offsets[i] as number; k < (graph.offsets[i + 1] as number); k++) {
      weightOf.set(`${i} ${graph.neighbours[k]}`, graph.weights[k] as number);
    }
  }
  const all = [...graph.weights];
  const theta = all.reduce((sum, w) => sum + w, 0) / all.length;
  const complete = graph.edges === (graph.nodes * (graph.nodes - 1)) / 2;
  let length = choose(graph.nodes - 1, names.length - 1) + factorial(graph.nodes) + Math.log(graph.nodes);
  for (const [r, nameR] of names.entries()) {
    length -= factorial(groups.filter((g) => g === nameR).length);
    for (const nameS of names.slice(r)) {
      let [edges, weight, pairs] = [0, 0, 0];
      for (let i = 0; i < graph.nodes; i++) {
        for (let j = i + 1; j < graph.nodes; j++) {
          const ends = [groups[i], groups[j]];
          if (!(ends[0] === nameR && ends[1] === nameS) && !(ends[0] === nameS && ends[1] === nameR)) continue;
          pairs += multiplicity;
          const w = weightOf.get(`${i} ${j}`);
          if (w === undefined) continue;
          edges += multiplicity;
          weight += multiplicity * w;
        }
      }
      length -= factorial(edges) - (edges + 1) * Math.log(weight + theta) + Math.log(theta);
      if (!complete) length += Math.log(pairs + 1) + choose(pairs, edges);
    }
  }
  return length;
}

describe("description length", () => {
  it("is the formula, with single and doubled edges", () => {
    fc.assert(
      fc.property(graphAndGroups, ({ graph, groups, doubledEdges }) => {
        const model = new SbmModel(graph, { doubledEdges });
        const expected = lengthByDefinition(graph, groups, doubledEdges ? 2 : 1);
        expect(model.descriptionLength(groups)).toBeCloseTo(expected, 9);
      }),
    );
  });

  it("does not depend on the names of groups", () => {
    fc.assert(
      fc.property(graphAndGroups, ({ graph, groups }) => {
        const model = new SbmModel(graph);
        expect(model.descriptionLength(groups.map((g) => 17 - 3 * g))).toBe(model.descriptionLength(groups));
      }),
    );
  });

  it("shifts by edges × ln c when weights are multiplied by c", () => {
    fc.assert(
      fc.property(graphAndGroups, fc.constantFrom(1e-3, 0.5, 40), ({ graph, groups }, c) => {
        const scaled = { ...graph, weights: graph.weights.map((w) => w * c) };
        const shift = new SbmModel(scaled).descriptionLength(groups) - new SbmModel(graph).descriptionLength(groups);
        expect(shift).toBeCloseTo(graph.edges * Math.log(c), 8);
      }),
    );
  });

  it("needs an edge", () => {
    expect(() => new SbmModel(weightedGraph(3, { from: [], to: [], weights: [] }))).toThrow(/without edges/);
  });
});

describe("BlockState", () => {
  it("says what each move and merge changes, as from scratch", () => {
    fc.assert(
      fc.property(graphAndGroups, ({ graph, groups, doubledEdges }) => {
        const model = new SbmModel(graph, { doubledEdges });
        const state = new BlockState(model, groups);
        const before = model.descriptionLength(groups);
        const [partition, blocks] = [state.partition(), [...state.blocks]];
        for (let node = 0; node < graph.nodes; node++) {
          for (const to of blocks) {
            if (to === state.blockOf(node)) continue;
            const moved = partition.with(node, to);
            expect(state.moveDifference(node, to)).toBeCloseTo(model.descriptionLength(moved) - before, 8);
          }
        }
        for (const from of blocks) {
          for (const to of blocks) {
            if (from === to) continue;
            const merged = partition.map((g) => (g === from ? to : g));
            expect(state.mergeDifference(from, to)).toBeCloseTo(model.descriptionLength(merged) - before, 8);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("stays right through many moves, into new blocks and out of old ones", () => {
    fc.assert(
      fc.property(graphAndGroups, fc.nat(1000), ({ graph, groups, doubledEdges }, seed) => {
        const model = new SbmModel(graph, { doubledEdges });
        const state = new BlockState(model, groups);
        const random = randomNumbers(seed);
        let length = model.descriptionLength(groups);
        for (let step = 0; step < 60; step++) {
          const node = Math.floor(random() * graph.nodes);
          const best = state.bestMove(node);
          if (best === undefined) continue;
          const others = state.blocks.filter((block) => block !== state.blockOf(node));
          const any = others[Math.floor(random() * others.length)];
          const to = step % 3 === 0 && any !== undefined ? any : best.to;
          const difference = to === best.to ? best.difference : state.moveDifference(node, to);
          expect(best.difference).toBeLessThanOrEqual(difference + 1e-9);
          state.move(node, to);
          length += difference;
          expect(length).toBeCloseTo(model.descriptionLength(state.partition()), 7);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("fitWeightedSbm", () => {
  const one = (nodes: number) => new Int32Array(nodes);

  it.each([
    ["assortative", ASSORTATIVE],
    ["disassortative", DISASSORTATIVE],
  ])("finds planted %s blocks exactly", async (_, means) => {
    const { graph, truth } = plantedGraph(means, 15, 3);
    const found = await fitWeightedSbm(graph, { seed: 1, starts: 2 });
    expect(adjustedRandIndex(found.partition, truth)).toBe(1);
    expect(found.descriptionLength).toBeLessThan(found.descriptionLengthOne - 50);
    expect(found.descriptionLength).toBe(new SbmModel(graph).descriptionLength(truth));
  });

  it.each([1, 2, 3])("finds nothing in noise %d", async (seed) => {
    const complete = randomGraph(60, 2, seed);
    expect((await fitWeightedSbm(complete, { seed: 1 })).partition).toEqual(one(60));
    const sparse = randomGraph(60, 0.2, seed);
    expect((await fitWeightedSbm(sparse, { seed: 1 })).partition).toEqual(one(60));
  });

  it("finds nothing where all weights are 1", async () => {
    const graph = graphOfMatrix(new Float64Array(3600).fill(1), 60);
    const found = await fitWeightedSbm(graph, { seed: 1 });
    expect(found.partition).toEqual(one(60));
    expect(found.descriptionLength).toBe(found.descriptionLengthOne);
  });

  it("separates a clique from nodes without edges", async () => {
    const matrix = new Float64Array(400);
    for (let i = 0; i < 8; i++) for (let j = i + 1; j < 8; j++) matrix[i * 20 + j] = 1;
    const found = await fitWeightedSbm(graphOfMatrix(matrix, 20), { seed: 1 });
    expect(found.partition).toEqual(Int32Array.from({ length: 20 }, (_, i) => (i < 8 ? 0 : 1)));
  });

  it("finds the best of all partitions of a small graph", async () => {
    const { graph } = plantedGraph(
      [
        [2, 0.02],
        [0.02, 1],
      ],
      4,
      5,
    );
    const model = new SbmModel(graph);
    let least = Number.POSITIVE_INFINITY;
    const assign = (groups: number[], used: number): void => {
      if (groups.length === graph.nodes) least = Math.min(least, model.descriptionLength(groups));
      else for (let g = 0; g <= used; g++) assign([...groups, g], Math.max(used, g + 1));
    };
    assign([0], 1);
    expect((await fitWeightedSbm(graph, { seed: 2 })).descriptionLength).toBeCloseTo(least, 9);
  });

  it("does not depend on the order of nodes, up to labels", async () => {
    const { matrix, nodes } = plantedMatrix(DISASSORTATIVE, 10, 8);
    const straight = await fitWeightedSbm(graphOfMatrix(matrix, nodes), { seed: 1, starts: 2 });
    const order = Array.from({ length: nodes }, (_, i) => (i * 7 + 3) % nodes);
    const moved = Float64Array.from(matrix, (_, at) => {
      const [i, j] = [Math.floor(at / nodes), at % nodes];
      return matrix[(order[i] as number) * nodes + (order[j] as number)] as number;
    });
    const turned = await fitWeightedSbm(graphOfMatrix(moved, nodes), { seed: 1, starts: 2 });
    expect(turned.descriptionLength).toBeCloseTo(straight.descriptionLength, 9);
    const carried = order.map((i) => straight.partition[i] as number);
    expect(adjustedRandIndex(turned.partition, carried)).toBe(1);
  });

  it("repeats for a seed, and is told about each search", async () => {
    const graph = randomGraph(40, 0.3, 4);
    const seen: number[] = [];
    const options = { seed: 9, starts: 2, before: (search: number) => void seen.push(search) };
    const found = await fitWeightedSbm(graph, options);
    expect(seen).toEqual(Array.from({ length: 11 }, (_, k) => k));
    expect(found.searches).toBe(11);
    expect(await fitWeightedSbm(graph, { seed: 9, starts: 2 })).toEqual(found);
  });

  it("can be stopped between searches", async () => {
    const before = (search: number) => {
      if (search === 2) throw new Error("stopped");
    };
    await expect(fitWeightedSbm(randomGraph(20, 0.5, 1), { seed: 1, before })).rejects.toThrow("stopped");
  });

  it("starts from more blocks where there are many nodes", () => {
    expect(startBlocksOf(300)).toEqual([1, 2, 4, 8, 12, 20]);
    expect(startBlocksOf(301)).toEqual([1, 2, 4, 8, 12, 20, 40, 80]);
  });
});

describe("mergePath", () => {
  it("goes from the optimum to one block by the cheapest merges, each of which costs", async () => {
    const { graph, truth } = plantedGraph(ASSORTATIVE, 12, 6);
    const model = new SbmModel(graph);
    const path = mergePath(model, truth);
    expect(path.map(({ partition }) => new Set(partition).size)).toEqual([3, 2, 1]);
    for (const [level, { descriptionLength }] of path.entries()) {
      if (level > 0) expect(descriptionLength).toBeGreaterThan(path[level - 1]?.descriptionLength as number);
    }
    const merges = [
      [0, 0, 1],
      [0, 1, 0],
      [0, 1, 1],
    ].map((names) => model.descriptionLength(truth.map((block) => names[block] as number)));
    expect(path[1]?.descriptionLength).toBeCloseTo(Math.min(...merges), 9);
  });

  it("of one block is that block", () => {
    expect(mergePath(new SbmModel(randomGraph(5, 2, 1)), new Int32Array(5))).toHaveLength(1);
  });
});
