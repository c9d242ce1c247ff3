import { describe, expect, it } from "vitest";
import { RunCollector, type VoxelRuns } from "../../../../src/compute/volume/voxel-runs.js";
import { cleanClusters } from "../../../../src/stages/segmentation/baselines/clean-clusters.js";

/** Pieces [x, length] of one row. */
function pieces(...ranges: readonly (readonly [number, number])[]): VoxelRuns {
  const collector = new RunCollector([1, 1, 100]);
  for (const [x, length] of ranges) collector.add(x, length);
  return collector.finish();
}

const starts = (instances: readonly VoxelRuns[]) => instances.map((runs) => [...runs.starts]);

describe("cleanClusters", () => {
  it("divides at gaps above the distance, from voxel centre to voxel centre", () => {
    expect(starts(cleanClusters([pieces([0, 1], [20, 1])]))).toEqual([[0, 20]]);
    expect(starts(cleanClusters([pieces([0, 1], [21, 1])]))).toEqual([[0], [21]]);
    expect(starts(cleanClusters([pieces([0, 1], [21, 1])], 21))).toEqual([[0, 21]]);
  });

  it("joins over pieces between", () => {
    expect(starts(cleanClusters([pieces([0, 1], [40, 1], [20, 1], [80, 1])]))).toEqual([[0, 20, 40], [80]]);
  });

  it("puts whole clusters first, then the parts of divided ones in the order of their clusters", () => {
    const divided = pieces([50, 1], [10, 1]);
    const alsoDivided = pieces([90, 2], [5, 1]);
    const whole = pieces([30, 3]);
    expect(starts(cleanClusters([divided, pieces(), whole, alsoDivided]))).toEqual([[30], [10], [50], [5], [90]]);
  });

  it("has nothing for nothing", () => {
    expect(cleanClusters([])).toEqual([]);
    expect(cleanClusters([pieces()])).toEqual([]);
  });
});
