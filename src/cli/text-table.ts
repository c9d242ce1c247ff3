import { cutText, padText, textWidth, visibleText } from "./text-width.js";

export interface TextColumn {
  readonly name: string;
  readonly align: "left" | "right";
  /** Never cut: a name that is of no use without its end. */
  readonly whole?: boolean;
}

/** Between columns. */
const GAP = "  ";
/** No column is cut below this. */
const NARROWEST = 6;

/** Widths of a table's columns, and which had to be cut or left out to fit. */
export interface TableLayout {
  readonly widths: readonly number[];
  readonly cut: readonly string[];
  readonly hidden: readonly string[];
}

/**
 * Chooses widths from the first rows. With `available`, the widest columns that may be cut are cut until the table
 * fits; columns that still do not fit are hidden from the right.
 */
export function layoutTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  available = Number.POSITIVE_INFINITY,
): TableLayout {
  const natural = columns.map((column, index) =>
    rows.reduce((width, row) => Math.max(width, textWidth(row[index] ?? "")), textWidth(column.name)),
  );
  let shown = columns.length;
  const floor = (index: number) =>
    columns[index]?.whole === true ? (natural[index] as number) : Math.min(natural[index] as number, NARROWEST);
  const total = (widths: readonly number[]) =>
    widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
  while (shown > 1 && total(natural.slice(0, shown).map((_width, index) => floor(index))) > available) shown -= 1;
  const widths = natural.slice(0, shown);
  while (total(widths) > available) {
    const spare = widths.map((width, index) => (width > floor(index) ? width : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if (spare[widest] === 0) break;
    widths[widest] = (widths[widest] as number) - 1;
  }
  return {
    widths,
    cut: columns
      .slice(0, shown)
      .flatMap((column, index) => ((widths[index] as number) < (natural[index] as number) ? [column.name] : [])),
    hidden: columns.slice(shown).map((column) => column.name),
  };
}

/** One line of a table, without trailing blanks. */
export function tableLine(columns: readonly TextColumn[], layout: TableLayout, cells: readonly string[]): string {
  return layout.widths
    .map((width, index) => padText(cutText(cells[index] ?? "", width), width, columns[index]?.align ?? "left"))
    .join(GAP)
    .trimEnd();
}

/** A small table for people: header, rows; cells are made harmless for terminals. Every line ends in a line end. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  options: { readonly available?: number; readonly header?: (line: string) => string } = {},
): string {
  const safe = rows.map((row) => row.map(visibleText));
  const layout = layoutTable(columns, safe, options.available);
  const header = tableLine(
    columns,
    layout,
    columns.map((column) => column.name),
  );
  const lines = [options.header?.(header) ?? header, ...safe.map((row) => tableLine(columns, layout, row))];
  return `${lines.join("\n")}\n`;
}
