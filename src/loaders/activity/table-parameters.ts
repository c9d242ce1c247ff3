import { z } from "zod";
import { LENGTH_UNIT_NAMES, TIME_UNIT_NAMES } from "./measurement-units.js";
import { TRACE_KINDS } from "./trace-kinds.js";
import { TRACE_ORIENTATIONS } from "./trace-orientation.js";

const name = z.string().min(1);
const file = name.optional().describe("file of the recording, by name or with *; needed where it has several");

/** Where values stand: a dataset of an HDF5 file, a named column or row of a text file, or a whole list of values. */
const place = {
  file,
  path: name.optional().describe("HDF5: path of the dataset"),
  column: name.optional().describe("text: name of the column"),
  row: name.optional().describe("text: first field of the row"),
};
const timeUnit = z.enum(TIME_UNIT_NAMES).describe("unit of the times");

const traces = z.strictObject({
  file,
  path: name.optional().describe("HDF5: path of the matrix"),
  kind: z.enum(TRACE_KINDS).describe("what the values are"),
  unit: name.describe("unit of the values: au, ratio, dF/F, zscore, …"),
  orientation: z.enum(TRACE_ORIENTATIONS).describe("rows and columns, as an HDF5 reader or the text shows them"),
});

const time = z
  .strictObject({
    ...place,
    unit: timeUnit.optional(),
    rate_path: name.optional().describe("HDF5: dataset with the frames per second"),
    assumed_rate: z.number().positive().optional().describe("frames per second that no file states"),
  })
  .refine(
    (given) => [placeOf(given), given.rate_path, given.assumed_rate].filter((each) => each !== undefined).length === 1,
    "say one of: where the times stand (path, column, row or file), rate_path, assumed_rate",
  )
  .refine((given) => placeOf(given) === undefined || given.unit !== undefined, "say the unit of the times");

function placeOf(given: { file?: unknown; path?: unknown; column?: unknown; row?: unknown; rate_path?: unknown }) {
  const named = given.path ?? given.column ?? given.row;
  return named ?? (given.rate_path === undefined ? given.file : undefined);
}

const behavior = z.strictObject({
  ...place,
  channel: name.describe("name of the channel"),
  unit: name.nullable().describe("unit, as you state it; null when it is not known"),
  time: z
    .strictObject({ ...place, unit: timeUnit })
    .optional()
    .describe("times of its own, not the frames'"),
});

/** Things that begin and end; `start`, `end` and the others are paths of an HDF5 file or columns of a text file. */
const intervals = {
  file,
  start: name.optional(),
  end: name.optional(),
  intervals: name.optional().describe("HDF5: n × 2 or 2 × n matrix of starts and ends, or n points"),
  layout: z.enum(["rows", "columns"]).optional().describe("of a 2 × 2 matrix: one interval per row, or per column"),
  unit: z.enum([...TIME_UNIT_NAMES, "frame"]).describe("unit of starts and ends"),
  base: z
    .union([z.literal(0), z.literal(1)])
    .default(0)
    .describe("number of the first frame"),
  end_inclusive: z.boolean().default(false).describe("frames: whether the end is the last frame, not the one after it"),
};
const oneStart = (given: { start?: unknown; intervals?: unknown }) =>
  (given.start === undefined) !== (given.intervals === undefined);

const event = z
  .strictObject({ ...intervals, name, value: name.optional().describe("name of a state, per event") })
  .refine(oneStart, "say start, or intervals");

const stimulus = z
  .strictObject({
    ...intervals,
    kind: z.enum(["odour", "light", "optogenetic", "heat", "other"]),
    name,
    names: name.optional().describe("name of each stimulus, instead of the one name"),
    target: name.optional().describe("0-based column of the stimulated ROI"),
    conc: name.optional().describe("concentration of each"),
    conc_unit: name.optional(),
  })
  .refine(oneStart, "say start, or intervals");

const statement = z.union([name, z.strictObject({ file, path: name })]);

/** Parameters of the loaders `activity/table`, `activity/table-folder` and `activity/table-set`. */
export const tableParameters = z.strictObject({
  dataset: name.describe("name of the dataset, first part of the recording's name"),
  worm_uid: name.optional().describe("second part (default: name of the file, or of the folder)"),
  separator: z.enum(["auto", "comma", "tab", "semicolon", "whitespace"]).default("auto").describe("of text files"),
  comment: name.optional().describe("text: lines that begin with it are comments"),
  first_column: z
    .enum(["number", "label", "value"])
    .default("number")
    .describe("text, rois-by-frames: what the first field of a row is"),
  roi_base: z
    .union([z.literal(0), z.literal(1)])
    .optional()
    .describe("number of the first ROI (default 0, or as the text says)"),
  traces: z.array(traces).min(1).describe("matrices of traces; the first is the primary kind"),
  time,
  labels: z.strictObject(place).optional().describe("names of neurons, one per ROI"),
  positions: z
    .strictObject({
      file,
      path: name.optional().describe("HDF5: N × 3 or 3 × N matrix"),
      columns: z.tuple([name, name, name]).optional().describe("text: columns of x, y and z"),
      unit: z.enum(LENGTH_UNIT_NAMES),
    })
    .optional(),
  behaviors: z.array(behavior).default([]),
  events: z.array(event).default([]),
  stimuli: z.array(stimulus).default([]),
  strain: statement.optional(),
  genotype: statement.optional(),
  condition: statement.optional(),
  stage: statement.optional(),
  sex: statement.optional(),
  extra: z.array(name).default([]).describe("HDF5: further short datasets that are kept as statements"),
  ignore: z.array(name).default([]).describe("columns, rows or datasets that are left out on purpose"),
});

export type TableParameters = z.infer<typeof tableParameters>;
export type Place = z.infer<z.ZodObject<typeof place>>;
export type IntervalPlaces = Pick<
  z.infer<typeof event>,
  "file" | "start" | "end" | "intervals" | "layout" | "unit" | "base" | "end_inclusive"
>;
