import { didYouMean } from "../../base/diagnostics.js";
import { FormatError, LoadError } from "../../base/errors.js";
import type { DelimitedRecord } from "../../formats/delimited-text/delimited-table.js";
import { readDelimited } from "../../formats/delimited-text/read-delimited.js";
import { readRawFile } from "../connectome/raw-file.js";
import type { LoadContext, SourceFile } from "../loader.js";
import type { TableParameters } from "./table-parameters.js";
import { noNumber } from "./text-lines.js";
import { textNumber } from "./text-number.js";

const SEPARATORS = { auto: "auto", comma: ",", tab: "\t", semicolon: ";", whitespace: "whitespace" } as const;

/** Fields of a column or row and the line of each. */
interface Fields {
  readonly texts: readonly string[];
  readonly line: (index: number) => number;
}

/**
 * A text file of a recording: records of fields. Its first record is a header for who asks for columns, and a row as any
 * other for who asks for rows. What nobody asks for is dropped with a row each.
 */
export class TextTable {
  readonly file: SourceFile;
  readonly records: readonly DelimitedRecord[];
  readonly #usedColumns = new Set<number>();
  readonly #usedRows = new Set<number>();
  #wholeUsed = false;

  private constructor(file: SourceFile, records: readonly DelimitedRecord[]) {
    this.file = file;
    this.records = records;
  }

  /** @throws {FormatError} what {@link readDelimited} throws. */
  static async read(context: LoadContext<TableParameters>, file: SourceFile): Promise<TextTable> {
    const { limits, parameters } = context;
    const bytes = await readRawFile(file, limits);
    const { records } = readDelimited(bytes, {
      file: file.path,
      limits,
      separator: SEPARATORS[parameters.separator],
      header: "none",
      ragged: "keep",
      trim: true,
      ...(parameters.comment === undefined ? {} : { comment: parameters.comment }),
    });
    return new TextTable(file, records);
  }

  get columns(): readonly string[] {
    return this.records[0]?.fields ?? [];
  }

  /** Number of fields of the header; records that differ are an error. @throws {FormatError} `format/ragged-row`. */
  requireRectangle(from: number): number {
    const width = this.records[from]?.fields.length ?? 0;
    for (const { line, fields } of this.records.slice(from)) {
      if (fields.length === width) continue;
      throw new FormatError("ragged-row", `${this.file.path}:${line}: ${fields.length} fields, expected ${width}`, {
        fields: { file: this.file.path, line, expected: width, found: fields.length },
      });
    }
    return width;
  }

  /** The fields below a name of the header. @throws {LoadError} `load/missing-field`, `load/repeated-column`. */
  column(name: string): Fields {
    const index = this.columns.indexOf(name);
    if (index < 0) throw this.#missing("column", name, this.columns);
    if (this.columns.indexOf(name, index + 1) >= 0) {
      throw new LoadError("repeated-column", `${this.file.path}: column "${name}" occurs twice`, {
        fields: { file: this.file.path, column: name },
      });
    }
    return this.columnAt(index);
  }

  columnAt(index: number): Fields {
    this.requireRectangle(0);
    this.#usedColumns.add(index);
    const records = this.records.slice(1);
    return { texts: records.map(({ fields }) => fields[index] as string), line: (k) => records[k]?.line ?? 0 };
  }

  /** The fields behind the first field of the row that begins with a name. @throws {LoadError} `load/missing-field`. */
  row(name: string): Fields {
    const names = this.records.map(({ fields }) => fields[0] as string);
    const index = names.indexOf(name);
    if (index < 0) throw this.#missing("row", name, names);
    return this.rowAt(index, 1);
  }

  rowAt(index: number, from: number): Fields {
    this.#usedRows.add(index);
    const record = this.records[index];
    return { texts: record?.fields.slice(from) ?? [], line: () => record?.line ?? 0 };
  }

  /**
   * A file that is nothing but a list: one value per line, with or without a comma behind it, or all in one line.
   * @throws {LoadError} `load/record-shape` for a table.
   */
  list(): Fields {
    this.asList();
    const records = this.records.map(({ line, fields }) => ({ line, fields: trimEnd(fields) }));
    const [only] = records;
    if (records.length === 1 && only !== undefined) return { texts: only.fields, line: () => only.line };
    const wide = records.find(({ fields }) => fields.length > 1);
    if (wide !== undefined) {
      throw new LoadError(
        "record-shape",
        `${this.file.path}:${wide.line}: ${wide.fields.length} fields in a list of values`,
        {
          fields: { file: this.file.path, line: wide.line, found: wide.fields.length },
          wayOut: "Say which `column` or `row` of the file is meant.",
        },
      );
    }
    return { texts: records.map(({ fields }) => fields[0] ?? ""), line: (k) => records[k]?.line ?? 0 };
  }

  /** Says that the whole file is one list, of which nothing is left over. */
  asList(): this {
    this.#wholeUsed = true;
    return this;
  }

  /** @throws {LoadError} `load/value` naming file and line. */
  numbers(fields: Fields): Float64Array {
    return Float64Array.from(fields.texts, (text, index) => {
      const value = textNumber(text);
      if (value === undefined) throw noNumber(this.file, fields.line(index), text);
      return value;
    });
  }

  isUsedColumn(index: number): boolean {
    return this.#usedColumns.has(index);
  }

  isUsedRow(index: number): boolean {
    return this.#usedRows.has(index);
  }

  /** Accounts for columns, or rows where rows were asked for, that nobody asked for. */
  dropUnused(context: LoadContext<TableParameters>): void {
    if (this.#wholeUsed) return;
    const { ignore } = context.parameters;
    const drop = (scope: "column" | "roi", item: string, name: string) => {
      const reason = ignore.includes(name) ? "not_selected" : name === "" ? "blank_column" : "unknown_field";
      context.countRead(this.file, 1);
      context.drop({ file: this.file, scope, item, reason, rule: "the parameters of the step name what is read" });
    };
    if (this.#usedRows.size > 0) {
      for (const [index, { line, fields }] of this.records.entries()) {
        if (!this.#usedRows.has(index)) drop("roi", `row ${line} (${fields[0] ?? ""})`, fields[0] ?? "");
      }
      return;
    }
    for (const [index, name] of this.columns.entries()) {
      if (!this.#usedColumns.has(index)) drop("column", name === "" ? `column ${index + 1}` : name, name);
    }
  }

  #missing(what: string, name: string, there: readonly string[]): LoadError {
    const hint = didYouMean(name, there);
    const found = there.slice(0, 20);
    return new LoadError(
      "missing-field",
      `${this.file.path}: no ${what} "${name}"; ${hint ?? `there are ${found.map((each) => `"${each}"`).join(", ")}`}`,
      { fields: { file: this.file.path, field: name, found } },
    );
  }
}

/** Fields without the empty ones at the end, which a comma at the end of a line makes. */
function trimEnd(fields: readonly string[]): readonly string[] {
  let end = fields.length;
  while (end > 1 && fields[end - 1] === "") end--;
  return fields.slice(0, end);
}
