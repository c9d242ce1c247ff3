// Generated from schemas/celegans_activity/*.yaml by `npm run generate`: do not edit.
// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.

/**
 * One row per behaviour channel, on the frame axis of the recording. Table `celegans_activity.behavior`, key
 * recording_id, channel, sub_index.
 */
export type BehaviorRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Name in the source: velocity, head_angle, …; not translated between laboratories. */
  readonly channel: string;
  /** Column of a channel with several; else 0. Bounds: at least 0. */
  readonly sub_index: number;
  /** Unit, where the source states it. */
  readonly unit: string | null;
  /** One value per frame k (in SQL values[k + 1]); NaN where there is none; empty when all are missing. */
  readonly values: readonly number[];
  /** Whether no frame has a value. */
  readonly all_missing: boolean;
  /** Whether the source has times of its own, and values at the frames are linear between them. */
  readonly interpolated: boolean;
};

export const BEHAVIOR_COLUMNS = [
  "recording_id",
  "channel",
  "sub_index",
  "unit",
  "values",
  "all_missing",
  "interpolated",
] as const;

/**
 * One row per behaviour channel of a recording. Table `celegans_activity.behavior_record`, key recording_id, channel,
 * sub_index.
 */
export type BehaviorRecordRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Name of the source. */
  readonly channel: string;
  /** Column of a channel with several; else 0. Bounds: at least 0. */
  readonly sub_index: number;
  /** Unit, where the source states it. */
  readonly unit: string | null;
  /** Values; NaN where the source has none. */
  readonly values: readonly number[];
  /** Times of the values on the recording's clock; null when there is one per frame. Unit: s. */
  readonly time_s: readonly number[] | null;
};

export const BEHAVIOR_RECORD_COLUMNS = ["recording_id", "channel", "sub_index", "unit", "values", "time_s"] as const;

/**
 * One row per thing of a source file that is in no public table, from loaders and transforms. Table
 * `celegans_activity.dropped`, key source_id, step, drop_index.
 */
export type DroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step, or the table of the transform, that left it out. */
  readonly step: string;
  /** 0-based order in which it was reported. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
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
 * One row per thing of a file that its loader did not carry over. Table `celegans_activity.dropped_record`, key
 * source_id, step, drop_index.
 */
export type DroppedRecordRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step. */
  readonly step: string;
  /** 0-based order in which the loader reported it. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
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
 * One row per event or interval, on the frame axis of the recording. Table `celegans_activity.event`, key recording_id,
 * name, event_index.
 */
export type EventRow = {
  /** The recording. */
  readonly recording_id: string;
  /** reversal, food_encounter, state (of behaviour, its name in value), … */
  readonly name: string;
  /** Order among the events of the name. Bounds: at least 0. */
  readonly event_index: number;
  /** First frame, 0-based; null before the first or after the last frame. */
  readonly k_start: number | null;
  /** Frame after the last; null for a point, or an event that begins after the last frame. */
  readonly k_end: number | null;
  /** Start after frame 0. Unit: s. */
  readonly t_start_s: number | null;
  /** End after frame 0; null for a point. Unit: s. */
  readonly t_end_s: number | null;
  /** Name of a state, or other text. */
  readonly value: string | null;
  /** Where it is stated. */
  readonly stated_by: "recording" | "manifest";
};

export const EVENT_COLUMNS = [
  "recording_id",
  "name",
  "event_index",
  "k_start",
  "k_end",
  "t_start_s",
  "t_end_s",
  "value",
  "stated_by",
] as const;

/**
 * One row per event or interval of a recording; by frame or by time, as the source states it. Table
 * `celegans_activity.event_record`, key recording_id, name, event_index.
 */
