import type { Row } from "../../tables/contract.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { cellNumber } from "./cell-number.js";

/** What a file can state about a cell or a class of cells: the values of `neuron_record.attribute`. */
export const CELL_ATTRIBUTES = [
  "class",
  "type",
  "type_code",
  "transmitter",
  "cotransmitter",
  "transmitter_code",
  "transmitter_note",
  "ganglion",
  "category",
  "vesicle_type",
  "x",
  "y",
  "z",
  "split_lr",
  "split_dv",
  "split_d_lr",
  "split_v_lr",
] as const;

export type CellAttribute = (typeof CELL_ATTRIBUTES)[number];

/** Attributes that are numbers. */
const NUMERIC: ReadonlySet<string> = new Set(["x", "y", "z", "split_lr", "split_dv", "split_d_lr", "split_v_lr"]);

/** One record of a file: what it states about one cell or class. */
export interface CellStatements {
  readonly index: number;
  readonly cell: string;
  readonly name: string;
  readonly statements: readonly { readonly attribute: CellAttribute; readonly raw: unknown }[];
}

/**
 * Writes the records of one file to `neuron_record`: one row per statement, blank statements left out. A record
 * without a name (titles, summary blocks), without any statement or with a number that is none is dropped whole.
 */
export function writeStatements(
  context: LoadContext<unknown>,
  options: {
    readonly file: SourceFile;
    readonly subject: "cell" | "class";
    readonly records: Iterable<CellStatements>;
  },
): void {
  const { file, subject } = options;
  const rows: Row[] = [];
  let carried = 0;
  for (const { index, cell, name, statements } of options.records) {
    const drop = (reason: string, rule: string, detail: string) =>
      context.drop({ file, scope: "value", item: cell, reason, rule, detail });
    if (name === "") {
      const texts = statements.map(({ raw }) => textOf(raw)).filter((text) => text !== "");
      drop("no_cell", `a row that names no ${subject} states nothing about one`, texts.join(" | "));
      continue;
    }
    const own: Row[] = [];
    let fault: string | undefined;
    for (const { attribute, raw } of statements) {
      const text = textOf(raw);
      if (text === "") continue;
      let number: number | null = null;
      if (NUMERIC.has(attribute)) {
        const parsed = cellNumber(raw);
        if ("reason" in parsed) {
          fault = parsed.reason === "blank" ? fault : `${name}, ${attribute}: ${text}`;
          continue;
        }
        number = parsed.value;
      }
      own.push({
        source_id: file.sourceId,
        record_index: index,
        source_cell: cell,
        subject,
        cell_raw: name,
        attribute,
        value_text: number === null ? text : null,
        value_number: number,
      });
    }
    if (fault !== undefined) drop("unparsable", "a position is a finite number", fault);
    else if (own.length === 0) drop("blank_value", `a row that states nothing about its ${subject}`, name);
    else {
      rows.push(...own);
      carried++;
    }
  }
  context.sink("neuron_record").write(rows);
  context.countCarried(file, carried);
}

function textOf(raw: unknown): string {
  if (typeof raw === "string") return raw.trim();
  return typeof raw === "number" || typeof raw === "boolean" ? String(raw) : "";
}
