import type { MatlabValue } from "../../src/formats/matlab/matlab-value.js";
import { type WriteHdf5Dataset, type WriteHdf5Options, writeHdf5 } from "../../src/sample-data/hdf5-writer.js";
import { cellColumn, doubleMatrix, structValue, textValue } from "../../src/sample-data/matlab-values.js";
import type { Random } from "./random.js";

/*
 * Files that are right as files and wrong as recordings: most inputs with changed bytes end in the reader, these reach
 * the loader.
 */

const NUMBERS = [0, -1, 1, 0.5, 3, 1e9, -1e300, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY];
const TEXTS = ["", "x", "-1", "0", "nan", "1e999", "__proto__", "constructor", "AVAL", "?", "é", "1:4", "2147483648"];

type JsonLike = null | boolean | number | string | JsonLike[] | { [key: string]: JsonLike };

/** JSON with one to three values or members changed: others of another type, doubled, moved or gone. */
export function changedJson(text: string, random: Random): Uint8Array {
  let root = JSON.parse(text) as JsonLike;
  for (let times = 1 + random.below(3); times > 0; times--) root = changedValue(root, random, 0);
  return Buffer.from(JSON.stringify(root));
}

function changedValue(value: JsonLike, random: Random, depth: number): JsonLike {
  const holds =
    typeof value === "object" && value !== null && (Array.isArray(value) ? value : Object.keys(value)).length > 0;
  if (!holds || random.chance(depth === 0 ? 50 : 4)) return anyJson(random);
  if (Array.isArray(value)) {
    const at = random.below(value.length);
    const out = [...value];
    const choice = random.below(6);
    if (choice === 0) out.splice(at, 1);
    else if (choice === 1) out.splice(at, 0, out[random.below(out.length)] as JsonLike);
    else out[at] = changedValue(out[at] as JsonLike, random, depth + 1);
    return out;
  }
  const entries = Object.entries(value);
  const at = random.below(entries.length);
  const [key, member] = entries[at] as [string, JsonLike];
  const choice = random.below(7);
  if (choice === 0) entries.splice(at, 1);
  else if (choice === 1) entries[at] = [random.pick(TEXTS), member];
  else if (choice === 2) entries.push([random.pick(TEXTS), anyJson(random)]);
  else entries[at] = [key, changedValue(member, random, depth + 1)];
  return Object.fromEntries(entries);
}

function anyJson(random: Random): JsonLike {
  const number = random.pick(NUMBERS);
  return random.pick<JsonLike>([
    null,
    true,
    Number.isFinite(number) ? number : -7,
    random.pick(TEXTS),
    [],
    {},
    [1, 2],
    [[1], [2, 3]],
    { "1": { label: "AVAL" } },
    { a: [1, null, "x"] },
  ]);
}

/** An HDF5 file with one to three datasets changed: other values, shapes or types, renamed, copied, linked or gone. */
export function changedHdf5(options: WriteHdf5Options, random: Random): Uint8Array {
  const datasets: Record<string, WriteHdf5Dataset> = { ...options.datasets };
  const links: Record<string, { soft: string } | { externalFile: string; path: string }> = {};
  for (let times = 1 + random.below(3); times > 0; times--) {
    const paths = Object.keys(datasets);
    if (paths.length === 0) break;
    const path = random.pick(paths);
    const dataset = datasets[path] as WriteHdf5Dataset;
    const other = datasets[random.pick(paths)] as WriteHdf5Dataset;
    const choice = random.below(10);
    if (choice === 0) delete datasets[path];
    else if (choice === 1) datasets[path] = other;
    else if (choice === 2) datasets[`${path.slice(0, path.lastIndexOf("/") + 1)}${random.below(9)}`] = other;
    else if (choice === 3 && !path.startsWith("linked")) {
      delete datasets[path];
      datasets.linked = dataset;
      links[path] = random.chance(3) ? { externalFile: "other.h5", path: "/x" } : { soft: "/linked" };
    } else if (choice === 4) datasets[path] = { shape: [], data: [random.pick(TEXTS)] };
    else if (choice === 5)
      datasets[path] = { ...dataset, attributes: { [`a${random.below(3)}`]: random.pick(TEXTS) || "-" } };
    else datasets[path] = changedDataset(dataset, random);
  }
  return writeHdf5({ ...options, datasets, links });
}