export type EventRecordRow = {
  /** The recording. */
  readonly recording_id: string;
  /** reversal, food_encounter, state, … */
  readonly name: string;
  /** Order among the events of the name. Bounds: at least 0. */
  readonly event_index: number;
  /** First frame, 0-based. */
  readonly k_start: number | null;
  /** Frame after the last; null for a point. */
  readonly k_end: number | null;
  /** Start on the recording's clock. Unit: s. */
  readonly t_start_s: number | null;
  /** End; null for a point. Unit: s. */
  readonly t_end_s: number | null;
  /** Name of a state, or other text. */
  readonly value: string | null;
};

export const EVENT_RECORD_COLUMNS = [
  "recording_id",
  "name",
  "event_index",
  "k_start",
  "k_end",
  "t_start_s",
  "t_end_s",
  "value",
] as const;

/**
 * What became of every record of every file: read = carried + dropped. Table `celegans_activity.file_count`, key
 * source_id, step.
 */
export type FileCountRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step that read it. */
  readonly step: string;
  /** Non-empty records of a list, or non-zero cells of a matrix. Bounds: at least 0. */
  readonly read: bigint;
  /** Records written to a record table. Bounds: at least 0. */
  readonly carried: bigint;
  /** Records accounted for in dropped_record. Bounds: at least 0. */
  readonly dropped: bigint;
};

export const FILE_COUNT_COLUMNS = ["source_id", "step", "read", "carried", "dropped"] as const;

/** One row per frame of a recording. Table `celegans_activity.frame`, key recording_id, k. */
export type FrameRow = {
  /** The recording. */
  readonly recording_id: string;
  /** 0-based frame. Bounds: at least 0. */
  readonly k: number;
  /** Time after frame 0, float64. Unit: s. */
  readonly t_s: number;
  /** Continuous segment. Bounds: at least 0. */
  readonly segment: number;
};

export const FRAME_COLUMNS = ["recording_id", "k", "t_s", "segment"] as const;

/**
 * The published neural data set, one row per worm and neuron, by the published procedure with its defects. Table
 * `celegans_activity.hf_neural_compat`, key source_dataset, worm, slot.
 */
export type HfNeuralCompatRow = {
  /** Dataset name. */
  readonly source_dataset: string;
  /** Path in the authors' folder. */
  readonly raw_data_file: string;
  /** `worm0`, counted over the recordings that the procedure keeps. */
  readonly worm: string;
  /** Label, or a number that is a sorted position, not an ROI. */
  readonly neuron: string;
  /** Index among 300; of an unlabelled neuron the next free one. */
  readonly slot: number;
  /** Whether neuron is a label. */
  readonly is_labeled_neuron: boolean;
  /** `moving`, or `no smoothing`. */
  readonly smooth_method: string;
  /** `linear`. */
  readonly interpolate_method: string;
  /** `standard`. */
  readonly normalization_method: string;
  /** Values of the source rounded to float16. */
  readonly original_calcium_data: readonly number[];
  /** Smoothed, resampled, z-scored, rounded to float16. */
  readonly calcium_data: readonly number[];
  /** Times of the frames rounded to float16. */
  readonly original_time_in_seconds: readonly number[];
  /** Times of the samples rounded to float16. */
  readonly time_in_seconds: readonly number[];
  /** Frames. */
  readonly original_max_timesteps: number;
  /** Samples. */
  readonly max_timesteps: number;
};

export const HF_NEURAL_COMPAT_COLUMNS = [
  "source_dataset",
  "raw_data_file",
  "worm",
  "neuron",
  "slot",
  "is_labeled_neuron",
  "smooth_method",
  "interpolate_method",
  "normalization_method",
  "original_calcium_data",
  "calcium_data",
  "original_time_in_seconds",
  "time_in_seconds",
  "original_max_timesteps",
  "max_timesteps",
] as const;

/**
 * One row per ROI whose label here and in the published data differ, with the causes. Table
 * `celegans_activity.label_diff`, key recording_id, roi.
 */
