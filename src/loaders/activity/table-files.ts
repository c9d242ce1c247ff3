import { open } from "node:fs/promises";
import { ConfigError, LoadError } from "../../base/errors.js";
import { DETECTION_BYTES, detectFormat } from "../../formats/detect-format.js";
import { openHdf5 } from "../../formats/hdf5/open-hdf5.js";
import { fileName } from "../connectome/raw-file.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { Hdf5Content, type NumericField } from "./hdf5-content.js";
import { requireUnit } from "./measurement-units.js";
import type { Place, TableParameters } from "./table-parameters.js";
import { TextTable } from "./table-text.js";
import { readLines } from "./text-lines.js";

/** The files of one recording, each opened once, read as the parameters of the step say. */
export class TableFiles {
  readonly #context: LoadContext<TableParameters>;
  readonly #open = new Map<SourceFile, Hdf5Content | TextTable>();

  private constructor(context: LoadContext<TableParameters>) {
    this.#context = context;
  }

  /** Opens the files. Close them: HDF5 memory is not freed otherwise. @throws {FormatError} for a broken file. */
  static async open(context: LoadContext<TableParameters>): Promise<TableFiles> {
    const files = new TableFiles(context);
    try {
      for (const file of context.files) files.#open.set(file, await openOne(context, file));
    } catch (error) {
      files.close();
      throw error;
    }
    return files;
  }

  close(): void {
    for (const each of this.#open.values()) if (each instanceof Hdf5Content) each.hdf5.close();
  }

  /**
   * The file that a selector means: its name, a pattern with `*`, or nothing where there is one file.
   * @throws {LoadError} `load/missing-field` when none has the name. @throws {ConfigError} when it is not said which.
   */
  select(selector: string | undefined, field: string): Hdf5Content | TextTable {
    const files = [...this.#open.keys()];
    const names = files.map(fileName);
    const pattern = selector === undefined ? /^/ : wildcard(selector);
    const found = files.filter((file) => pattern.test(fileName(file)));
    const [file] = found;
    if (file !== undefined && found.length === 1) return this.#open.get(file) as Hdf5Content | TextTable;
    if (found.length === 0) {
      throw new LoadError(
        "missing-field",
        `${field}: the recording has no file ${selector}, only ${names.join(", ")}`,
        {
          fields: { file: files[0]?.path ?? "", field: selector ?? field, found: names },
        },
      );
    }
    throw configError(`${field}: say \`file\`: the recording has ${names.join(", ")}`, { field, found: names });
  }

  hdf5(selector: string | undefined, field: string): Hdf5Content {
    const content = this.select(selector, field);
    if (content instanceof Hdf5Content) return content;
    throw configError(`${field}: ${content.file.path} is text: it has columns and rows, no path`, {
      field,
      file: content.file.path,
    });
  }

  text(selector: string | undefined, field: string): TextTable {
    const content = this.select(selector, field);
    if (content instanceof TextTable) return content;
    throw configError(`${field}: ${content.file.path} is HDF5: say the \`path\` of a dataset`, {
      field,
      file: content.file.path,
    });
  }

  /**
   * Numbers from a place, and what the attribute `unit` or `units` of a dataset says: it must not contradict `unit`.
   * @throws {LoadError} `load/missing-field`, `load/unit`, `load/value`.
   */
  numbers(
    place: Place,
    field: string,
    unit: string | null,
  ): NumericField & { readonly file: SourceFile; readonly unit: string | null } {
    if (place.path !== undefined) {
      const content = this.hdf5(place.file, field);
      const read = content.numbers(place.path);
      if (unit !== null) checkUnit(content, place.path, unit);
      return { ...read, file: content.file, unit: statedUnit(content, place.path) };
    }
    const table = this.text(place.file, field);
    const values = table.numbers(textFields(table, place));
    return { values, shape: [values.length], file: table.file, unit: null };
  }

  texts(place: Place, field: string): { readonly texts: readonly string[]; readonly file: SourceFile } {
    if (place.path !== undefined) {
      const content = this.hdf5(place.file, field);
      return { texts: content.texts(place.path), file: content.file };
    }
    const table = this.text(place.file, field);
    return { texts: textFields(table, place).texts, file: table.file };
  }

  /** Labels in the order of the ROIs. In a text file that is nothing but a list, a blank line is an ROI without label. */
  async labels(place: Place): Promise<{ readonly texts: readonly string[]; readonly file: SourceFile }> {
    if (place.path !== undefined || place.column !== undefined || place.row !== undefined)
      return this.texts(place, "labels");
    const { limits, parameters } = this.#context;
    const { file } = this.text(place.file, "labels").asList();
    const { comment } = parameters;
    const lines = (await readLines(file, limits)).map((line) => line.trim());
    const kept = comment === undefined ? lines : lines.filter((line) => !line.startsWith(comment));
    return { texts: kept.map((line) => line.replace(/[,;]+$/, "").replace(/^"(.*)"$/, "$1")), file };
  }

  /** A place that is named by one word: a dataset of an HDF5 file, a column of a text file. */
  placeNamed(file: string | undefined, name: string, field: string): Place {
    const named = this.select(file, field) instanceof Hdf5Content ? { path: name } : { column: name };
    return { ...named, ...(file === undefined ? {} : { file }) };
  }

  /** Accounts for everything that was not read. */
  dropUnused(): void {
    const { ignore } = this.#context.parameters;
    for (const each of this.#open.values()) {
      if (each instanceof TextTable) each.dropUnused(this.#context);
      else each.dropUnused(this.#context, (path) => (ignore.includes(path) ? "not_selected" : undefined));
    }
  }
}

async function openOne(context: LoadContext<TableParameters>, file: SourceFile): Promise<Hdf5Content | TextTable> {
  const found = detectFormat(await firstBytes(file));
  if (found !== "hdf5" && found !== "matlab-7.3") return TextTable.read(context, file);
  return new Hdf5Content(file, await openHdf5(file.absolutePath, { file: file.path, limits: context.limits }));
}

async function firstBytes(file: SourceFile): Promise<Uint8Array> {
  try {
    const handle = await open(file.absolutePath, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(DETECTION_BYTES), 0, DETECTION_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new LoadError("unreadable", `${file.path} cannot be read: ${code}`, { fields: { file: file.path, code } });
  }
}

function textFields(table: TextTable, place: Place) {
  if (place.column !== undefined) return table.column(place.column);
  return place.row === undefined ? table.list() : table.row(place.row);
}

function statedUnit(content: Hdf5Content, path: string): string | null {
  for (const name of ["unit", "units", "Unit", "Units"]) {
    const stated = content.textAttribute(path, name)?.trim();
    if (stated) return stated;
  }
  return null;
}

/** What an HDF5 dataset states of its unit must be what the parameters say. @throws {LoadError} `load/unit`. */
export function checkUnit(content: Hdf5Content, path: string, expected: string): void {
  requireUnit({ file: content.file.path, field: path, stated: statedUnit(content, path), expected });
}

function wildcard(selector: string): RegExp {
  const parts = selector.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "u");
}

/** The parameters of a step do not fit its files. */
export function configError(message: string, fields: Record<string, string | readonly string[]>): ConfigError {
  return new ConfigError("parameters", message, [], { fields, wayOut: "Correct `with` of the step." });
}
