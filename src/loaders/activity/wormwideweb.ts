import { z } from "zod";
import { fileName, onlyFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { reversalsOf } from "./flavell-events.js";
import type { SourceBehavior, SourceEvent } from "./source-recording.js";
import { escapeSurrogates } from "./well-formed.js";
import { momentEvents, momentsOf, pairsOf } from "./wormwideweb-events.js";
import {
  describeField,
  type FieldValue,
  jsonOf,
  type RootFields,
  readRootFields,
  vectorOf,
} from "./wormwideweb-fields.js";
import { compactRanges, ROI_VALUES, wormRois } from "./wormwideweb-rois.js";
import { detectedSegments, rangesOf } from "./wormwideweb-segments.js";
import { missing, readTraces } from "./wormwideweb-traces.js";
import { RECORDING_TABLES, writeRecording } from "./write-recording.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).describe("published dataset: Flavell2023"),
  confidence_scale: z
    .string()
    .min(1)
    .default("1 to 5, not documented by the source")
    .describe("what the confidences of labels mean"),
});

export type WormWideWebParameters = z.infer<typeof parameters>;

/** Kept in `extra` of the recording, by their names there. */
const STATEMENTS: ReadonlyMap<string, string> = new Map([
  ["max_t", "max_t"],
  ["avg_timestep", "avg_timestep_min"],
  ["num_neurons", "num_neurons"],
  ["ranges", "ranges"],
  ["neuron_categorization", "neuron_categorization"],
  ["encoding_changing_neurons", "encoding_changing_neurons"],
]);

/**
 * One recording of WormWideWeb (Atanas, Kim 2023): a JSON file, or HDF5 with the same root keys. Traces are ROIs ×
 * frames; where `num_neurons` (or the time vector) fits the other axis only, they are turned. ROIs count from 1.
 *
 * - `trace_original` is the ratio and the primary kind, `trace_array` its z-score: primary only when it stands alone.
 * - `avg_timestep` is in minutes (`avg_timestep_min` in `extra`); time is `timestamp_confocal`, seconds.
 * - `reversal_events` are read as `[start, end)` counted from 0: what equals `reversal_vec` in the HDF5 files of the same
 *   laboratory, whose events carry the same name; these files hold no vector to check it with. Lists of pairs and of
 *   starts and ends are told apart by their order.
 * - `events` (`{heat: [803]}`) are frames of Julia code counted from 1: event frame value − 1, the value verbatim.
 * - Segments: see {@link detectedSegments}.
 * - What CePNEM says of an ROI is in its `extra`, what it says of the recording in that of the recording.
 * - A list with one number per frame under another key is a behaviour channel, a single value goes to `extra`; anything
 *   else is dropped with a row.
 *
 * @throws {LoadError} `load/missing-field`, `load/shape` and those of {@link writeRecording}.
 */
export const wormWideWeb: Loader<WormWideWebParameters> = {
  name: "activity/wormwideweb",
  description: "Recordings of WormWideWeb, JSON or HDF5 (Flavell 2023)",
  partition: "file",
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    loadRecording(context, file, await readRootFields(context, file));
  },
};

function loadRecording(context: LoadContext<WormWideWebParameters>, file: SourceFile, root: RootFields): void {
  const { members } = root;
  const timeS = vectorOf(members.get("timestamp_confocal"));
  if (timeS === null) throw missing(file, "timestamp_confocal");
  const traces = readTraces(file, members, timeS);
  const roiCount = traces[0]?.values.length ?? 0;
  const frames = traces[0]?.values[0]?.length ?? timeS.length;
  const { rois, droppedLabels, unfit } = wormRois(context, {
    file,
    members,
    roiCount,
    confidenceScale: context.parameters.confidence_scale,
  });

  const uid = uidOf(members.get("uid"));
  const condition = conditionOf(members.get("dataset_type"));
  const used = new Set<string>(["timestamp_confocal", "trace_original", "trace_array", "labeled", ...ROI_VALUES]);
  if (uid !== null) used.add("uid");
  if (condition !== null) used.add("dataset_type");

  const extra: Record<string, unknown> = Object.create(null);
  const behaviors: SourceBehavior[] = [];
  const events: SourceEvent[] = [];
  const dropped = root.left.map(({ item, reason, detail }) => ({ item, reason, detail }));
  for (const key of unfit) {
    dropped.push({
      item: key,
      reason: "unfit",
      detail: `${describeField(members.get(key) ?? null)}, ${roiCount} ROIs`,
    });
  }
  let readEvents = 0;
  for (const [key, value] of members) {
    if (used.has(key) || value === null) continue;
    const statement = STATEMENTS.get(key);
    const pairs = key === "reversal_events" ? pairsOf(value) : null;
    const moments = key === "events" ? momentsOf(value) : null;
    const vector = key === "reversal_events" ? null : vectorOf(value);
    if (statement !== undefined) extra[statement] = compactRanges(jsonOf(value));
    else if (pairs !== null) {
      readEvents += pairs.length;
      events.push(...reversalsOf(context, { file, item: key, pairs, frames }));
    } else if (moments !== null) {
      readEvents += moments.length;
      events.push(...momentEvents(context, { file, moments, frames }));
    } else if (vector !== null && (vector.length === frames || vector.length === timeS.length)) {
      behaviors.push({ channel: key, values: vector, ...(vector.length === frames ? {} : { timeS }) });
    } else if (["string", "number", "boolean"].includes(typeof value)) extra[key] = value;
    else dropped.push({ item: key, reason: "unknown_field", detail: describeField(value) });
  }
  for (const { item, reason, detail } of dropped) {
    context.drop({
      file,
      scope: "column",
      item: escapeSurrogates(item),
      reason,
      rule: "the loader knows no place for it",
      detail,
    });
  }

  const traceCount = traces.length * roiCount;
  context.countRead(file, 1 + roiCount + traceCount + behaviors.length + readEvents + droppedLabels + dropped.length);
  const ranges = rangesOf(members.get("ranges"));
  writeRecording(context, {
    dataset: context.parameters.dataset,
    wormUid: uid ?? fileName(file).replace(/\.[^.]+$/, ""),
    file,
    condition,
    timeS,
    timeBasis: "measured",
    segmentStarts: detectedSegments(timeS, frames, ranges),
    rois,
    traces,
    behaviors,
    events,
    extra,
  });
}

function uidOf(value: FieldValue | undefined): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** `baseline,neuropal`, as the manifests write it; null when the value is no list of texts. */
function conditionOf(value: FieldValue | undefined): string | null {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return texts.length > 0 && texts.every((text) => typeof text === "string" && text !== "") ? texts.join(",") : null;
}
