import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import { openHdf5 } from "../../formats/hdf5/open-hdf5.js";
import { fileName, onlyFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { Hdf5Content } from "./hdf5-content.js";
import { readBehaviors, readEvents } from "./nwb-behavior.js";
import { NwbObjects } from "./nwb-objects.js";
import { findRois, readRois } from "./nwb-rois.js";
import type { NwbTime } from "./nwb-series.js";
import { type NwbStatements, readStatements } from "./nwb-statements.js";
import { isStimulus, readStimuli } from "./nwb-stimuli.js";
import { findTraceSeries, readTraces } from "./nwb-traces.js";
import type { SourceRecording } from "./source-recording.js";
import { TRACE_KINDS } from "./trace-kinds.js";
import { TRACE_ORIENTATIONS } from "./trace-orientation.js";
import { RECORDING_TABLES, writeRecording } from "./write-recording.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).describe("name of the dataset, first part of the recording's name"),
  worm_uid: z
    .enum(["file", "folder", "subject", "identifier"])
    .default("file")
    .describe("second part: name of the file or of its folder, subject_id or identifier of the NWB file"),
  traces: z
    .array(
      z.strictObject({
        series: z.string().min(1).describe("path or name of the series"),
        kind: z.enum(TRACE_KINDS).optional(),
        unit: z.string().min(1).optional(),
      }),
    )
    .min(1)
    .optional()
    .describe("series with traces, where types do not decide; the first is the primary one"),
  labels: z.string().min(1).optional().describe("path or name of the dataset with names of neurons"),
  orientation: z
    .enum(TRACE_ORIENTATIONS)
    .optional()
    .describe("rows and columns of `data`, where the file does not decide"),
  assumed_rate: z.number().positive().optional().describe("frames per second of a file that states no times"),
  condition: z.string().min(1).optional().describe("experimental condition of all files of the step"),
  behaviors: z.array(z.string().min(1)).default([]).describe("further TimeSeries that are behaviour, by path or name"),
  stimulus_kind: z.enum(["odour", "light", "optogenetic", "heat", "other"]).optional().describe("kind of all stimuli"),
});

export type NwbParameters = z.infer<typeof parameters>;

/** Rates that differ by more than this fraction are reported. */
const RATE_TOLERANCE = 0.01;

/**
 * NWB 2 files (HDF5), one recording each. What is what follows from `neurodata_type`, and from the type definitions that
 * the file carries, not from paths: traces (RoiResponseSeries and what extends it), ROIs and labels (the table that
 * `rois` refers to, or a list of labels), behaviour, events, stimuli, subject. `data` is T × N by NWB's rule; time
 * stamps and labels decide where a file breaks it. Times are the file's own; `assumed_rate` counts only where it has
 * none, and a difference is reported. Datasets that no table takes are dropped with a row each, raw images unread.
 * Cost: traces and behaviour in memory, not the file.
 */
export const nwb: Loader<NwbParameters> = {
  name: "activity/nwb",
  description: "NWB files: traces, labels, behaviour, events and stimuli by their NWB types",
  partition: "file",
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const hdf5 = await openHdf5(file.absolutePath, { file: file.path, limits: context.limits });
    try {
      const content = new Hdf5Content(file, hdf5);
      const recording = readRecording(context, content);
      content.dropUnused(context, (path) =>
        path.startsWith("/specifications/")
          ? "type_definition"
          : path.startsWith("/acquisition/")
            ? "raw_data"
            : undefined,
      );
      writeRecording(context, recording);
    } finally {
      hdf5.close();
    }
  },
};

function readRecording(context: LoadContext<NwbParameters>, content: Hdf5Content): SourceRecording {
  const { dataset, traces: choices, labels, orientation, behaviors: named, condition } = context.parameters;
  const { file } = content;
  const objects = NwbObjects.read(content, context.limits);
  const series = findTraceSeries(content, objects, choices);
  const primary = (series[0] as (typeof series)[number]).path;
  const source = findRois(content, objects, { series: primary, given: labels });
  const read = readTraces(content, series, { rois: source.count, given: orientation });
  const time = read.time ?? assumedTime(context, content, { series: primary, frames: read.frames });
  if (read.time !== null) compareRate(context, file, read.time);
  const rois = readRois(context, content, { source, count: read.rois });
  context.countRead(file, 1 + read.rois * (1 + read.traces.length));
  const { stimuli, waveforms } = readStimuli(context, content, { objects, kind: context.parameters.stimulus_kind });
  const events = readEvents(context, content, { objects, isStimulus: (object) => isStimulus(objects, object) });
  const axis = { frames: read.frames, timeS: time.timeS };
  const behaviors = [...readBehaviors(content, objects, { axis, named }), ...waveforms];
  context.countRead(file, behaviors.length);
  const statements = readStatements(content, objects);
  const { strain, genotype, sex, stage, extra } = statements;
  return {
    dataset,
    wormUid: wormUid(context, content, statements),
    file,
    strain,
    genotype,
    sex,
    stage,
    ...(condition === undefined ? {} : { condition }),
    timeS: time.timeS,
    timeBasis: time.basis,
    timeUnitStated: true,
    rois,
    traces: read.traces,
    behaviors,
    events,
    stimuli,
    extra,
  };
}

function wormUid(context: LoadContext<NwbParameters>, { file }: Hdf5Content, statements: NwbStatements): string {
  const { worm_uid: from } = context.parameters;
  if (from === "file") return fileName(file).replace(/\.nwb$/i, "");
  const found =
    from === "folder" ? file.path.split("/").at(-2) : from === "subject" ? statements.subjectId : statements.identifier;
  if (found) return found;
  const field = from === "subject" ? "subject_id" : from;
  throw new LoadError("missing-field", `${file.path}: there is no ${field} to name the recording by`, {
    fields: { file: file.path, field },
    wayOut: "Choose another `worm_uid` in the step's parameters.",
  });
}

function assumedTime(
  context: LoadContext<NwbParameters>,
  { file }: Hdf5Content,
  { series, frames }: { readonly series: string; readonly frames: number },
): { timeS: Float64Array; basis: "assumed" } {
  const rate = context.parameters.assumed_rate;
  if (rate === undefined) {
    throw new LoadError(
      "missing-field",
      `${file.path}: ${series} has neither timestamps nor starting_time with a rate`,
      {
        fields: { file: file.path, field: `${series}/timestamps` },
        wayOut: "Where the rate is known from elsewhere, say `assumed_rate` in Hz.",
      },
    );
  }
  return { timeS: Float64Array.from({ length: frames }, (_, k) => k / rate), basis: "assumed" };
}

/** Says when the file's own rate is not the one that is assumed for files without. */
function compareRate(context: LoadContext<NwbParameters>, file: SourceFile, { timeS, rateHz }: NwbTime): void {
  const assumed = context.parameters.assumed_rate;
  if (assumed === undefined || timeS.length < 2) return;
  const own = rateHz ?? (timeS.length - 1) / ((timeS.at(-1) as number) - (timeS[0] as number));
  if (Math.abs(own - assumed) <= RATE_TOLERANCE * assumed) return;
  context.log.warn(
    `${file.path}: the file states ${own} frames per second, not the assumed ${assumed}: the file's is used`,
  );
}
