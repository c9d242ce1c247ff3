import type { VolumeShape, VoxelRuns } from "../../../compute/volume/voxel-runs.js";

/** A fact about how labels were found. */
export type BaselineEvidence = Readonly<Record<string, string | number | boolean | null>>;

/** Labels of a volume without overlaps: instance i + 1 is `instances[i]`. */
export interface LabelResult {
  readonly shape: VolumeShape;
  /** Before the clean-up, in the order of their ids. */
  readonly clusters: readonly VoxelRuns[];
  readonly instances: readonly VoxelRuns[];
  readonly evidence: BaselineEvidence;
}

/** What a baseline may be asked for beside its parameters. */
export interface BaselineOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?:
    | ((done: number, total: number, phase: "planes" | "supervoxels" | "clusters") => void)
    | undefined;
}
