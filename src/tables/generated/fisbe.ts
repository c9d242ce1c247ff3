// Generated from schemas/fisbe/*.yaml by `npm run generate`: do not edit.
// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.

/**
 * One row per block of a volume. The voxels themselves are there where the pipeline asks for them. Table `fisbe.chunk`,
 * key sample_id, array, origin_z, origin_y, origin_x, origin_c.
 */
export type ChunkRow = {
  /** The sample. */
  readonly sample_id: string;
  /** Which array of the sample. */
  readonly array: "raw" | "gt_instances";
  /** First channel of the block. Bounds: at least 0. */
  readonly origin_c: number;
  /** First z. Unit: voxels. Bounds: at least 0. */
  readonly origin_z: number;
  /** First y. Unit: voxels. Bounds: at least 0. */
  readonly origin_y: number;
  /** First x. Unit: voxels. Bounds: at least 0. */
  readonly origin_x: number;
  /** Size of the block: c, z, y, x. */
  readonly shape: readonly number[];
  /** Size of the whole array: c, z, y, x. */
  readonly array_shape: readonly number[];
  /** Type of the voxels. */
  readonly dtype: "uint8" | "uint16" | "uint32" | "int32" | "float32";
  /** raw: little-endian values in C order; zero: every value is 0 and data is empty. */
  readonly codec: "raw" | "zero";
  /** Size of the block when decoded. Unit: B. Bounds: at least 0. */
  readonly bytes: bigint;
  /** Hash of the decoded block. */
  readonly sha256: string;
  /** The voxels; null where the pipeline did not ask for them. */
  readonly data: Uint8Array | null;
};

export const CHUNK_COLUMNS = [
  "sample_id",
  "array",
  "origin_c",
  "origin_z",
  "origin_y",
  "origin_x",
  "shape",
  "array_shape",
  "dtype",
  "codec",
  "bytes",
  "sha256",
  "data",
] as const;

/**
 * One row per thing of a source file that is in no public table, from loaders and transforms. Table `fisbe.dropped`,
 * key source_id, step, drop_index.
 */
export type DroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step, or the table of the transform, that left it out. */
  readonly step: string;
  /** 0-based order in which it was reported. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is; recording: a prediction that cannot be read. */
  readonly scope: "file" | "recording" | "array" | "instance" | "value";
  /** Which one, as a person would look it up: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** Short code. */
  readonly reason: string;
  /** The rule that says so. */
  readonly rule: string;
  /** The values at fault. */
  readonly detail: string | null;
  /** How many read records the row stands for. Unit: records. Bounds: at least 0. */
  readonly records: bigint;
};

export const DROPPED_COLUMNS = [
  "source_id",
  "step",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * One row per thing of a file that its loader did not carry over. Table `fisbe.dropped_record`, key source_id, step,
 * drop_index.
 */
export type DroppedRecordRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step. */
  readonly step: string;
  /** 0-based order in which the loader reported it. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "array" | "instance" | "value";
  /** Which one, as a person would look it up: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** Short code. */
  readonly reason: string;
  /** The rule that says so. */
  readonly rule: string;
  /** The values at fault. */
  readonly detail: string | null;
  /** How many read records the row stands for. Bounds: at least 0. */
  readonly records: bigint;
};

export const DROPPED_RECORD_COLUMNS = [
  "source_id",
  "step",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * What became of every record of every file: read = carried + dropped. Table `fisbe.file_count`, key source_id, step.
 */
export type FileCountRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step that read it. */
  readonly step: string;
  /** Volumes, instances, listed names and predictions of the file. Bounds: at least 0. */
  readonly read: bigint;
  /** Records written to a record table. Bounds: at least 0. */
  readonly carried: bigint;
  /** Records accounted for in dropped_record. Bounds: at least 0. */
  readonly dropped: bigint;
};

export const FILE_COUNT_COLUMNS = ["source_id", "step", "read", "carried", "dropped"] as const;

/** One row per neuron of a ground truth. Table `fisbe.instance`, key sample_id, instance_id. */
export type InstanceRow = {
  /** The sample. */
  readonly sample_id: string;
  /**
   * Number as the metrics count: channel by channel, ids ascending; channels without a voxel do not count. Bounds: at
   * least 1.
   */
  readonly instance_id: number;
  /** Channel of the ground truth, from 0. Bounds: at least 0. */
  readonly channel: number;
  /** Value in the volume. */
  readonly source_label: bigint;
  /** Size. Unit: voxels. Bounds: at least 1. */
  readonly voxels: bigint;
  /** Smallest box: first z. Unit: voxels. Bounds: at least 0. */
  readonly z0: number;
  /** First y. Unit: voxels. Bounds: at least 0. */
  readonly y0: number;
  /** First x. Unit: voxels. Bounds: at least 0. */
  readonly x0: number;
  /** One after the last z. Unit: voxels. Bounds: at least 1. */
  readonly z1: number;
  /** One after the last y. Unit: voxels. Bounds: at least 1. */
  readonly y1: number;
  /** One after the last x. Unit: voxels. Bounds: at least 1. */
  readonly x1: number;
  /** Voxels left by thinning; 0: the skeleton vanished. Unit: voxels. Bounds: at least 0. */
  readonly skeleton_voxels: number;
  /** Pieces, 26-connected. Bounds: at least 1. */
  readonly components: number;
  /** Mean of raw channel 0 over voxels of this neuron alone; null without any. */
  readonly mean_r: number | null;
  /** Mean of raw channel 1. */
  readonly mean_g: number | null;
  /** Mean of raw channel 2. */
  readonly mean_b: number | null;
  /** Whether the volume lists it as dim; null where it says nothing. */
  readonly is_dim: boolean | null;
  /** Whether it shares a voxel with another. */
  readonly is_overlap: boolean;
};

