import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { describeFormat, detectFormat } from "../detect-format.js";
import { BiffReader } from "./biff-records.js";
import { CompoundFile } from "./compound-file.js";
import { readSharedStrings } from "./shared-strings.js";
import { requireSheet, Sheet, type SheetRows, type Spreadsheet } from "./sheet.js";
import { readBiff } from "./workbook-library.js";
import { readWorksheet } from "./worksheet-xml.js";
import { XlsxPackage } from "./xlsx-package.js";

export interface SpreadsheetOptions {
  /** Name for messages. */
  readonly file: string;
  readonly limits: Limits;
  /** Sheets to read (default all). The others keep their name only; those of an .xlsx are not even inflated. */
  readonly sheets?: readonly string[];
}

/**
 * Reads an Excel workbook, .xlsx or .xls (BIFF5, BIFF8). The magic bytes decide which, never a file name. Values only:
 * text, numbers (dates as serial numbers), truth values, stored results of formulas.
 * Cost: about 25 MB of sheet XML per second; memory about 100 bytes per cell.
 * @throws {FormatError} `empty`, `not-a-spreadsheet`, `spreadsheet-invalid`, `missing-sheet`, `encrypted`, `truncated`,
 * `too-large`, `too-many-cells` and those of the zip reader.
 */
export async function readSpreadsheet(bytes: Uint8Array, options: SpreadsheetOptions): Promise<Spreadsheet> {
  const { file, limits } = options;
  if (bytes.length > limits.bytes) {
    throw new FormatError("too-large", `${file}: ${bytes.length} bytes, at most ${limits.bytes} are read`, {
      fields: { file, bytes: bytes.length, limit: limits.bytes },
    });
  }
  const found = detectFormat(bytes);
  if (found === "empty") throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
  if (found === "ole2") return readXls(bytes, options);
  if (found === "zip" || found === "xlsx") return readXlsx(bytes, options);
  throw new FormatError(
    "not-a-spreadsheet",
    `${file}: this is ${describeFormat(found)}, not an Excel workbook (.xlsx or .xls)`,
    { fields: { file, found } },
  );
}

async function readXlsx(bytes: Uint8Array, { file, limits, sheets }: SpreadsheetOptions): Promise<Spreadsheet> {
  const book = await XlsxPackage.open(bytes, { file, limits });
  const sheetNames = book.worksheets.map(({ name }) => name);
  for (const name of sheets ?? []) requireSheet(file, name, sheetNames);
  const wanted = book.worksheets.filter(({ name }) => sheets === undefined || sheets.includes(name));
  const strings = await book.sharedStringsXml();
  const sharedStrings =
    strings === undefined || wanted.length === 0
      ? []
      : readSharedStrings({ text: strings, where: `${file}: shared strings`, file, limits });
  const read: { name: string; rows: SheetRows }[] = [];
  let cells = limits.cells;
  for (const { name, part } of wanted) {
    const where = `${file}: sheet ${JSON.stringify(name)}`;
    const text = await book.worksheetXml(part);
    const worksheet = readWorksheet({ text, where, file, limits: { ...limits, cells }, sharedStrings });
    cells -= worksheet.cells;
    read.push({ name, rows: worksheet.rows });
  }
  return spreadsheet({ file, limits, sheetNames, read });
}

async function readXls(bytes: Uint8Array, { file, limits, sheets }: SpreadsheetOptions): Promise<Spreadsheet> {
  const compound = new CompoundFile(bytes, file);
  if (compound.names.includes("EncryptedPackage")) {
    throw new FormatError("encrypted", `${file}: the workbook is protected by a password`, {
      fields: { file },
      wayOut: "open it, remove the password and save it again",
    });
  }
  const stream = compound.stream("Workbook") ?? compound.stream("Book");
  if (stream === undefined) {
    const streams = compound.names.slice(0, 20);
    throw new FormatError("not-a-spreadsheet", `${file}: a compound file without a workbook (${streams.join(", ")})`, {
      fields: { file, streams },
    });
  }
  const read = await readBiff(file, new BiffReader(stream, { file, limits }).plainWorkbook());
  const sheetNames = read.map(({ name }) => name);
  for (const name of sheets ?? []) requireSheet(file, name, sheetNames);
  return spreadsheet({ file, limits, sheetNames, read });
}

function spreadsheet(options: {
  file: string;
  limits: Limits;
  sheetNames: readonly string[];
  read: readonly { name: string; rows: SheetRows }[];
}): Spreadsheet {
  const { file, limits, sheetNames, read } = options;
  const byName = new Map<string, Sheet>();
  for (const { name, rows } of read) {
    const sheet = new Sheet(name, rows);
    const area = sheet.rowCount * sheet.columnCount;
    if (area > limits.cells) {
      throw new FormatError(
        "too-many-cells",
        `${file}: sheet "${name}" spans ${sheet.rowCount} × ${sheet.columnCount} cells, at most ${limits.cells} are read`,
        { fields: { file, sheet: name, cells: area, limit: limits.cells } },
      );
    }
    byName.set(name, sheet);
  }
  return {
    sheetNames,
    sheet(name) {
      requireSheet(file, name, sheetNames);
      const sheet = byName.get(name);
      if (sheet !== undefined) return sheet;
      throw new FormatError("missing-sheet", `${file}: sheet "${name}" exists but was not asked for`, {
        fields: { file, sheet: name },
      });
    },
  };
}
