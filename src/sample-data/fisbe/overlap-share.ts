import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import type { NeuriteGeometry } from "./neurite-geometry.js";
import { visitTubes } from "./tube-raster.js";

/** Share of the visible tubes' voxels that belong to two neurons or more. Memory: about 40 bytes per voxel of a tube. */
export function overlapShare(shape: VolumeShape, neurons: readonly NeuriteGeometry[]): number {
  const window = { z0: 0, z1: shape[0], height: shape[1], width: shape[2] };
  const owners = new Map<number, number>();
  let overlaps = 0;
  neurons.forEach((neuron, index) => {
    visitTubes(neuron, window, { reach: 0, visibleOnly: true }, (voxel) => {
      const owner = owners.get(voxel);
      if (owner === undefined) owners.set(voxel, index);
      else if (owner >= 0 && owner !== index) {
        owners.set(voxel, -1);
        overlaps++;
      }
    });
  });
  return owners.size === 0 ? 0 : overlaps / owners.size;
}
