import { z } from "zod";
import { FormatError, LoadError } from "../../base/errors.js";
import type { MatlabFile, MatlabValue } from "../../formats/matlab/matlab-value.js";
import { onlyFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import {
  describeMatlab,
  isEmptyMatlab,
  matlabJson,
  matlabNumbers,
  matlabVector,
  missingMatlabField,
  readOptional,
  unexpectedMatlab,
  withMatlabFile,
} from "./matlab-access.js";
import { baseName, conditionOf, conditionRules } from "./matlab-conditions.js";
import { listedStimuli } from "./matlab-listed-stimulus.js";
import { candidateNames } from "./matlab-names.js";
import type { SourceRoi, SourceStimulus } from "./source-recording.js";
import { RECORDING_TABLES, writeRecording } from "./write-recording.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).describe("published name of the dataset"),
  conditions: conditionRules,
});

export type MatlabWormParameters = z.infer<typeof parameters>;

const NEEDED = ["use_flag", "proofread_neurons", "times", "corrected_F", "F_0"] as const;
/** Automatic names, kept beside each ROI. */
const TRACKED = "tracked_IDs";
const STIMULUS = /odou?r|stim/iu;

/**
 * A MATLAB file (5 or 7.3) per worm (Lin 2023, specification 2.2): `corrected_F` (N x T, bleach-corrected fluorescence),
 * `proofread_neurons` (a name per row), `times` (a struct, its last field the seconds), `F_0` (first column: baseline per
 * ROI), `use_flag` (per ROI: 1 good, 0 not looked at, -1 not to be used). Nothing is left out for its flag: `F_0`,
 * `use_flag` and the automatic name are in the ROI's `extra`; a single flag for all is in the recording's. The first
 * frame stays without value where the file has none. Stimuli: a cell of name, start and end in seconds per row, in a
 * field whose name has `odor`, `odour` or `stim`; of any other form it is kept in `extra` where small.
 */
export const matlabWorm: Loader<MatlabWormParameters> = {
  name: "activity/matlab-worm",
  description: "MATLAB files with one worm each, rows are ROIs (Lin 2023)",
  partition: "file",
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    await withMatlabFile(context, file, (matlab) => loadWorm(context, file, matlab));
  },
};

function loadWorm(context: LoadContext<MatlabWormParameters>, file: SourceFile, matlab: MatlabFile): void {
  const { dataset, conditions } = context.parameters;
  const present = matlab.variables.map((variable) => variable.name);
  for (const name of NEEDED) if (!present.includes(name)) throw missingMatlabField(file, [name], present);
  const where = (name: string) => `${file.path}, ${name}`;
  const traces = rowsOf(matlab.read("corrected_F"), where("corrected_F"));
  const names = candidateNames(matlab.read("proofread_neurons"), where("proofread_neurons"));
  const baselineField = matlab.read("F_0");
  const baselines = firstColumn(baselineField, where("F_0"));
  const others = otherValues(baselineField, baselines.length);
  if (others > 0) {
    const rule = "the first column has the baselines, the others are 0 in published files";
    const detail = `${others} values that are not 0`;
    context.drop({ file, scope: "value", item: "F_0 columns 2..", reason: "other_columns", rule, detail, count: 0 });
  }
  for (const [field, count] of [
    ["proofread_neurons", names.length],
    ["F_0", baselines.length],
  ] as const) {
    if (count !== traces.length) throw rowCount(file, field, count, traces.length);
  }
  const flags = matlabVector(matlab.read("use_flag"), where("use_flag"));
  if (flags.length !== traces.length && flags.length !== 1)
    throw rowCount(file, "use_flag", flags.length, traces.length);
  const extra: Record<string, unknown> = flags.length === 1 ? { use_flag: numberOrNull(flags[0]) } : {};
  const timeS = lastField(context, file, matlab.read("times"));
  const optional = (name: string) =>
    readOptional(matlab, name, (reason, detail) => leaveOut(context, file, name, reason, detail));
  const trackedValue = present.includes(TRACKED) ? optional(TRACKED) : null;
  const tracked = trackedValue === null ? null : trackedNames(trackedValue, traces.length);
  const stimuli: SourceStimulus[] = [];
  for (const { name, class: className, dims } of matlab.variables) {
    if ((NEEDED as readonly string[]).includes(name)) continue;
    if (name === TRACKED && (tracked !== null || trackedValue === null)) continue;
    if (!STIMULUS.test(name)) {
      const reason = name === TRACKED ? "other_shape" : "unknown_field";
      leaveOut(context, file, name, reason, `${className} ${dims.join(" x ")}`);
      continue;
    }
    const value = optional(name);
    if (value === null || isEmptyMatlab(value)) continue;
    const listed = listedStimuli(value);
    if (listed === null) {
      const json = matlabJson(value);
      if (json === undefined) leaveOut(context, file, name, "unrecognised_stimulus", describeMatlab(value));
      else extra[name] = json;
      continue;
    }
    stimuli.push(...listed.stimuli);
    for (const { row, detail } of listed.problems) {
      leaveOut(context, file, `${name} row ${row}`, "unrecognised_stimulus", detail);
    }
  }
  const rois = traces.map((_, index): SourceRoi => {
    const candidates = names[index] ?? [];
    const flag = flags.length === 1 ? flags[0] : flags[index];
    return {
      roi: index + 1,
      roiBase: 1,
      columnIndex: index,
      labelRaw: candidates[0] ?? null,
      candidatesRaw: candidates,
      extra: {
        use_flag: numberOrNull(flag),
        F_0: numberOrNull(baselines[index]),
        ...(tracked === null ? {} : { tracked_ID: tracked[index] ?? null }),
      },
    };
  });
  context.countRead(file, 1 + 2 * traces.length + stimuli.length);
  writeRecording(context, {
    dataset,
    wormUid: baseName(file),
    file,
    ...conditionOf(file, conditions),
    timeS,
    timeBasis: "measured",
    rois,
    traces: [{ kind: "corrected_F", unit: "au", values: traces }],
    stimuli,
    extra,
  });
}

