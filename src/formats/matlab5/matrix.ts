import type { Limits } from "../../base/limits.js";
import type { MatlabNumericClass, MatlabSparse, MatlabValue } from "../matlab/matlab-value.js";
import { elementCount } from "../matlab/matlab-value.js";
import { ELEMENT, type Element, type ElementSource, elementError, readElement } from "./element.js";
import { classBytes, readNumbers, storedCount } from "./stored-numbers.js";
import { decodeUtf8, readName, readUnits } from "./stored-text.js";

const CLASS_NAMES: ReadonlyMap<number, string> = new Map([
  [1, "cell"],
  [2, "struct"],
  [3, "object"],
  [4, "char"],
  [5, "sparse"],
  [6, "double"],
  [7, "single"],
  [8, "int8"],
  [9, "uint8"],
  [10, "int16"],
  [11, "uint16"],
  [12, "int32"],
  [13, "uint32"],
  [14, "int64"],
  [15, "uint64"],
  [16, "function_handle"],
  [17, "opaque"],
]);

/** What comes before the data of a matrix element. */
export interface MatrixHeader {
  readonly name: string;
  /** Class as MATLAB names it; `logical` where the flag is set, `opaque` for objects of the new kind. */
  readonly class: string;
  readonly dims: readonly number[];
  readonly complex: boolean;
  readonly logical: boolean;
  /** Where the first element behind the header begins. */
  readonly next: number;
}

/** What a variable may still allocate: shared by everything inside of it. */
export interface MatrixBudget {
  readonly limits: Limits;
  values: number;
  cells: number;
  bytes: number;
}

/** What one variable may still allocate under the limits: counted down while it is read. */
export function matrixBudget(limits: Limits): MatrixBudget {
  return { limits, values: limits.entries, cells: limits.cells, bytes: limits.bytes };
}

/** Reads flags, dimensions and name of the matrix element whose data lies in [start, limit). */
export function readMatrixHeader(source: ElementSource, start: number, limit: number): MatrixHeader {
  const flags = readElement(source, start, limit);
  if (flags.type !== ELEMENT.uint32 || flags.end - flags.start !== 8) {
    throw elementError(source, "bad-tag", `the array flags at byte ${start} are not two unsigned integers`, {
      offset: start,
    });
  }
  const word = source.view.getUint32(flags.start, source.littleEndian);
  const className = CLASS_NAMES.get(word & 0xff);
  if (className === undefined) {
    throw elementError(source, "unsupported-class", `array class ${word & 0xff} is not known`, { class: word & 0xff });
  }
  const complex = (word & 0x0800) !== 0;
  const logical = (word & 0x0200) !== 0;
  if (className === "opaque") {
    const name = readElement(source, flags.next, limit);
    return { name: readName(source, name), class: className, dims: [1, 1], complex, logical, next: name.next };
  }
  const dimensions = readElement(source, flags.next, limit);
  const dims = readDimensions(source, dimensions);
  const name = readElement(source, dimensions.next, limit);
  const shown = logical && className !== "sparse" ? "logical" : className;
  return { name: readName(source, name), class: shown, dims, complex, logical, next: name.next };
}

function readDimensions(source: ElementSource, element: Element): number[] {
  const dims = Array.from(readNumbers(source, limitTo(source, element, 32 * 8), "int32") as Int32Array);
  if (element.type !== ELEMENT.int32 || dims.length < 2 || dims.some((size) => size < 0)) {
    throw elementError(source, "bad-dimensions", `the dimensions ${dims.join(" x ")} are not possible`, {
      dims: dims.join(" x "),
    });
  }
  return dims;
}

function limitTo(source: ElementSource, element: Element, bytes: number): Element {
  if (element.end - element.start <= bytes) return element;
  throw elementError(source, "bad-dimensions", `an array of more than 32 dimensions at byte ${element.start}`);
}

/**
 * Reads a matrix element with everything inside of it. `depth` counts the levels above.
 * @throws {FormatError} `format/limit`, `format/unsupported-class` and what {@link readElement} throws.
 */
export function readMatrix(source: ElementSource, matrix: Element, budget: MatrixBudget, depth: number): MatlabValue {
  if (depth > budget.limits.depth) {
    throw elementError(source, "limit", `arrays nest deeper than ${budget.limits.depth} levels`, {
      limit: budget.limits.depth,
    });
  }
  budget.values -= 1;
  if (budget.values < 0) {
    throw elementError(source, "limit", `more than ${budget.limits.entries} arrays in one variable`, {
      limit: budget.limits.entries,
    });
  }
  if (matrix.type !== ELEMENT.matrix) {
    throw elementError(source, "bad-tag", `element type ${matrix.type} at byte ${matrix.start} is no array`, {
      type: matrix.type,
    });
  }
  if (matrix.end === matrix.start) {
    return { kind: "numeric", class: "double", dims: [0, 0], real: new Float64Array(0), imaginary: null };
  }
  const header = readMatrixHeader(source, matrix.start, matrix.end);
  switch (header.class) {
    case "cell":
      return { kind: "cell", dims: header.dims, cells: readCells(source, header, matrix, budget, depth) };
    case "struct":
      return readStruct(source, header, matrix, budget, depth);
    case "char":
      return readChar(source, header, matrix, budget);
    case "sparse":
      return readSparse(source, header, matrix, budget);
    case "object":
    case "function_handle":
    case "opaque":
      throw elementError(source, "unsupported-class", `values of class ${header.class} are not read`, {
        class: header.class,
      });
    case "logical":
      return { kind: "logical", dims: header.dims, values: readLogical(source, header, matrix, budget) };
    default: {
      const numericClass = header.class as MatlabNumericClass;
      const [real, next] = readPart(source, header, matrix, header.next, numericClass, budget);
      const imaginary = header.complex ? readPart(source, header, matrix, next, numericClass, budget)[0] : null;
      return { kind: "numeric", class: numericClass, dims: header.dims, real, imaginary };
    }
  }
}

