import { didYouMean } from "../../base/diagnostics.js";
import { FormatError, LoadError } from "../../base/errors.js";
import type { Hdf5Dataset } from "../../formats/hdf5/hdf5-dataset.js";
import type { Hdf5Entry, Hdf5File } from "../../formats/hdf5/open-hdf5.js";
import type { Hdf5Values } from "../../formats/hdf5/values.js";
import type { LoadContext, SourceFile } from "../loader.js";

/** Numbers of a dataset, row-major. */
export interface NumericField {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

/** Reads the datasets of one HDF5 file and remembers which: the others are dropped, each with a row. */
export class Hdf5Content {
  readonly file: SourceFile;
  readonly hdf5: Hdf5File;
  readonly #used = new Set<bigint>();
  #entries: readonly Hdf5Entry[] | undefined;

  constructor(file: SourceFile, hdf5: Hdf5File) {
    this.file = file;
    this.hdf5 = hdf5;
  }

  /** Everything in the file, groups before their members. */
  get entries(): readonly Hdf5Entry[] {
    this.#entries ??= this.hdf5.list();
    return this.#entries;
  }

  has(path: string): boolean {
    return this.hdf5.kindOf(path) === "dataset";
  }

  /**
   * The dataset of a path, marked as used.
   * @throws {LoadError} `load/missing-field` naming file and path.
   */
  dataset(path: string): Hdf5Dataset {
    if (!this.has(path)) throw this.missing(path);
    this.use(path);
    return this.hdf5.dataset(path);
  }

  /** Its shape, without marking it as used; null when it is no readable dataset. */
  shapeOf(path: string): readonly number[] | null {
    if (!this.has(path)) return null;
    try {
      return this.hdf5.dataset(path).shape;
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }

  isText(path: string): boolean {
    return this.shapeOf(path) !== null && this.hdf5.dataset(path).type.kind === "string";
  }

  isNumeric(path: string): boolean {
    return this.shapeOf(path) !== null && ["integer", "float", "enum"].includes(this.hdf5.dataset(path).type.kind);
  }

  use(path: string): void {
    this.#used.add(this.hdf5.addressOf(path));
  }

  isUsed(path: string): boolean {
    return this.#used.has(this.hdf5.addressOf(path));
  }

  /** @throws {LoadError} `load/missing-field`. @throws {FormatError} for values that are no numbers, or damage. */
  numbers(path: string): NumericField {
    const dataset = this.dataset(path);
    return { values: float64(dataset.read()), shape: dataset.shape };
  }

  /** Texts as they are; numbers as their text. */
  texts(path: string): string[] {
    const dataset = this.dataset(path);
    return dataset.type.kind === "string" ? dataset.readStrings() : Array.from(dataset.read(), String);
  }

  /** The first value of an attribute as text, or null. */
  textAttribute(path: string, name: string): string | null {
    const first = firstValue(this.hdf5.attribute(path, name)?.values);
    return first === undefined ? null : String(first);
  }

  /** The first value of an attribute as a number, or null. */
  numberAttribute(path: string, name: string): number | null {
    const first = firstValue(this.hdf5.attribute(path, name)?.values);
    return first === undefined || typeof first === "string" ? null : Number(first);
  }

  missing(path: string): LoadError {
    const there = this.entries.filter(({ kind }) => kind === "dataset").map((entry) => entry.path);
    const hint = didYouMean(path, there);
    const { path: file } = this.file;
    return new LoadError("missing-field", `${file}: there is no dataset ${path}${hint ? `; ${hint}` : ""}`, {
      fields: { file, field: path, found: there.slice(0, 50) },
    });
  }

  /**
   * Accounts for every dataset that was not used, one row each, and for links that lead nowhere or out of the file.
   * `reasons` may know a better reason than `unknown_field`.
   */
  dropUnused(context: LoadContext<unknown>, reasons: (path: string) => string | undefined = () => undefined): void {
    const seen = new Set<bigint>();
    for (const { path, kind } of this.entries) {
      if (kind === "external-link" || kind === "dangling") {
        this.#drop(context, path, kind === "dangling" ? "dangling_link" : "external_link", undefined);
      }
      if (kind !== "dataset") continue;
      const address = this.hdf5.addressOf(path);
      if (seen.has(address) || this.#used.has(address)) continue;
      seen.add(address);
      const shape = this.shapeOf(path);
      const detail = shape === null ? "its type or storage is not read" : describeDataset(this.hdf5.dataset(path));
      this.#drop(context, path, reasons(path) ?? "unknown_field", detail);
    }
  }

  #drop(context: LoadContext<unknown>, item: string, reason: string, detail: string | undefined): void {
    context.countRead(this.file, 1);
    context.drop({
      file: this.file,
      scope: "column",
      item,
      reason,
      rule: "no table of recordings holds it",
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

function describeDataset({ shape, type }: Hdf5Dataset): string {
  return `${type.kind} ${shape.length === 0 ? "scalar" : shape.join(" x ")}`;
}

function firstValue(values: Hdf5Values | undefined): string | number | bigint | undefined {
  if (values === undefined || !("length" in values)) return undefined;
  const first: unknown = values[0];
  return typeof first === "string" || typeof first === "number" || typeof first === "bigint" ? first : undefined;
}

function float64(values: ArrayLike<number | bigint>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values as ArrayLike<number>, Number);
}
