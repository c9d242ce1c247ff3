import { FormatError, LoadError } from "../../base/errors.js";
import { detectFormat } from "../../formats/detect-format.js";
import type { Hdf5Dataset } from "../../formats/hdf5/hdf5-dataset.js";
import { type Hdf5File, openHdf5 } from "../../formats/hdf5/open-hdf5.js";
import { JsonObject, type OrderedJsonValue } from "../../formats/json/json-value.js";
import { parseJson } from "../../formats/json/parse-json.js";
import { readRawFile } from "../connectome/raw-file.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { readableDataset, requireSeconds } from "./hdf5-readable.js";

/** An array of numbers of an HDF5 file, row-major. */
export class NumberArrayField {
  readonly shape: readonly number[];
  readonly values: Float64Array;

  constructor(shape: readonly number[], values: Float64Array) {
    this.shape = shape;
    this.values = values;
  }
}

/** A value under a root key: JSON in document order, or what an HDF5 file has in its place. */
export type FieldValue = OrderedJsonValue | NumberArrayField | FieldTree;

/** A group of an HDF5 file. */
export class FieldTree {
  readonly members = new Map<string, FieldValue>();
}

/** The root keys of a recording, and objects of an HDF5 file that hold no value. */
export interface RootFields {
  readonly members: ReadonlyMap<string, FieldValue>;
  readonly left: readonly { readonly item: string; readonly reason: string; readonly detail: string }[];
}

/**
 * The root keys of a JSON or HDF5 file.
 * @throws {FormatError} what the readers throw.
 * @throws {LoadError} `load/record-shape` when the JSON is no object.
 */
export async function readRootFields(
  context: Pick<LoadContext<unknown>, "limits">,
  file: SourceFile,
): Promise<RootFields> {
  const { limits } = context;
  const bytes = await readRawFile(file, limits);
  if (detectFormat(bytes) === "hdf5") {
    const hdf5 = await openHdf5(bytes, { file: file.path, limits });
    try {
      return readTree(hdf5);
    } finally {
      hdf5.close();
    }
  }
  const root = parseJson(bytes, { file: file.path, limits, ordered: true, nonFinite: true, duplicateKeys: "error" });
  if (!(root instanceof JsonObject)) {
    throw new LoadError("record-shape", `${file.path}: the file is no JSON object with one key per field`, {
      fields: { file: file.path },
      wayOut: "Check that this loader is meant for this file.",
    });
  }
  return { members: new Map(root), left: [] };
}

const TIMES = "/timestamp_confocal";
/** Without these there is no recording: what keeps them from being read is the error. */
const NEEDED: ReadonlySet<string> = new Set([TIMES, "/trace_original", "/trace_array"]);

function readTree(hdf5: Hdf5File): RootFields {
  const root = new FieldTree();
  const groups = new Map<string, FieldTree>([["", root]]);
  const left: { item: string; reason: string; detail: string }[] = [];
  for (const name of hdf5.attributeNames("/")) left.push(attributeLeft(`/@${name}`));
  for (const { path, kind } of hdf5.list()) {
    const cut = path.lastIndexOf("/");
    const parent = groups.get(path.slice(0, cut));
    const name = path.slice(cut + 1);
    if (kind !== "group" && kind !== "dataset" && NEEDED.has(path)) {
      // Inside of the file a link is followed; one that leads out of it, or nowhere, is refused here.
      const dataset = hdf5.dataset(path);
      if (path === TIMES) requireSeconds(hdf5, path);
      root.members.set(name, datasetValue(dataset) ?? null);
      continue;
    }
    if (kind !== "group" && kind !== "dataset") {
      left.push({ item: path, reason: "link", detail: kind });
      continue;
    }
    if (kind === "group") {
      for (const attribute of hdf5.attributeNames(path)) left.push(attributeLeft(`${path}@${attribute}`));
      const tree = new FieldTree();
      groups.set(path, tree);
      parent?.members.set(name, tree);
      continue;
    }
    const dataset = NEEDED.has(path) ? hdf5.dataset(path) : readableDataset(hdf5, path);
    for (const attribute of hdf5.attributeNames(path)) left.push(attributeLeft(`${path}@${attribute}`));
    if (path === TIMES) requireSeconds(hdf5, path);
    if (dataset instanceof FormatError) {
      left.push({ item: path, reason: "unreadable", detail: dataset.message });
      continue;
    }
    const value = datasetValue(dataset);
    if (value === undefined) left.push({ item: path, reason: "unknown_field", detail: "neither numbers nor texts" });
    else parent?.members.set(name, value);
  }
  return { members: root.members, left };
}

