import { LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { decodeUtf8 } from "../../formats/text/utf8-text.js";
import { readRawFile } from "../connectome/raw-file.js";
import type { SourceFile } from "../loader.js";
import { textNumber } from "./text-number.js";

/**
 * The lines of a text file, verbatim. Blank lines count: in a list of labels they are ROIs without one. What follows the
 * last line end is a line when it is not empty.
 * @throws {FormatError} for bytes that are no UTF-8 text.
 */
export async function readLines(file: SourceFile, limits: Limits): Promise<string[]> {
  const text = decodeUtf8(await readRawFile(file, limits), { file: file.path, limits });
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * One number per line; blank lines at the end are none.
 * @throws {LoadError} `load/value` naming file and line.
 */
export async function readNumberLines(file: SourceFile, limits: Limits): Promise<Float64Array> {
  const lines = (await readLines(file, limits)).map((line) => line.trim());
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  return Float64Array.from(lines, (line, index) => {
    const value = textNumber(line);
    if (value === undefined || line === "") throw noNumber(file, index + 1, line);
    return value;
  });
}

/** `load/value`: a field that should be a number is none. */
export function noNumber(file: SourceFile, line: number, value: string): LoadError {
  const shown = JSON.stringify(value.slice(0, 80));
  return new LoadError("value", `${file.path}:${line}: ${shown} is no number`, {
    fields: { file: file.path, line, value: value.slice(0, 80) },
    wayOut: "A value that is missing is written NaN.",
  });
}
