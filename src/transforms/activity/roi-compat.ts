import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Transform } from "../transform.js";
import { type CompatFlags, compatFlags } from "./compat-flag.js";
import { compatParameters } from "./compat-parameters.js";
import { LabelFile, readCompatRecordings, readTraces } from "./compat-recording.js";
import { CompatWorm } from "./compat-worm.js";

const parameters = z.strictObject(compatParameters);

/**
 * Records → `roi_compat`: what the published procedure prints for every cell of every recording, lost or not
 * (specification sections 3.1 and 2.2, figures in 6.1). Traces are read only of datasets whose loader leaves some out.
 * Per partition of the recordings. Cost: 300 comparisons per label, imputation for the datasets that have it.
 */
export const roiCompat: Transform<z.infer<typeof parameters>> = {
  name: "activity/roi-compat",
  description: "What the published procedure prints for each cell",
  inputs: ["recording_record", "roi_record", "source_trace", "label_record"],
  each: ["recording_record", "roi_record", "source_trace"],
  outputs: ["roi_compat"],
  parameters,
  async run(context) {
    const { nearest, kinds } = context.parameters;
    const flags = compatFlags(context.parameters.flags);
    const recordings = await readCompatRecordings(context, await LabelFile.fromTable(context));
    const imputed = recordings.filter(({ rules }) => rules.imputed && flags.impute);
    const traces = await readTraces(context, imputed, kinds);
    const sink = context.sink("roi_compat");
    for (const recording of recordings) {
      context.signal.throwIfAborted();
      const order = nearest[recording.dataset] ?? null;
      sink.write(roiRows(new CompatWorm(recording, { order, traces: traces.get(recording.recordingId) }), flags));
    }
  },
};

/** One row per cell of the source. */
function roiRows(worm: CompatWorm, flags: CompatFlags): Row[] {
  const { recordingId, rois } = worm.recording;
  const names = new Map(worm.names(flags).map((name) => [name.roi, name]));
  return rois.map(({ roi }) => {
    const name = names.get(roi);
    return {
      recording_id: recordingId,
      roi,
      label: name?.label ?? null,
      name: name?.name ?? null,
      slot: name?.slot ?? null,
      rewritten: name !== undefined && worm.isRewritten(name),
    };
  });
}
