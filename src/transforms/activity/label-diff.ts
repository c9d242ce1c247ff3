import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { RoiRow } from "../../tables/generated/celegans_activity.js";
import type { Transform } from "../transform.js";
import { compatCauses } from "./compat-ablation.js";
import { CORRECTED, type CompatCause, type CompatFlags, compatFlags } from "./compat-flag.js";
import { compatParameters } from "./compat-parameters.js";
import { LabelFile, readCompatRecordings, readTraces } from "./compat-recording.js";
import { CompatWorm, publishedWorm } from "./compat-worm.js";

const parameters = z.strictObject(compatParameters);

/**
 * Records and `roi` → `label_diff`: every cell whose label here differs from the one that the published procedure
 * prints (none for a recording that it loses), with the defects that make the difference, found by ablation.
 * `no_alias` is named where the procedure without any other defect still reads another label than the table of aliases.
 * Per partition of the recordings. Cost: some twenty runs of the procedure on names.
 */
export const labelDiff: Transform<z.infer<typeof parameters>> = {
  name: "activity/label-diff",
  description: "Where labels here and in the published data differ, and why",
  inputs: ["recording_record", "roi_record", "source_trace", "roi", "label_record"],
  each: ["recording_record", "roi_record", "source_trace", "roi"],
  outputs: ["label_diff"],
  parameters,
  async run(context) {
    const { nearest, kinds } = context.parameters;
    const flags = compatFlags(context.parameters.flags);
    const labels = await LabelFile.fromTable(context);
    const recordings = await readCompatRecordings(context, labels);
    const imputed = recordings.filter(({ rules }) => rules.imputed && flags.impute);
    const traces = await readTraces(context, imputed, kinds);
    const rois = new Map<string, RoiRow[]>();
    const columns = ["recording_id", "roi", "label_raw", "status", "label"];
    for await (const row of context.input("roi").rows<RoiRow>(columns)) {
      const own = rois.get(row.recording_id);
      if (own === undefined) rois.set(row.recording_id, [row]);
      else own.push(row);
    }
    const sink = context.sink("label_diff");
    for (const recording of recordings) {
      context.signal.throwIfAborted();
      const order = nearest[recording.dataset] ?? null;
      const worm = new CompatWorm(recording, { order, traces: traces.get(recording.recordingId) });
      sink.write(labelDifferences(worm, { labels, flags, rois: rois.get(recording.recordingId) ?? [] }));
    }
  },
};

/** The rows of one recording. */
function labelDifferences(
  worm: CompatWorm,
  options: { readonly labels: LabelFile; readonly flags: CompatFlags; readonly rois: readonly RoiRow[] },
): Row[] {
  const { labels, flags, rois } = options;
  const run = (switches: CompatFlags) => {
    const names = new Map(publishedWorm(worm, labels, switches).names.map(({ roi, label }) => [roi, label]));
    return rois.map(({ roi }) => names.get(roi) ?? null);
  };
  const published = run(flags);
  if (rois.every(({ label }, index) => label === published[index])) return [];
  const corrected = run(CORRECTED);
  const causes = compatCauses(run, flags);
  return rois.flatMap(({ recording_id, roi, label_raw, status, label }, index) => {
    const compat = published[index] as string | null;
    if (compat === label) return [];
    const own: CompatCause[] = [...(causes[index] ?? [])];
    if (corrected[index] !== label || own.length === 0) own.push("no_alias");
    return [{ recording_id, roi, label_raw, status, label, compat_label: compat, causes: own }];
  });
}