function attributeLeft(item: string): { item: string; reason: string; detail: string } {
  return { item, reason: "unknown_field", detail: "attribute" };
}

function datasetValue(dataset: Hdf5Dataset): FieldValue | undefined {
  const { shape, type } = dataset;
  if (type.kind === "string") {
    const texts = dataset.readStrings();
    return shape.length === 0 ? (texts[0] ?? "") : texts;
  }
  if (type.kind !== "integer" && type.kind !== "float" && type.kind !== "enum") return undefined;
  const values = Float64Array.from(dataset.read(), Number);
  return shape.length === 0 ? (values[0] as number) : new NumberArrayField(shape, values);
}

/** A list of numbers (null is NaN), or null when the value is none. */
export function vectorOf(value: FieldValue | undefined): Float64Array | null {
  if (value instanceof NumberArrayField) return value.shape.length === 1 ? value.values : null;
  if (!Array.isArray(value)) return null;
  const out = new Float64Array(value.length);
  for (const [index, each] of value.entries()) {
    if (each === null) out[index] = Number.NaN;
    else if (typeof each === "number") out[index] = each;
    else return null;
  }
  return out;
}

/** Rows of equal length, or null when the value is no such table. */
export function rowsOf(value: FieldValue | undefined): Float64Array[] | null {
  if (value instanceof NumberArrayField) {
    const [rows, columns, ...more] = value.shape;
    if (rows === undefined || columns === undefined || more.length > 0) return null;
    return Array.from({ length: rows }, (_, row) => value.values.slice(row * columns, (row + 1) * columns));
  }
  if (!Array.isArray(value)) return null;
  const rows: Float64Array[] = [];
  for (const each of value) {
    const row = vectorOf(each);
    if (row === null || row.length !== (rows[0]?.length ?? row.length)) return null;
    rows.push(row);
  }
  return rows;
}

/** Rows as columns and columns as rows. */
export function transposed(rows: readonly Float64Array[]): Float64Array[] {
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, n) => Float64Array.from(rows, (row) => row[n] as number));
}

/** Members of a JSON object or of a group, or null when the value is neither. */
export function membersOf(value: FieldValue | undefined): [string, FieldValue][] | null {
  if (value instanceof JsonObject) return [...value];
  return value instanceof FieldTree ? [...value.members] : null;
}

/** A JSON object of whatever a member holds: groups and arrays of HDF5 included. */
export function jsonOf(value: FieldValue): OrderedJsonValue {
  if (value instanceof NumberArrayField) {
    return value.shape.length === 2 ? (rowsOf(value) ?? []).map((row) => [...row]) : [...value.values];
  }
  if (!(value instanceof FieldTree)) return value;
  const object = new JsonObject();
  for (const [name, member] of value.members) object.set(name, jsonOf(member));
  return object;
}

/** A few words about a value, for messages. */
export function describeField(value: FieldValue): string {
  const vector = vectorOf(value);
  if (vector !== null) return `${vector.length} numbers`;
  const rows = rowsOf(value);
  if (rows !== null) return `${rows.length} x ${rows[0]?.length ?? 0} numbers`;
  const members = membersOf(value);
  if (members !== null) return `an object with ${members.length} members`;
  return Array.isArray(value) ? `a list of ${value.length} values` : typeof value;
}
