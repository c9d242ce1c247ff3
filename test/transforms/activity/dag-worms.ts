import { readFileSync } from "node:fs";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import { parseJson } from "../../../src/formats/json/parse-json.js";
import type { Row } from "../../../src/tables/contract.js";
import { realData } from "../../support/real-data.js";

export const dagData = realData("celegans");

/** The six recordings of Dag 2023 of specification 6.1. */
export const DAG_WORMS = [
  ["swf702_with_id", "2022-07-26-31"],
  ["swf702_with_id", "2022-07-26-38"],
  ["swf702_with_id", "2022-07-27-31"],
  ["swf702_with_id", "2022-07-27-45"],
  ["swf702_with_id", "2022-08-02-31"],
  ["swf415_no_id", "2022-01-16-01"],
] as const;

export interface DagWorm {
  readonly recordingId: string;
  readonly timeS: Float64Array;
  /** Per ROI, one value per frame. */
  readonly traces: readonly Float64Array[];
}

/** Times and the traces that the published data set takes, read without a loader. */
export async function readDagWorm(folder: string, uid: string): Promise<DagWorm> {
  const path = dagData.path("Dag2023", folder, `${uid}-data.h5`);
  const file = await openHdf5(path, { file: path });
  try {
    const traces = file.dataset("gcamp/traces_array_F_F20");
    const [frames = 0, rois = 0] = traces.shape;
    const values = traces.read() as Float64Array;
    const timeS = (file.dataset("timing/timestamp_confocal").read() as Float64Array).slice(0, frames);
    return {
      recordingId: `Dag2023/${uid}`,
      timeS,
      traces: Array.from({ length: rois }, (_, roi) =>
        Float64Array.from({ length: frames }, (_, k) => values[k * rois + roi] as number),
      ),
    };
  } finally {
    file.close();
  }
}

/** `recording_record`, `roi_record` and `source_trace` of a worm; ROIs count from 1. */
export function dagRecords({ recordingId, timeS, traces }: DagWorm): Record<string, Row[]> {
  const uid = recordingId.slice(recordingId.indexOf("/") + 1);
  return {
    recording_record: [
      {
        recording_id: recordingId,
        dataset: "Dag2023",
        worm_uid: uid,
        source_id: `file of ${uid}`,
        compat_file: `${uid}-data.h5`,
        compat_order: 0,
        time_s: timeS,
        segment_starts: [0],
        time_basis: "measured",
        n_roi: traces.length,
        primary_kind: "F_over_mean",
      },
    ],
    roi_record: traces.map((_, index) => ({
      recording_id: recordingId,
      roi: index + 1,
      roi_base: 1,
      column_index: index,
      candidates_raw: [],
    })),
    source_trace: traces.map((values, index) => ({
      recording_id: recordingId,
      roi: index + 1,
      kind: "F_over_mean",
      unit: "F/mean",
      values,
    })),
  };
}

interface LabelEntry {
  readonly label: string;
  readonly neuron_class: string;
  readonly LR: string;
  readonly DV: string;
  readonly region: string | null;
  readonly roi_id: number[];
  readonly confidence: number;
}

/** `label_record` of all worms, from the authors' labels. */
export function dagLabels(): Row[] {
  const file = "NeuroPAL_labels_dict.json";
  const text = readFileSync(dagData.path("Dag2023", file));
  const worms = parseJson(text, { file, limits: DEFAULT_LIMITS }) as unknown as Record<
    string,
    [Record<string, LabelEntry>, unknown]
  >;
  const side = (text: string) => (text === "undefined" ? null : text === "missing" ? "unknown" : text);
  return Object.entries(worms).flatMap(([uid, [labels]]) =>
    Object.entries(labels).map(([roi, entry], position) => ({
      dataset: "Dag2023",
      worm_uid: uid,
      roi: Number(roi),
      roi_base: 1,
      position,
      source_id: "labels",
      label: entry.label,
      neuron_class: entry.neuron_class,
      lr: side(entry.LR),
      dv: side(entry.DV),
      note: entry.region,
      neuropal_roi_ids: entry.roi_id,
      confidence: entry.confidence,
      confidence_scale: "1 to 5",
    })),
  );
}