function spend(source: ElementSource, budget: MatrixBudget, count: number, bytesEach: number): void {
  budget.cells -= count;
  budget.bytes -= count * bytesEach;
  if (budget.cells >= 0 && budget.bytes >= 0) return;
  throw elementError(source, "limit", `an array of ${count} elements passes what one variable may hold`, {
    elements: count,
    limitCells: budget.limits.cells,
    limitBytes: budget.limits.bytes,
  });
}

function readPart(
  source: ElementSource,
  header: MatrixHeader,
  matrix: Element,
  offset: number,
  numericClass: MatlabNumericClass,
  budget: MatrixBudget,
) {
  const expected = elementCount(header.dims);
  const empty: Element = { type: ELEMENT.double, start: matrix.end, end: matrix.end, next: matrix.end };
  const element = expected === 0 && offset >= matrix.end ? empty : readElement(source, offset, matrix.end);
  const count = storedCount(source, element);
  if (count !== expected) {
    throw elementError(
      source,
      "bad-length",
      `${header.dims.join(" x ")} needs ${expected} elements, ${count} are stored`,
      {
        expected,
        found: count,
      },
    );
  }
  spend(source, budget, count, classBytes(numericClass));
  return [readNumbers(source, element, numericClass), element.next] as const;
}

function readLogical(source: ElementSource, header: MatrixHeader, matrix: Element, budget: MatrixBudget): Uint8Array {
  const [numbers] = readPart(source, header, matrix, header.next, "double", budget);
  return Uint8Array.from(numbers as Float64Array, (number) => (number === 0 ? 0 : 1));
}

function readChar(source: ElementSource, header: MatrixHeader, matrix: Element, budget: MatrixBudget): MatlabValue {
  const expected = elementCount(header.dims);
  if (expected === 0 && header.next >= matrix.end)
    return { kind: "char", dims: header.dims, units: new Uint16Array(0) };
  const element = readElement(source, header.next, matrix.end);
  spend(source, budget, element.end - element.start, 2);
  const units = readUnits(source, element);
  if (units.length === expected) return { kind: "char", dims: header.dims, units };
  // Some writers count characters beyond the basic plane once, though MATLAB counts code units.
  if (header.dims.length === 2 && header.dims[0] === 1 && codePoints(units) === expected) {
    return { kind: "char", dims: [1, units.length], units };
  }
  throw elementError(
    source,
    "bad-length",
    `${header.dims.join(" x ")} char needs ${expected} characters, ${units.length} are stored`,
    {
      expected,
      found: units.length,
    },
  );
}

function codePoints(units: Uint16Array): number {
  let pairs = 0;
  for (let i = 1; i < units.length; i++) {
    const high = units[i - 1] as number;
    const low = units[i] as number;
    if (high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000) pairs++;
  }
  return units.length - pairs;
}

function readCells(
  source: ElementSource,
  header: MatrixHeader,
  matrix: Element,
  budget: MatrixBudget,
  depth: number,
): MatlabValue[] {
  const count = elementCount(header.dims);
  requireRoom(source, count, matrix.end - header.next);
  const cells: MatlabValue[] = [];
  let offset = header.next;
  for (let i = 0; i < count; i++) {
    const inner = { ...source, variable: `${source.variable}{${i + 1}}` };
    const element = readElement(inner, offset, matrix.end);
    cells.push(readMatrix(inner, element, budget, depth + 1));
    offset = element.next;
  }
  return cells;
}

function readStruct(
  source: ElementSource,
  header: MatrixHeader,
  matrix: Element,
  budget: MatrixBudget,
  depth: number,
): MatlabValue {
  const lengthElement = readElement(source, header.next, matrix.end);
  const namesElement = readElement(source, lengthElement.next, matrix.end);
  const names = readFieldNames(source, lengthElement, namesElement);
  const count = elementCount(header.dims);
  requireRoom(source, count * names.length, matrix.end - namesElement.next);
  const fields = new Map<string, MatlabValue[]>(names.map((name) => [name, []]));
  if (fields.size !== names.length) {
    throw elementError(source, "bad-struct", `a field name is repeated among ${names.join(", ")}`);
  }
  if (names.length === 0) return { kind: "struct", dims: header.dims, fields };
  let offset = namesElement.next;
  for (let i = 0; i < count; i++) {
    for (const [name, values] of fields) {
      const index = count === 1 ? "" : `(${i + 1})`;
      const inner = { ...source, variable: `${source.variable}${index}.${name}` };
      const element = readElement(inner, offset, matrix.end);
      values.push(readMatrix(inner, element, budget, depth + 1));
      offset = element.next;
    }
  }
  return { kind: "struct", dims: header.dims, fields };
}