function leaveOut(context: LoadContext<unknown>, file: SourceFile, item: string, reason: string, detail: string) {
  context.countRead(file, 1);
  const rule = "fields that the loader does not name are left out";
  context.drop({ file, scope: "column", item, reason, rule, detail });
}

/** The last field of `times` that holds numbers is not searched for: it is the last, whatever its name. */
function lastField(context: LoadContext<unknown>, file: SourceFile, times: MatlabValue): Float64Array {
  if (times.kind !== "struct") throw unexpectedMatlab(times, `${file.path}, times`, "a struct");
  const fields = [...times.fields];
  const last = fields.pop();
  const value = last?.[1][0];
  if (last === undefined || value === undefined) throw missingMatlabField(file, ["times"], [], "times");
  for (const [name, values] of fields) {
    const detail = values[0] === undefined ? "" : describeMatlab(values[0]);
    leaveOut(context, file, `times.${name}`, "unknown_field", detail);
  }
  return matlabVector(value, `${file.path}, times.${last[0]}`);
}

/** Rows of a real matrix, copied. */
function rowsOf(value: MatlabValue, where: string): Float64Array[] {
  const numbers = matlabNumbers(value);
  if (numbers === null || value.dims.length !== 2 || numbers.length === 0) {
    throw unexpectedMatlab(value, where, "a real matrix with a row per ROI");
  }
  const [rows = 0, columns = 0] = value.dims;
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from({ length: columns }, (__, column) => numbers[row + column * rows] as number),
  );
}

/** A value per row: the first column (the file may hold a square matrix of which the others are 0), or a row vector. */
function firstColumn(value: MatlabValue, where: string): Float64Array {
  const numbers = matlabNumbers(value);
  if (numbers === null || value.dims.length !== 2) throw unexpectedMatlab(value, where, "a column of numbers");
  return value.dims[0] === 1 ? numbers : numbers.subarray(0, value.dims[0]);
}

/** Null where they are of another form: they are an addition. */
/** How many values after the first ones are not 0. */
function otherValues(value: MatlabValue, first: number): number {
  return (matlabNumbers(value) ?? []).slice(first).filter((number) => number !== 0).length;
}

function trackedNames(value: MatlabValue, rows: number): (string | null)[] | null {
  if (value.kind !== "cell" || value.cells.length !== rows) return null;
  try {
    return candidateNames(value, TRACKED).map((candidates) => candidates[0] ?? null);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function numberOrNull(number: number | undefined): number | null {
  return number !== undefined && Number.isFinite(number) ? number : null;
}

function rowCount(file: SourceFile, field: string, found: number, expected: number): LoadError {
  return new LoadError("row-count", `${file.path}: ${field} has ${found} values, corrected_F has ${expected} rows`, {
    fields: { file: file.path, field, found, expected },
  });
}
