import { describe, expect, it } from "vitest";
import {
  type MatlabChar,
  matlabAt,
  matlabField,
  matlabRowMajor,
  matlabStrings,
  matlabText,
} from "../../../src/formats/matlab/matlab-value.js";
import {
  cellColumn,
  doubleMatrix,
  sparseMatrixValue,
  structValue,
  textValue,
} from "../../../src/sample-data/matlab-values.js";

const rows = [
  [0, 2, 0],
  [3, 0, 5],
];

describe("MATLAB values", () => {
  it("gives the same numbers for a full and a sparse matrix, by element and row by row", () => {
    for (const value of [doubleMatrix(rows), sparseMatrixValue(rows)]) {
      expect(matlabRowMajor(value)).toEqual({ rows: 2, columns: 3, values: Float64Array.of(0, 2, 0, 3, 0, 5) });
      expect(rows.map((row, i) => row.map((_, j) => matlabAt(value, i, j)))).toEqual(rows);
      expect(() => matlabAt(value, 2, 0)).toThrow(RangeError);
    }
  });

  it("refuses to make a huge sparse matrix full", () => {
    const columnStarts = new Int32Array(200_001);
    const huge = { ...sparseMatrixValue([[0]]), dims: [2 ** 30, 200_000] as const, columnStarts };
    expect(() => matlabRowMajor(huge)).toThrow(expect.objectContaining({ tag: "format/limit" }));
  });

  it("reads texts of cells and rows of char matrices without their padding", () => {
    const matrix: MatlabChar = {
      kind: "char",
      dims: [2, 3],
      units: Uint16Array.from("abcdeffed".slice(0, 6), (c) => c.charCodeAt(0)),
    };
    expect(matlabStrings(matrix)).toEqual(["ace", "bdf"]);
    expect(matlabStrings(cellColumn(["AVAL", "", "µ"]))).toEqual(["AVAL", "", "µ"]);
    expect(matlabText(doubleMatrix([]))).toBe("");
  });

  it("names the element that is no text, and the fields there are", () => {
    expect(() => matlabStrings(cellColumn(["a", doubleMatrix(rows)]), "names")).toThrow(/names\{2\} is double 2 x 3/);
    expect(matlabText(matlabField(structValue({ a: textValue("x") }), "a"))).toBe("x");
    expect(() => matlabField(structValue({ a: textValue("x") }), "b")).toThrow(
      expect.objectContaining({ tag: "format/missing-field", wayOut: 'It has "a".' }),
    );
  });
});
