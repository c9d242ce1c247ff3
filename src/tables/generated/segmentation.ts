// Generated from schemas/segmentation/*.yaml by `npm run generate`: do not edit.
// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.

/**
 * One row per block of a predicted label volume; blocks without a label have codec zero. Table
 * `segmentation.baseline_chunk`, key prediction_id, origin_z, origin_y, origin_x, origin_c.
 */
export type BaselineChunkRow = {
  /** The prediction. */
  readonly prediction_id: string;
  /** The sample. */
  readonly sample_id: string;
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
  readonly dtype: "uint8" | "uint16" | "uint32";
  /** raw: little-endian values in C order; zero: every value is 0 and data is empty. */
  readonly codec: "raw" | "zero";
  /** Size of the block when decoded. Unit: B. Bounds: at least 0. */
  readonly bytes: bigint;
  /** Hash of the decoded block. */
  readonly sha256: string;
  /** The voxels; null where the pipeline did not ask for them. */
  readonly data: Uint8Array | null;
};

export const BASELINE_CHUNK_COLUMNS = [
  "prediction_id",
  "sample_id",
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

/** One row per prediction of a baseline. Table `segmentation.baseline_prediction`, key prediction_id. */
export type BaselinePredictionRow = {
  /** `<method>/<sample>`. */
  readonly prediction_id: string;
  /** The sample. */
  readonly sample_id: string;
  /** Name of the method: a baseline of this package, or the folder that the prediction lay in. */
  readonly method: string;
  /** Version of the method; null where a file does not say. */
  readonly method_version: string | null;
  /** Parameters as JSON; null for predictions from files. */
  readonly params: string | null;
  /** Seed of random choices; null where there are none or they are not known. */
  readonly seed: bigint | null;
  /** Channels of the label volume: more than one where instances overlap. Bounds: at least 1. */
  readonly channels: number;
  /** Labels before the size filter. Bounds: at least 0. */
  readonly labels_raw: number;
  /** Labels of more than 800 voxels: what the metrics look at. Bounds: at least 0. */
  readonly labels_kept: number;
  /** Voxels with a label. Unit: voxels. Bounds: at least 0. */
  readonly voxels: bigint;
  /** Whether a voxel has two labels. */
  readonly has_overlap: boolean;
  /** Projection along z as PNG, one colour per label. */
  readonly mip: {
    readonly bytes: Uint8Array;
    readonly path: string;
  } | null;
  /** How it was found, as JSON: supervoxels, clusters, convergence. */
  readonly evidence: string | null;
  /** The file; null for baselines. */
  readonly source_id: string | null;
};

export const BASELINE_PREDICTION_COLUMNS = [
  "prediction_id",
  "sample_id",
  "method",
  "method_version",
  "params",
  "seed",
  "channels",
  "labels_raw",
  "labels_kept",
  "voxels",
  "has_overlap",
  "mip",
  "evidence",
  "source_id",
] as const;

/**
 * One row per block of a predicted label volume; blocks without a label have codec zero. Table `segmentation.chunk`,
 * key prediction_id, origin_z, origin_y, origin_x, origin_c.
 */
export type ChunkRow = {
  /** The prediction. */
  readonly prediction_id: string;
  /** The sample. */
  readonly sample_id: string;
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
  readonly dtype: "uint8" | "uint16" | "uint32";
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
  "prediction_id",
  "sample_id",
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
 * One row per number of a score: of single images, and pooled over the completely labelled, the partly labelled and all
 * images of a method. Table `segmentation.metric`, key method, profile, subject, metric, position.
 */
export type MetricRow = {
  /** The method. */
  readonly method: string;
  /** flylight: as the official tool; fixed: its defects corrected. */
  readonly profile: "flylight" | "fixed";
  /** A sample's name, or completely, partly, combined_published, combined_code. */
  readonly subject: string;
  /** What is summed up. */
  readonly scope: "image" | "completely" | "partly" | "combined" | "stability_mean" | "stability_std";
  /** The prediction; null for what is pooled over images. */
  readonly prediction_id: string | null;
  /**
   * Key of the official tool: `general.avg_f1_cov_score` is S, `confusion_matrix.avFscore` avF1,
   * `general.avg_gt_skel_coverage` C.
   */
  readonly metric: string;
  /** 0-based place in a list; 0 for single numbers. Bounds: at least 0. */
  readonly position: number;
  /** Threshold that the number belongs to; null for those of all. */
  readonly threshold: number | null;
  /** Neuron that the number belongs to (fisbe.instance); null unless per neuron. Bounds: at least 1. */
  readonly instance_id: number | null;
  /** The number; null where it is not defined (an image without neurons). */
  readonly value: number | null;
  /** What a reader must know; in the row of S alone. */
  readonly warnings: readonly string[];
};

export const METRIC_COLUMNS = [
  "method",
  "profile",
  "subject",
  "scope",
  "prediction_id",
  "metric",
  "position",
  "threshold",
  "instance_id",
  "value",
  "warnings",
] as const;

/**
 * One row per neuron and predicted instance that share something of a skeleton; row and column 0 are the background.
 * Table `segmentation.pair`, key prediction_id, profile, gt_id, pred_id.
 */
export type PairRow = {
  /** The prediction. */
  readonly prediction_id: string;
  /** Rules of the score. */
  readonly profile: "flylight" | "fixed";
  /** The neuron (fisbe.instance); 0: background. Bounds: at least 0. */
  readonly gt_id: number;
  /** The predicted instance; 0: background. Bounds: at least 0. */
  readonly pred_id: number;
  /** Share of the neuron's skeleton inside the prediction. Bounds: at least 0. */
  readonly cl_recall: number;
  /** Share of the prediction's skeleton inside the neuron. Bounds: at least 0. */
  readonly cl_precision: number;
  /** Harmonic mean of both. Bounds: at least 0. */
  readonly cl_dice: number;
  /** cl_recall after voxels of several neurons were erased; null when nothing overlaps. Bounds: at least 0. */
  readonly cl_recall_no_overlap: number | null;
};

export const PAIR_COLUMNS = [
  "prediction_id",
  "profile",
  "gt_id",
  "pred_id",
  "cl_recall",
  "cl_precision",
  "cl_dice",
  "cl_recall_no_overlap",
] as const;

/**
 * One row per label of a prediction, those that the size filter deletes too. Table `segmentation.predicted_instance`,
 * key prediction_id, channel, source_label.
 */
export type PredictedInstanceRow = {
  /** The prediction. */
  readonly prediction_id: string;
  /** Channel of the label volume, from 0. Bounds: at least 0. */
  readonly channel: number;
  /** Value in the volume. */
  readonly source_label: bigint;
  /** Number as the metrics count; null: deleted by the size filter. Bounds: at least 1. */
  readonly instance_id: number | null;
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
  /** Voxels left by thinning; null: deleted by the size filter. Unit: voxels. Bounds: at least 0. */
  readonly skeleton_voxels: number | null;
};

export const PREDICTED_INSTANCE_COLUMNS = [
  "prediction_id",
  "channel",
  "source_label",
  "instance_id",
  "voxels",
  "z0",
  "y0",
  "x0",
  "z1",
  "y1",
  "x1",
  "skeleton_voxels",
] as const;

/**
 * One row per voxel of the skeletons of predicted instances that pass the size filter. Table
 * `segmentation.predicted_skeleton`, key prediction_id, instance_id, z, y, x.
 */
export type PredictedSkeletonRow = {
  /** The prediction. */
  readonly prediction_id: string;
  /** Number as the metrics count: after the size filter, channel by channel, ids ascending. Bounds: at least 1. */
  readonly instance_id: number;
  /** Place along z. Unit: voxels. Bounds: at least 0. */
  readonly z: number;
  /** Place along y. Unit: voxels. Bounds: at least 0. */
  readonly y: number;
  /** Place along x. Unit: voxels. Bounds: at least 0. */
  readonly x: number;
};

export const PREDICTED_SKELETON_COLUMNS = ["prediction_id", "instance_id", "z", "y", "x"] as const;

/** One row per sample and method: a segmentation of its neurons. Table `segmentation.prediction`, key prediction_id. */
export type PredictionRow = {
  /** `<method>/<sample>`. */
  readonly prediction_id: string;
  /** The sample. */
  readonly sample_id: string;
  /** Name of the method: a baseline of this package, or the folder that the prediction lay in. */
  readonly method: string;
  /** Version of the method; null where a file does not say. */
  readonly method_version: string | null;
  /** Parameters as JSON; null for predictions from files. */
  readonly params: string | null;
  /** Seed of random choices; null where there are none or they are not known. */
  readonly seed: bigint | null;
  /** Channels of the label volume: more than one where instances overlap. Bounds: at least 1. */
  readonly channels: number;
  /** Labels before the size filter. Bounds: at least 0. */
  readonly labels_raw: number;
  /** Labels of more than 800 voxels: what the metrics look at. Bounds: at least 0. */
  readonly labels_kept: number;
  /** Voxels with a label. Unit: voxels. Bounds: at least 0. */
  readonly voxels: bigint;
  /** Whether a voxel has two labels. */
  readonly has_overlap: boolean;
  /** Projection along z as PNG, one colour per label. */
  readonly mip: {
    readonly bytes: Uint8Array;
    readonly path: string;
  } | null;
  /** How it was found, as JSON: supervoxels, clusters, convergence. */
  readonly evidence: string | null;
  /** The file; null for baselines. */
  readonly source_id: string | null;
};

export const PREDICTION_COLUMNS = [
  "prediction_id",
  "sample_id",
  "method",
  "method_version",
  "params",
  "seed",
  "channels",
  "labels_raw",
  "labels_kept",
  "voxels",
  "has_overlap",
  "mip",
  "evidence",
  "source_id",
] as const;

/**
 * One row per block of a predicted label volume; blocks without a label have codec zero. Table
 * `segmentation.published_chunk`, key prediction_id, origin_z, origin_y, origin_x, origin_c.
 */
export type PublishedChunkRow = {
  /** The prediction. */
  readonly prediction_id: string;
  /** The sample. */
  readonly sample_id: string;
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
  readonly dtype: "uint8" | "uint16" | "uint32";
  /** raw: little-endian values in C order; zero: every value is 0 and data is empty. */
  readonly codec: "raw" | "zero";
  /** Size of the block when decoded. Unit: B. Bounds: at least 0. */
  readonly bytes: bigint;
  /** Hash of the decoded block. */
  readonly sha256: string;
  /** The voxels; null where the pipeline did not ask for them. */
  readonly data: Uint8Array | null;
};

export const PUBLISHED_CHUNK_COLUMNS = [
  "prediction_id",
  "sample_id",
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

/** One row per prediction that was read from a file. Table `segmentation.published_prediction`, key prediction_id. */
export type PublishedPredictionRow = {
  /** `<method>/<sample>`. */
  readonly prediction_id: string;
  /** The sample. */
  readonly sample_id: string;
  /** Name of the method: a baseline of this package, or the folder that the prediction lay in. */
  readonly method: string;
  /** Version of the method; null where a file does not say. */
  readonly method_version: string | null;
  /** Parameters as JSON; null for predictions from files. */
  readonly params: string | null;
  /** Seed of random choices; null where there are none or they are not known. */
  readonly seed: bigint | null;
  /** Channels of the label volume: more than one where instances overlap. Bounds: at least 1. */
  readonly channels: number;
  /** Labels before the size filter. Bounds: at least 0. */
  readonly labels_raw: number;
  /** Labels of more than 800 voxels: what the metrics look at. Bounds: at least 0. */
  readonly labels_kept: number;
  /** Voxels with a label. Unit: voxels. Bounds: at least 0. */
  readonly voxels: bigint;
  /** Whether a voxel has two labels. */
  readonly has_overlap: boolean;
  /** Projection along z as PNG, one colour per label. */
  readonly mip: {
    readonly bytes: Uint8Array;
    readonly path: string;
  } | null;
  /** How it was found, as JSON: supervoxels, clusters, convergence. */
  readonly evidence: string | null;
  /** The file; null for baselines. */
  readonly source_id: string | null;
};

export const PUBLISHED_PREDICTION_COLUMNS = [
  "prediction_id",
  "sample_id",
  "method",
  "method_version",
  "params",
  "seed",
  "channels",
  "labels_raw",
  "labels_kept",
  "voxels",
  "has_overlap",
  "mip",
  "evidence",
  "source_id",
] as const;

/**
 * One row per prediction, profile and sample, with everything that pooling over images needs. Table
 * `segmentation.score_record`, key prediction_id, profile.
 */
export type ScoreRecordRow = {
  /** The prediction. */
  readonly prediction_id: string;
  /** The sample. */
  readonly sample_id: string;
  /** The method. */
  readonly method: string;
  /** Rules of the score. */
  readonly profile: "flylight" | "fixed";
  /** Whether the sample is partly labelled. */
  readonly partly: boolean;
  /** Split of the sample. */
  readonly split: "train" | "val" | "test" | null;
  /** The image's score as JSON, with the key names of the official tool. */
  readonly summary: string;
  /** What a reader must know of it. */
  readonly warnings: readonly string[];
};

export const SCORE_RECORD_COLUMNS = [
  "prediction_id",
  "sample_id",
  "method",
  "profile",
  "partly",
  "split",
  "summary",
  "warnings",
] as const;

/** One row per file that a prediction was read from. Table `segmentation.source_file`, key source_id. */
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
