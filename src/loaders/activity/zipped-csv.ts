import { z } from "zod";
import { FormatError, LoadError } from "../../base/errors.js";
import { readZip, type ZipEntry } from "../../formats/archive/zip-archive.js";
import type { DelimitedTable } from "../../formats/delimited-text/delimited-table.js";
import { readDelimited } from "../../formats/delimited-text/read-delimited.js";
import { fileName, onlyFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import type { SourceRoi } from "./source-recording.js";
import { noNumber } from "./text-lines.js";
import { textNumber } from "./text-number.js";
import { TRACE_KINDS } from "./trace-kinds.js";
import { RECORDING_TABLES, writeRecording } from "./write-recording.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).default("Venkatachalam2024").describe("published dataset"),
  kind: z.enum(TRACE_KINDS).default("other").describe("what the values are; the file does not say"),
  unit: z.string().min(1).default("not stated").describe("unit of the values"),
  label_column: z.string().min(1).default("neuron").describe("metadata column with the neuron's name"),
  metadata_columns: z.int().min(1).default(9).describe("how many columns, from the left, describe the neuron"),
  first_frame_column: z.int().min(1).default(107).describe("0-based column of the first frame"),
  excluded_last_columns: z.int().min(0).default(1).describe("columns at the right that hold no frame"),
  frame_interval_s: z.number().positive().default(0.375).describe("seconds between frames: no file states it"),
});

export type ZippedCsvParameters = z.infer<typeof parameters>;

/**
 * A zip archive with one CSV of the same base name, one row per neuron: metadata columns, blank columns, then one column
 * per frame, whose header is the frame's number (Venkatachalam 2024, specification 2.2 row 12). Time = number × interval,
 * an assumption. Metadata stay in `extra` of the ROI. Blank columns and the last one are dropped, with rows. When stimuli
 * were given is in none of the published columns: a column between metadata and frames that is not blank is dropped by
 * its name.
 * Cost: the inflated text and its fields in memory.
 */
export const zippedCsv: Loader<ZippedCsvParameters> = {
  name: "activity/zipped-csv",
  description: "A zipped CSV with a row per neuron and a column per frame",
  partition: "file",
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { dataset, kind, unit, label_column: labelColumn, frame_interval_s: interval } = context.parameters;
    const wormUid = fileName(file).replace(/\.zip$/i, "");
    const table = await readMember(context, file, wormUid);
    const columns = columnsOf(context, file, table);
    const { records } = table;
    context.countRead(file, 1 + 2 * records.length);
    const rois = records.map(({ fields }, roi): SourceRoi => {
      const extra: Record<string, string> = Object.create(null);
      for (const [index, name] of columns.metadata) {
        const value = (fields[index] as string).trim();
        if (name !== labelColumn && value !== "") extra[name] = value;
      }
      const label = fields[columns.label] as string;
      return { roi, roiBase: 0, columnIndex: roi, labelRaw: label.trim() === "" ? null : label, extra };
    });
    const values = records.map(({ line, fields }) => {
      const trace = new Float64Array(columns.frames.length);
      for (let k = 0; k < trace.length; k++) {
        const field = fields[columns.first + k] as string;
        const value = textNumber(field);
        if (value === undefined) throw noNumber(file, line, field);
        trace[k] = value;
      }
      return trace;
    });
    writeRecording(context, {
      dataset,
      wormUid,
      file,
      timeS: Float64Array.from(columns.frames, (frame) => frame * interval),
      timeBasis: "assumed",
      rois,
      traces: [{ kind, unit, values }],
    });
  },
};

async function readMember(context: LoadContext<unknown>, file: SourceFile, base: string): Promise<DelimitedTable> {
  const { limits } = context;
  const archive = await readZip(file.absolutePath, { file: file.path, limits });
  try {
    const names = archive.entries.map(({ name }) => name);
    const wanted = names.filter((name) => name === `${base}.csv` || name.endsWith(`/${base}.csv`));
    const csv = wanted.length > 0 ? wanted : names.filter((name) => /\.csv$/i.test(name) && !/(^|\/)[._]/.test(name));
    const [member] = csv;
    if (member === undefined || csv.length > 1) {
      throw new LoadError(
        "missing-field",
        `${file.path}: ${csv.length === 0 ? "no" : "more than one"} member ${base}.csv among ${names.join(", ")}`,
        { fields: { file: file.path, field: `${base}.csv`, found: names.slice(0, 50) } },
      );
    }
    for (const item of names) {
      if (item === member) continue;
      context.countRead(file, 1);
      context.drop({ file, scope: "file", item, reason: "other_member", rule: `the recording is in ${member}` });
    }
    refuseBomb(file, archive.entry(member));
    const place = `${file.path}/${member}`;
    return readDelimited(await archive.read(member), { file: place, limits, separator: ",", header: "first" });
  } finally {
    await archive.close();
  }
}

