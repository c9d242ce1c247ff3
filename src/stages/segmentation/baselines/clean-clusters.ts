import { componentLabels } from "../../../compute/volume/label-propagation.js";
import { proximityGroups } from "../../../compute/volume/proximity-groups.js";
import { indexOfRuns, runsOfLabels } from "../../../compute/volume/voxel-index.js";
import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";

/** Largest gap, in voxels, within one neuron: the published value. */
export const CLEAN_UP_DISTANCE = 20;

/**
 * Splits clusters into objects that lie apart: the clean-up of the published colour clustering (brainbow), which makes
 * `gmm_label_cleaned` of `gmm_label`. Per cluster, in the order given: the 26-connected components in scan order; those
 * whose smallest voxel distance is at most `maxDistance` form groups. A cluster of one group stays as it is; the groups
 * of others, by their first component, come behind all clusters that stay. Empty clusters vanish.
 * Result: one set of voxels per instance, numbered from 1 by position. Cost: see `proximityGroups`.
 */
export function cleanClusters(clusters: readonly VoxelRuns[], maxDistance: number = CLEAN_UP_DISTANCE): VoxelRuns[] {
  const untouched: VoxelRuns[] = [];
  const divided: VoxelRuns[] = [];
  for (const cluster of clusters) {
    if (cluster.voxels === 0) continue;
    const index = indexOfRuns(cluster);
    const components = componentLabels(index);
    const { groups, count } = proximityGroups(index, components.labels, components.count, maxDistance);
    if (count === 1) untouched.push(cluster);
    else {
      const labels = components.labels.map((label) => groups[label] as number);
      divided.push(...runsOfLabels(index, labels, count));
    }
  }
  return [...untouched, ...divided];
}
