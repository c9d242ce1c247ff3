import { FormatError } from "../../base/errors.js";
import type { PlainWorkbook } from "./biff-records.js";
import { cellAddress, LAST_COLUMN } from "./cell-address.js";
import type { CellValue } from "./sheet.js";

/*
 * The only file that knows `@e965/xlsx`. The library never sees a file: it gets containers built here of parts that were
 * checked before, asked for values alone (no formulas, HTML, styles, VBA).
 */

type LibraryCell = { readonly t: string; readonly v?: unknown } | undefined;
type LibraryRows = readonly (readonly LibraryCell[] | undefined)[];

interface LibraryBook {
  readonly SheetNames: readonly string[];
  readonly Sheets: Readonly<Record<string, { readonly "!data"?: LibraryRows } | undefined>>;
}

interface Library {
  parse_zip(container: unknown, options: object): LibraryBook;
  /** Takes a compound file, or a workbook stream alone. */
  parse_xlscfb(stream: Buffer, options: object): LibraryBook;
  set_cptable(table: unknown): void;
  readonly CFB: {
    readonly utils: {
      cfb_new(): unknown;
      cfb_add(container: unknown, path: string, content: Uint8Array, options: object): void;
    };
  };
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

const SPREADSHEET_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

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

/** Sheets as rows of values, in the order given. */
export type SheetRows = (CellValue | undefined)[][];

async function library(): Promise<Library> {
  return (await import("@e965/xlsx")) as unknown as Library;
}

function container({ CFB }: Library, parts: Readonly<Record<string, string>>): unknown {
  const built = CFB.utils.cfb_new();
  for (const [path, content] of Object.entries(parts)) {
    CFB.utils.cfb_add(built, `/${path}`, Buffer.from(content), { unsafe: true });
  }
  return built;
}

/**
 * Reads checked worksheet texts.
 * @throws {FormatError} `spreadsheet-invalid` for whatever the library throws, or when it finds another number of cells.
 */
export async function readWorksheets(options: {
  file: string;
  worksheets: readonly { readonly name: string; readonly xml: string; readonly addresses: readonly number[] }[];
  sharedStrings: string | undefined;
}): Promise<SheetRows[]> {
  const { file, worksheets, sharedStrings } = options;
  const each = (write: (number: number) => string) => worksheets.map((_sheet, i) => write(i + 1)).join("");
  const part = (name: string, type: string) =>
    `<Override PartName="/xl/${name}" ContentType="${CONTENT_TYPE}.${type}+xml"/>`;
  const parts: Record<string, string> = {
    "[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="${PACKAGE}/content-types">${part("workbook.xml", "sheet.main")}${each((n) => part(`worksheets/sheet${n}.xml`, "worksheet"))}${sharedStrings === undefined ? "" : part("sharedStrings.xml", "sharedStrings")}</Types>`,
    "xl/workbook.xml": `<?xml version="1.0"?><workbook xmlns="${SPREADSHEET_NAMESPACE}" xmlns:r="${RELATIONSHIPS}"><sheets>${each((n) => `<sheet name="${n}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="${PACKAGE}/relationships">${each((n) => `<Relationship Id="rId${n}" Type="${RELATIONSHIPS}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}</Relationships>`,
  };
  if (sharedStrings !== undefined) parts["xl/sharedStrings.xml"] = sharedStrings;
  for (const [i, { xml }] of worksheets.entries()) parts[`xl/worksheets/sheet${i + 1}.xml`] = xml;
  const xlsx = await library();
  const book = guarded(file, () => xlsx.parse_zip(container(xlsx, parts), { ...OPTIONS }));
  return worksheets.map(({ name, addresses }, i) => {
    const { rows, found } = plainRows(file, name, book.Sheets[String(i + 1)]?.["!data"]);
    checkFound({ file, sheet: name, found, expected: addresses });
    return rows;
  });
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