export type LabelDiffRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Number of the source. Bounds: at least 0. */
  readonly roi: number;
  /** Label verbatim. */
  readonly label_raw: string | null;
  /** Status here. */
  readonly status: "exact" | "alias" | "ambiguous" | "duplicate" | "none" | "other";
  /** Label here. */
  readonly label: string | null;
  /** Label in the published data; null also when the recording is lost there. */
  readonly compat_label: string | null;
  /**
   * Defects whose removal from the published procedure, or addition to the corrected one, changes the label (of several
   * needed together, the first smallest set); no_alias: the procedure without the others still reads another label than
   * the table of aliases. Never empty.
   */
  readonly causes: readonly (
    | "label_nearest"
    | "uid_strip"
    | "f32_time"
    | "f16"
    | "assumed_rate"
    | "half_window"
    | "block_start"
    | "impute"
    | "drop_meta"
    | "unique_first"
    | "leifer_side"
    | "unit_blind"
    | "nondet"
    | "repeat_time"
    | "no_alias"
  )[];
};

export const LABEL_DIFF_COLUMNS = [
  "recording_id",
  "roi",
  "label_raw",
  "status",
  "label",
  "compat_label",
  "causes",
] as const;

/**
 * One row per thing of a label file or manifest that no recording takes up. Table `celegans_activity.label_dropped`,
 * key source_id, drop_index.
 */
export type LabelDroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** 0-based order among the rows of this file. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
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

