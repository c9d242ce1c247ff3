import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { matlabStrings } from "../../formats/matlab/matlab-value.js";
import { isEmptyMatlab, matlabNumbers, matlabPlainText, unexpectedMatlab } from "./matlab-access.js";

/**
 * Candidate names of every ROI, verbatim and without the empty ones: from a cell with one element per ROI, each a text, a
 * cell of 0..n texts, a number or empty; or from the rows of a char matrix. An empty array has no names.
 * @throws {FormatError} `format/unexpected-class` for any other value.
 */
export function candidateNames(value: MatlabValue, where: string): string[][] {
  if (isEmptyMatlab(value)) return [];
  if (value.kind === "char") return matlabStrings(value, where).map((name) => (name.trim() === "" ? [] : [name]));
  if (value.kind !== "cell") throw unexpectedMatlab(value, where, "a cell array of names");
  return value.cells.map((cell, index) => namesIn(cell, `${where}{${index + 1}}`).filter((name) => name.trim() !== ""));
}

function namesIn(value: MatlabValue, where: string): string[] {
  if (isEmptyMatlab(value)) return [];
  if (value.kind === "cell") return value.cells.flatMap((cell, index) => namesIn(cell, `${where}{${index + 1}}`));
  const text = matlabPlainText(value);
  if (text !== null) return [text];
  const numbers = matlabNumbers(value);
  // A place that MATLAB filled by itself: NaN, or the number of the ROI.
  if (numbers !== null && numbers.length === 1) return Number.isNaN(numbers[0]) ? [] : [String(numbers[0])];
  throw unexpectedMatlab(value, where, "a name");
}
