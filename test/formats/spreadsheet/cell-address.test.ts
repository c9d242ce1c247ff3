import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cellAddress,
  columnName,
  LAST_COLUMN,
  LAST_ROW,
  parseCellAddress,
} from "../../../src/formats/spreadsheet/cell-address.js";

describe("cell addresses", () => {
  it.each([
    [0, "A"],
    [7, "H"],
    [25, "Z"],
    [26, "AA"],
    [701, "ZZ"],
    [702, "AAA"],
    [LAST_COLUMN, "XFD"],
  ])("column %i is %s", (column, name) => expect(columnName(column)).toBe(name));

  it("row 26, column 7 is H27", () => expect(cellAddress(26, 7)).toBe("H27"));

  it("come back from their text", () => {
    fc.assert(
      fc.property(fc.nat(LAST_ROW), fc.nat(LAST_COLUMN), (row, column) => {
        expect(parseCellAddress(cellAddress(row, column))).toEqual({ row, column });
      }),
    );
  });

  it.each(["", "A", "1", "A0", "A01", "a1", "A1B", "A-1", "XFE1", "A1048577", "AAAA1", "A1 ", "$A$1"])(
    "%j is none",
    (text) => expect(parseCellAddress(text)).toBeUndefined(),
  );
});