export const INSTANCE_COLUMNS = [
  "sample_id",
  "instance_id",
  "channel",
  "source_label",
  "voxels",
  "z0",
  "y0",
  "x0",
  "z1",
  "y1",
  "x1",
  "skeleton_voxels",
  "components",
  "mean_r",
  "mean_g",
  "mean_b",
  "is_dim",
  "is_overlap",
] as const;

/**
 * One row per sample of the benchmark: those listed, and those that were read besides. Table `fisbe.sample`, key
 * sample_id.
 */
export type SampleRow = {
  /** `<line>-<YYYYMMDD>_<slide group>_<position>`. */
  readonly sample_id: string;
  /** Transgenic line; all images of a line are in one split. */
  readonly line: string | null;
  /** Day of acquisition, ISO 8601. */
  readonly acquisition_date: string | null;
  /** Slide group. Bounds: at least 0. */
  readonly slide_group: number | null;
  /** Position on the slide. */
  readonly position: string | null;
  /** Whether every neuron is labelled. Where it is partly, background is not reliable. */
  readonly label_set: "completely" | "partly" | null;
  /** Split of the benchmark. */
  readonly split: "train" | "val" | "test" | null;
  /** Whether the list of samples per split names it. */
  readonly is_listed: boolean;
  /** Colour channels; null where the volume was not read. Bounds: at least 1. */
  readonly channels: number | null;
  /** Size along z; null where the volume was not read. Unit: voxels. Bounds: at least 1. */
  readonly size_z: number | null;
  /** Size along y. Unit: voxels. Bounds: at least 1. */
  readonly size_y: number | null;
  /** Size along x. Unit: voxels. Bounds: at least 1. */
  readonly size_x: number | null;
  /** Edge of a voxel: 0.44, as published; the files do not say. Unit: um. */
  readonly voxel_um: number;
  /** Neurons in the ground truth. Bounds: at least 0. */
  readonly n_instances: number | null;
  /** Neurons listed as dim; null where the volume says nothing of it. Bounds: at least 0. */
  readonly n_dim: number | null;
  /** Voxels in at least one neuron. Unit: voxels. Bounds: at least 0. */
  readonly fg_voxels: bigint | null;
  /** Voxels in exactly two. Unit: voxels. Bounds: at least 0. */
  readonly overlap2_voxels: bigint | null;
  /** Voxels in three or more. Unit: voxels. Bounds: at least 0. */
  readonly overlap3_voxels: bigint | null;
  /** Sum of all raw values. Bounds: at least 0. */
  readonly raw_sum: bigint | null;
  /** Largest raw value. Bounds: at least 0, at most 65535. */
  readonly raw_max: number | null;
  /** Where the volume is from; null where it was not read. */
  readonly source: "zenodo" | "crop" | "synthetic" | null;
  /** Maximum-intensity projection along z as PNG. */
  readonly mip_raw: {
    readonly bytes: Uint8Array;
    readonly path: string;
  } | null;
  /** Projection of the ground truth as PNG, one colour per neuron. */
  readonly mip_truth: {
    readonly bytes: Uint8Array;
    readonly path: string;
  } | null;
  /** The store; null where the volume was not read. */
  readonly source_id: string | null;
};

export const SAMPLE_COLUMNS = [
  "sample_id",
  "line",
  "acquisition_date",
  "slide_group",
  "position",
  "label_set",
  "split",
  "is_listed",
  "channels",
  "size_z",
  "size_y",
  "size_x",
  "voxel_um",
  "n_instances",
  "n_dim",
  "fg_voxels",
  "overlap2_voxels",
  "overlap3_voxels",
  "raw_sum",
  "raw_max",
  "source",
  "mip_raw",
  "mip_truth",
  "source_id",
] as const;

/**
 * One row per voxel of the skeletons of the ground truth (Lee, Kashyap and Chu thinning). Table `fisbe.skeleton`, key
 * sample_id, instance_id, z, y, x.
 */
export type SkeletonRow = {
  /** The sample. */
  readonly sample_id: string;
  /** The neuron. Bounds: at least 1. */
  readonly instance_id: number;
  /** Place along z. Unit: voxels. Bounds: at least 0. */
  readonly z: number;
  /** Place along y. Unit: voxels. Bounds: at least 0. */
  readonly y: number;
  /** Place along x. Unit: voxels. Bounds: at least 0. */
  readonly x: number;
};