/** Numbers as text deflate to a third or less; a text that repeats itself a hundred times is none. */
const BOMB = { bytes: 64 * 1024 ** 2, ratio: 100 } as const;

function refuseBomb(file: SourceFile, { name, bytes, compressedBytes }: ZipEntry): void {
  if (bytes <= BOMB.bytes || bytes <= BOMB.ratio * compressedBytes) return;
  throw new FormatError(
    "compression-ratio",
    `${file.path}: ${name} inflates from ${compressedBytes} to ${bytes} bytes, more than ${BOMB.ratio} times`,
    { fields: { file: file.path, entry: name, bytes, compressedBytes, limit: BOMB.ratio } },
  );
}

interface Columns {
  readonly label: number;
  /** Index and name of every metadata column. */
  readonly metadata: readonly (readonly [number, string])[];
  readonly first: number;
  /** Number of every frame. */
  readonly frames: readonly number[];
}

/** Finds the columns, and accounts for those that hold no frame. */
function columnsOf(
  context: LoadContext<ZippedCsvParameters>,
  file: SourceFile,
  { columns, records, headerLine }: DelimitedTable,
): Columns {
  const { label_column: labelColumn, metadata_columns: metadataCount } = context.parameters;
  const { first_frame_column: first, excluded_last_columns: excluded } = context.parameters;
  const end = columns.length - excluded;
  if (end <= first) {
    throw new LoadError(
      "missing-field",
      `${file.path}: ${columns.length} columns; frames would begin at column ${first}`,
      {
        fields: { file: file.path, field: `column ${first}`, columns: columns.length },
        wayOut: "Say `first_frame_column` in the parameters of the step.",
      },
    );
  }
  const metadata = columns.slice(0, metadataCount).map((name, index) => [index, name.trim()] as const);
  const label = metadata.find(([, name]) => name === labelColumn)?.[0];
  if (label === undefined) {
    const there = metadata.map(([, name]) => name);
    throw new LoadError("missing-field", `${file.path}: no column ${labelColumn} among ${there.join(", ")}`, {
      fields: { file: file.path, field: labelColumn, found: there },
    });
  }
  const frames = columns.slice(first, end).map((name, k) => {
    const frame = name.trim() === "" ? undefined : textNumber(name);
    if (frame === undefined || !Number.isFinite(frame)) {
      throw new FormatError(
        "missing-header",
        `${file.path}:${headerLine}: the header of column ${first + k} is ${JSON.stringify(name)}, no frame number`,
        { fields: { file: file.path, column: first + k, value: name } },
      );
    }
    return frame;
  });
  const isBlank = (column: number) => records.every(({ fields }) => (fields[column] as string).trim() === "");
  const blank: number[] = [];
  const drop = (column: number, reason: string, rule: string) => {
    context.countRead(file, 1);
    const item = `column ${column} (${columns[column]?.trim() || "no name"})`;
    context.drop({ file, scope: "column", item, reason, rule });
  };
  for (let column = metadataCount; column < first; column++) {
    if (isBlank(column)) blank.push(column);
    else drop(column, "unknown_field", "only metadata and frames are read");
  }
  if (blank.length > 0) {
    context.countRead(file, blank.length);
    context.drop({
      file,
      scope: "column",
      item: `columns ${blank[0]}..${blank.at(-1)}`,
      reason: "blank_column",
      rule: "a column between metadata and frames without any value",
      count: blank.length,
    });
  }
  for (let column = end; column < columns.length; column++) {
    drop(column, "last_column", "the last column holds no frame");
  }
  return { label, metadata, first, frames };
}
