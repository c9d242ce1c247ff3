import { LoadError } from "../../base/errors.js";
import type { SourceFile } from "../loader.js";
import { Hdf5Content } from "./hdf5-content.js";
import type { SourceTraces } from "./source-recording.js";
import { checkUnit, configError, type TableFiles } from "./table-files.js";
import type { TableParameters } from "./table-parameters.js";
import type { TextTable } from "./table-text.js";
import { traceOrientation, tracesOf } from "./trace-orientation.js";

/** Matrices of traces, with the names and numbers that a text file gives to its columns or rows. */
export interface TableTraces {
  readonly frames: number;
  readonly rois: number;
  readonly traces: readonly SourceTraces[];
  /** File of each kind; the first holds recording and ROIs. */
  readonly files: readonly SourceFile[];
  readonly labels: readonly string[] | null;
  readonly numbers: readonly number[] | null;
}

type Given = TableParameters["traces"][number];

/**
 * Reads all matrices of traces. `times` is the number of time stamps, when known. Must run after everything else was
 * read from text files: their columns and rows that nothing else names are the ROIs.
 * @throws {LoadError} `load/missing-field`, `load/orientation`, `load/record-shape`, `load/unit`, `load/trace-length`.
 */
export function readTableTraces(files: TableFiles, parameters: TableParameters, times: number | null): TableTraces {
  let labels: readonly string[] | null = null;
  let numbers: readonly number[] | null = null;
  const sources: SourceFile[] = [];
  const traces = parameters.traces.map((given, index): SourceTraces => {
    const field = `traces[${index}]`;
    const content = given.path === undefined ? files.text(given.file, field) : files.hdf5(given.file, field);
    sources.push(content.file);
    if (content instanceof Hdf5Content) {
      return { kind: given.kind, unit: given.unit, values: matrix(content, given, times) };
    }
    const read = given.orientation === "frames-by-rois" ? columns(content, parameters) : rows(content, parameters);
    labels ??= read.labels;
    numbers ??= read.numbers;
    return { kind: given.kind, unit: given.unit, values: read.values };
  });
  const kinds = new Set(traces.map(({ kind }) => kind));
  if (kinds.size < traces.length)
    throw configError("traces: every matrix needs a kind of its own", { kinds: [...kinds] });
  const rois = traces[0]?.values.length ?? 0;
  if (rois === 0) {
    const file = sources[0]?.path ?? "";
    throw new LoadError("missing-field", `${file}: it has no ROI where traces[0] looks for them`, {
      fields: { file, field: "traces[0]" },
      wayOut: "Check `orientation`, `first_column` and `separator` of the step.",
    });
  }
  for (const [index, { kind, values }] of traces.entries()) {
    if (values.length === rois) continue;
    const file = (sources[index] as SourceFile).path;
    throw new LoadError(
      "trace-length",
      `${file}: ${values.length} ROIs of kind ${kind}, ${rois} of ${traces[0]?.kind}`,
      {
        fields: { file, kind, rois: values.length, expected: rois },
      },
    );
  }
  return { frames: traces[0]?.values[0]?.length ?? 0, rois, traces, files: sources, labels, numbers };
}

function matrix(content: Hdf5Content, given: Given, times: number | null): Float64Array[] {
  const path = given.path as string;
  const { values, shape } = content.numbers(path);
  checkUnit(content, path, given.unit);
  const file = content.file.path;
  const [rowCount, columnCount] = shape;
  if (shape.length !== 2 || rowCount === undefined || columnCount === undefined) {
    throw new LoadError(
      "record-shape",
      `${file}, ${path}: ${shape.join(" x ") || "one value"} is no matrix of traces`,
      {
        fields: { file, field: path, shape: [...shape] },
      },
    );
  }
  const form = [rowCount, columnCount] as const;
  const { orientation } = given;
  return tracesOf(
    values,
    form,
    traceOrientation({
      file,
      field: path,
      shape: form,
      times,
      rois: null,
      given: orientation,
      convention: orientation,
    }),
  );
}

interface TextTraces {
  readonly values: readonly Float64Array[];
  readonly labels: readonly string[] | null;
  readonly numbers: readonly number[] | null;
}

/** Every column that nothing else names is an ROI, its header the label; a blank column under no header is none. */
function columns(table: TextTable, { ignore }: TableParameters): TextTraces {
  table.requireRectangle(0);
  const labels: string[] = [];
  const values: Float64Array[] = [];
  for (const [index, name] of table.columns.entries()) {
    if (table.isUsedColumn(index) || ignore.includes(name)) continue;
    if (name === "" && table.records.slice(1).every(({ fields }) => fields[index] === "")) continue;
    values.push(table.numbers(table.columnAt(index)));
    labels.push(name);
  }
  return { values, labels, numbers: null };
}

/** Every row that nothing else names is an ROI. Where rows begin with a number, those that do not are none. */
function rows(table: TextTable, { ignore, first_column: first }: TableParameters): TextTraces {
  table.requireRectangle(0);
  const labels: string[] = [];
  const numbers: number[] = [];
  const values: Float64Array[] = [];
  for (const [index, { fields }] of table.records.entries()) {
    const name = fields[0] ?? "";
    if (table.isUsedRow(index) || (first !== "value" && ignore.includes(name))) continue;
    if (first === "number" && !/^\d{1,9}$/.test(name)) continue;
    values.push(table.numbers(table.rowAt(index, first === "value" ? 0 : 1)));
    if (first === "number") numbers.push(Number(name));
    else if (first === "label") labels.push(name);
  }
  return { values, labels: first === "label" ? labels : null, numbers: first === "number" ? numbers : null };
}
