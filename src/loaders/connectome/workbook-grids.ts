import { FormatError } from "../../base/errors.js";
import { readSpreadsheet } from "../../formats/spreadsheet/read-spreadsheet.js";
import type { LoadContext, SourceFile } from "../loader.js";
import type { Grid } from "./grid.js";
import { readRawFile } from "./raw-file.js";

/**
 * The named sheets of a workbook, in the order asked for; a number is a 0-based position. The other sheets are
 * accounted for as not selected.
 * @throws {FormatError} for what is no workbook; `format/missing-sheet`, naming those that exist.
 */
export async function readWorkbookGrids(
  context: Pick<LoadContext<unknown>, "limits" | "drop">,
  file: SourceFile,
  options: { readonly sheets: readonly (string | number)[] },
): Promise<Grid[]> {
  const bytes = await readRawFile(file, context.limits);
  const names = options.sheets.filter((sheet) => typeof sheet === "string");
  const byName = names.length === options.sheets.length;
  const book = await readSpreadsheet(bytes, {
    file: file.path,
    limits: context.limits,
    ...(byName ? { sheets: names } : {}),
  });
  const wanted = options.sheets.map((sheet) => {
    const name = typeof sheet === "string" ? sheet : book.sheetNames[sheet];
    if (name !== undefined) return name;
    const there = book.sheetNames.length;
    throw new FormatError("missing-sheet", `${file.path} has no sheet at position ${sheet} (from 0); it has ${there}`, {
      fields: { file: file.path, sheet, sheets: book.sheetNames.slice(0, 100) },
    });
  });
  for (const name of book.sheetNames) {
    if (wanted.includes(name)) continue;
    context.drop({
      file,
      scope: "file",
      item: `sheet "${name}"`,
      reason: "not_selected",
      rule: "the step's parameters name other sheets",
      count: 0,
    });
  }
  return wanted.map((name) => book.sheet(name));
}
