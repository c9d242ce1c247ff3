import { LoadError } from "../../base/errors.js";
import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import type { Drop, SourceFile } from "../loader.js";
import type { BuiltWorm } from "./built-worm.js";
import { isEmptyMatlab, matlabVector } from "./matlab-access.js";
import type { ClassColumn } from "./matlab-class-columns.js";
import { type ConditionRules, conditionOf } from "./matlab-conditions.js";
import type { SourceRecording, SourceRoi, SourceStimulus } from "./source-recording.js";

/** What a file with traces by class holds. */
export interface ClassFile {
  readonly file: SourceFile;
  readonly fps: number;
  /** Name of the worm's own file, in the order of the entries. */
  readonly worms: readonly string[];
  readonly columns: readonly ClassColumn[];
  readonly stimuli: readonly (readonly SourceStimulus[])[];
  /** Whether AWCL is the OFF neuron. */
  readonly off: readonly (boolean | null)[];
}

/** Most leading frames that stand for "not yet": the source fills them with exact zeros. */
const LEADING_FRAMES = 4;

/**
 * One worm as a recording, with the number of records that its entries hold.
 * @throws {LoadError} `load/no-traces` when the file has no trace of it. @throws {FormatError}
 * `format/unexpected-class` for a trace that is no vector.
 */
export function buildClassWorm(
  { dataset, conditions }: { readonly dataset: string; readonly conditions: ConditionRules },
  { file, fps, columns, stimuli, off }: ClassFile,
  worm: number,
  wormUid: string,
): BuiltWorm {
  const rois: SourceRoi[] = [];
  const norm: (Float64Array | null)[] = [];
  const raw: (Float64Array | null)[] = [];
  const drops: Drop[] = [];
  let frames = 0;
  let zeroed = 0;
  let read = 1 + (stimuli[worm]?.length ?? 0);
  const traceOf = (value: MatlabValue | undefined, where: string): Float64Array | null => {
    if (value === undefined || isEmptyMatlab(value)) return null;
    read++;
    const { trace, zeros } = withoutLeadingZeros(matlabVector(value, where));
    if (zeros > 0) zeroed++;
    frames = Math.max(frames, trace.length);
    return trace;
  };
  for (const [columnIndex, column] of columns.entries()) {
    const named = column.neuronClass.trim() !== "";
    const label = named ? `${column.neuronClass}${column.sides[worm] ?? ""}` : "";
    const where = `${file.path}: ${label || "nameless class"} of ${wormUid}`;
    const normTrace = traceOf(column.norm[worm], where);
    const rawTrace = traceOf(column.raw?.[worm], where);
    read++;
    if (normTrace === null && rawTrace === null) {
      drops.push({
        file,
        scope: "roi",
        item: `${label} (column ${columnIndex + 1}) of ${wormUid}`,
        reason: "not_recorded",
        rule: "an empty entry is a neuron that was not available in that worm",
      });
      continue;
    }
    rois.push({
      roi: columnIndex + 1,
      roiBase: 1,
      columnIndex,
      labelRaw: named ? label : null,
      lr: column.sides[worm] ?? (column.paired ? "unknown" : null),
      ...(column.samples === null ? {} : { extra: { samples: column.samples } }),
    });
    norm.push(normTrace);
    raw.push(rawTrace);
  }
  if (frames === 0) {
    throw new LoadError("no-traces", `${file.path}: ${wormUid} has no traces`, {
      fields: { file: file.path, recording: wormUid, field: "norm_traces" },
    });
  }
  if (zeroed > 0) {
    drops.push({
      file,
      scope: "value",
      item: `first frames of ${zeroed} traces of ${wormUid}`,
      reason: "leading_zero",
      rule: `up to ${LEADING_FRAMES} leading frames that are exactly 0 hold no measurement`,
      count: 0,
    });
  }
  const extra: Record<string, unknown> = { fps, columns: columns.length };
  if (off[worm] != null) extra.is_AWCL_OFF = off[worm];
  const recording: SourceRecording = {
    dataset,
    wormUid,
    file,
    compatOrder: worm,
    ...conditionOf(file, conditions),
    timeS: Float64Array.from({ length: frames }, (_, k) => k / fps),
    timeBasis: "from_rate",
    rois,
    traces: [
      { kind: "norm", unit: "normalized", values: norm },
      { kind: "dff", unit: "dF/F", values: raw },
    ],
    stimuli: stimuli[worm] ?? [],
    extra,
  };
  return { recording, read, drops };
}

function withoutLeadingZeros(values: Float64Array): { readonly trace: Float64Array; readonly zeros: number } {
  let zeros = 0;
  while (zeros < LEADING_FRAMES && values[zeros] === 0) zeros++;
  return zeros === 0 ? { trace: values, zeros } : { trace: values.slice().fill(Number.NaN, 0, zeros), zeros };
}
