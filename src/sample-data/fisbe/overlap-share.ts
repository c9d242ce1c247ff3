import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import type { NeuriteGeometry } from "./neurite-geometry.js";
import { visitTubes } from "./tube-raster.js";

/** Share of the visible tubes' voxels that belong to two neurons or more. Memory: some 40 bytes per voxel of a tube. */
export function overlapShare(shape: VolumeShape, neurons: readonly NeuriteGeometry[]): number {
  const sets = neurons.map((neuron) => voxelsOf(shape, neuron));
  const all = new Uint32Array(sets.reduce((sum, set) => sum + set.length, 0));
  let at = 0;
  for (const set of sets) {
    all.set(set, at);
    at += set.length;
  }
  all.sort();
  let voxels = 0;
  let overlaps = 0;
  for (let i = 0; i < all.length; i++) {
    if (i > 0 && all[i] === all[i - 1]) continue;
    voxels++;
    if (i + 1 < all.length && all[i + 1] === all[i]) overlaps++;
  }
  return voxels === 0 ? 0 : overlaps / voxels;
}

/** Linear indices, ascending, each once. */
function voxelsOf(shape: VolumeShape, neuron: NeuriteGeometry): Uint32Array {
  let found = new Uint32Array(1024);
  let count = 0;
  const window = { z0: 0, z1: shape[0], height: shape[1], width: shape[2] };
  visitTubes(neuron, window, { reach: 0, visibleOnly: true }, (index) => {
    if (count === found.length) {
      const larger = new Uint32Array(2 * count);
      larger.set(found);
      found = larger;
    }
    found[count++] = index;
  });
  const sorted = found.subarray(0, count).sort();
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (i === 0 || sorted[i] !== sorted[kept - 1]) sorted[kept++] = sorted[i] as number;
  }
  return sorted.subarray(0, kept);
}
