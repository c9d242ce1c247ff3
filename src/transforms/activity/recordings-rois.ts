import type { LabelRecordRow, RoiRecordRow, RoiRow } from "../../tables/generated/celegans_activity.js";
import { classOf } from "../../tables/neuron-registry.js";
import { withMembers } from "./recordings-extra.js";
import { type LabelExceptions, markDuplicates, type ResolvedLabel, resolveLabel } from "./resolve-labels.js";

/** Rows of a label file for one recording, by the 0-based number of their ROI. */
export type LabelsByRoi = ReadonlyMap<number, LabelRecordRow>;

/** The number of an ROI counted from 0: how labels are matched to ROIs. */
export function roiFromZero({ roi, roi_base }: { readonly roi: number; readonly roi_base: number }): number {
  return roi - roi_base;
}

/**
 * ROIs of one recording with their labels (specification 3.2, rules 2 and 3): every ROI is one row, labelled or not. A
 * row of a label file takes the place of what the recording says about the ROI; a name that it replaces stands in
 * `extra.label_in_recording`.
 * @param exceptionsOf spellings of the file that names an ROI: of a label file, or of the recording
 */
export function roiRows(
  records: readonly RoiRecordRow[],
  labels: LabelsByRoi,
  exceptionsOf: (label: LabelRecordRow | undefined) => LabelExceptions,
): RoiRow[] {
  const stated = records.map((record) => statedRoi(record, labels.get(roiFromZero(record))));
  const resolved = stated.map(({ label, names }) => resolveLabel(names, exceptionsOf(label)));
  return markDuplicates(resolved).map((result, index) => {
    const { record, label, labelRaw, candidatesRaw } = stated[index] as StatedRoi;
    const replaced = label !== undefined && record.label_raw !== null && record.label_raw !== labelRaw;
    return {
      recording_id: record.recording_id,
      roi: record.roi,
      roi_base: record.roi_base,
      column_index: record.column_index,
      label_raw: labelRaw,
      status: result.status,
      label: result.label,
      slot: result.slot,
      candidates: result.candidates,
      candidates_raw: candidatesRaw,
      confidence: label?.confidence ?? record.confidence,
      confidence_scale: label?.confidence_scale ?? record.confidence_scale,
      neuron_class: label?.neuron_class ?? classOfResolved(result),
      lr: label === undefined ? record.lr : label.lr,
      dv: label === undefined ? record.dv : label.dv,
      note: label?.note ?? record.note,
      neuropal_roi_ids: label?.neuropal_roi_ids ?? record.neuropal_roi_ids,
      x_um: record.x_um,
      y_um: record.y_um,
      z_um: record.z_um,
      qc_nan_fraction: record.qc_nan_fraction,
      qc_linear_fraction: record.qc_linear_fraction,
      extra: withMembers(record.extra, replaced ? { label_in_recording: record.label_raw } : {}),
    };
  });
}

interface StatedRoi {
  readonly record: RoiRecordRow;
  readonly label: LabelRecordRow | undefined;
  readonly labelRaw: string | null;
  readonly candidatesRaw: readonly string[];
  /** What is resolved. */
  readonly names: readonly string[];
}

function statedRoi(record: RoiRecordRow, label: LabelRecordRow | undefined): StatedRoi {
  const given = label?.label ?? null;
  if (given !== null) {
    const names = given.trim() === "" ? [] : [given];
    return { record, label, labelRaw: given, candidatesRaw: names, names };
  }
  const { label_raw: labelRaw, candidates_raw: candidatesRaw } = record;
  return {
    record,
    label,
    labelRaw,
    candidatesRaw,
    names: [...(labelRaw === null ? [] : [labelRaw]), ...candidatesRaw],
  };
}

/** The class of the label, or the one that all candidates have. */
function classOfResolved({ label, candidates }: ResolvedLabel): string | null {
  const classes = new Set((label === null ? candidates : [label]).map(classOf));
  return classes.size === 1 ? ([...classes][0] ?? null) : null;
}