function changedDataset(dataset: WriteHdf5Dataset, random: Random): WriteHdf5Dataset {
  const values = dataset.data;
  if (!ArrayBuffer.isView(values)) {
    const texts = [random.pick(TEXTS), random.pick(TEXTS), random.pick(TEXTS)].slice(0, 1 + random.below(3));
    return random.chance(2) ? { shape: [texts.length], data: texts } : numberDataset([random.below(4)], random);
  }
  const shape = [...dataset.shape];
  const numbers = Float64Array.from(values, Number);
  switch (random.below(5)) {
    case 0:
      return { ...dataset, shape: shape.reverse() };
    case 1:
      return { ...dataset, shape: [values.length] };
    case 2:
      return numberDataset([random.below(5), random.below(4)], random);
    case 3:
      return numberDataset(random.chance(2) ? [] : [random.below(6)], random);
    default:
      for (let times = 1 + random.below(3); times > 0 && numbers.length > 0; times--) {
        numbers[random.below(numbers.length)] = random.pick(NUMBERS);
      }
      return { ...dataset, data: numbers };
  }
}

function numberDataset(shape: readonly number[], random: Random): WriteHdf5Dataset {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float64Array.from({ length }, (_, k) => (random.chance(6) ? random.pick(NUMBERS) : k)) };
}

/** MATLAB variables with one to three values changed: of another class or size, empty, renamed or gone. */
export function changedMatlab(
  variables: Readonly<Record<string, MatlabValue>>,
  random: Random,
): Record<string, MatlabValue> {
  let root = structValue(variables) as MatlabValue;
  for (let times = 1 + random.below(3); times > 0; times--) root = changedMatlabValue(root, random, 0);
  if (root.kind !== "struct") return {};
  return Object.fromEntries([...root.fields].map(([name, [value]]) => [name, value as MatlabValue]));
}

function changedMatlabValue(value: MatlabValue, random: Random, depth: number): MatlabValue {
  if (depth > 0 && random.chance(4)) return anyMatlab(random);
  if (value.kind === "cell" && value.cells.length > 0) {
    const cells = [...value.cells];
    const at = random.below(cells.length);
    if (random.chance(6)) cells.splice(at, 1);
    else cells[at] = changedMatlabValue(cells[at] as MatlabValue, random, depth + 1);
    return cellColumn(cells);
  }
  if (value.kind === "struct" && value.fields.size > 0) {
    const fields = [...value.fields].map(([name, [first]]): [string, MatlabValue] => [name, first as MatlabValue]);
    const at = random.below(fields.length);
    const [name, field] = fields[at] as [string, MatlabValue];
    if (random.chance(6)) fields.splice(at, 1);
    else if (random.chance(8)) fields.push(["more", anyMatlab(random)]);
    else fields[at] = [name, changedMatlabValue(field, random, depth + 1)];
    return structValue(Object.fromEntries(fields));
  }
  return anyMatlab(random);
}

function anyMatlab(random: Random): MatlabValue {
  const rows = 1 + random.below(4);
  const columns = 1 + random.below(4);
  const number = () => (random.chance(5) ? random.pick(NUMBERS) : random.below(5));
  const matrix = doubleMatrix(Array.from({ length: rows }, () => Array.from({ length: columns }, number)));
  return random.pick<MatlabValue>([
    matrix,
    doubleMatrix([]),
    doubleMatrix([[number()]]),
    textValue(random.pick(TEXTS)),
    cellColumn([]),
    cellColumn([random.pick(TEXTS), matrix]),
    structValue({ t: matrix }),
  ]);
}

/** Delimited text with one to three fields, lines or files of a bundle changed. */
export function changedText(text: string, random: Random): Uint8Array {
  let out = text;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const unit = random.pick([/[^,\s]+/g, /[^,\s]*(?=[,\s])/g, /[^\n\f]*\n/g]);
    const found = [...out.matchAll(unit)];
    if (found.length === 0) continue;
    const { 0: piece, index } = random.pick(found);
    const others = [...TEXTS, ...NUMBERS.map(String), "", `${piece}${piece}`, random.pick(found)[0]];
    out = out.slice(0, index) + random.pick(others) + out.slice(index + piece.length);
  }
  return Buffer.from(out);
}
