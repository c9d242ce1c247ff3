import type { ResultColumn } from "../sql/sql-types.js";
import type { Output } from "./output.js";
import { layoutTable, type TableLayout, tableLine } from "./text-table.js";
import { visibleText } from "./text-width.js";

/** Rows that decide the widths. */
const SAMPLE_ROWS = 1000;
/** What NULL looks like. */
const NULL_TEXT = "NULL";

/**
 * Prints a query's result as an aligned table. Widths come from the first 1,000 rows, so memory does not grow with the
 * result. On a terminal lines are cut to its width; {@link notes} says what was cut.
 */
export class ResultTable {
  readonly #output: Output;
  readonly #available: number;
  #columns: readonly ResultColumn[] = [];
  #pending: string[][] = [];
  #layout: TableLayout | undefined;
  #truncated = false;
  #isPlan = false;

  constructor(output: Output) {
    this.#output = output;
    this.#available = output.terminal.stdoutIsTerminal ? output.terminal.columns() : Number.POSITIVE_INFINITY;
  }

  columns(columns: readonly ResultColumn[]): void {
    this.#columns = columns;
    this.#isPlan = columns.length === 2 && columns[0]?.name === "explain_key" && columns[1]?.name === "explain_value";
  }

  async rows(rows: readonly (readonly (string | null)[])[]): Promise<void> {
    if (this.#isPlan) {
      await this.#output.data(rows.map((row) => `${row[1] ?? ""}`.replace(/\n*$/, "\n")).join(""));
      return;
    }
    for (const row of rows) this.#pending.push(row.map((cell) => (cell === null ? NULL_TEXT : visibleText(cell))));
    if (this.#pending.length >= SAMPLE_ROWS) await this.#flush();
  }

  /** Prints what is left. A result without rows is its header alone. */
  async end(): Promise<void> {
    if (!this.#isPlan) await this.#flush();
  }

  /** What a reader should know about what was left out of the lines. */
  notes(): string[] {
    if (this.#layout === undefined) return [];
    const { cut, hidden } = this.#layout;
    const notes: string[] = [];
    if (hidden.length > 0) notes.push(`not shown for want of room: ${hidden.join(", ")}`);
    if (cut.length > 0 || this.#truncated) notes.push(`cut to the width of the terminal: ${cut.join(", ")}`);
    return notes.length === 0 ? [] : [`${notes.join("; ")} (--format csv or json gives everything)`];
  }

  async #flush(): Promise<void> {
    const rows = this.#pending;
    this.#pending = [];
    let text = "";
    if (this.#layout === undefined) {
      this.#layout = layoutTable(this.#columns, rows, this.#available);
      const names = this.#columns.map((column) => visibleText(column.name));
      const { paint } = this.#output;
      text += `${paint("bold", tableLine(this.#columns, this.#layout, names))}\n`;
      text += `${paint("dim", this.#layout.widths.map((width) => "─".repeat(width)).join("  "))}\n`;
    }
    const layout = this.#layout;
    text += rows.map((row) => `${tableLine(this.#columns, layout, row)}\n`).join("");
    await this.#output.data(text);
  }
}