export const LABEL_DROPPED_COLUMNS = [
  "source_id",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * One row per label of a file that holds labels apart from the traces. Table `celegans_activity.label_record`, key
 * dataset, worm_uid, roi.
 */
export type LabelRecordRow = {
  /** Published dataset. */
  readonly dataset: string;
  /** The recording's name. */
  readonly worm_uid: string;
  /** ROI number as the file writes it. Bounds: at least 0. */
  readonly roi: number;
  /** Whether it counts from 0 or 1. Bounds: at least 0, at most 1. */
  readonly roi_base: number;
  /** 0-based place in the document's order. Bounds: at least 0. */
  readonly position: number;
  /** The file. */
  readonly source_id: string;
  /** Verbatim. */
  readonly label: string | null;
  /** Class, verbatim. */
  readonly neuron_class: string | null;
  /** Side; unknown when the source says missing; null when not applicable. */
  readonly lr: "L" | "R" | "unknown" | null;
  /** Dorsal or ventral; null when not applicable. */
  readonly dv: "D" | "V" | "unknown" | null;
  /** Text of the curator. */
  readonly note: string | null;
  /** ROI numbers of the NeuroPAL volume. */
  readonly neuropal_roi_ids: readonly number[] | null;
  /** Confidence, scale of the source. */
  readonly confidence: number | null;
  /** What that scale is. */
  readonly confidence_scale: string | null;
};

export const LABEL_RECORD_COLUMNS = [
  "dataset",
  "worm_uid",
  "roi",
  "roi_base",
  "position",
  "source_id",
  "label",
  "neuron_class",
  "lr",
  "dv",
  "note",
  "neuropal_roi_ids",
  "confidence",
  "confidence_scale",
] as const;

/** One row per recording of a release manifest. Table `celegans_activity.manifest_record`, key dataset, worm_uid. */
export type ManifestRecordRow = {
  /** Published dataset. */
  readonly dataset: string;
  /** The recording's name. */
  readonly worm_uid: string;
  /** The manifest. */
  readonly source_id: string;
  /** File name in the release. */
  readonly filename: string;
  /** sha256 of the released file. */
  readonly checksum: string | null;
  /** Sign of the head angle. */
  readonly head_angle_positive_is_ventral: boolean | null;
  /** Whether labels are published. */
  readonly has_label: boolean | null;
  /** Type column: conditions, separated by commas. */
  readonly condition: string | null;
  /** Events, verbatim: `patchEncounter=[325]`. */
  readonly event: string | null;
  /** Usable frames, verbatim: `1:507`, 1-based inclusive. */
  readonly t_range: string | null;
};

export const MANIFEST_RECORD_COLUMNS = [
  "dataset",
  "worm_uid",
  "source_id",
  "filename",
  "checksum",
  "head_angle_positive_is_ventral",
  "has_label",
  "condition",
  "event",
  "t_range",
] as const;

/** One row per imaging run of one animal. Table `celegans_activity.recording`, key recording_id. */
export type RecordingRow = {
  /** dataset/uid. */
  readonly recording_id: string;
  /** Published dataset, as in `Kato2015`. */
  readonly dataset: string;
  /** The recording's name in the source, whole. */
  readonly worm_uid: string;
  /** Strain, where a file or manifest states it. */
  readonly strain: string | null;
  /** Genotype, where a file states it. */
  readonly genotype: string | null;
  /** Experimental condition, from file, file name or manifest. */
  readonly condition: string | null;
  /** Developmental stage, where stated. */
  readonly stage: string | null;
  /** Sex, where stated. */
  readonly sex: string | null;
  /** The file that holds the traces. */
  readonly source_id: string;
  /** Frames. Unit: frames. Bounds: at least 0. */
  readonly n_frames: number;
  /** ROIs, labelled or not. Bounds: at least 0. */
  readonly n_roi: number;
  /** ROIs whose label is a neuron (status exact or alias). Bounds: at least 0. */
  readonly n_labelled: number;
  /** Continuous segments. Bounds: at least 0. */
  readonly n_segments: number;
  /** Time of frame 0 on the source's clock; null without frames. Unit: s. */
  readonly t0_s: number | null;
  /** Time of the last frame after t0. Unit: s. Bounds: at least 0. */
  readonly duration_s: number | null;
  /** Median time between frames; null with fewer than two. Unit: s. */
  readonly median_dt_s: number | null;
  /** Longest time between frames. Unit: s. */
  readonly max_dt_s: number | null;
  /** measured: a time stamp per frame; from_rate: a rate in the file; assumed: a rate that no file states. */
  readonly time_basis: "measured" | "from_rate" | "assumed";
  /** The kind of trace that is resampled. */
  readonly primary_kind: string | null;
  /** Whether the published procedure leaves it out for its length. */
  readonly shorter_than_600_frames: boolean;
  /** sha256 that the release manifest states for its file. */
  readonly manifest_sha256: string | null;
  /** Whether the file read has that hash; null without a manifest. */
  readonly manifest_match: boolean | null;
  /** Sign of the head angle, from the manifest. */
  readonly head_angle_positive_is_ventral: boolean | null;
  /** Usable frames according to the manifest, 1-based inclusive. */
  readonly t_range: string | null;
  /** Other scalar statements of the source, JSON text. */
  readonly extra: string | null;
};

export const RECORDING_COLUMNS = [
  "recording_id",
  "dataset",
  "worm_uid",
  "strain",
  "genotype",
  "condition",
  "stage",
  "sex",
  "source_id",
  "n_frames",
  "n_roi",
  "n_labelled",
  "n_segments",
  "t0_s",
  "duration_s",
  "median_dt_s",
  "max_dt_s",
  "time_basis",
  "primary_kind",
  "shorter_than_600_frames",
  "manifest_sha256",
  "manifest_match",
  "head_angle_positive_is_ventral",
  "t_range",
  "extra",
] as const;

/**
 * What the published procedure makes of every recording. Table `celegans_activity.recording_compat`, key recording_id.
 */
export type RecordingCompatRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Its published name `worm<i>`; null when the procedure loses it. */
  readonly worm: string | null;
  /** Why it is lost; not_read: its program does not name the file. */
  readonly drop_reason: "not_read" | "empty" | "too_short" | "no_label" | "uid_strip" | null;
  /** Neurons published for it, before rows of zeros are dropped. Bounds: at least 0. */
  readonly n_rows: number;
  /** Of these with a label. Bounds: at least 0. */
  readonly n_labelled: number;
};

export const RECORDING_COMPAT_COLUMNS = ["recording_id", "worm", "drop_reason", "n_rows", "n_labelled"] as const;

