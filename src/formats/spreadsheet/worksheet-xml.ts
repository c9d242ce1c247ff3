import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { LAST_COLUMN, LAST_ROW, parseCellAddress } from "./cell-address.js";
import { serialDate } from "./serial-date.js";
import type { CellValue, SheetRows } from "./sheet.js";
import { StringItem, xmlContent } from "./xml-content.js";
import { attribute, visitXmlTags, type XmlTag } from "./xml-tags.js";

/** Cell types of ECMA-376 section 18.18.11. */
const TYPES: ReadonlySet<string> = new Set(["n", "s", "b", "e", "str", "inlineStr", "d"]);
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

interface WorksheetOptions {
  readonly text: string;
  readonly where: string;
  readonly file: string;
  readonly limits: Limits;
  readonly sharedStrings: readonly string[];
}

/**
 * The values of a worksheet (ECMA-376 18.3.1): numbers, texts, truth values, stored results of formulas, the text of
 * errors, dates as serial numbers. Rows and columns must ascend, numbers be numbers, and shared strings exist.
 * Cost: one pass over the tags.
 * @throws {FormatError} `spreadsheet-invalid`, `too-many-cells`.
 */
export function readWorksheet(options: WorksheetOptions): { readonly rows: SheetRows; readonly cells: number } {
  const walk = new CellWalk(options);
  let root: string | undefined;
  let inside = false;
  let blocks = 0;
  visitXmlTags(options, (tag) => {
    root ??= tag.name;
    if (tag.name !== "sheetData") {
      if (inside) walk.tag(tag);
      return;
    }
    if (tag.kind !== "close" && ++blocks > 1) throw walk.fault("two blocks of rows");
    inside = tag.kind === "open";
  });
  if (root !== "worksheet" || blocks === 0) throw walk.fault("this is not a worksheet");
  return { rows: walk.rows, cells: walk.cells };
}

class CellWalk {
  readonly rows: SheetRows = [];
  cells = 0;
  readonly #options: WorksheetOptions;
  readonly #inline = new StringItem();
  #values: (CellValue | undefined)[] = [];
  #row = -1;
  #column = -1;
  #type = "n";
  #valueFrom = -1;
  #value: string | undefined;

  constructor(options: WorksheetOptions) {
    this.#options = options;
  }

  tag(tag: XmlTag): void {
    switch (tag.name) {
      case "c":
        if (tag.kind !== "close") this.#openCell(tag);
        if (tag.kind !== "open") this.#closeCell();
        break;
      case "v":
        if (tag.kind === "open") this.#valueFrom = tag.end;
        else if (tag.kind === "close") this.#value = this.#options.text.slice(this.#valueFrom, tag.start);
        break;
      case "row":
        if (tag.kind !== "close") this.#openRow(tag);
        break;
      default:
        if (this.#type === "inlineStr") this.#inline.tag(tag);
    }
  }

  fault(reason: string): FormatError {
    const { where, file } = this.#options;
    return new FormatError("spreadsheet-invalid", `${where}: ${reason}`, {
      fields: { file, ...(this.#row < 0 ? {} : { row: this.#row + 1 }) },
    });
  }

  #openRow(tag: XmlTag): void {
    const stated = attribute(tag, "r");
    const row = stated === undefined ? this.#row + 1 : Number(stated) - 1;
    if (!Number.isInteger(row) || row <= this.#row || row > LAST_ROW) {
      throw this.fault(`row ${stated ?? row + 1} after row ${this.#row + 1}`);
    }
    this.#row = row;
    this.#column = -1;
    this.#values = [];
    this.rows[row] = this.#values;
  }

  #openCell(tag: XmlTag): void {
    const stated = attribute(tag, "r");
    const address = stated === undefined ? { row: this.#row, column: this.#column + 1 } : parseCellAddress(stated);
    if (
      address === undefined ||
      address.row !== this.#row ||
      address.row < 0 ||
      address.column <= this.#column ||
      address.column > LAST_COLUMN
    ) {
      throw this.fault(`cell ${JSON.stringify(stated ?? "")} out of place in row ${this.#row + 1}`);
    }
    this.#column = address.column;
    this.#type = attribute(tag, "t") ?? "n";
    if (!TYPES.has(this.#type)) throw this.fault(`a cell of type ${JSON.stringify(this.#type)}`);
    this.#value = undefined;
    if (this.#type === "inlineStr") this.#inline.begin();
  }

  #closeCell(): void {
    const { limits, file, where } = this.#options;
    const value = this.#cellValue();
    if (value === undefined) return;
    this.#values[this.#column] = value;
    if (++this.cells > limits.cells) {
      throw new FormatError("too-many-cells", `${where}: more than ${limits.cells} cells`, {
        fields: { file, limit: limits.cells },
      });
    }
  }

  /** Undefined for a cell that holds nothing. */
  #cellValue(): CellValue | undefined {
    const value = this.#value ?? "";
    switch (this.#type) {
      case "n":
        return value === "" ? undefined : this.#number(value);
      case "s":
        return value === "" ? undefined : this.#sharedString(value);
      case "b":
        if (value === "") return undefined;
        if (!/^(0|1|true|false)$/.test(value)) throw this.#badValue("truth value");
        return value === "1" || value === "true";
      case "d": {
        const serial = serialDate(value);
        if (serial === undefined) throw this.#badValue("date");
        return serial;
      }
      case "e":
        if (value === "") throw this.#badValue("error");
        return this.#text(xmlContent(value));
      case "inlineStr":
        return this.#text(this.#inline.text);
      default:
        return this.#text(xmlContent(value));
    }
  }

  #number(value: string): number {
    const number = Number(value);
    if (!DECIMAL.test(value) || !Number.isFinite(number)) throw this.#badValue("number");
    return number;
  }

  #sharedString(value: string): string {
    const string = /^\d{1,9}$/.test(value) ? this.#options.sharedStrings[Number(value)] : undefined;
    if (string === undefined) throw this.#badValue("shared string");
    return string;
  }

  #text(text: string | undefined): string {
    if (text === undefined) throw this.fault("elements inside the text of a cell");
    return text;
  }

  #badValue(kind: string): FormatError {
    return this.fault(`${JSON.stringify(this.#value ?? "")} is no ${kind}, in row ${this.#row + 1}`);
  }
}
