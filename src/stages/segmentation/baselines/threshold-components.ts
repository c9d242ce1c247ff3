import { componentLabels } from "../../../compute/volume/label-propagation.js";
import { runsOfLabels } from "../../../compute/volume/voxel-index.js";
import type { VolumeSource } from "../../../formats/volume/volume.js";
import { type ForegroundParameters, findForeground } from "./foreground.js";
import type { BaselineOptions, LabelResult } from "./label-result.js";
import { type RefineParameters, refineForeground } from "./refine-foreground.js";

export interface ThresholdInput extends BaselineOptions {
  /** (C, Z, Y, X). */
  readonly raw: VolumeSource;
  readonly parameters: ForegroundParameters & RefineParameters;
}

/**
 * Every 26-connected component of the foreground is an instance: what a method without colours can do. No clusters
 * before it.
 * @throws as `findForeground`.
 */
export async function thresholdComponents({ raw, parameters, ...options }: ThresholdInput): Promise<LabelResult> {
  const bright = await findForeground(raw, parameters, options);
  const { index } = refineForeground(bright, parameters);
  const { labels, count } = componentLabels(index);
  const evidence = {
    bright_voxels: bright.index.positions.length,
    foreground_voxels: index.positions.length,
    instances: count,
  };
  return { shape: index.shape, clusters: [], instances: runsOfLabels(index, labels, count), evidence };
}
