import { FormatError } from "../../base/errors.js";
import type { NumberArray } from "../../base/number-array.js";

/** Numeric classes of MATLAB. `logical`, `char`, `cell`, `struct` and sparse matrices are kinds of their own. */
export type MatlabNumericClass =
  | "double"
  | "single"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64";

export type MatlabNumbers = NumberArray;

/** A full numeric array. Elements in column-major order, in the typed array of the class however they were stored. */
export interface MatlabNumeric {
  readonly kind: "numeric";
  readonly class: MatlabNumericClass;
  readonly dims: readonly number[];
  readonly real: MatlabNumbers;
  readonly imaginary: MatlabNumbers | null;
}

/** A full logical array: 0 or 1 per element, column-major. */
export interface MatlabLogical {
  readonly kind: "logical";
  readonly dims: readonly number[];
  readonly values: Uint8Array;
}

/** A char array: UTF-16 code units, column-major. {@link matlabText} makes a string of it. */
export interface MatlabChar {
  readonly kind: "char";
  readonly dims: readonly number[];
  readonly units: Uint16Array;
}

/** A cell array, column-major. */
export interface MatlabCell {
  readonly kind: "cell";
  readonly dims: readonly number[];
  readonly cells: readonly MatlabValue[];
}

/** A struct array: per field, in the order of the file, one value per element, column-major. */
export interface MatlabStruct {
  readonly kind: "struct";
  readonly dims: readonly number[];
  readonly fields: ReadonlyMap<string, readonly MatlabValue[]>;
}

/** A sparse matrix in compressed columns: column j holds entries `columnStarts[j]` up to `columnStarts[j + 1]`. */
export interface MatlabSparse {
  readonly kind: "sparse";
  readonly class: "double" | "logical";
  readonly dims: readonly [number, number];
  readonly rowIndices: Int32Array;
  readonly columnStarts: Int32Array;
  readonly real: Float64Array;
  readonly imaginary: Float64Array | null;
}

/** One value of a MATLAB file, the same for format 5 and 7.3. */
export type MatlabValue = MatlabNumeric | MatlabLogical | MatlabChar | MatlabCell | MatlabStruct | MatlabSparse;

/** What a file says about a variable before it is read. */
export interface MatlabVariable {
  readonly name: string;
  /** Class as MATLAB names it, `sparse` for sparse matrices. */
  readonly class: string;
  readonly dims: readonly number[];
}

/** An open MATLAB file. Variables are listed at once and read singly. */
export interface MatlabFile {
  readonly file: string;
  readonly version: "5" | "7.3";
  readonly variables: readonly MatlabVariable[];
  /**
   * Reads one variable.
   * @throws {FormatError} `format/missing-variable`, `format/unsupported-class`, or what is wrong with its bytes.
   */
  read(name: string): MatlabValue;
  /** Frees what the file holds. Values already read stay valid. */
  close(): void;
}

/** Number of elements of an array. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/**
 * The text of a char array with at most one row; an empty array of any class is the empty text.
 * @throws {FormatError} `format/unexpected-class`
 */
export function matlabText(value: MatlabValue, where = "value"): string {
  if (value.kind !== "sparse" && elementCount(value.dims) === 0 && value.kind !== "cell" && value.kind !== "struct") {
    return "";
  }
  if (value.kind !== "char" || value.dims.length !== 2 || value.dims[0] !== 1) {
    throw unexpected(where, "a text (one row of char)", value);
  }
  return fromUnits(value.units);
}

/**
 * The texts of a cell array of texts (column-major), or the rows of a char matrix without the blanks MATLAB pads with.
 * @throws {FormatError} `format/unexpected-class` that names the element.
 */
export function matlabStrings(value: MatlabValue, where = "value"): string[] {
  if (value.kind === "cell") return value.cells.map((cell, index) => matlabText(cell, `${where}{${index + 1}}`));
  if (value.kind !== "char" || value.dims.length !== 2) throw unexpected(where, "a cell array of texts", value);
  const rows = value.dims[0] ?? 0;
  const columns = value.dims[1] ?? 0;
  return Array.from({ length: rows }, (_, row) => {
    const units = new Uint16Array(columns);
    for (let column = 0; column < columns; column++) units[column] = value.units[row + column * rows] as number;
    return fromUnits(units).replace(/ +$/, "");
  });
}

