import { z } from "zod";
import { openHdf5 } from "../../formats/hdf5/open-hdf5.js";
import { fileName, onlyFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { behaviorChannels } from "./flavell-behaviors.js";
import { frameEvents, reversalEvents } from "./flavell-events.js";
import { columnsOf, Hdf5Fields, shapeFault } from "./flavell-fields.js";
import { registeredRois } from "./flavell-rois.js";
import { segmentStarts } from "./flavell-segments.js";
import { isRegularExpression } from "./regular-expression.js";
import type { SourceTraces } from "./source-recording.js";
import { RECORDING_TABLES, writeRecording } from "./write-recording.js";
import { zscoreDdof } from "./zscore-ddof.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).describe("published dataset: Dag2023"),
  strain_pattern: z
    .string()
    .refine(isRegularExpression, "this is no regular expression")
    .optional()
    .describe("regular expression whose first group finds the strain in the file's path: (swf[0-9]+)_"),
});

export type FlavellHdf5Parameters = z.infer<typeof parameters>;

const PRIMARY = "/gcamp/traces_array_F_F20";
const OTHER_TRACES = [
  ["/gcamp/trace_array_original", "ratio", "ratio"],
  ["/gcamp/trace_array", "zscore_source", "zscore"],
] as const;
const UNUSED_REASONS: ReadonlyMap<string, string> = new Map([
  ["dataset", "unknown_field"],
  ["attribute", "unknown_field"],
  ["unreadable", "unreadable"],
]);
const TIMES = "/timing/timestamp_confocal";

/**
 * HDF5 of the Flavell laboratory (Dag, Nwabudike, Kang 2023), one recording per file; arrays are frames × ROIs.
 *
 * - `traces_array_F_F20` is F divided by the mean of each ROI, despite its name (measured: equal to
 *   `trace_array_original` over its column mean to 1e-14), so its unit is `F/mean`. It is the primary kind.
 * - `roi_match[p − 1]` is the 1-based ROI of the traces for ROI p of the NeuroPAL volume, 0 for none (measured: it maps
 *   `roi_id` to the ROI for all 504 published labels). It becomes `neuropal_roi_ids`, its confidence goes to `extra`.
 * - `reversal_events` are `[start, end)` counted from 0: so read they equal `reversal_vec`.
 * - `time_food_encounter` is a frame of Julia code, where frames count from 1 as in `idx_splits` (1:799) and in the
 *   manifests (`t_range` 1:507). No file says so; the event has frame value − 1, and the value verbatim.
 * - `timestamp_nir` is the clock of the behaviour camera, on which no channel of the file lies: dropped with a row.
 *
 * Datasets of `behavior` with one row per frame are channels, whatever their name. Anything else is dropped with a row.
 * Read: the recording, its ROIs, traces, channels (columns), events, and each dataset, link or attribute left out.
 * @throws {LoadError} `load/missing-field`, `load/shape`, `load/segments` and those of {@link writeRecording}.
 */
export const flavellHdf5: Loader<FlavellHdf5Parameters> = {
  name: "activity/flavell-hdf5",
  description: "Recordings of the Flavell laboratory, HDF5 (Dag 2023)",
  partition: "file",
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const hdf5 = await openHdf5(file.absolutePath, { file: file.path, limits: context.limits });
    try {
      loadRecording(context, file, new Hdf5Fields(hdf5, file));
    } finally {
      hdf5.close();
    }
  },
};

function loadRecording(context: LoadContext<FlavellHdf5Parameters>, file: SourceFile, fields: Hdf5Fields): void {
  const { dataset, strain_pattern: strainPattern } = context.parameters;
  const primary = columnsOf(fields.require(PRIMARY), file);
  const traces: SourceTraces[] = [{ kind: "F_over_mean", unit: "F/mean", values: primary }];
  for (const [path, kind, unit] of OTHER_TRACES) {
    const field = fields.take(path);
    if (field === null) continue;
    const values = columnsOf(field, file);
    if (values.length !== primary.length) throw shapeFault(field, file, `frames x ${primary.length} ROIs`);
    traces.push({ kind, unit, values });
  }
  const times = fields.requireTimes(TIMES);
  const frames = primary[0]?.length ?? times.values.length;

  const segments = segmentStarts(fields.take("/gcamp/idx_splits"), frames, file);
  const { rois, extra } = registeredRois(context, { file, fields, roiCount: primary.length });
  // Events first: what they do not take of `behavior` is a channel.
  const reversals = reversalEvents(context, { file, fields, frames });
  const others = frameEvents(context, { file, fields, frames });
  const behaviors = behaviorChannels(fields, { frames, timeS: times.values });

  const unused = fields.unused();
  for (const { item, kind, detail } of unused) {
    const camera = item === "/timing/timestamp_nir";
    context.drop({
      file,
      scope: "column",
      item,
      reason: camera ? "camera_clock" : (UNUSED_REASONS.get(kind) ?? "link"),
      rule: camera
        ? "time stamps of the behaviour camera belong to no channel of the file"
        : "the loader knows no place for it",
      detail,
    });
  }
  const zscore = traces.find(({ kind }) => kind === "zscore_source");
  const traceCount = traces.reduce((sum, { values }) => sum + values.length, 0);
  context.countRead(
    file,
    1 + primary.length + traceCount + behaviors.length + reversals.read + others.read + unused.length,
  );
  writeRecording(context, {
    dataset,
    wormUid: fileName(file).replace(/(?:-data)?\.h5$/, ""),
    file,
    strain: strainPattern === undefined ? null : strainOf(file, strainPattern),
    timeS: times.values,
    timeBasis: "measured",
    segmentStarts: segments,
    rois,
    traces,
    behaviors,
    events: [...reversals.events, ...others.events],
    extra: { ...extra, ...(zscore === undefined ? {} : { zscore_source_ddof: zscoreDdof(zscore.values) }) },
  });
}

/** The strain in a path, in upper case as strain designations are written; null when the pattern finds none. */
function strainOf(file: SourceFile, pattern: string): string | null {
  return new RegExp(pattern, "u").exec(file.path)?.[1]?.toUpperCase() ?? null;
}
