import { z } from "zod";
import type {
  LabelDroppedRow,
  LabelRecordRow,
  ManifestRecordRow,
  RecordingRecordRow,
  RoiRecordRow,
} from "../../tables/generated/celegans_activity.js";
import type { Transform, TransformContext } from "../transform.js";
import { roiFromZero } from "./recordings-rois.js";

const parameters = z.strictObject({});

/** What `label_dropped` says of one record. */
type Drop = Pick<LabelDroppedRow, "source_id" | "scope" | "item" | "reason" | "rule" | "detail">;

/**
 * `label_record`, `manifest_record` and the keys of recordings → `label_dropped`: labels and manifest rows that no
 * recording takes up, because it is not among the files read or has no such ROI. With `roi` and `recording` that is
 * every record of a label file or manifest. Memory: the labels, and the ROIs of recordings with labels.
 */
export const labelAccount: Transform<z.infer<typeof parameters>> = {
  name: "activity/label-account",
  description: "Labels and manifest rows that no recording takes up",
  inputs: ["label_record", "manifest_record", "recording_record", "roi_record"],
  outputs: ["label_dropped"],
  parameters,
  async run(context) {
    const labels: LabelRecordRow[] = [];
    for await (const label of context.input("label_record").rows<LabelRecordRow>()) labels.push(label);
    const recordings = await readWorms(context);
    const wanted = new Set<string>();
    for (const label of labels) {
      const recordingId = recordings.get(wormKey(label));
      if (recordingId !== undefined) wanted.add(recordingId);
    }
    const rois = await readRois(context, wanted);
    const drops: Drop[] = [];
    for (const label of labels) {
      const drop = labelDrop(label, recordings.get(wormKey(label)), rois);
      if (drop !== null) drops.push(drop);
    }
    for await (const manifest of context.input("manifest_record").rows<ManifestRecordRow>()) {
      if (!recordings.has(wormKey(manifest))) drops.push(manifestDrop(manifest));
    }
    context.sink("label_dropped").write(numbered(drops));
  },
};

type Context = TransformContext<z.infer<typeof parameters>>;

/** Recording by dataset and name of the worm. */
async function readWorms(context: Context): Promise<Map<string, string>> {
  const worms = new Map<string, string>();
  const columns = ["recording_id", "dataset", "worm_uid"];
  for await (const row of context.input("recording_record").rows<RecordingRecordRow>(columns)) {
    worms.set(wormKey(row), row.recording_id);
  }
  return worms;
}

/** ROIs that exist, counted from 0, of some recordings. */
async function readRois(context: Context, wanted: ReadonlySet<string>): Promise<Map<string, Set<number>>> {
  const rois = new Map([...wanted].map((recordingId) => [recordingId, new Set<number>()]));
  if (wanted.size === 0) return rois;
  for await (const row of context.input("roi_record").rows<RoiRecordRow>(["recording_id", "roi", "roi_base"])) {
    rois.get(row.recording_id)?.add(roiFromZero(row));
  }
  return rois;
}

function labelDrop(
  label: LabelRecordRow,
  recordingId: string | undefined,
  rois: ReadonlyMap<string, ReadonlySet<number>>,
): Drop | null {
  const { source_id, dataset, worm_uid, roi, roi_base } = label;
  const head = {
    source_id,
    scope: "roi" as const,
    item: `label of ROI ${roi} of ${dataset}/${worm_uid}`,
    detail: `label ${label.label ?? "none"}, counted from ${roi_base}`,
  };
  if (recordingId === undefined) {
    return { ...head, reason: "recording_absent", rule: "a label belongs to a recording that is read" };
  }
  if (rois.get(recordingId)?.has(roiFromZero(label))) return null;
  return { ...head, reason: "roi_absent", rule: "a label belongs to an ROI of its recording" };
}

function manifestDrop({ source_id, dataset, worm_uid, filename, checksum }: ManifestRecordRow): Drop {
  return {
    source_id,
    scope: "recording",
    item: `${dataset}/${worm_uid}`,
    reason: "recording_absent",
    rule: "a row of a manifest belongs to a recording that is read",
    detail: checksum === null ? filename : `${filename}, sha256 ${checksum}`,
  };
}

function numbered(drops: readonly Drop[]): LabelDroppedRow[] {
  const next = new Map<string, number>();
  return drops.map((drop) => {
    const index = next.get(drop.source_id) ?? 0;
    next.set(drop.source_id, index + 1);
    return { ...drop, drop_index: index, records: 1n };
  });
}

function wormKey({ dataset, worm_uid }: { readonly dataset: string; readonly worm_uid: string }): string {
  return `${dataset}/${worm_uid}`;
}
