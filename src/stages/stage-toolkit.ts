/**
 * What a stage outside this package is written with: `import { … } from "neurotables/stage"`. Volumes come block by
 * block from tables, voxel sets are runs along x, and whatever is random comes from a seed.
 */
export { z } from "zod";
export { canonicalJson } from "../base/canonical-json.js";
export { ContractError, FormatError, LoadError, NeurotablesError } from "../base/errors.js";
export type { Command } from "../compute/device/command.js";
export type { Device, DeviceBuffer, DeviceMemory } from "../compute/device/device.js";
export { type RandomNumbers, randomNumbers } from "../compute/statistics/random-numbers.js";
export { type CollectOptions, collectLabels } from "../compute/volume/collect-labels.js";
export {
  type Components,
  type Connectivity,
  componentsOf,
  splitComponents,
} from "../compute/volume/connected-components.js";
export { type LabelLayout, labelLayout } from "../compute/volume/label-layout.js";
export type { LabelledVoxels } from "../compute/volume/label-runs.js";
export { type LabelBlock, paintLabels } from "../compute/volume/paint-labels.js";
export { countInside, difference, intersection, union } from "../compute/volume/run-set.js";
export { skeletonOfRuns } from "../compute/volume/skeleton.js";
export { type Box, RunCollector, type VolumeShape, type VoxelRuns } from "../compute/volume/voxel-runs.js";
export type { VolumeBlock, VolumeData, VolumeSource, VolumeType } from "../formats/volume/volume.js";
export { type BlockColumns, blockColumns } from "../loaders/fisbe/chunk-rows.js";
export type { Row } from "../tables/contract.js";
export type { TableSink, TableSource } from "../tables/table-io.js";
export type { Transform, TransformContext } from "../transforms/transform.js";
export type { Checkpoint, EvidenceValue, Stage, StageContext } from "./stage.js";
export { chunkVolume, withoutChannel } from "./volumes/chunk-volume.js";
