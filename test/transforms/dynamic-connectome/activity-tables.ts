import type { Row } from "../../../src/tables/contract.js";

/** Tables of `celegans_activity` by name. */
export type ActivityTables = Record<`celegans_activity.${"recording" | "roi" | "trace" | "frame" | "stimulus"}`, Row[]>;

export interface RoiGiven {
  readonly label: string | null;
  readonly values?: readonly number[];
  readonly status?: string;
  readonly confidence?: number | null;
  /** Kind → values of further traces. */
  readonly kinds?: Readonly<Record<string, readonly number[]>>;
}

export interface RecordingGiven {
  readonly frames?: number;
  readonly dt?: number;
  /** First frames of segments. */
  readonly segments?: readonly number[];
  readonly kind?: string | null;
  readonly rois: readonly RoiGiven[];
  readonly stimuli?: readonly { readonly kind?: string; readonly name: string; readonly t: number | null }[];
}

/** The rows that a few recordings have; ROIs count from 1. */
export function activityTables(recordings: Readonly<Record<string, RecordingGiven>>): ActivityTables {
  const tables: ActivityTables = {
    "celegans_activity.recording": [],
    "celegans_activity.roi": [],
    "celegans_activity.trace": [],
    "celegans_activity.frame": [],
    "celegans_activity.stimulus": [],
  };
  for (const [id, given] of Object.entries(recordings)) addRecording(tables, id, given);
  return tables;
}

function addRecording(tables: ActivityTables, id: string, given: RecordingGiven): void {
  const { dt = 0.6, segments = [0], kind = "F_over_mean", rois, stimuli = [] } = given;
  const frames = given.frames ?? rois.find(({ values }) => values !== undefined)?.values?.length ?? 0;
  tables["celegans_activity.recording"].push({
    ...{ recording_id: id, dataset: "Dag2023", worm_uid: id, strain: null, genotype: null, condition: null },
    ...{ stage: null, sex: null, source_id: "file", n_frames: frames, n_roi: rois.length, n_labelled: 0 },
    ...{ n_segments: segments.length, t0_s: 0, duration_s: 1, median_dt_s: dt, max_dt_s: dt, time_basis: "measured" },
    ...{ primary_kind: kind, shorter_than_600_frames: true, manifest_sha256: null, manifest_match: null },
    ...{ head_angle_positive_is_ventral: null, t_range: null, extra: null },
  });
  for (let k = 0; k < frames; k++) {
    const segment = segments.filter((start) => start <= k).length - 1;
    tables["celegans_activity.frame"].push({ recording_id: id, k, t_s: k * dt, segment });
  }
  rois.forEach((roi, index) => {
    addRoi(tables, id, index + 1, { kind: kind ?? "F_over_mean", ...roi });
  });
  stimuli.forEach((stimulus, index) => {
    tables["celegans_activity.stimulus"].push({
      ...{ recording_id: id, stim_index: index, kind: stimulus.kind ?? "odour", name: stimulus.name },
      ...{ target_roi: null, k_on: null, k_off: null, t_on_s: stimulus.t, t_off_s: null, conc: null },
      ...{ conc_unit: null, extra: null },
    });
  });
}

function addRoi(tables: ActivityTables, id: string, roi: number, given: RoiGiven & { readonly kind: string }): void {
  const { label, kind, values, kinds = {}, confidence = null } = given;
  const status = given.status ?? (label === null ? "none" : "exact");
  tables["celegans_activity.roi"].push({
    ...{ recording_id: id, roi, roi_base: 1, column_index: roi - 1, label_raw: label, status, label, slot: null },
    ...{ candidates: [], candidates_raw: [], confidence, confidence_scale: null, neuron_class: label?.slice(0, 3) },
    ...{ lr: null, dv: null, note: null, neuropal_roi_ids: null, x_um: null, y_um: null, z_um: null },
    ...{ qc_nan_fraction: null, qc_linear_fraction: null, extra: null },
  });
  const own = { ...(values === undefined ? {} : { [kind]: values }), ...kinds };
  for (const [name, trace] of Object.entries(own)) {
    const derived = name.startsWith("resampled");
    tables["celegans_activity.trace"].push({
      ...{ recording_id: id, roi, kind: name, unit: `unit of ${name}`, source_kind: derived ? kind : null },
      ...{ dt_s: derived ? 0.333 : null, values: trace, valid_bitmap: null, n_valid: trace.length },
      ...{ mean: null, std: null },
    });
  }
}
