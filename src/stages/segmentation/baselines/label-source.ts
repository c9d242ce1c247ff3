import { paintLabels } from "../../../compute/volume/paint-labels.js";
import type { VolumeShape, VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { VolumeSource } from "../../../formats/volume/volume.js";

/** Instances as a label volume to be scored, instance i as value i + 1, in blocks: see `paintLabels`. */
export function labelSource(name: string, shape: VolumeShape, instances: readonly VoxelRuns[]): VolumeSource {
  return {
    name,
    shape,
    type: instances.length < 2 ** 16 ? "uint16" : "uint32",
    async *blocks() {
      yield* paintLabels(instances, shape);
    },
  };
}