/**
 * One row per recording and quantity that here and in the published data differ, with the causes. Table
 * `celegans_activity.recording_diff`, key recording_id, quantity.
 */
export type RecordingDiffRow = {
  /** The recording. */
  readonly recording_id: string;
  /**
   * present: 1 or 0; n_rows: cells (here all ROIs); n_labelled; n_frames; median_dt_s: of the times that the procedure
   * works with; duration_s: last printed time; n_steps: samples of the common grid; max_time_error_s: of the times that
   * the procedure works with (float32, an assumed rate), also of recordings lost there; max_published_time_error_s: of
   * the float16 times printed.
   */
  readonly quantity:
    | "present"
    | "n_rows"
    | "n_labelled"
    | "n_frames"
    | "median_dt_s"
    | "duration_s"
    | "n_steps"
    | "max_time_error_s"
    | "max_published_time_error_s";
  /** Value in the published data; null when the recording is not there. */
  readonly compat: number | null;
  /** Value here. */
  readonly corrected: number | null;
  /**
   * Defects whose removal from the published procedure, or addition to the corrected one, changes the number; never
   * empty.
   */
  readonly causes: readonly (
    | "label_nearest"
    | "uid_strip"
    | "f32_time"
    | "f16"
    | "assumed_rate"
    | "half_window"
    | "block_start"
    | "impute"
    | "drop_meta"
    | "unique_first"
    | "leifer_side"
    | "unit_blind"
    | "nondet"
    | "repeat_time"
    | "no_alias"
  )[];
};

export const RECORDING_DIFF_COLUMNS = ["recording_id", "quantity", "compat", "corrected", "causes"] as const;

/** One row per recording as its file states it. Table `celegans_activity.recording_record`, key recording_id. */
export type RecordingRecordRow = {
  /** dataset/uid. */
  readonly recording_id: string;
  /** Published dataset, as in `Kato2015`. */
  readonly dataset: string;
  /** The recording's name in the source, whole. */
  readonly worm_uid: string;
  /** The file it comes from (of several: the one that holds the traces). */
  readonly source_id: string;
  /** The published `raw_data_file`: file name, or pattern of names, without its folder. */
  readonly compat_file: string;
  /** 0-based position of the recording among those of its file. */
  readonly compat_order: number;
  /** Strain, where the source states it. */
  readonly strain: string | null;
  /** Genotype, where the source states it. */
  readonly genotype: string | null;
  /** Experimental condition, from the file or its name. */
  readonly condition: string | null;
  /** Developmental stage, where the source states it. */
  readonly stage: string | null;
  /** Sex, where the source states it. */
  readonly sex: string | null;
  /** Time of every frame as the source states it, t0 not subtracted. Unit: s. */
  readonly time_s: readonly number[];
  /** First frame of every continuous segment, 0-based; the first is 0. */
  readonly segment_starts: readonly number[];
  /** measured: a time stamp per frame; from_rate: a rate in the file; assumed: a rate that no file states. */
  readonly time_basis: "measured" | "from_rate" | "assumed";
  /** Columns of the source array. Bounds: at least 0. */
  readonly n_roi: number;
  /** The kind of source_trace that is resampled. */
  readonly primary_kind: string | null;
  /** Other scalar statements of the source, JSON text. */
  readonly extra: string | null;
};

export const RECORDING_RECORD_COLUMNS = [
  "recording_id",
  "dataset",
  "worm_uid",
  "source_id",
  "compat_file",
  "compat_order",
  "strain",
  "genotype",
  "condition",
  "stage",
  "sex",
  "time_s",
  "segment_starts",
  "time_basis",
  "n_roi",
  "primary_kind",
  "extra",
] as const;

/** One row per sample of the common time grid. Table `celegans_activity.resampled_frame`, key recording_id, dt_s, k. */
export type ResampledFrameRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Step of the grid. Unit: s. */
  readonly dt_s: number;
  /** 0-based sample. Bounds: at least 0. */
  readonly k: number;
  /** k * dt_s: centre of the sample. Unit: s. */
  readonly t_s: number;
};