function readFieldNames(source: ElementSource, lengthElement: Element, namesElement: Element): string[] {
  const bytes = namesElement.end - namesElement.start;
  const width =
    lengthElement.type === ELEMENT.int32 && lengthElement.end - lengthElement.start === 4
      ? source.view.getInt32(lengthElement.start, source.littleEndian)
      : 0;
  if (namesElement.type !== ELEMENT.int8 || width <= 0 || bytes % width !== 0) {
    throw elementError(
      source,
      "bad-struct",
      `${bytes} bytes of field names are no whole number of names of ${width} bytes`,
      {
        bytes,
        width,
      },
    );
  }
  return Array.from({ length: bytes / width }, (_, i) => {
    const name = source.bytes.subarray(namesElement.start + i * width, namesElement.start + (i + 1) * width);
    const end = name.indexOf(0);
    return decodeUtf8(source, end < 0 ? name : name.subarray(0, end));
  });
}

/** Every array inside of another takes at least the 8 bytes of its tag. */
function requireRoom(source: ElementSource, count: number, bytes: number): void {
  if (count * 8 <= bytes) return;
  throw elementError(source, "truncated", `${count} elements are claimed, ${bytes} bytes are there`, {
    claimed: count,
    available: bytes,
  });
}

function readSparse(source: ElementSource, header: MatrixHeader, matrix: Element, budget: MatrixBudget): MatlabSparse {
  const [rows, columns] = header.dims;
  if (header.dims.length !== 2 || rows === undefined || columns === undefined) {
    throw elementError(source, "bad-dimensions", `a sparse matrix of ${header.dims.length} dimensions`);
  }
  const rowElement = readElement(source, header.next, matrix.end);
  const columnElement = readElement(source, rowElement.next, matrix.end);
  const realElement = readElement(source, columnElement.next, matrix.end);
  const stored = [rowElement, columnElement, realElement].map((element) => storedCount(source, element));
  spend(
    source,
    budget,
    stored.reduce((sum, count) => sum + count, 0),
    8,
  );
  const imaginaryElement = header.complex ? readElement(source, realElement.next, matrix.end) : null;
  if (imaginaryElement !== null) spend(source, budget, storedCount(source, imaginaryElement), 8);
  return sparseMatrix(source, {
    class: header.logical ? "logical" : "double",
    dims: [rows, columns],
    rowIndices: readNumbers(source, rowElement, "int32") as Int32Array,
    columnStarts: readNumbers(source, columnElement, "int32") as Int32Array,
    real: readNumbers(source, realElement, "double") as Float64Array,
    imaginary: imaginaryElement === null ? null : (readNumbers(source, imaginaryElement, "double") as Float64Array),
  });
}

/**
 * A sparse matrix from its stored parts, which may be longer than needed; every index is checked.
 * @throws {FormatError} `format/bad-sparse`
 */
export function sparseMatrix(
  source: Pick<ElementSource, "file" | "variable">,
  parts: Omit<MatlabSparse, "kind">,
): MatlabSparse {
  const [rows, columns] = parts.dims;
  const fail = (message: string) => elementError(source, "bad-sparse", message, { rows, columns });
  const { rowIndices, columnStarts } = parts;
  if (columnStarts.length !== columns + 1) throw fail(`${columnStarts.length} column starts for ${columns} columns`);
  if (columnStarts[0] !== 0) throw fail(`the first column starts at entry ${columnStarts[0]}`);
  const entries = columnStarts[columns] as number;
  for (const [name, length] of [
    ["row indices", rowIndices.length],
    ["values", parts.real.length],
    ["imaginary values", parts.imaginary?.length ?? entries],
  ] as const) {
    if (length < entries) throw fail(`${length} ${name} for ${entries} entries`);
  }
  for (let column = 0; column < columns; column++) {
    const start = columnStarts[column] as number;
    const end = columnStarts[column + 1] as number;
    if (end < start || end > entries)
      throw fail(`column ${column + 1} has the entries ${start} to ${end} of ${entries}`);
    let previous = -1;
    for (let entry = start; entry < end; entry++) {
      const row = rowIndices[entry] as number;
      if (row <= previous || row >= rows) {
        throw fail(`row index ${row} in column ${column + 1} of ${rows} rows is out of range or order`);
      }
      previous = row;
    }
  }
  return {
    kind: "sparse",
    class: parts.class,
    dims: parts.dims,
    rowIndices: rowIndices.slice(0, entries),
    columnStarts,
    real: parts.real.slice(0, entries),
    imaginary: parts.imaginary?.slice(0, entries) ?? null,
  };
}
