import { DEFAULT_LIMITS } from "../../src/base/limits.js";
import { readZip } from "../../src/formats/archive/zip-archive.js";
import { detectFormat } from "../../src/formats/detect-format.js";
import type { Hdf5File } from "../../src/formats/hdf5/open-hdf5.js";
import { openHdf5 } from "../../src/formats/hdf5/open-hdf5.js";
import { JsonObject, type OrderedJsonValue } from "../../src/formats/json/json-value.js";
import { parseJson } from "../../src/formats/json/parse-json.js";
import type { MatlabValue } from "../../src/formats/matlab/matlab-value.js";
import { readMatlab } from "../../src/formats/matlab/read-matlab.js";
import { archiveOf } from "../../src/sample-data/broken-archive.js";
import { type WriteHdf5Attribute, type WriteHdf5Dataset, writeHdf5 } from "../../src/sample-data/hdf5-writer.js";
import { doubleMatrix } from "../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../src/sample-data/matlab5-writer.js";
import { writeMatlab73 } from "../../src/sample-data/matlab73-writer.js";

/** The fields of a raw file by name, in the order of the file: values are of the file's format. */
export type FileFields = Map<string, unknown>;

interface OpenFields {
  readonly fields: FileFields;
  /** A value that no loader has a place for. */
  readonly surprise: unknown;
  write(fields: FileFields): Uint8Array;
}

/**
 * Reads a raw file, lets `edit` change its fields, and writes it again. Fields are the members of the only struct of a
 * MATLAB file (else its variables), datasets of HDF5 by path, root keys of JSON, columns of a CSV (in a zip too).
 * @param edit may set a field to `surprise`, which no loader has a place for
 */
export async function editFields(
  path: string,
  bytes: Uint8Array,
  edit: (fields: FileFields, surprise: unknown) => void,
): Promise<Uint8Array> {
  const { fields, surprise, write } = await openFields(path, bytes);
  edit(fields, surprise);
  return write(fields);
}

/** Names of the fields of a raw file. */
export async function fieldNames(path: string, bytes: Uint8Array): Promise<string[]> {
  return [...(await openFields(path, bytes)).fields.keys()];
}

function openFields(path: string, bytes: Uint8Array): Promise<OpenFields> {
  if (path.endsWith(".mat")) return matlabFields(path, bytes);
  if (detectFormat(bytes) === "hdf5") return hdf5Fields(path, bytes);
  if (path.endsWith(".json")) return Promise.resolve(jsonFields(path, bytes));
  if (path.endsWith(".zip")) return zipFields(path, bytes);
  return Promise.resolve(columnFields(Buffer.from(bytes).toString("utf8")));
}

async function matlabFields(path: string, bytes: Uint8Array): Promise<OpenFields> {
  const file = await readMatlab(bytes, { file: path });
  const { version } = file;
  const variables = new Map(file.variables.map(({ name }) => [name, file.read(name)]));
  file.close();
  const [only, ...more] = variables;
  const [name, value] = only ?? [];
  const struct = name !== undefined && more.length === 0 && value?.kind === "struct" ? { name, value } : null;
  const fields: FileFields =
    struct === null
      ? variables
      : new Map([...struct.value.fields].map(([field, values]): [string, unknown] => [field, values[0]]));
  return {
    fields,
    surprise: doubleMatrix([
      [1, 2],
      [3, 4],
    ]),
    write(edited) {
      const members = [...edited] as [string, MatlabValue][];
      const inside = new Map(members.map(([field, each]): [string, MatlabValue[]] => [field, [each]]));
      const top = struct === null ? members : [[struct.name, { ...struct.value, fields: inside }] as const];
      return version === "5"
        ? writeMatlab5({ variables: top, compress: true })
        : writeMatlab73({ variables: Object.fromEntries(top), compress: true });
    },
  };
}

async function hdf5Fields(path: string, bytes: Uint8Array): Promise<OpenFields> {
  const file = await openHdf5(bytes, { file: path });
  const fields: FileFields = new Map();
  const groups: Record<string, Record<string, WriteHdf5Attribute>> = { "": hdf5Attributes(file, "/") };
  for (const { path: member, kind } of file.list()) {
    const name = member.slice(1);
    const attributes = hdf5Attributes(file, member);
    if (kind === "group") groups[name] = attributes;
    if (kind !== "dataset") continue;
    const { shape, type } = file.dataset(member);
    const data = type.kind === "string" ? file.dataset(member).readStrings() : file.dataset(member).read();
    fields.set(name, { shape, data, attributes } as WriteHdf5Dataset);
  }
  file.close();
  return {
    fields,
    surprise: { shape: [40, 40], data: new Float64Array(1600) } satisfies WriteHdf5Dataset,
    write: (edited) => writeHdf5({ datasets: Object.fromEntries(edited) as Record<string, WriteHdf5Dataset>, groups }),
  };
}

function hdf5Attributes(file: Hdf5File, path: string): Record<string, WriteHdf5Attribute> {
  const attributes: Record<string, WriteHdf5Attribute> = {};
  for (const name of file.attributeNames(path)) {
    const { values } = file.attribute(path, name) ?? { values: [] };
    attributes[name] = (Array.isArray(values) ? values[0] : values) as WriteHdf5Attribute;
  }
  return attributes;
}

function jsonFields(path: string, bytes: Uint8Array): OpenFields {
  const root = parseJson(bytes, { file: path, limits: DEFAULT_LIMITS, ordered: true, nonFinite: true });
  return {
    fields: new Map(root as JsonObject) as FileFields,
    surprise: ["a", "b"],
    write: (edited) => Buffer.from(objectText(edited as Map<string, OrderedJsonValue>)),
  };
}

/** JSON with NaN literals, keys in their order. */
function jsonText(value: OrderedJsonValue): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (value instanceof JsonObject) return objectText(value);
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

function objectText(members: Iterable<readonly [string, OrderedJsonValue]>): string {
  return `{${Array.from(members, ([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(",")}}`;
}

async function zipFields(path: string, bytes: Uint8Array): Promise<OpenFields> {
  const archive = await readZip(bytes, { file: path, limits: DEFAULT_LIMITS });
  const [entry] = archive.entries;
  const name = entry?.name ?? "";
  const text = Buffer.from(await archive.read(name)).toString("utf8");
  await archive.close();
  const columns = columnFields(text);
  return { ...columns, write: (edited) => archiveOf([{ name, content: columns.write(edited) }]) };
}

/** Columns of a CSV; commas between quotes separate nothing. */
function columnFields(text: string): OpenFields {
  const separator = text.includes('"') ? /,(?=(?:[^"]*"[^"]*")*[^"]*$)/ : ",";
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(separator));
  const [header = []] = rows;
  const fields: FileFields = new Map(
    header.map((name, index) => [name === "" ? `column ${index}` : name, rows.map((row) => row[index] ?? "")]),
  );
  return {
    fields,
    surprise: rows.map((_, line) => (line === 0 ? "surprise" : `x${line}`)),
    write(edited) {
      const columns = [...edited.values()] as string[][];
      return Buffer.from(rows.map((_, line) => `${columns.map((column) => column[line]).join(",")}\n`).join(""));
    },
  };
}
