import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { LAST_COLUMN, LAST_ROW, parseCellAddress } from "./cell-address.js";
import { attribute, visitXmlTags, type XmlTag } from "./xml-tags.js";

/** The part of a worksheet that the library may see, and the cells it must find there. */
export interface CheckedWorksheet {
  /** A worksheet of nothing but rows. */
  readonly xml: string;
  /** Row × 16384 + column of every cell that holds something, ascending. */
  readonly addresses: readonly number[];
}

/** Cell types of ECMA-376 section 18.18.11. */
const TYPES: ReadonlySet<string> = new Set(["n", "s", "b", "e", "str", "inlineStr", "d"]);

interface WorksheetOptions {
  readonly text: string;
  readonly where: string;
  readonly file: string;
  readonly limits: Limits;
  /** How many shared strings there are. */
  readonly sharedStrings: number;
}

/**
 * Checks a worksheet before the library reads it, because the library mends silently: an unclosed row or sheet is an
 * empty one, `12abc` is 12, links make cells for every address of their range. Here rows and columns must ascend,
 * numbers be numbers, and string indexes exist. Cost: one pass over the tags.
 * @throws {FormatError} `spreadsheet-invalid`, `too-many-cells`.
 */
export function checkWorksheet(options: WorksheetOptions): CheckedWorksheet {
  const { text, where, file, limits } = options;
  const walk = new CellWalk(options);
  let root: XmlTag | undefined;
  let from = -1;
  let to = -1;
  visitXmlTags({ text, where, file, limits }, (tag) => {
    root ??= tag;
    if (tag.name === "sheetData") {
      if (from >= 0 && tag.kind !== "close") throw walk.fault("two blocks of rows");
      if (tag.kind !== "close") from = tag.start;
      if (tag.kind !== "open") to = tag.end;
    } else if (from >= 0 && to < 0) walk.tag(tag);
  });
  if (root?.name !== "worksheet" || to < 0) throw walk.fault("this is not a worksheet");
  const close = text.slice(text.lastIndexOf("</"));
  return { xml: text.slice(root.start, root.end) + text.slice(from, to) + close, addresses: walk.addresses };
}

class CellWalk {
  readonly addresses: number[] = [];
  readonly #options: WorksheetOptions;
  #row = -1;
  #column = -1;
  #type = "n";
  #valueFrom = -1;
  #value: string | undefined;

  constructor(options: WorksheetOptions) {
    this.#options = options;
  }

  tag(tag: XmlTag): void {
    if (tag.kind !== "close") {
      if (tag.name === "row") this.#openRow(tag);
      else if (tag.name === "c") this.#openCell(tag);
      else if (tag.name === "v") this.#valueFrom = tag.end;
    } else if (tag.name === "v") this.#value = this.#options.text.slice(this.#valueFrom, tag.start);
    if (tag.name === "c" && tag.kind !== "open") this.#closeCell();
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
  }

  #openCell(tag: XmlTag): void {
    const stated = attribute(tag, "r");
    const address = stated === undefined ? { row: this.#row, column: this.#column + 1 } : parseCellAddress(stated);
    if (
      address === undefined ||
      address.row !== this.#row ||
      address.column <= this.#column ||
      address.column > LAST_COLUMN
    ) {
      throw this.fault(`cell ${JSON.stringify(stated ?? "")} out of place in row ${this.#row + 1}`);
    }
    this.#column = address.column;
    this.#type = attribute(tag, "t") ?? "n";
    if (!TYPES.has(this.#type)) throw this.fault(`a cell of type ${JSON.stringify(this.#type)}`);
    this.#value = undefined;
  }

  #closeCell(): void {
    const { limits, file, where } = this.#options;
    if (!this.#holdsValue()) return;
    this.addresses.push(this.#row * (LAST_COLUMN + 1) + this.#column);
    if (this.addresses.length > limits.cells) {
      throw new FormatError("too-many-cells", `${where}: more than ${limits.cells} cells`, {
        fields: { file, limit: limits.cells },
      });
    }
  }

  /** Whether the library makes a cell of it. */
  #holdsValue(): boolean {
    const value = this.#value;
    const blank = value === undefined || value === "";
    switch (this.#type) {
      case "n":
        if (!blank && (value.trim() === "" || !Number.isFinite(Number(value)))) throw this.#badValue("number");
        return !blank;
      case "s":
        if (!blank && !(/^\d{1,9}$/.test(value) && Number(value) < this.#options.sharedStrings)) {
          throw this.#badValue("shared string");
        }
        return !blank;
      case "b":
        if (!blank && !/^(0|1|true|false)$/.test(value)) throw this.#badValue("truth value");
        return !blank;
      case "e":
      case "d":
        if (blank) throw this.#badValue("value");
        return true;
      default:
        return true;
    }
  }

  #badValue(kind: string): FormatError {
    return this.fault(`${JSON.stringify(this.#value)} is no ${kind}, in row ${this.#row + 1}`);
  }
}

/** How many shared strings the text holds. @throws {FormatError} `spreadsheet-invalid`, `too-many-cells`. */
export function countSharedStrings(options: Omit<WorksheetOptions, "sharedStrings">): number {
  let count = 0;
  visitXmlTags(options, ({ name, kind }) => {
    if (name === "si" && kind !== "close") count += 1;
  });
  if (count > options.limits.cells) {
    throw new FormatError(
      "too-many-cells",
      `${options.where}: ${count} strings, at most ${options.limits.cells} are read`,
      {
        fields: { file: options.file, limit: options.limits.cells },
      },
    );
  }
  return count;
}
