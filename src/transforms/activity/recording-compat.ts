import { z } from "zod";
import { compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import type { RecordingRecordRow, RoiCompatRow } from "../../tables/generated/celegans_activity.js";
import type { TableSource } from "../../tables/table-io.js";
import type { Transform } from "../transform.js";
import { cutFrames } from "./compat-columns.js";
import { compareFiles, compatDataset, isPublishedFile } from "./compat-dataset.js";
import { compatFlags, flagsParameter } from "./compat-flag.js";
import { LabelFile } from "./compat-recording.js";
import { type CompatDropReason, dropReason, losesLabels } from "./compat-worm.js";

const parameters = z.strictObject({ flags: flagsParameter });

interface Found {
  readonly recordingId: string;
  readonly dataset: string;
  readonly file: string;
  readonly order: number;
  /** Whether any label was found for it: of Dag2023 the folder with labels comes first. */
  readonly hasLabels: boolean;
  readonly reason: CompatDropReason | null;
  readonly rows: number;
  readonly labelled: number;
}

/**
 * Records and `roi_compat` → `recording_compat`: which recordings the published procedure keeps, and under which name:
 * `worm<i>` counts those kept of a dataset, in the order of its files (specification section 3.1 steps 2, 5 and 12),
 * those with labels first, then by position in the file. Holds a few numbers per recording, and is the one transform that
 * sees the recordings of all files together.
 * @throws {LoadError} `load/repeated-recording`
 */
export const recordingCompat: Transform<z.infer<typeof parameters>> = {
  name: "activity/recording-compat",
  description: "Which recordings the published procedure keeps, and their worm numbers",
  inputs: ["recording_record", "roi_compat", "label_record"],
  outputs: ["recording_compat"],
  parameters,
  async run(context) {
    const flags = compatFlags(context.parameters.flags);
    const labels = await LabelFile.fromTable(context);
    const counts = await countNames(context.input("roi_compat"));
    const found: Found[] = [];
    const columns = ["recording_id", "dataset", "worm_uid", "compat_file", "compat_order", "time_s"];
    for await (const row of context.input("recording_record").rows<RecordingRecordRow>(columns)) {
      const rules = compatDataset(row.dataset);
      const recording = { rules, dataset: row.dataset, wormUid: row.worm_uid, compatFile: row.compat_file };
      const { rois, rows, labelled } = counts.get(row.recording_id) ?? { rois: 0, rows: 0, labelled: 0 };
      const lost = losesLabels(recording, labels, flags);
      const frames = row.time_s.length - cutFrames(recording, flags);
      const isRead = isPublishedFile(rules, row.compat_file);
      const reason = dropReason({ isRead, frames, rois: rows, labelled, losesLabels: lost }, flags);
      found.push({
        recordingId: row.recording_id,
        dataset: row.dataset,
        file: row.compat_file,
        order: row.compat_order,
        hasLabels: labelled > 0,
        reason,
        rows: reason !== null ? 0 : lost ? rois : rows,
        labelled: reason !== null || lost ? 0 : labelled,
      });
    }
    refuseRepeated(found);
    const numbers = new Map<string, number>();
    context.sink("recording_compat").write(
      found.sort(byPublishedOrder).map(({ recordingId, dataset, reason, rows, labelled }) => {
        const number = numbers.get(dataset) ?? 0;
        if (reason === null) numbers.set(dataset, number + 1);
        return {
          recording_id: recordingId,
          worm: reason === null ? `worm${number}` : null,
          drop_reason: reason,
          n_rows: rows,
          n_labelled: labelled,
        };
      }),
    );
  },
};

/** @throws {LoadError} `load/repeated-recording` when two files hold a recording of one name. */
function refuseRepeated(found: readonly Found[]): void {
  const files = new Map<string, string>();
  for (const { recordingId, file } of found) {
    const other = files.get(recordingId);
    files.set(recordingId, file);
    if (other === undefined) continue;
    throw new LoadError("repeated-recording", `recording ${recordingId} is in two files: ${other} and ${file}`, {
      fields: { recording: recordingId, files: [other, file] },
      wayOut: "Narrow `files` of the source to one of them: a recording is named by its dataset and its name there.",
    });
  }
}

function byPublishedOrder(a: Found, b: Found): number {
  const rules = compatDataset(a.dataset);
  return (
    compareCodeUnits(a.dataset, b.dataset) ||
    (rules.uidStrip === null ? 0 : Number(b.hasLabels) - Number(a.hasLabels)) ||
    compareFiles(rules, a.file, b.file) ||
    a.order - b.order ||
    compareCodeUnits(a.recordingId, b.recordingId)
  );
}

async function countNames(source: TableSource): Promise<Map<string, { rois: number; rows: number; labelled: number }>> {
  const counts = new Map<string, { rois: number; rows: number; labelled: number }>();
  for await (const row of source.rows<RoiCompatRow>(["recording_id", "label", "name"])) {
    const own = counts.get(row.recording_id) ?? { rois: 0, rows: 0, labelled: 0 };
    counts.set(row.recording_id, own);
    own.rois++;
    if (row.name !== null) own.rows++;
    if (row.label !== null) own.labelled++;
  }
  return counts;
}
