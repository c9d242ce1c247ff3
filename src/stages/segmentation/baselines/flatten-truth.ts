import { collectLabels } from "../../../compute/volume/collect-labels.js";
import { labelLayout } from "../../../compute/volume/label-layout.js";
import { difference, union } from "../../../compute/volume/run-set.js";
import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { VolumeSource } from "../../../formats/volume/volume.js";
import type { BaselineOptions, LabelResult } from "./label-result.js";

/**
 * The truth (C, Z, Y, X) as one volume of labels, the maximum of the ids over the channels: the most that a method
 * without overlaps can reach. Where nothing is above 1, ids are channels + 1, as in the metric; the same id in two
 * channels is one label. Instances come by ascending id; one that others cover entirely is left out. Blocks may come in
 * any order. Cost: O(labels × runs).
 * @throws {LoadError} as `labelLayout` and `collectLabels`.
 */
export async function flattenTruth(truth: VolumeSource, { signal }: BaselineOptions = {}): Promise<LabelResult> {
  const layout = labelLayout(truth, 3);
  const masks = await collectLabels(truth, layout, { signal });
  const binary = masks.every(({ label }) => label <= 1);
  const byId = new Map<number, VoxelRuns>();
  for (const { channel, label, runs } of masks) {
    const id = binary ? channel + 1 : label;
    const before = byId.get(id);
    byId.set(id, before === undefined ? runs : union(before, runs));
  }
  const instances: VoxelRuns[] = [];
  let covered: VoxelRuns | undefined;
  for (const id of [...byId.keys()].sort((a, b) => b - a)) {
    const runs = byId.get(id) as VoxelRuns;
    const visible = covered === undefined ? runs : difference(runs, covered);
    if (visible.voxels > 0) instances.push(visible);
    covered = covered === undefined ? runs : union(covered, runs);
  }
  const evidence = {
    foreground_voxels: covered?.voxels ?? 0,
    instances: instances.length,
    covered_instances: byId.size - instances.length,
  };
  return { shape: layout.window, clusters: [], instances: instances.reverse(), evidence };
}