export const RESAMPLED_FRAME_COLUMNS = ["recording_id", "dt_s", "k", "t_s"] as const;

/** One row per segmented cell of a recording, labelled or not. Table `celegans_activity.roi`, key recording_id, roi. */
export type RoiRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Number of the source; with recording_id the key of trace, roi_compat and label_diff. Bounds: at least 0. */
  readonly roi: number;
  /** Whether the source counts from 0 or 1. Bounds: at least 0, at most 1. */
  readonly roi_base: number;
  /** 0-based column in the source array. Bounds: at least 0. */
  readonly column_index: number;
  /** Label verbatim. */
  readonly label_raw: string | null;
  /** How the label was resolved. */
  readonly status: "exact" | "alias" | "ambiguous" | "duplicate" | "none" | "other";
  /** Canonical neuron; only for exact and alias. */
  readonly label: string | null;
  /** Index of the label among the 300. Bounds: at least 0, at most 299. */
  readonly slot: number | null;
  /** Neurons it may be (ambiguous), or the one that several ROIs claim (duplicate); empty otherwise. */
  readonly candidates: readonly string[];
  /** All names the source gives for it, verbatim. */
  readonly candidates_raw: readonly string[];
  /** Confidence on the source's scale. */
  readonly confidence: number | null;
  /** What that scale is. */
  readonly confidence_scale: string | null;
  /** Class that the source states, else the one that the label, or all candidates, have. */
  readonly neuron_class: string | null;
  /** Side; unknown when the source says it is not known; null when not applicable. */
  readonly lr: "L" | "R" | "unknown" | null;
  /** Dorsal or ventral; null when not applicable. */
  readonly dv: "D" | "V" | "unknown" | null;
  /** Text of the curator. */
  readonly note: string | null;
  /** ROI numbers of the NeuroPAL volume. */
  readonly neuropal_roi_ids: readonly number[] | null;
  /** Position. Unit: um. */
  readonly x_um: number | null;
  /** Position. Unit: um. */
  readonly y_um: number | null;
  /** Position. Unit: um. */
  readonly z_um: number | null;
  /** Fraction of frames without a value in the primary trace. Bounds: at least 0, at most 1. */
  readonly qc_nan_fraction: number | null;
  /**
   * Fraction of windows of 50 frames (every 25) of the primary trace that are a straight line: values that somebody
   * filled in. Bounds: at least 0, at most 1.
   */
  readonly qc_linear_fraction: number | null;
  /** Other statements of the source, JSON text. */
  readonly extra: string | null;
};

export const ROI_COLUMNS = [
  "recording_id",
  "roi",
  "roi_base",
  "column_index",
  "label_raw",
  "status",
  "label",
  "slot",
  "candidates",
  "candidates_raw",
  "confidence",
  "confidence_scale",
  "neuron_class",
  "lr",
  "dv",
  "note",
  "neuropal_roi_ids",
  "x_um",
  "y_um",
  "z_um",
  "qc_nan_fraction",
  "qc_linear_fraction",
  "extra",
] as const;

/** What the published procedure makes of every ROI. Table `celegans_activity.roi_compat`, key recording_id, roi. */
export type RoiCompatRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Number of the source. Bounds: at least 0. */
  readonly roi: number;
  /** Neuron that the published procedure prints for it; null when it prints a number or nothing. */
  readonly label: string | null;
  /** What it prints, a label or a number; null when the ROI is dropped. */
  readonly name: string | null;
  /** Slot of the row; free slots are assigned in ascending order. Bounds: at least 0, at most 299. */
  readonly slot: number | null;
  /** Whether the name given to the procedure was replaced by another. */
  readonly rewritten: boolean;
};

export const ROI_COMPAT_COLUMNS = ["recording_id", "roi", "label", "name", "slot", "rewritten"] as const;

