import { utils, write } from "@e965/xlsx";

export type Cells = readonly (readonly (string | number | boolean | null)[])[];

/** Bytes of a workbook with the given sheets; `biff8` is the old .xls. */
export function makeWorkbook(sheets: Readonly<Record<string, Cells>>, type: "xlsx" | "biff8" = "xlsx"): Uint8Array {
  const book = utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) {
    const cells = rows.map((row) => row.map((cell) => cell ?? undefined));
    utils.book_append_sheet(book, utils.aoa_to_sheet(cells as unknown[][]), name);
  }
  return new Uint8Array(write(book, { type: "buffer", bookType: type }) as Buffer);
}