export const SKELETON_COLUMNS = ["sample_id", "instance_id", "z", "y", "x"] as const;

/** One row per raw file that was read. Table `fisbe.source_file`, key source_id. */
export type SourceFileRow = {
  /** First 32 hexadecimal digits of the SHA-256 of `dataset`, a line feed and `path`. */
  readonly source_id: string;
  /** Path below the mirror folder, with `/`. */
  readonly path: string;
  /** Size of the file. Unit: B. Bounds: at least 0. */
  readonly bytes: bigint;
  /** Hash of the file as read. */
  readonly sha256: string;
  /** SPDX identifier, or `not stated`. */
  readonly licence: string;
  /** Where the file was published. */
  readonly upstream_repo: string | null;
  /** Commit or version there. */
  readonly upstream_commit: string | null;
  /** Path there. */
  readonly upstream_path: string | null;
  /** Pinned hash. */
  readonly manifest_sha256: string | null;
  /** Whether the file read has the pinned hash; null where none is pinned. */
  readonly manifest_match: boolean | null;
};

export const SOURCE_FILE_COLUMNS = [
  "source_id",
  "path",
  "bytes",
  "sha256",
  "licence",
  "upstream_repo",
  "upstream_commit",
  "upstream_path",
  "manifest_sha256",
  "manifest_match",
] as const;

/** One row per name in the list of samples per split. Table `fisbe.split_record`, key sample_id. */
export type SplitRecordRow = {
  /** Name as listed. */
  readonly sample_id: string;
  /** Section of the list. */
  readonly label_set: "completely" | "partly";
  /** Split of the benchmark. */
  readonly split: "train" | "val" | "test";
  /** Line of the list, from 1. Bounds: at least 1. */
  readonly line_number: number;
  /** The list. */
  readonly source_id: string;
};

export const SPLIT_RECORD_COLUMNS = ["sample_id", "label_set", "split", "line_number", "source_id"] as const;

/** One row per volume that was read, with what its voxels say. Table `fisbe.volume_record`, key sample_id. */
export type VolumeRecordRow = {
  /** Base name of the store, up to its first dot. */
  readonly sample_id: string;
  /** As a folder of its path says; null: none does. */
  readonly label_set: "completely" | "partly" | null;
  /** As a folder of its path says; null: none does. */
  readonly split: "train" | "val" | "test" | null;
  /** Colour channels of the raw array. Bounds: at least 1. */
  readonly channels: number;
  /** Size along z. Unit: voxels. Bounds: at least 1. */
  readonly size_z: number;
  /** Size along y. Unit: voxels. Bounds: at least 1. */
  readonly size_y: number;
  /** Size along x. Unit: voxels. Bounds: at least 1. */
  readonly size_x: number;
  /** Edge of a voxel: 0.44, as published; the files do not say. Unit: um. */
  readonly voxel_um: number;
  /** Neurons in the ground truth; null without one. Bounds: at least 0. */
  readonly n_instances: number | null;
  /** Neurons listed as dim; null where the attribute is absent. Bounds: at least 0. */
  readonly n_dim: number | null;
  /** Ids of dim neurons as the attribute states them. */
  readonly dim_neurons: readonly number[] | null;
  /** Voxels in at least one neuron. Unit: voxels. Bounds: at least 0. */
  readonly fg_voxels: bigint | null;
  /** Voxels in exactly two. Unit: voxels. Bounds: at least 0. */
  readonly overlap2_voxels: bigint | null;
  /** Voxels in three or more. Unit: voxels. Bounds: at least 0. */
  readonly overlap3_voxels: bigint | null;
  /** Sum of all raw values. Bounds: at least 0. */
  readonly raw_sum: bigint;
  /** Largest raw value. Bounds: at least 0, at most 65535. */
  readonly raw_max: number;
  /** Where the volume is from, by its path. */
  readonly source: "zenodo" | "crop" | "synthetic";
  /** Maximum-intensity projection along z as PNG, colours scaled to the 99.9th percentile of the projection. */
  readonly mip_raw: {
    readonly bytes: Uint8Array;
    readonly path: string;
  } | null;
  /** Projection of the ground truth as PNG, one colour per neuron. */
  readonly mip_truth: {
    readonly bytes: Uint8Array;
    readonly path: string;
  } | null;
  /** The store. */
  readonly source_id: string;
};

export const VOLUME_RECORD_COLUMNS = [
  "sample_id",
  "label_set",
  "split",
  "channels",
  "size_z",
  "size_y",
  "size_x",
  "voxel_um",
  "n_instances",
  "n_dim",
  "dim_neurons",
  "fg_voxels",
  "overlap2_voxels",
  "overlap3_voxels",
  "raw_sum",
  "raw_max",
  "source",
  "mip_raw",
  "mip_truth",
  "source_id",
] as const;