/**
 * One row per segmented cell of a recording, labelled or not, as the source numbers it. Table
 * `celegans_activity.roi_record`, key recording_id, roi.
 */
export type RoiRecordRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Number of the source. Bounds: at least 0. */
  readonly roi: number;
  /** Whether the source counts from 0 or 1. Bounds: at least 0, at most 1. */
  readonly roi_base: number;
  /** 0-based column in the source array. Bounds: at least 0. */
  readonly column_index: number;
  /** Label verbatim; null when the source has none. */
  readonly label_raw: string | null;
  /** All names the source gives for it, verbatim, the first included. */
  readonly candidates_raw: readonly string[];
  /** Confidence of the label on the source's scale. */
  readonly confidence: number | null;
  /** What that scale is. */
  readonly confidence_scale: string | null;
  /** Side; unknown when the source says it is not known; null when not applicable. */
  readonly lr: "L" | "R" | "unknown" | null;
  /** Dorsal or ventral; null when not applicable. */
  readonly dv: "D" | "V" | "unknown" | null;
  /** Text of the curator. */
  readonly note: string | null;
  /** ROI numbers of the NeuroPAL volume. */
  readonly neuropal_roi_ids: readonly number[] | null;
  /** Position. Unit: um. */
  readonly x_um: number | null;
  /** Position. Unit: um. */
  readonly y_um: number | null;
  /** Position. Unit: um. */
  readonly z_um: number | null;
  /** Fraction of frames without a value in the primary trace. Bounds: at least 0, at most 1. */
  readonly qc_nan_fraction: number | null;
  /**
   * Fraction of windows (50 frames, stride 25) in which the first difference of the primary trace, rounded to 3
   * decimals, is constant: filled in by a line. Bounds: at least 0, at most 1.
   */
  readonly qc_linear_fraction: number | null;
  /** Other statements of the source about the ROI, JSON text. */
  readonly extra: string | null;
};

export const ROI_RECORD_COLUMNS = [
  "recording_id",
  "roi",
  "roi_base",
  "column_index",
  "label_raw",
  "candidates_raw",
  "confidence",
  "confidence_scale",
  "lr",
  "dv",
  "note",
  "neuropal_roi_ids",
  "x_um",
  "y_um",
  "z_um",
  "qc_nan_fraction",
  "qc_linear_fraction",
  "extra",
] as const;

/** One row per raw file that was read. Table `celegans_activity.source_file`, key source_id. */
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

/**
 * One row per ROI and kind of trace, values as in the source. Table `celegans_activity.source_trace`, key recording_id,
 * roi, kind.
 */
export type SourceTraceRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Number of the source. */
  readonly roi: number;
  /** What the numbers are. */
  readonly kind:
    | "raw_fluorescence"
    | "ratio"
    | "dff"
    | "dff_bc"
    | "F_over_mean"
    | "norm"
    | "corrected_F"
    | "gcamp"
    | "zscore_source"
    | "raw_traces"
    | "derivative"
    | "other";
  /** Their unit: au, ratio, dF/F, F/mean, zscore, … */
  readonly unit: string;
  /** One value per frame; NaN where the source has none. */
  readonly values: readonly number[];
};

export const SOURCE_TRACE_COLUMNS = ["recording_id", "roi", "kind", "unit", "values"] as const;

/**
 * One row per stimulus presentation, on the frame axis of the recording. Table `celegans_activity.stimulus`, key
 * recording_id, stim_index.
 */
export type StimulusRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Order in the source. Bounds: at least 0. */
  readonly stim_index: number;
  /** Modality. */
  readonly kind: "odour" | "light" | "optogenetic" | "heat" | "other";
  /** Name in the source: of the odour, the gas, the series. */
  readonly name: string;
  /** roi of the cell that is stimulated (optogenetic); null where it is none of the ROIs, see extra. */
  readonly target_roi: number | null;
  /** First frame, 0-based; null when the source states no onset, or one outside of the recording. */
  readonly k_on: number | null;
  /** Frame after the last; null when the source states no end, or the stimulus begins after the last frame. */
  readonly k_off: number | null;
  /** Onset after frame 0; null for a state that held when the recording began. Unit: s. */
  readonly t_on_s: number | null;
  /** End after frame 0; null when the source states none. Unit: s. */
  readonly t_off_s: number | null;
  /** Concentration. */
  readonly conc: number | null;
  /** Unit of the concentration. */
  readonly conc_unit: string | null;
  /** Other statements, JSON text. */
  readonly extra: string | null;
};

