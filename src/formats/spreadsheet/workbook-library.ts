import { FormatError } from "../../base/errors.js";
import type { PlainWorkbook } from "./biff-records.js";
import { cellAddress, LAST_COLUMN } from "./cell-address.js";
import type { CellValue, SheetRows } from "./sheet.js";

/*
 * The only file that knows `@e965/xlsx`. The library never sees a file: it gets a workbook stream rebuilt from records
 * that were checked before, and is asked for values alone (no formulas, HTML, styles, VBA).
 */

type LibraryCell = { readonly t: string; readonly v?: unknown } | undefined;
type LibraryRows = readonly (readonly LibraryCell[] | undefined)[];

interface LibraryBook {
  readonly SheetNames: readonly string[];
  readonly Sheets: Readonly<Record<string, { readonly "!data"?: LibraryRows } | undefined>>;
}

interface Library {
  /** Takes a compound file, or a workbook stream alone. */
  parse_xlscfb(stream: Buffer, options: object): LibraryBook;
  set_cptable(table: unknown): void;
}

const OPTIONS = {
  dense: true,
  cellFormula: false,
  cellHTML: false,
  cellNF: false,
  cellText: false,
  cellStyles: false,
  cellDates: false,
  bookVBA: false,
  sheetStubs: false,
  WTF: true,
} as const;

/** Texts of error values ([MS-XLS] 2.5.10, ECMA-376 18.17.3). */
const ERROR_TEXTS: Readonly<Record<number, string>> = {
  0: "#NULL!",
  7: "#DIV/0!",
  15: "#VALUE!",
  23: "#REF!",
  29: "#NAME?",
  36: "#NUM!",
  42: "#N/A",
  43: "#GETTING_DATA",
};

async function library(): Promise<Library> {
  return (await import("@e965/xlsx")) as unknown as Library;
}

/**
 * Reads a rebuilt BIFF stream; names and rows by sheet.
 * @throws {FormatError} `spreadsheet-invalid` for whatever the library throws, or when it finds other cells.
 */
export async function readBiff(file: string, workbook: PlainWorkbook): Promise<{ name: string; rows: SheetRows }[]> {
  const xlsx = await library();
  if (workbook.version === 5) xlsx.set_cptable(await import("@e965/xlsx/dist/cpexcel.full.mjs"));
  const book = guarded(file, () => xlsx.parse_xlscfb(Buffer.from(workbook.stream), { ...OPTIONS, type: "buffer" }));
  const names = book.SheetNames;
  if (names.length !== workbook.sheets.length || new Set(names).size !== names.length || names.includes("__proto__")) {
    throw invalid(file, `sheets called ${names.map((name) => JSON.stringify(name)).join(", ")}`);
  }
  return names.map((name, i) => {
    const { rows, found } = plainRows(file, name, book.Sheets[name]?.["!data"]);
    const expected = [...(workbook.sheets[i]?.addresses ?? [])].sort((a, b) => a - b);
    checkFound({ file, sheet: name, found, expected });
    return { name, rows };
  });
}

function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError("spreadsheet-invalid", `${file}: the workbook cannot be read (${reason.slice(0, 200)})`, {
      fields: { file },
      cause,
    });
  }
}

function plainRows(file: string, sheet: string, data: LibraryRows = []): { rows: SheetRows; found: number[] } {
  const rows: SheetRows = [];
  const found: number[] = [];
  data.forEach((cellsOfRow, r) => {
    const row: (CellValue | undefined)[] = [];
    cellsOfRow?.forEach((cell, c) => {
      if (cell === undefined || cell.t === "z") return;
      row[c] = plainValue(file, sheet, cell);
      found.push(r * (LAST_COLUMN + 1) + c);
    });
    rows[r] = row;
  });
  return { rows, found };
}

function plainValue(file: string, sheet: string, cell: NonNullable<LibraryCell>): string | number | boolean {
  const { t: type, v: value } = cell;
  if (type === "e") return ERROR_TEXTS[Number(value)] ?? "#UNKNOWN!";
  if (type === "s" && typeof value === "string") return value;
  if (type === "b" && typeof value === "boolean") return value;
  if (type === "n" && typeof value === "number" && Number.isFinite(value)) return value;
  throw invalid(file, `sheet ${JSON.stringify(sheet)} has a cell of type ${type} with ${String(value).slice(0, 40)}`);
}

function invalid(file: string, reason: string): FormatError {
  return new FormatError("spreadsheet-invalid", `${file}: damaged workbook: ${reason}`, { fields: { file } });
}

/** The library must give the cells that were seen before, no other. */
function checkFound(options: {
  file: string;
  sheet: string;
  found: readonly number[];
  expected: readonly number[];
}): void {
  const { file, sheet, found, expected } = options;
  const at = expected.findIndex((address, i) => found[i] !== address);
  if (at < 0 && found.length === expected.length) return;
  const address = expected[at] ?? found[expected.length] ?? 0;
  const shown = cellAddress(Math.floor(address / (LAST_COLUMN + 1)), address % (LAST_COLUMN + 1));
  throw invalid(
    file,
    `sheet ${JSON.stringify(sheet)} gives ${found.length} cells of ${expected.length}, wrong at ${shown}`,
  );
}
