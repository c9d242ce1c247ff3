import { LoadError } from "../../base/errors.js";
import { fileName } from "../connectome/raw-file.js";
import type { LoadContext, Loader, LoadPartition, SourceFile } from "../loader.js";
import { dropExtraLabels } from "./label-list.js";
import { LENGTH_UNITS, TIME_UNITS } from "./measurement-units.js";
import { writeFromFiles } from "./several-files.js";
import type { SourceBehavior, SourceRoi } from "./source-recording.js";
import { TableFiles } from "./table-files.js";
import { readTableEvents, readTableStimuli } from "./table-intervals.js";
import { type TableParameters, tableParameters } from "./table-parameters.js";
import { readTableTraces } from "./table-traces.js";
import { RECORDING_TABLES } from "./write-recording.js";

/** One HDF5 or text file per recording, described in YAML: the loader for laboratories without one of their own. */
export const table = tableLoader("activity/table", "file", "one file");

/** All files of a folder are one recording. */
export const tableFolder = tableLoader("activity/table-folder", { group: "^(.*)/[^/]+$" }, "the files of a folder");

/** All files of the step are one recording. */
export const tableSet = tableLoader("activity/table-set", "source", "all files of the step");

function tableLoader(name: string, partition: LoadPartition, what: string): Loader<TableParameters> {
  return {
    name,
    description: `Recordings described in YAML: ${what}, HDF5 or text`,
    partition,
    independent: true,
    outputs: [...RECORDING_TABLES],
    parameters: tableParameters,
    load: loadTable,
  };
}

/**
 * Reads one recording as the parameters say. Text: one row per frame under a header of labels, or one row per ROI.
 * HDF5: datasets by path. What the parameters do not name is dropped with a row each.
 * Cost: text files and the named datasets in memory.
 * @throws {ConfigError} `config/parameters` when the parameters do not fit the kind of file.
 * @throws {LoadError} `load/missing-field`, `load/unit`, `load/orientation`, `load/labels`, `load/value`, ….
 */
async function loadTable(context: LoadContext<TableParameters>): Promise<void> {
  const { parameters } = context;
  const files = await TableFiles.open(context);
  try {
    const carried = new Map<SourceFile, number>();
    const carry = (file: SourceFile, count: number) => carried.set(file, (carried.get(file) ?? 0) + count);
    const given = readTimes(files, parameters);
    const behaviors = readBehaviors(context, files, { times: given?.length ?? null, carry });
    const labels = parameters.labels === undefined ? null : await files.labels(parameters.labels);
    const positions = readPositions(files, parameters);
    const statements = readStatements(files, parameters);
    // Frames are needed to place events, whose columns must be taken before the ROIs of a text file are what is left.
    const ahead = frameCount(files, parameters);
    const { events, carried: eventCounts } = readTableEvents(context, files, ahead);
    const stimulusRead = readTableStimuli(context, files, { frames: ahead, rois: Number.MAX_SAFE_INTEGER });
    const read = readTableTraces(files, parameters, given?.length ?? null);
    const stimuli = stimulusRead.stimuli.map((stimulus) =>
      (stimulus.targetRoi ?? 0) < read.rois
        ? stimulus
        : { ...stimulus, targetRoi: null, extra: { target: stimulus.targetRoi } },
    );
    for (const [file, count] of [...eventCounts, ...stimulusRead.carried]) carry(file, count);
    const [file] = read.files;
    if (file === undefined) return;
    context.countRead(file, 1 + read.rois);
    carry(file, 1 + read.rois);
    for (const each of read.files) {
      context.countRead(each, read.rois);
      carry(each, read.rois);
    }
    if (labels !== null) {
      const item = (index: number) => `label ${index + 1}`;
      dropExtraLabels(context, { file: labels.file, labels: labels.texts, rois: read.rois, item });
    }
    if (positions !== null && positions.length !== read.rois) {
      throw new LoadError("positions", `${file.path}: ${positions.length} positions for ${read.rois} ROIs`, {
        fields: { file: file.path, field: "positions", found: positions.length, expected: read.rois },
      });
    }
    const { assumed_rate: assumed } = parameters.time;
    const rate = assumed ?? rateOf(files, parameters);
    files.dropUnused();
    const timeS = given ?? Float64Array.from({ length: read.frames }, (_, k) => k / rate);
    const base = parameters.roi_base ?? (read.numbers !== null && !read.numbers.includes(0) ? 1 : 0);
    const rois = Array.from({ length: read.rois }, (_, index): SourceRoi => {
      const position = positions?.[index];
      return {
        roi: read.numbers?.[index] ?? index + base,
        roiBase: base,
        columnIndex: index,
        labelRaw: (labels?.texts ?? read.labels)?.[index]?.trim() || null,
        ...(position === undefined ? {} : { positionUm: position }),
      };
    });
    writeFromFiles(
      context,
      {
        dataset: parameters.dataset,
        wormUid: parameters.worm_uid ?? uidOf(context.files, file),
        file,
        ...statements,
        timeS,
        timeUnitStated: true,
        timeBasis: given !== null ? "measured" : assumed === undefined ? "from_rate" : "assumed",
        rois,
        traces: read.traces,
        behaviors,
        events,
        stimuli,
      },
      carried,
    );
  } finally {
    files.close();
  }
}

/** Name of the one file without its extension, or of the folder of several. */
function uidOf(files: readonly SourceFile[], file: SourceFile): string {
  if (files.length === 1) return fileName(file).replace(/\.[A-Za-z][A-Za-z0-9]*$/, "");
  return file.path.split("/").at(-2) ?? fileName(file);
}

