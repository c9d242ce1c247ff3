import { LoadError } from "../../base/errors.js";
import type { SourceFile } from "../loader.js";
import type { SourceTraces } from "./source-recording.js";
import { describeField, type FieldValue, rowsOf, transposed } from "./wormwideweb-fields.js";

/**
 * `trace_original` (ratio) and `trace_array` (z-score) as ROIs × frames: turned where `num_neurons`, or without it the
 * time vector, fits the other axis only.
 * @throws {LoadError} `load/missing-field` when there is neither, `load/shape` when one fits no axis.
 */
export function readTraces(
  file: SourceFile,
  members: ReadonlyMap<string, FieldValue>,
  timeS: Float64Array,
): SourceTraces[] {
  const traces: SourceTraces[] = [];
  for (const [key, kind, unit] of [
    ["trace_original", "ratio", "ratio"],
    ["trace_array", "zscore_source", "zscore"],
  ] as const) {
    const value = members.get(key) ?? null;
    if (value === null) continue;
    const rows = rowsOf(value);
    if (rows === null) throw shape(file, key, "numbers in rows of equal length", describeField(value));
    traces.push({ kind, unit, values: oriented(file, { key, rows, count: members.get("num_neurons"), timeS }) });
  }
  const [first, second] = traces;
  if (first === undefined) throw missing(file, "trace_original (or trace_array)");
  if (second !== undefined && second.values.length !== first.values.length) {
    throw shape(file, "trace_array", `${first.values.length} ROIs, as in trace_original`, `${second.values.length}`);
  }
  return traces;
}

/** Rows as ROIs. */
function oriented(
  file: SourceFile,
  options: {
    readonly key: string;
    readonly rows: Float64Array[];
    readonly count: FieldValue | undefined;
    readonly timeS: Float64Array;
  },
): Float64Array[] {
  const { key, rows, count, timeS } = options;
  const [n, t] = [rows.length, rows[0]?.length ?? 0];
  if (typeof count === "number") {
    if (n === count) return rows;
    if (t === count) return transposed(rows);
    throw shape(file, key, `num_neurons (${count}) x frames`, `${n} x ${t}`);
  }
  return n === timeS.length && t !== timeS.length ? transposed(rows) : rows;
}

/** A `load/missing-field` error for a list of numbers. */
export function missing(file: SourceFile, field: string): LoadError {
  return new LoadError("missing-field", `${file.path} has no list of numbers ${field}`, {
    fields: { file: file.path, field },
    wayOut: "Check that this loader is meant for this file.",
  });
}

function shape(file: SourceFile, field: string, expected: string, found: string): LoadError {
  return new LoadError("shape", `${file.path}: ${field} is ${found}, expected is ${expected}`, {
    fields: { file: file.path, field, expected, found },
    wayOut: "Check that this loader is meant for this file.",
  });
}
