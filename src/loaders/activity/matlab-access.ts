import { FormatError, LoadError } from "../../base/errors.js";
import { elementCount, type MatlabFile, type MatlabValue, matlabClass } from "../../formats/matlab/matlab-value.js";
import { readMatlab } from "../../formats/matlab/read-matlab.js";
import type { LoadContext, SourceFile } from "../loader.js";

/**
 * Opens a MATLAB file for `use` and closes it. Files of 7.3 are not read whole.
 * @throws {FormatError} for broken bytes. @throws {LoadError} `load/unreadable` when the file cannot be opened.
 */
export async function withMatlabFile<T>(
  context: Pick<LoadContext<unknown>, "limits">,
  file: SourceFile,
  use: (matlab: MatlabFile) => T,
): Promise<T> {
  let matlab: MatlabFile;
  try {
    matlab = await readMatlab(file.absolutePath, { file: file.path, limits: context.limits });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    throw new LoadError("unreadable", `${file.path} cannot be read: ${code}`, {
      fields: { file: file.path, code },
      wayOut: "Check the permissions of the file and of its folder.",
    });
  }
  try {
    return use(matlab);
  } catch (error) {
    throw error instanceof FormatError ? withFile(error, file) : error;
  } finally {
    matlab.close();
  }
}

/** Values do not know their file: what refuses one names it in the message alone. */
function withFile(error: FormatError, file: SourceFile): FormatError {
  const { tag, message, fields, wayOut } = error;
  if (fields.file !== undefined) return error;
  return new FormatError(tag.slice("format/".length), message, {
    fields: { file: file.path, ...fields },
    ...(wayOut === undefined ? {} : { wayOut }),
  });
}

/**
 * A variable that a loader can do without: null where it cannot be read (an object of MATLAB, say), after `leaveOut` was
 * told why.
 */
export function readOptional(
  matlab: MatlabFile,
  name: string,
  leaveOut: (reason: "unreadable", detail: string) => void,
): MatlabValue | null {
  try {
    return matlab.read(name);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    leaveOut("unreadable", error.message);
    return null;
  }
}

/** `cell 1 x 5`: a value as it is named in errors and dropped rows. */
export function describeMatlab(value: MatlabValue): string {
  return `${matlabClass(value)} ${value.dims.join(" x ")}`;
}

/** An empty array of any class. */
export function isEmptyMatlab(value: MatlabValue): boolean {
  return elementCount(value.dims) === 0;
}

/** The real numbers of a full array as float64, column-major; null for any other value. */
export function matlabNumbers(value: MatlabValue): Float64Array | null {
  if (value.kind === "logical") return Float64Array.from(value.values);
  if (value.kind !== "numeric" || value.imaginary !== null) return null;
  return value.real instanceof Float64Array ? value.real : Float64Array.from(value.real, Number);
}

/** The number of a 1 x 1 array; null for any other value. */
export function matlabNumber(value: MatlabValue | undefined): number | null {
  if (value === undefined) return null;
  const numbers = matlabNumbers(value);
  return numbers !== null && numbers.length === 1 ? (numbers[0] as number) : null;
}

/** A text, or the text of a cell that holds one alone; "" for an empty array; null for any other value. */
export function matlabPlainText(value: MatlabValue | undefined): string | null {
  if (value === undefined) return null;
  if (isEmptyMatlab(value)) return "";
  if (value.kind === "cell") return value.cells.length === 1 ? matlabPlainText(value.cells[0]) : null;
  if (value.kind !== "char" || value.dims.length !== 2 || value.dims[0] !== 1) return null;
  return Buffer.from(value.units.buffer, value.units.byteOffset, value.units.byteLength).toString("utf16le");
}

/** Elements of a cell array, or of a struct array (as 1 x 1 structs); null for any other value. */
export function matlabElements(value: MatlabValue): readonly MatlabValue[] | null {
  if (value.kind === "cell") return value.cells;
  if (value.kind !== "struct") return null;
  return Array.from({ length: elementCount(value.dims) }, (_, index) => ({
    kind: "struct" as const,
    dims: [1, 1],
    fields: new Map([...value.fields].map(([name, values]) => [name, [values[index] as MatlabValue]])),
  }));
}

/**
 * Columns of a real matrix of two dimensions: its rows are frames, its columns ROIs. Values are views where the file
 * holds float64.
 * @throws {FormatError} `format/unexpected-class` for any other value; an empty array has no columns.
 */
export function matlabColumns(value: MatlabValue, where: string): Float64Array[] {
  if (isEmptyMatlab(value)) return [];
  const numbers = matlabNumbers(value);
  if (numbers === null || value.dims.length !== 2) throw unexpectedMatlab(value, where, "a real matrix");
  const [rows = 0, columns = 0] = value.dims;
  return Array.from({ length: columns }, (_, column) => numbers.subarray(column * rows, (column + 1) * rows));
}

/**
 * The numbers of a real vector in either orientation; an empty array gives none.
 * @throws {FormatError} `format/unexpected-class` for any other value.
 */
export function matlabVector(value: MatlabValue, where: string): Float64Array {
  if (isEmptyMatlab(value)) return new Float64Array(0);
  const numbers = matlabNumbers(value);
  if (numbers === null || !value.dims.some((size) => size === numbers.length)) {
    throw unexpectedMatlab(value, where, "a real vector");
  }
  return numbers;
}

/** Largest array that is kept as JSON text beside a record. */
const JSON_ELEMENTS = 64;

/** A small text, number, vector of numbers or cell of texts as JSON; undefined for anything else. NaN becomes null. */
export function matlabJson(value: MatlabValue): unknown {
  const text = matlabPlainText(value);
  if (text !== null) return text;
  const numbers = matlabNumbers(value);
  if (numbers !== null && numbers.length <= JSON_ELEMENTS) {
    const list = Array.from(numbers, (number) => (Number.isFinite(number) ? number : null));
    return list.length === 1 ? list[0] : list;
  }
  if (value.kind === "cell" && value.cells.length <= JSON_ELEMENTS) {
    const items = value.cells.map(matlabJson);
    if (!items.includes(undefined)) return items;
  }
  return undefined;
}

/** The error for a value of another class or shape than a place wants. */
export function unexpectedMatlab(value: MatlabValue, where: string, expected: string): FormatError {
  const found = describeMatlab(value);
  return new FormatError("unexpected-class", `${where} is ${found}, not ${expected}`, {
    fields: { where, expected, found },
  });
}

/** The error for a field that a loader needs and a file does not have. */
export function missingMatlabField(
  file: SourceFile,
  names: readonly string[],
  present: readonly string[],
  where = "the file",
): LoadError {
  const wanted = names.map((name) => `"${name}"`).join(" or ");
  return new LoadError("missing-field", `${file.path}: ${where} has no field ${wanted}`, {
    fields: { file: file.path, field: names[0] ?? "", fields: present },
    wayOut: `It has ${present.length === 0 ? "no fields" : present.join(", ")}.`,
  });
}