/** Time stamps in seconds; null where a rate is given instead. */
function readTimes(files: TableFiles, { time }: TableParameters): Float64Array | null {
  const { unit, rate_path: ratePath, assumed_rate: assumed } = time;
  if (ratePath !== undefined || assumed !== undefined || unit === undefined) return null;
  return seconds(files.numbers(time, "time", unit).values, TIME_UNITS[unit]);
}

function seconds(values: Float64Array, factor: number): Float64Array {
  return factor === 1 ? values : values.map((value) => value * factor);
}

function rateOf(files: TableFiles, { time }: TableParameters): number {
  const path = time.rate_path;
  if (path === undefined) return Number.NaN;
  const { values, file } = files.numbers({ path, file: time.file }, "time.rate_path", "Hz");
  const rate = values[0] ?? Number.NaN;
  if (Number.isFinite(rate) && rate > 0) return rate;
  throw new LoadError("rate", `${file.path}, ${path}: ${rate} is no rate`, {
    fields: { file: file.path, field: path, rate },
  });
}

/** Frames as the shape of the first matrix says, before it is read. */
function frameCount(files: TableFiles, { traces, first_column: firstColumn }: TableParameters): number {
  const [first] = traces;
  if (first === undefined) return 0;
  const byFrames = first.orientation === "frames-by-rois";
  if (first.path !== undefined) {
    return files.hdf5(first.file, "traces[0]").shapeOf(first.path)?.[byFrames ? 0 : 1] ?? Number.MAX_SAFE_INTEGER;
  }
  const text = files.text(first.file, "traces[0]");
  return byFrames ? text.records.length - 1 : (text.records[0]?.fields.length ?? 1) - (firstColumn === "value" ? 0 : 1);
}

function readBehaviors(
  context: LoadContext<TableParameters>,
  files: TableFiles,
  { times, carry }: { readonly times: number | null; readonly carry: (file: SourceFile, count: number) => void },
): SourceBehavior[] {
  return context.parameters.behaviors.flatMap((given, index): SourceBehavior[] => {
    const field = `behaviors[${index}]`;
    const { channel, unit, time } = given;
    const { values, shape, file, unit: stated } = files.numbers(given, field, unit);
    const columns = channels(values, shape, { file, field: given.path ?? field, times });
    context.countRead(file, columns.length);
    carry(file, columns.length);
    const timeS =
      time === undefined
        ? {}
        : { timeS: seconds(files.numbers(time, `${field}.time`, time.unit).values, TIME_UNITS[time.unit]) };
    return columns.map((column, subIndex) => ({ channel, subIndex, unit: unit ?? stated, values: column, ...timeS }));
  });
}

/** Columns of a T × d matrix, or rows of d × T where only that fits the time stamps. */
function channels(
  values: Float64Array,
  shape: readonly number[],
  { file, field, times }: { readonly file: SourceFile; readonly field: string; readonly times: number | null },
): Float64Array[] {
  if (shape.length <= 1) return [values];
  const [rows = 0, columns = 0] = shape;
  if (shape.length > 2) {
    throw new LoadError("record-shape", `${file.path}, ${field}: ${shape.join(" x ")} are no channels over time`, {
      fields: { file: file.path, field, shape: [...shape] },
    });
  }
  const byRows = times !== null && columns === times && rows !== times;
  return Array.from({ length: byRows ? rows : columns }, (_, channel) =>
    Float64Array.from({ length: byRows ? columns : rows }, (_, k) =>
      byRows ? (values[channel * columns + k] as number) : (values[k * columns + channel] as number),
    ),
  );
}

function readPositions(files: TableFiles, { positions }: TableParameters): [number, number, number][] | null {
  if (positions === undefined) return null;
  const factor = LENGTH_UNITS[positions.unit];
  if (positions.columns !== undefined) {
    const positionTable = files.text(positions.file, "positions");
    const [x, y, z] = positions.columns.map((column) => positionTable.numbers(positionTable.column(column)));
    return Array.from(x ?? [], (value, index) => [
      value * factor,
      (y?.[index] ?? Number.NaN) * factor,
      (z?.[index] ?? Number.NaN) * factor,
    ]);
  }
  const { values, shape, file } = files.numbers(positions, "positions", positions.unit);
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || (rows !== 3 && columns !== 3)) {
    throw new LoadError("record-shape", `${file.path}, ${positions.path}: ${shape.join(" x ")} holds no x, y, z`, {
      fields: { file: file.path, field: positions.path ?? "positions", shape: [...shape] },
    });
  }
  const byRows = columns === 3;
  const at = (index: number, axis: number) =>
    factor * (values[byRows ? index * 3 + axis : axis * columns + index] as number);
  return Array.from({ length: byRows ? rows : columns }, (_, index) => [at(index, 0), at(index, 1), at(index, 2)]);
}

const STATEMENTS = ["strain", "genotype", "condition", "stage", "sex"] as const;

function readStatements(files: TableFiles, parameters: TableParameters) {
  const out: Partial<Record<(typeof STATEMENTS)[number], string>> & { extra?: Record<string, unknown> } = {};
  for (const key of STATEMENTS) {
    const given = parameters[key];
    if (given === undefined) continue;
    const text = typeof given === "string" ? given : files.texts(given, key).texts[0];
    if (text !== undefined && text.trim() !== "") out[key] = text.trim();
  }
  if (parameters.extra.length > 0) {
    const entries = parameters.extra.map((path) => {
      const { texts } = files.texts({ path }, "extra");
      return [path.replace(/^\//, ""), texts.length === 1 ? texts[0] : texts.slice(0, 100)];
    });
    out.extra = Object.fromEntries(entries);
  }
  return out;
}
