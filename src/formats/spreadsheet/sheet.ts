import { didYouMean } from "../../base/diagnostics.js";
import { FormatError } from "../../base/errors.js";

/** What a cell holds: text, a number (dates are serial numbers), a truth value, or null when there is nothing. */
export type CellValue = string | number | boolean | null;

/** A cell that holds something; row and column count from 0. */
export interface FilledCell {
  readonly row: number;
  readonly column: number;
  readonly value: string | number | boolean;
}

/** Rows of values as a reader finds them; what is missing is empty. */
export type SheetRows = ((CellValue | undefined)[] | undefined)[];

/** One worksheet as values. Formulas are their stored results, error values their text (`#N/A`). */
export class Sheet {
  readonly name: string;
  /** Rows up to the last that holds a value; what the file states about its size is not looked at. */
  readonly rowCount: number;
  /** Columns up to the last that holds a value. */
  readonly columnCount: number;
  /** How many cells hold a value. */
  readonly filledCount: number;
  readonly #rows: SheetRows;

  constructor(name: string, rows: SheetRows) {
    let columns = 0;
    let filled = 0;
    let last = 0;
    rows.forEach((row, r) => {
      row?.forEach((value, c) => {
        if (value === null || value === undefined) return;
        filled += 1;
        if (c >= columns) columns = c + 1;
        last = r + 1;
      });
    });
    this.name = name;
    this.rowCount = last;
    this.columnCount = columns;
    this.filledCount = filled;
    this.#rows = rows;
  }

  /** The value at a row and column counted from 0; null when the cell is empty or outside. */
  cell(row: number, column: number): CellValue {
    return this.#rows[row]?.[column] ?? null;
  }

  /** The values of one row, `columnCount` long. */
  row(row: number): CellValue[] {
    const values = this.#rows[row];
    return Array.from({ length: this.columnCount }, (_unused, column) => values?.[column] ?? null);
  }

  /** The cells that hold something, row by row: cheap for sheets that are mostly empty. */
  *cells(): Generator<FilledCell> {
    for (let row = 0; row < this.rowCount; row++) {
      const values = this.#rows[row];
      if (values === undefined) continue;
      for (let column = 0; column < values.length; column++) {
        const value = values[column];
        if (value !== null && value !== undefined) yield { row, column, value };
      }
    }
  }
}

/** A workbook: the names of all its worksheets in order, and the sheets that were read. */
export interface Spreadsheet {
  readonly sheetNames: readonly string[];
  /** @throws {FormatError} `missing-sheet`, naming the sheets there are. */
  sheet(name: string): Sheet;
}

/** @throws {FormatError} `missing-sheet` when a name is not among the names. */
export function requireSheet(file: string, name: string, sheetNames: readonly string[]): void {
  if (sheetNames.includes(name)) return;
  const hint = didYouMean(name, sheetNames);
  const shown = sheetNames.slice(0, 30).map((each) => `"${each}"`);
  throw new FormatError(
    "missing-sheet",
    `${file}: no sheet "${name}"; ${hint === undefined ? "" : `${hint} `}the sheets are ${shown.join(", ")}`,
    { fields: { file, sheet: name, sheets: sheetNames.slice(0, 100) } },
  );
}
