import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type {
  BehaviorRecordRow,
  EventRecordRow,
  LabelRecordRow,
  ManifestRecordRow,
  RecordingRecordRow,
  RoiRecordRow,
  SourceFileRow,
  StimulusRecordRow,
} from "../../tables/generated/celegans_activity.js";
import { sourceId } from "../../tables/source-id.js";
import type { TableSource } from "../../tables/table-io.js";
import type { Transform, TransformContext } from "../transform.js";
import { behaviorRow } from "./behavior-frames.js";
import { manifestEvents } from "./event-manifest.js";
import { eventRows } from "./event-rows.js";
import { roiFromZero, roiRows } from "./recordings-rois.js";
import { recordingRow } from "./recordings-row.js";
import type { LabelExceptions } from "./resolve-labels.js";
import { stimulusRow } from "./stimulus-rows.js";
import { type TimeAxis, timeAxis } from "./time-axis.js";

const parameters = z.strictObject({
  exceptions: z
    .array(z.strictObject({ path: z.string().min(1), alias: z.string().min(1), label: z.string().min(1) }))
    .default([])
    .describe("spellings that mean a certain neuron in one file, by its path below the mirror"),
});

type Parameters = z.infer<typeof parameters>;
type Context = TransformContext<Parameters>;

/** Columns of the manifest and of label files join by these. */
interface Worm {
  readonly dataset: string;
  readonly worm_uid: string;
}

/**
 * Record tables of recordings → `recording`, `roi`, `behavior`, `event`, `stimulus`: labels resolved (specification
 * 3.2, rules 2 and 3), everything else on the frame axis of its recording (rule 7). Labels of `label_record` and what
 * `manifest_record` says are joined by dataset and name of the worm. Memory is bounded by the largest recording.
 * @throws {LoadError} for times, segments and behaviours that cannot be placed: see {@link timeAxis},
 * {@link behaviorRow}; `load/unknown-recording` for records of a recording that is not there.
 */
export const recordings: Transform<Parameters> = {
  name: "activity/recordings",
  description: "Recordings with their ROIs and resolved labels, behaviour, events and stimuli on the frame axis",
  inputs: [
    "recording_record",
    "roi_record",
    "behavior_record",
    "event_record",
    "stimulus_record",
    "source_file",
    "label_record",
    "manifest_record",
  ],
  each: ["recording_record", "roi_record", "behavior_record", "event_record", "stimulus_record", "source_file"],
  outputs: ["recording", "roi", "behavior", "event", "stimulus"],
  parameters,
  async run(context) {
    const axes = new Map<string, TimeAxis>();
    const records: Omit<RecordingRecordRow, "time_s">[] = [];
    for await (const { time_s, ...record } of context.input("recording_record").rows<RecordingRecordRow>()) {
      const { recording_id: recordingId, segment_starts: segmentStarts } = record;
      axes.set(recordingId, timeAxis({ recordingId, timeS: time_s, segmentStarts, gap: Number.POSITIVE_INFINITY }));
      records.push(record);
    }
    const axisOf = (table: string, recordingId: string) => axes.get(recordingId) ?? refuse(table, recordingId);
    await writeRecordings(context, records, axes);
    const behaviors = context.sink("behavior");
    for await (const record of context.input("behavior_record").rows<BehaviorRecordRow>()) {
      behaviors.write([behaviorRow(axisOf("behavior_record", record.recording_id), record)]);
    }
    const stimuli = context.sink("stimulus");
    for await (const record of context.input("stimulus_record").rows<StimulusRecordRow>()) {
      stimuli.write([stimulusRow(axisOf("stimulus_record", record.recording_id), record)]);
    }
  },
};

async function writeRecordings(
  context: Context,
  records: readonly Omit<RecordingRecordRow, "time_s">[],
  axes: ReadonlyMap<string, TimeAxis>,
): Promise<void> {
  const here = new Set(records.map(wormKey));
  const rois = await byRecording<RoiRecordRow>(context, "roi_record", axes);
  const events = await byRecording<EventRecordRow>(context, "event_record", axes);
  const files = new Map<string, SourceFileRow>();
  for await (const file of context.input("source_file").rows<SourceFileRow>()) files.set(file.source_id, file);
  const labels = await byWorm<LabelRecordRow>(context.input("label_record"), here);
  const manifests = await byWorm<ManifestRecordRow>(context.input("manifest_record"), here);
  const exceptions = exceptionsByFile(context);
  for (const record of records) {
    const { recording_id: recordingId, source_id: source } = record;
    const axis = axes.get(recordingId) as TimeAxis;
    const ownLabels = labels.get(wormKey(record)) ?? [];
    const roiList = roiRows(
      rois.get(recordingId) ?? [],
      new Map(ownLabels.map((label) => [roiFromZero(label), label])),
      (label) => exceptions.get(label?.source_id ?? source) ?? NO_EXCEPTIONS,
    );
    const manifest = manifests.get(wormKey(record))?.[0];
    context.sink("roi").write(roiList);
    context.sink("recording").write([
      recordingRow({
        record,
        axis,
        rois: roiList.length,
        labelled: roiList.filter(({ label }) => label !== null).length,
        file: files.get(source),
        manifest,
      }),
    ]);
    const stated = manifestEvents(manifest?.event ?? null);
    context.sink("event").write(eventRows(axis, recordingId, events.get(recordingId) ?? [], stated));
  }
}

const NO_EXCEPTIONS: LabelExceptions = new Map();

function exceptionsByFile(context: Context): Map<string, LabelExceptions> {
  const { dataset } = context.input("recording_record").contract;
  const byFile = new Map<string, Map<string, string>>();
  for (const { path, alias, label } of context.parameters.exceptions) {
    const id = sourceId(dataset, path);
    byFile.set(id, (byFile.get(id) ?? new Map()).set(alias, label));
  }
  return byFile;
}

function wormKey({ dataset, worm_uid }: Worm): string {
  return `${dataset}/${worm_uid}`;
}

async function byRecording<T extends { readonly recording_id: string }>(
  context: Context,
  table: string,
  axes: ReadonlyMap<string, TimeAxis>,
): Promise<Map<string, T[]>> {
  const groups = new Map<string, T[]>();
  for await (const row of context.input(table).rows<T>()) {
    if (!axes.has(row.recording_id)) refuse(table, row.recording_id);
    const group = groups.get(row.recording_id);
    if (group === undefined) groups.set(row.recording_id, [row]);
    else group.push(row);
  }
  return groups;
}

/** Rows for the worms of this partition. */
async function byWorm<T extends Worm>(source: TableSource, worms: ReadonlySet<string>): Promise<Map<string, T[]>> {
  const groups = new Map<string, T[]>();
  for await (const row of source.rows<T>()) {
    const key = wormKey(row);
    if (!worms.has(key)) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function refuse(table: string, recordingId: string): never {
  throw new LoadError("unknown-recording", `${table} has rows of ${recordingId}, recording_record has none such`, {
    fields: { table, recording: recordingId },
  });
}
