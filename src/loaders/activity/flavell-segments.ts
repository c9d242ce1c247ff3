import { LoadError } from "../../base/errors.js";
import type { SourceFile } from "../loader.js";
import { type NumberField, twoAxes } from "./flavell-fields.js";

/**
 * First frames of continuous segments (0-based) from `idx_splits`, 2 × S: 1-based inclusive starts and ends. A stretch
 * of frames that no segment covers is a segment of its own; without the dataset the recording is one segment.
 * @throws {LoadError} `load/segments` when a border is no frame or the segments are not in ascending order.
 */
export function segmentStarts(field: NumberField | null, frames: number, file: SourceFile): number[] {
  if (frames === 0) return [];
  if (field === null) return [0];
  const [rows, segments] = twoAxes(field, file);
  const fault = (message: string) =>
    new LoadError("segments", `${file.path}: ${field.path}: ${message}`, {
      fields: { file: file.path, field: field.path, frames },
      wayOut: "Segments are 2 x S: starts and ends, 1-based and inclusive, ascending.",
    });
  if (rows !== 2) throw fault(`it has ${rows} rows, not 2`);
  const starts = new Set([0]);
  let before = 0;
  for (let s = 0; s < segments; s++) {
    const start = field.values[s] as number;
    const end = field.values[segments + s] as number;
    if (!Number.isInteger(start) || !Number.isInteger(end) || start <= before || end < start || end > frames) {
      throw fault(`segment ${s + 1} is ${start} to ${end} after frame ${before}, the recording has ${frames} frames`);
    }
    starts.add(start - 1);
    if (end < frames) starts.add(end);
    before = end;
  }
  return [...starts].sort((a, b) => a - b);
}