export const STIMULUS_COLUMNS = [
  "recording_id",
  "stim_index",
  "kind",
  "name",
  "target_roi",
  "k_on",
  "k_off",
  "t_on_s",
  "t_off_s",
  "conc",
  "conc_unit",
  "extra",
] as const;

/**
 * One row per stimulus presentation, as the source states it. Table `celegans_activity.stimulus_record`, key
 * recording_id, stim_index.
 */
export type StimulusRecordRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Order in the source. Bounds: at least 0. */
  readonly stim_index: number;
  /** Modality. */
  readonly kind: "odour" | "light" | "optogenetic" | "heat" | "other";
  /** Name of the source. */
  readonly name: string;
  /** ROI that is stimulated (optogenetic). */
  readonly target_roi: number | null;
  /** First frame, 0-based. */
  readonly k_on: number | null;
  /** Frame after the last. */
  readonly k_off: number | null;
  /** Onset on the recording's clock. Unit: s. */
  readonly t_on_s: number | null;
  /** End on the recording's clock. Unit: s. */
  readonly t_off_s: number | null;
  /** Concentration. */
  readonly conc: number | null;
  /** Unit of the concentration. */
  readonly conc_unit: string | null;
  /** Other statements, JSON text. */
  readonly extra: string | null;
};

export const STIMULUS_RECORD_COLUMNS = [
  "recording_id",
  "stim_index",
  "kind",
  "name",
  "target_roi",
  "k_on",
  "k_off",
  "t_on_s",
  "t_off_s",
  "conc",
  "conc_unit",
  "extra",
] as const;

/**
 * One row per ROI and kind of trace: those of the source on the frame grid, resampled ones on the common grid. Table
 * `celegans_activity.trace`, key recording_id, roi, kind.
 */
export type TraceRow = {
  /** The recording. */
  readonly recording_id: string;
  /** Number of the source, as in roi. */
  readonly roi: number;
  /** A kind of the source, or derived: resampled (unit of the source), resampled_z (z-scored). */
  readonly kind:
    | "raw_fluorescence"
    | "ratio"
    | "dff"
    | "dff_bc"
    | "F_over_mean"
    | "norm"
    | "corrected_F"
    | "gcamp"
    | "zscore_source"
    | "raw_traces"
    | "derivative"
    | "other"
    | "resampled"
    | "resampled_z";
  /** Unit of the values. */
  readonly unit: string;
  /** Derived kinds: the kind they come from. */
  readonly source_kind: string | null;
  /** Step of the grid of resampled_frame; null for values on the frames of frame. Unit: s. */
  readonly dt_s: number | null;
  /** One value per frame or sample k (in SQL values[k + 1]); NaN where invalid: list_filter or isnan before a mean. */
  readonly values: readonly number[];
  /** Bit k (least significant first) is 1 where value k is valid; null when all are. */
  readonly valid_bitmap: Uint8Array | null;
  /** Valid values. Bounds: at least 0. */
  readonly n_valid: number;
  /** Mean over valid values, before z-scoring; null without any. */
  readonly mean: number | null;
  /** Standard deviation (ddof 0) over valid values, before z-scoring. Bounds: at least 0. */
  readonly std: number | null;
};

export const TRACE_COLUMNS = [
  "recording_id",
  "roi",
  "kind",
  "unit",
  "source_kind",
  "dt_s",
  "values",
  "valid_bitmap",
  "n_valid",
  "mean",
  "std",
] as const;
