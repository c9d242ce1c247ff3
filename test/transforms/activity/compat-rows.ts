import { readdirSync, readFileSync } from "node:fs";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import { isJsonObject } from "../../../src/formats/json/json-value.js";
import { parseJson } from "../../../src/formats/json/parse-json.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { ZERO_PAD_ALIASES } from "../../../src/tables/neuron-alias.js";
import { slotOf } from "../../../src/tables/neuron-registry.js";
import { compatDataset } from "../../../src/transforms/activity/compat-dataset.js";
import { gridSamples } from "../../../src/transforms/activity/resample.js";
import type { Transform } from "../../../src/transforms/transform.js";
import { transformCatalogue } from "../../../src/transforms/transform-catalogue.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import type { RealData } from "../../support/real-data.js";
import { contractOf } from "../connectome/run-in-memory.js";

export type Tables = Record<string, Row[]>;

/** A recording in few words: one name (or null) and one trace per ROI, numbered from 0. */
export interface ShortRecording {
  readonly dataset: string;
  readonly uid: string;
  readonly file?: string;
  readonly order?: number;
  readonly time: ArrayLike<number>;
  readonly names: readonly (string | null | readonly string[])[];
  readonly traces?: readonly (ArrayLike<number> | null)[];
  readonly kind?: string;
  readonly extras?: readonly (string | null)[];
  readonly roiBase?: 0 | 1;
}

/** Record rows of short recordings. */
export function recordRows(recordings: readonly ShortRecording[]): Tables {
  const tables: Tables = { recording_record: [], roi_record: [], source_trace: [], label_record: [] };
  for (const { dataset, uid, names, traces = [], kind = "ratio", extras = [], roiBase = 0, ...more } of recordings) {
    const recording_id = `${dataset}/${uid}`;
    const { files } = compatDataset(dataset);
    tables.recording_record?.push({
      recording_id,
      dataset,
      worm_uid: uid,
      compat_file: more.file ?? (typeof files === "string" ? `${uid}.h5` : files[0]),
      compat_order: more.order ?? 0,
      time_s: Float64Array.from(more.time),
      primary_kind: kind,
      n_roi: names.length,
    });
    for (const [index, name] of names.entries()) {
      const all = name === null ? [] : typeof name === "string" ? [name] : name;
      const roi = index + roiBase;
      tables.roi_record?.push({
        recording_id,
        roi,
        roi_base: roiBase,
        column_index: index,
        label_raw: all[0] ?? null,
        candidates_raw: all,
        extra: extras[index] ?? null,
      });
      const values = traces[index];
      if (values)
        tables.source_trace?.push({ recording_id, roi, kind, unit: "ratio", values: Float64Array.from(values) });
    }
  }
  return tables;
}

/** Evenly spaced times. */
export function times(frames: number, dt: number, t0 = 0): Float64Array {
  return Float64Array.from({ length: frames }, (_, k) => t0 + k * dt);
}

/** Runs one transform on rows in memory, its outputs checked against their contracts; returns the first output. */
export async function runTransform(
  name: string,
  tables: Tables,
  parameters: Record<string, unknown> = {},
): Promise<Row[]> {
  const transform = (await transformCatalogue[name]?.()) as Transform;
  const inputs = Object.fromEntries(transform.inputs.map((table) => [table, tables[table] ?? []]));
  const { context, rows } = memoryTransformContext(inputs, transform.parameters.parse(parameters));
  await transform.run(context);
  const [table] = transform.outputs as [string];
  const written = rows[table] ?? [];
  buildBatch(await contractOf("celegans_activity", table), written);
  return written;
}

/** Runs roi-compat, recording-compat and published-neural, as in a pipeline. */
export async function runCompat(tables: Tables, parameters: Record<string, unknown> = {}): Promise<Tables> {
  const { flags } = parameters;
  const only = flags === undefined ? {} : { flags };
  const all: Tables = { ...tables, roi_compat: await runTransform("activity/roi-compat", tables, only) };
  all.recording_compat = await runTransform("activity/recording-compat", all, only);
  all.hf_neural_compat = await runTransform("activity/published-neural", all, parameters);
  return all;
}

