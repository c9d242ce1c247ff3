import { describe, expect, it } from "vitest";
import { adjustedRandIndex, normalisedMutualInformation } from "../../../src/compute/graph/partition-comparison.js";
import { SbmModel } from "../../../src/compute/graph/sbm-model.js";
import { fitWeightedSbm } from "../../../src/compute/graph/weighted-sbm.js";
import { referenceArray, references } from "../../stages/ntf/reference-arrays.js";
import { endToEndGraph, endToEndGroups, referenceGraph, zebrafishGraph } from "./reference-graphs.js";

/** Components of the end-to-end problem and their planted groups. */
const GROUP_OF = [0, 3, 2, 1];

describe.skipIf(!references.present)(`weighted block model of reference graphs${references.reason}`, () => {
  it.each([
    ["wsbm_W", -597.749, -142.903],
    ["wsbm_disassortative_W", -895.368, 64.503],
  ])("%s has description length %d, as one block %d", async (name, length, one) => {
    const graph = referenceGraph(name);
    const truth = referenceArray("wsbm_truth").data;
    for (const seed of [1, 2, 3]) {
      const found = await fitWeightedSbm(graph, { seed, starts: 2 });
      expect(Math.abs(found.descriptionLength - length)).toBeLessThan(1e-3);
      expect(Math.abs(found.descriptionLengthOne - one)).toBeLessThan(1e-3);
      expect(adjustedRandIndex(found.partition, truth)).toBe(1);
      expect(normalisedMutualInformation(found.partition, truth)).toBe(1);
    }
    expect(Math.abs(new SbmModel(graph).descriptionLength(truth) - length)).toBeLessThan(1e-3);
  });

  it.each(GROUP_OF.flatMap((group, component) => [0.001, 0.1, 0.3].map((threshold) => [component, group, threshold])))(
    "component %d has group %d as exactly one block at threshold %d",
    async (component, group, threshold) => {
      const found = await fitWeightedSbm(endToEndGraph(component as number, threshold as number), {
        seed: 13,
        starts: 8,
      });
      const planted = endToEndGroups().map((of) => (of === group ? 1 : 0));
      const block = found.partition[planted.indexOf(1)];
      expect(Array.from(found.partition, (of) => (of === block ? 1 : 0))).toEqual(planted);
    },
  );

  it("finds one block in the zebrafish components, of description length -13320.09", async () => {
    const found = await fitWeightedSbm(zebrafishGraph(), { seed: 13, starts: 3 });
    expect(found.partition).toEqual(new Int32Array(114));
    expect(found.descriptionLength).toBeCloseTo(-13320.0853, 3);
  });
});
