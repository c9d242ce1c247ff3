import { LoadError } from "../../base/errors.js";
import { parseJson } from "../../formats/json/parse-json.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { readRawFile } from "./raw-file.js";

/** One object of a JSON array. */
export interface JsonRecord {
  readonly index: number;
  /** `index 4`. */
  readonly cell: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * A JSON file that is an array of objects; NaN literals are accepted.
 * @throws {LoadError} `load/record-shape` naming file and index.
 */
export async function readJsonRecords(
  context: Pick<LoadContext<unknown>, "limits">,
  file: SourceFile,
): Promise<readonly JsonRecord[]> {
  const bytes = await readRawFile(file, context.limits);
  const root: unknown = parseJson(bytes, { file: file.path, limits: context.limits, nonFinite: true });
  if (!Array.isArray(root)) throw shapeError(file, "the file", "an array of objects", root);
  return root.map((value: unknown, index) => {
    const cell = `index ${index}`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw shapeError(file, cell, "an object", value);
    }
    return { index, cell, value: value as Readonly<Record<string, unknown>> };
  });
}

/** A `load/record-shape` error: what stands where, and what should. */
export function shapeError(file: SourceFile, place: string, expected: string, found: unknown): LoadError {
  const text = describeJson(found);
  return new LoadError("record-shape", `${file.path}, ${place}: ${expected} is expected, but it is ${text}`, {
    fields: { file: file.path, row: place, expected, found: text },
    wayOut: "Check that this loader is meant for this file.",
  });
}

function describeJson(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The keys that occur in the records, in order of first occurrence. */
export function keysOf(records: readonly JsonRecord[]): string[] {
  const keys = new Set<string>();
  for (const record of records) for (const key of Object.keys(record.value)) keys.add(key);
  return [...keys];
}
