import type {
  LabelRecordRow,
  RecordingRecordRow,
  RoiRecordRow,
  SourceTraceRow,
} from "../../tables/generated/celegans_activity.js";
import type { TransformContext } from "../transform.js";
import { type CompatDataset, compatDataset } from "./compat-dataset.js";

/** One cell as the published procedure gets it. */
export interface CompatRoi {
  readonly roi: number;
  readonly columnIndex: number;
  /** Name verbatim, from the recording or from a file of labels; null when there is none. */
  readonly name: string | null;
  /** All different names that the source gives, none empty. */
  readonly candidates: readonly string[];
  /** Place in the document of labels; null for a name from the recording itself. */
  readonly position: number | null;
  /** Statement of the source that replaces the first frame, where the dataset has one. */
  readonly firstFrame: number | null;
  /** Whether the source says not to use it, where the published loader looks at that. */
  readonly unused: boolean;
}

/** One recording as the published procedure gets it, cells in the order of their columns. */
export interface CompatRecording {
  readonly recordingId: string;
  readonly dataset: string;
  readonly rules: CompatDataset;
  readonly wormUid: string;
  readonly compatFile: string;
  readonly primaryKind: string | null;
  /** Seconds on the source's clock. */
  readonly timeS: Float64Array;
  readonly rois: readonly CompatRoi[];
}

/** Labels of files that hold them apart from the traces, by recording. */
export class LabelFile {
  readonly #labels = new Map<string, LabelRecordRow[]>();

  static async fromTable(context: Pick<TransformContext<unknown>, "input">): Promise<LabelFile> {
    const file = new LabelFile();
    const columns = ["dataset", "worm_uid", "roi", "roi_base", "position", "label"];
    for await (const row of context.input("label_record").rows<LabelRecordRow>(columns)) {
      const key = `${row.dataset}/${row.worm_uid}`;
      const rows = file.#labels.get(key);
      if (rows === undefined) file.#labels.set(key, [row]);
      else rows.push(row);
    }
    return file;
  }

  of(dataset: string, wormUid: string): readonly LabelRecordRow[] {
    return this.#labels.get(`${dataset}/${wormUid}`) ?? [];
  }

  has(dataset: string, wormUid: string): boolean {
    return this.#labels.has(`${dataset}/${wormUid}`);
  }
}

/** Columns of `recording_record` that the procedure looks at. */
export const RECORDING_COLUMNS = [
  "recording_id",
  "dataset",
  "worm_uid",
  "compat_file",
  "compat_order",
  "time_s",
  "primary_kind",
] as const;

const ROI_COLUMNS = ["recording_id", "roi", "roi_base", "column_index", "label_raw", "candidates_raw", "extra"];

/**
 * The recordings of a partition of `recording_record` and `roi_record`, with the labels of a file of labels where it
 * has some for them. Cost: one object per ROI.
 */
export async function readCompatRecordings(
  context: Pick<TransformContext<unknown>, "input">,
  labels: LabelFile | null,
): Promise<CompatRecording[]> {
  const rows = new Map<string, RoiRecordRow[]>();
  for await (const row of context.input("roi_record").rows<RoiRecordRow>(ROI_COLUMNS)) {
    const own = rows.get(row.recording_id);
    if (own === undefined) rows.set(row.recording_id, [row]);
    else own.push(row);
  }
  const recordings: CompatRecording[] = [];
  for await (const row of context.input("recording_record").rows<RecordingRecordRow>(RECORDING_COLUMNS)) {
    const rules = compatDataset(row.dataset);
    const labelOf = new Map(
      (labels?.of(row.dataset, row.worm_uid) ?? []).map((label) => [label.roi - label.roi_base, label]),
    );
    const rois = (rows.get(row.recording_id) ?? [])
      .map((roi) => compatRoi(roi, labelOf.get(roi.roi - roi.roi_base), rules))
      .sort((a, b) => a.columnIndex - b.columnIndex || a.roi - b.roi);
    recordings.push({
      recordingId: row.recording_id,
      dataset: row.dataset,
      rules,
      wormUid: row.worm_uid,
      compatFile: row.compat_file,
      primaryKind: row.primary_kind,
      timeS: float64(row.time_s),
      rois,
    });
  }
  return recordings;
}

function compatRoi(row: RoiRecordRow, label: LabelRecordRow | undefined, rules: CompatDataset): CompatRoi {
  const names = [...row.candidates_raw].filter((name) => name.trim() !== "");
  const use = rules.useFlag === null ? null : statedNumber(row.extra, rules.useFlag);
  return {
    roi: row.roi,
    columnIndex: row.column_index,
    name: label === undefined ? row.label_raw : label.label,
    candidates: label === undefined ? [...new Set(names)] : [],
    position: label?.position ?? null,
    firstFrame: rules.firstFrame === null ? null : statedNumber(row.extra, rules.firstFrame),
    unused: use !== null && !(use > 0),
  };
}

/** A number, or the first of a list, in the JSON text of `extra`. */
function statedNumber(extra: string | null, name: string): number | null {
  if (extra === null) return null;
  const stated = (JSON.parse(extra) as Record<string, unknown>)[name];
  const value: unknown = Array.isArray(stated) ? stated[0] : stated;
  return typeof value === "number" ? value : null;
}

/** Traces of one kind per recording, by ROI; the kind is given per dataset, else the primary one of the recording. */
export async function readTraces(
  context: Pick<TransformContext<unknown>, "input">,
  recordings: readonly CompatRecording[],
  kinds: Readonly<Record<string, string>>,
): Promise<Map<string, Map<number, Float64Array>>> {
  const wanted = new Map(
    recordings.map(({ recordingId, dataset, primaryKind }) => [recordingId, kinds[dataset] ?? primaryKind]),
  );
  const traces = new Map<string, Map<number, Float64Array>>();
  if (wanted.size === 0) return traces;
  for await (const row of context
    .input("source_trace")
    .rows<SourceTraceRow>(["recording_id", "roi", "kind", "values"])) {
    if (wanted.get(row.recording_id) !== row.kind) continue;
    const own = traces.get(row.recording_id) ?? new Map<number, Float64Array>();
    traces.set(row.recording_id, own.set(row.roi, float64(row.values)));
  }
  return traces;
}

function float64(values: ArrayLike<number>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