/** Record rows of the six real recordings of Dag2023, read without a loader. */
export async function dagRecords(data: RealData): Promise<Tables> {
  const tables: Tables = { recording_record: [], roi_record: [], source_trace: [], label_record: [] };
  for (const folder of ["swf702_with_id", "swf415_no_id"]) {
    for (const name of readdirSync(data.path("Dag2023", folder)).sort()) {
      const hdf5 = await openHdf5(data.path("Dag2023", folder, name), { file: name });
      const traces = hdf5.dataset("gcamp/traces_array_F_F20");
      const [frames, count] = traces.shape as [number, number];
      const values = traces.read() as Float64Array;
      const time = (hdf5.dataset("timing/timestamp_confocal").read() as Float64Array).slice(0, frames);
      const columns = Array.from({ length: count }, (_, i) =>
        Float64Array.from({ length: frames }, (_, k) => values[k * count + i] as number),
      );
      hdf5.close();
      const own = recordRows([
        {
          dataset: "Dag2023",
          uid: name.replace("-data.h5", ""),
          file: name,
          time,
          names: columns.map(() => null),
          traces: columns,
          kind: "F_over_mean",
          roiBase: 1,
        },
      ]);
      for (const table of Object.keys(tables)) tables[table]?.push(...(own[table] as Row[]));
    }
  }
  const text = readFileSync(data.path("Dag2023", "NeuroPAL_labels_dict.json"), "utf8");
  const document = parseJson(text, { file: "labels", limits: DEFAULT_LIMITS, ordered: true });
  if (!isJsonObject(document)) throw new Error("the labels are no object");
  for (const [uid, [rois]] of document as unknown as Map<string, [Map<string, Map<string, string>>]>) {
    let position = 0;
    for (const [roi, label] of rois) {
      tables.label_record?.push({
        dataset: "Dag2023",
        worm_uid: uid,
        roi: Number(roi),
        roi_base: 1,
        position: position++,
        label: label.get("label"),
      });
    }
  }
  return tables;
}

/** Public tables as the corrected procedure has them, for names that are exact, zero-padded, or of no neuron. */
export function publicRows(tables: Tables): Tables {
  const labels = new Map(
    tables.label_record?.map((row) => [`${row.dataset}/${row.worm_uid} ${row.roi}`, row.label as string]),
  );
  const roi = (tables.roi_record ?? []).map((row) => {
    const raw = labels.get(`${row.recording_id} ${row.roi}`) ?? (row.label_raw as string | null);
    const name = raw?.trim() ?? "";
    const label = slotOf(name) === null ? (ZERO_PAD_ALIASES.get(name) ?? null) : name;
    const status = label === null ? (raw?.includes("?") ? "ambiguous" : "none") : label === name ? "exact" : "alias";
    return { recording_id: row.recording_id, roi: row.roi, label_raw: raw, status, label };
  });
  const recording: Row[] = [];
  const resampled: Row[] = [];
  for (const row of tables.recording_record ?? []) {
    const time = (row.time_s as Float64Array).map((t) => t - ((row.time_s as Float64Array)[0] as number));
    const steps = [...time.subarray(1)].map((t, k) => t - (time[k] as number)).sort((a, b) => a - b);
    const duration = time[time.length - 1] as number;
    const middle = steps.length >> 1;
    recording.push({
      recording_id: row.recording_id,
      n_roi: row.n_roi,
      n_labelled: roi.filter((own) => own.recording_id === row.recording_id && own.label !== null).length,
      n_frames: time.length,
      median_dt_s:
        steps.length % 2 === 1 ? steps[middle] : ((steps[middle - 1] as number) + (steps[middle] as number)) / 2,
      duration_s: duration,
    });
    for (let k = 0; k < gridSamples(duration, 0.333); k++)
      resampled.push({ recording_id: row.recording_id, dt_s: 0.333, k });
  }
  return { ...tables, roi, recording, resampled_frame: resampled };
}
