import { describe, expect, it } from "vitest";
import { leiden } from "../../../src/compute/graph/leiden.js";
import { modularity } from "../../../src/compute/graph/modularity.js";
import { adjustedRandIndex } from "../../../src/compute/graph/partition-comparison.js";
import { referenceArray, referenceJson, references } from "../../stages/ntf/reference-arrays.js";
import { endToEndGraph, endToEndGroups, referenceGraph, zebrafishGraph } from "./reference-graphs.js";

interface ReferenceComponent {
  readonly component: number;
  readonly threshold_fraction_of_max: number;
  readonly leiden: readonly number[];
  readonly leiden_modularity: number;
}

describe.skipIf(!references.present)(`leiden on reference graphs${references.reason}`, () => {
  it("equals the reference on planted dense blocks and misses blocks that are not dense", () => {
    const expected = referenceJson("community_detection");
    const truth = referenceArray("wsbm_truth").data;
    const dense = referenceGraph("wsbm_W");
    const found = leiden(dense, { seed: 0, starts: 3 });
    expect(Math.abs(found.modularity - expected.planted_wsbm.leiden_modularity)).toBeLessThan(1e-9);
    expect(Math.abs(modularity(dense, truth) - expected.planted_wsbm.modularity_truth_gamma1)).toBeLessThan(1e-12);
    expect(adjustedRandIndex(found.partition, truth)).toBe(1);
    const crossed = referenceGraph("wsbm_disassortative_W");
    const missed = leiden(crossed, { seed: 0, starts: 20 });
    expect(adjustedRandIndex(missed.partition, truth)).toBeLessThan(0.6);
    const ofTruth = expected.planted_wsbm_disassortative.modularity_truth;
    expect(Math.abs(modularity(crossed, truth) - ofTruth)).toBeLessThan(1e-12);
    expect(missed.modularity).toBeGreaterThan(0.3);
  });

  it("is at least as modular as the reference on every component graph", () => {
    const components: readonly ReferenceComponent[] = referenceJson("community_detection").e2e_components;
    expect(components).toHaveLength(12);
    for (const { component, threshold_fraction_of_max: threshold, ...expected } of components) {
      const graph = endToEndGraph(component, threshold);
      expect(Math.abs(modularity(graph, expected.leiden) - expected.leiden_modularity)).toBeLessThan(1e-12);
      const found = leiden(graph, { seed: 0, starts: 20 });
      expect(found.modularity).toBeGreaterThan(expected.leiden_modularity - 1e-9);
      if (Math.abs(found.modularity - expected.leiden_modularity) < 1e-9) {
        expect(adjustedRandIndex(found.partition, expected.leiden)).toBe(1);
      }
    }
  });

  it("finds each component's group and 30 neurons alone at a threshold of 0.3", () => {
    const groups = endToEndGroups();
    for (const [component, group] of [0, 3, 2, 1].entries()) {
      const { partition } = leiden(endToEndGraph(component, 0.3), { seed: 0, starts: 3 });
      expect(new Set(partition).size).toBe(31);
      const members = groups.flatMap((of, node) => (of === group ? [partition[node]] : []));
      expect(new Set(members).size).toBe(1);
    }
  });

  it("equals the reference on the sum of the zebrafish components", () => {
    const expected = referenceJson("community_detection").zebrafish_sum_of_components;
    const found = leiden(zebrafishGraph(), { seed: 0, starts: 10 });
    expect(found.modularity).toBeGreaterThan(expected.leiden_modularity - 1e-9);
    expect(adjustedRandIndex(found.partition, expected.leiden)).toBe(1);
  });
});
