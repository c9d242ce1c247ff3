import { FormatError, LoadError } from "../../base/errors.js";
import type { Hdf5Dataset } from "../../formats/hdf5/hdf5-dataset.js";
import type { Hdf5Entry, Hdf5File } from "../../formats/hdf5/open-hdf5.js";
import type { SourceFile } from "../loader.js";
import { readableDataset, requireSeconds } from "./hdf5-readable.js";
import { matrixColumns } from "./matrix-columns.js";

/** Numbers of one dataset, row-major, with the shape that an HDF5 reader sees (`[]`: a single value). */
export interface NumberField {
  readonly path: string;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Something in the file that nobody asked for. */
export interface UnusedField {
  /** Path, with `@name` for an attribute. */
  readonly item: string;
  readonly kind: Hdf5Entry["kind"] | "attribute" | "unreadable";
  readonly detail: string;
}

const NUMERIC: ReadonlySet<string> = new Set(["integer", "float", "enum"]);

/**
 * The datasets of an HDF5 file, each of which is either taken or left: what is left is listed by {@link unused}, so that
 * nothing of a file passes silently.
 */
export class Hdf5Fields {
  readonly #hdf5: Hdf5File;
  readonly #file: SourceFile;
  readonly #entries: readonly Hdf5Entry[];
  readonly #used = new Set<string>();

  constructor(hdf5: Hdf5File, file: SourceFile) {
    this.#hdf5 = hdf5;
    this.#file = file;
    this.#entries = hdf5.list();
  }

  /** Paths of the numeric datasets in a group, in the order of the file. */
  numericIn(group: string): string[] {
    if (this.#hdf5.kindOf(group) !== "group") return [];
    return this.#hdf5
      .children(group)
      .filter(({ path, kind }) => {
        const dataset = kind === "dataset" ? readableDataset(this.#hdf5, path) : null;
        return dataset !== null && !(dataset instanceof FormatError) && NUMERIC.has(dataset.type.kind);
      })
      .map(({ path }) => path);
  }

  /** Shape of a dataset that is not taken yet. */
  shapeOf(path: string): readonly number[] {
    return this.#hdf5.dataset(path).shape;
  }

  /** The numbers at a path, or null when there is no dataset. @throws {FormatError} for links that lead out, for text. */
  take(path: string): NumberField | null {
    if (this.#hdf5.kindOf(path) !== "dataset") return null;
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) this.#used.add(path.slice(0, end));
    const dataset = this.#hdf5.dataset(path);
    const values = dataset.read();
    const numbers = values instanceof Float64Array ? values : Float64Array.from(values, Number);
    return { path, shape: dataset.shape, values: numbers };
  }

  /** As {@link take}. @throws {LoadError} `load/missing-field` when there is no dataset. */
  require(path: string): NumberField {
    const field = this.take(path);
    if (field !== null) return field;
    throw new LoadError("missing-field", `${this.#file.path} has no dataset ${path}`, {
      fields: { file: this.#file.path, field: path },
      wayOut: "Check that this loader is meant for this file.",
    });
  }

  /** As {@link require}, of times. @throws {LoadError} `load/unit` when the dataset says that they are no seconds. */
  requireTimes(path: string): NumberField {
    const field = this.require(path);
    requireSeconds(this.#hdf5, path);
    return field;
  }

  /** Datasets, links and attributes that were not taken, in the order of the file. */
  unused(): UnusedField[] {
    const unused: UnusedField[] = [];
    for (const { path, kind } of [{ path: "/", kind: "group" as const }, ...this.#entries]) {
      if (kind === "group" || kind === "dataset") {
        for (const name of this.#hdf5.attributeNames(path)) {
          unused.push({ item: `${path}@${name}`, kind: "attribute", detail: `attribute of a ${kind}` });
        }
      }
      if (kind === "group" || kind === "repeated" || this.#used.has(path)) continue;
      const found = kind === "dataset" ? readableDataset(this.#hdf5, path) : kind;
      if (typeof found === "string") unused.push({ item: path, kind, detail: found });
      else if (found instanceof FormatError) unused.push({ item: path, kind: "unreadable", detail: found.message });
      else unused.push({ item: path, kind, detail: describe(found) });
    }
    return unused;
  }
}

function describe({ shape, type }: Hdf5Dataset): string {
  return `${type.kind} of shape ${shape.length === 0 ? "()" : shape.join(" x ")}`;
}

/** A matrix as its columns: `columns[n][k]` is row k. @throws {LoadError} `load/shape` when it has not two axes. */
export function columnsOf(field: NumberField, file: SourceFile): Float64Array[] {
  const [rows, columns] = twoAxes(field, file);
  return matrixColumns(field.values, rows, columns);
}

/** Lengths of the two axes. @throws {LoadError} `load/shape`. */
export function twoAxes(field: NumberField, file: SourceFile): [number, number] {
  const [rows, columns, ...more] = field.shape;
  if (rows === undefined || columns === undefined || more.length > 0) throw shapeFault(field, file, "two axes");
  return [rows, columns];
}

/** A `load/shape` error that names file, dataset, the shape found and the one expected. */
export function shapeFault(field: Pick<NumberField, "path" | "shape">, file: SourceFile, expected: string): LoadError {
  const found = field.shape.length === 0 ? "a single value" : field.shape.join(" x ");
  return new LoadError("shape", `${file.path}: ${field.path} is ${found}, expected is ${expected}`, {
    fields: { file: file.path, field: field.path, shape: field.shape, expected },
    wayOut: "Check that this loader is meant for this file.",
  });
}
