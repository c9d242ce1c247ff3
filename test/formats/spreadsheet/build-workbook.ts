import * as xlsx from "@e965/xlsx";
import { buildZip } from "../archive/build-zip.js";

type Value = string | number | boolean | null;

/** A workbook as the library writes it: `xlsx`, `biff8` (.xls) or `biff5` (older .xls). */
export function writeWorkbook(
  sheets: Readonly<Record<string, readonly (readonly Value[])[]>>,
  bookType: "xlsx" | "biff8" | "biff5",
): Buffer {
  const book = xlsx.utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) {
    xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows.map((row) => [...row])), name);
  }
  return xlsx.write(book, { type: "buffer", bookType, bookSST: bookType !== "biff5" }) as Buffer;
}

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

/** The parts of a small .xlsx, by name, around the given rows of XML; single parts may be replaced or removed. */
export function workbookParts(
  options: { rows?: string; strings?: readonly string[]; replace?: Readonly<Record<string, string | undefined>> } = {},
): Record<string, string> {
  const { rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1.5</v></c></row>', strings = ["AVAL"] } =
    options;
  const parts: Record<string, string | undefined> = {
    "[Content_Types].xml": `<Types xmlns="${PACKAGE}/content-types"/>`,
    "_rels/.rels": `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="chemical" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    "xl/sharedStrings.xml": `<sst xmlns="${MAIN}">${strings.map((text) => `<si><t>${text}</t></si>`).join("")}</sst>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>${rows}</sheetData></worksheet>`,
    ...options.replace,
  };
  return Object.fromEntries(Object.entries(parts).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** A small .xlsx of {@link workbookParts}. */
export function buildXlsx(options: Parameters<typeof workbookParts>[0] = {}): Buffer {
  return buildZip(Object.entries(workbookParts(options)).map(([name, content]) => ({ name, content })));
}
