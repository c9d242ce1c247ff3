import type {
  MatlabCell,
  MatlabChar,
  MatlabLogical,
  MatlabNumeric,
  MatlabSparse,
  MatlabStruct,
  MatlabValue,
} from "../formats/matlab/matlab-value.js";

/** A text: one row of char, 0 x 0 when empty, as MATLAB has it. */
export function textValue(text: string): MatlabChar {
  const units = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return { kind: "char", dims: text.length === 0 ? [0, 0] : [1, text.length], units };
}

/** A cell column of texts, or of whatever values are given. */
export function cellColumn(items: readonly (string | MatlabValue)[]): MatlabCell {
  const cells = items.map((item) => (typeof item === "string" ? textValue(item) : item));
  return { kind: "cell", dims: [cells.length, 1], cells };
}

/** A double matrix from rows of numbers. All rows must be of one length. */
export function doubleMatrix(rows: readonly (readonly number[])[]): MatlabNumeric {
  const columns = rows[0]?.length ?? 0;
  const real = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    if (row.length !== columns) throw new RangeError(`row ${i} has ${row.length} numbers, row 0 has ${columns}`);
    for (const [j, number] of row.entries()) real[i + j * rows.length] = number;
  }
  return { kind: "numeric", class: "double", dims: [rows.length, columns], real, imaginary: null };
}

/** A 1 x 1 double. */
export function doubleScalar(number: number): MatlabNumeric {
  return doubleMatrix([[number]]);
}

/** A 1 x 1 logical. */
export function logicalScalar(flag: boolean): MatlabLogical {
  return { kind: "logical", dims: [1, 1], values: Uint8Array.of(flag ? 1 : 0) };
}

/** A 1 x 1 struct with fields in the given order. */
export function structValue(fields: Readonly<Record<string, MatlabValue>>): MatlabStruct {
  return {
    kind: "struct",
    dims: [1, 1],
    fields: new Map(Object.entries(fields).map(([name, value]) => [name, [value]])),
  };
}

/** The sparse form of a matrix given by rows. */
export function sparseMatrixValue(rows: readonly (readonly number[])[]): MatlabSparse {
  const columns = rows[0]?.length ?? 0;
  const rowIndices: number[] = [];
  const real: number[] = [];
  const columnStarts = [0];
  for (let column = 0; column < columns; column++) {
    for (const [row, numbers] of rows.entries()) {
      const number = numbers[column] as number;
      if (number === 0) continue;
      rowIndices.push(row);
      real.push(number);
    }
    columnStarts.push(real.length);
  }
  return {
    kind: "sparse",
    class: "double",
    dims: [rows.length, columns],
    rowIndices: Int32Array.from(rowIndices),
    columnStarts: Int32Array.from(columnStarts),
    real: Float64Array.from(real),
    imaginary: null,
  };
}
