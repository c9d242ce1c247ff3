import { LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { MOST_VOXELS } from "../../compute/volume/voxel-runs.js";

/** Places along an axis are kept in 16 bits. */
const MOST_STEPS = 2 ** 15 - 1;
const MOST_VALUES = 2 ** 36;

/**
 * Limits for arrays that are streamed in blocks: the ground truth of a large sample, one channel per neuron, has more
 * than the 4 GiB that bound what is held whole.
 */
export function volumeLimits(limits: Limits): Limits {
  return { ...limits, bytes: Math.max(limits.bytes, 2 * MOST_VALUES) };
}

/**
 * Bounds what is allocated and walked through for an array (c, z, y, x) whose description may lie.
 * @throws {LoadError} `load/volume-size`
 */
export function refuseLargeArray(name: string, shape: readonly number[]): void {
  const voxels = shape.slice(1).reduce((product, length) => product * length, 1);
  const values = voxels * (shape[0] as number);
  if (shape.slice(1).every((length) => length <= MOST_STEPS) && voxels <= MOST_VOXELS && values <= MOST_VALUES) return;
  throw new LoadError(
    "volume-size",
    `${name} has ${shape.join(" × ")} values; read are up to 32,767 on an axis, below 2^32 voxels, and 2^36 in all channels`,
    { fields: { shape: [...shape] }, wayOut: "Check the description of the array, or cut the volume." },
  );
}