/**
 * The real number at (row, column), counted from 0, of a full or sparse matrix. 64-bit integers come as numbers.
 * Cost: constant, or logarithmic in the entries of the column where sparse.
 * @throws {FormatError} `format/unexpected-class`; {RangeError} outside of the matrix.
 */
export function matlabAt(value: MatlabValue, row: number, column: number): number {
  const [rows, columns] = matrixDims(value);
  if (!(row >= 0 && row < rows && column >= 0 && column < columns)) {
    throw new RangeError(`(${row}, ${column}) is outside of a ${rows} x ${columns} matrix`);
  }
  if (value.kind !== "sparse") return Number(fullNumbers(value)[row + column * rows]);
  let low = value.columnStarts[column] as number;
  let high = (value.columnStarts[column + 1] as number) - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = value.rowIndices[middle] as number;
    if (found === row) return value.real[middle] as number;
    if (found < row) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** A matrix of numbers, row by row. */
export interface RowMajorMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * The real part of a full or sparse matrix as float64, row-major: element (i, j) is `values[i * columns + j]`.
 * @throws {FormatError} `format/unexpected-class`, or `format/limit` when a sparse matrix is too large to be made full.
 */
export function matlabRowMajor(value: MatlabValue, maximumCells = 100_000_000): RowMajorMatrix {
  const [rows, columns] = matrixDims(value);
  if (rows * columns > maximumCells) {
    throw new FormatError("limit", `a ${rows} x ${columns} matrix is too large to be made full`, {
      fields: { rows, columns, limit: maximumCells },
    });
  }
  const values = new Float64Array(rows * columns);
  if (value.kind === "sparse") {
    for (let column = 0; column < columns; column++) {
      const end = value.columnStarts[column + 1] as number;
      for (let entry = value.columnStarts[column] as number; entry < end; entry++) {
        values[(value.rowIndices[entry] as number) * columns + column] = value.real[entry] as number;
      }
    }
  } else {
    const numbers = fullNumbers(value);
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) values[row * columns + column] = Number(numbers[row + column * rows]);
    }
  }
  return { rows, columns, values };
}

/**
 * A field of one element of a struct array.
 * @throws {FormatError} `format/unexpected-class`, `format/missing-field` with the fields there are.
 */
export function matlabField(value: MatlabValue, field: string, index = 0, where = "value"): MatlabValue {
  if (value.kind !== "struct") throw unexpected(where, "a struct", value);
  const found = value.fields.get(field)?.[index];
  if (found !== undefined) return found;
  const present = [...value.fields.keys()];
  throw new FormatError("missing-field", `${where} has no field "${field}" (element ${index + 1})`, {
    fields: { field, element: index + 1, fields: present },
    wayOut: `It has ${present.length === 0 ? "no fields" : present.map((name) => `"${name}"`).join(", ")}.`,
  });
}

/** Class as MATLAB names it. */
export function matlabClass(value: MatlabValue): string {
  if (value.kind === "numeric") return value.class;
  return value.kind;
}

function fullNumbers(value: MatlabValue): MatlabNumbers | Uint16Array {
  if (value.kind === "numeric") return value.real;
  if (value.kind === "logical") return value.values;
  throw unexpected("value", "a matrix of numbers", value);
}

function matrixDims(value: MatlabValue): readonly [number, number] {
  const [rows, columns] = value.dims;
  if (value.dims.length !== 2 || rows === undefined || columns === undefined) {
    throw unexpected("value", "a matrix of two dimensions", value);
  }
  return [rows, columns];
}

function fromUnits(units: Uint16Array): string {
  let text = "";
  for (let start = 0; start < units.length; start += 8192) {
    text += String.fromCharCode(...units.subarray(start, start + 8192));
  }
  return text;
}

function unexpected(where: string, expected: string, value: MatlabValue): FormatError {
  const found = `${matlabClass(value)} ${value.dims.join(" x ")}`;
  return new FormatError("unexpected-class", `${where} is ${found}, not ${expected}`, {
    fields: { where, expected, found },
  });
}
