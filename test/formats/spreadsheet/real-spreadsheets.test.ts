import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { cellAddress } from "../../../src/formats/spreadsheet/cell-address.js";
import { readSpreadsheet } from "../../../src/formats/spreadsheet/read-spreadsheet.js";
import type { Sheet } from "../../../src/formats/spreadsheet/sheet.js";
import { realData } from "../../support/real-data.js";

const data = realData();
const SI5 = ["Cook2019", "SI 5 Connectome adjacency matrices, corrected July 2020.xlsx"];

function read(path: string[], sheets?: string[]) {
  const bytes = readFileSync(data.path(...path));
  const file = path.join("/");
  return readSpreadsheet(bytes, { file, limits: DEFAULT_LIMITS, ...(sheets === undefined ? {} : { sheets }) });
}

function countBy(sheet: Sheet, column: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let row = 1; row < sheet.rowCount; row++) {
    const value = String(sheet.cell(row, column));
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}

describe.skipIf(!data.present)(`real spreadsheets${data.reason}`, () => {
  it("Cook 2019 SI 5: seven sheets, labels where the specification has them", async () => {
    const book = await read(SI5, ["hermaphrodite chemical", "hermaphrodite gap jn symmetric"]);
    expect(book.sheetNames).toHaveLength(7);
    const chemical = book.sheet("hermaphrodite chemical");
    expect([chemical.rowCount, chemical.columnCount]).toEqual([304, 458]);
    const gap = book.sheet("hermaphrodite gap jn symmetric");
    expect([gap.rowCount, gap.columnCount]).toEqual([473, 473]);
    expect([chemical.cell(2, 3), chemical.cell(3, 2), cellAddress(2, 3)]).toEqual(["I1L", "I1L", "D3"]);
  });

  it("NeuronConnect.xls: 6417 rows by type", async () => {
    const book = await read(["Chklovskii", "NeuronConnect.xls"]);
    expect(book.sheetNames).toEqual(["NeuronConnect.csv"]);
    const sheet = book.sheet("NeuronConnect.csv");
    expect(sheet.row(0)).toEqual(["Neuron 1", "Neuron 2", "Type", "Nbr"]);
    expect(sheet.rowCount).toBe(6418);
    expect(countBy(sheet, 2)).toEqual({ Rp: 1885, Sp: 1625, EJ: 1031, S: 950, R: 773, NMJ: 153 });
  });

  it("CElegansNeuronTables.xls: three sheets, 3363 connections", async () => {
    const book = await read(["OpenWorm", "CElegansNeuronTables.xls"]);
    expect(book.sheetNames).toEqual(["Connectome", "NeuronsToMuscle", "Sensory"]);
    const sheet = book.sheet("Connectome");
    expect(sheet.rowCount).toBe(3364);
    expect(countBy(sheet, 2)).toEqual({ Send: 2279, GapJunction: 1084 });
  });

  it("Witvliet synapse_count_matrices.xlsx: eight sheets, labels in row 3 and column C", async () => {
    const book = await read(["Witvliet2020", "synapse_count_matrices.xlsx"], ["Dataset7"]);
    expect(book.sheetNames).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `Dataset${n}`));
    const sheet = book.sheet("Dataset7");
    let nonZero = 0;
    for (const { row, column, value } of sheet.cells()) if (row >= 4 && column >= 3 && value !== 0) nonZero += 1;
    expect(nonZero).toBe(2202);
    expect(sheet.cell(2, 3)).toBe("ADFL");
    expect(sheet.cell(4, 2)).toBeTypeOf("string");
  });
});
