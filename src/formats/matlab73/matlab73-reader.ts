import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import type { Hdf5Dataset } from "../hdf5/hdf5-dataset.js";
import type { Hdf5File } from "../hdf5/open-hdf5.js";
import type { Hdf5Numbers } from "../hdf5/values.js";
import {
  elementCount,
  type MatlabNumbers,
  type MatlabNumericClass,
  type MatlabSparse,
  type MatlabValue,
  type MatlabVariable,
} from "../matlab/matlab-value.js";
import { elementError } from "../matlab5/element.js";
import { sparseMatrix } from "../matlab5/matrix.js";
import { convertNumbers } from "../matlab5/stored-numbers.js";

const NUMERIC: ReadonlySet<string> = new Set([
  "double",
  "single",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
]);

/** An object of the file, and how MATLAB would write the place: `x{3}.name`. */
interface Place {
  readonly path: string;
  readonly variable: string;
  readonly depth: number;
}

/** A value that was read, for places that refer to the same object: what it takes of the limits, and its own depth. */
interface Known {
  readonly value: MatlabValue;
  readonly values: number;
  readonly height: number;
}

/** Reads one variable of a MATLAB 7.3 file: turns HDF5 objects and their `MATLAB_…` attributes into MATLAB values. */
export class Matlab73Reader {
  private readonly hdf5: Hdf5File;
  private readonly limits: Limits;
  private readonly name: string;
  private readonly addresses = new Map<bigint, string>();
  private readonly visiting = new Set<bigint>();
  /** By address: few cells that refer to the same cells again and again must not be read again and again. */
  private readonly known = new Map<bigint, Known>();
  /** Deepest place met since the innermost object that is being read began. */
  private deepest = 0;
  private listed: "nothing" | "references" | "everything" = "nothing";
  private values: number;
  private cells: number;
  private bytes: number;

  constructor(hdf5: Hdf5File, limits: Limits, name: string) {
    this.hdf5 = hdf5;
    this.limits = limits;
    this.name = name;
    this.values = limits.entries;
    this.cells = limits.cells;
    this.bytes = limits.bytes;
  }

  /** Name, class and dimensions of a variable, without reading it. What is wrong with it comes out when it is read. */
  static describe(hdf5: Hdf5File, name: string): MatlabVariable {
    const path = `/${name}`;
    try {
      const className = textAttribute(hdf5, path, "MATLAB_class") ?? "unknown";
      const attributes = hdf5.attributeNames(path);
      if (attributes.includes("MATLAB_sparse")) {
        const rows = numberAttribute(hdf5, path, "MATLAB_sparse");
        return { name, class: "sparse", dims: [rows, (hdf5.dataset(`${path}/jc`).shape[0] ?? 1) - 1] };
      }
      if (hdf5.kindOf(path) === "group") {
        const field = hdf5.children(path)[0]?.path;
        const array = field === undefined ? null : structArrayField(hdf5, field);
        return { name, class: className, dims: array === null ? [1, 1] : matlabDims(array.shape) };
      }
      const dataset = hdf5.dataset(path);
      if (numberAttribute(hdf5, path, "MATLAB_empty") === 0)
        return { name, class: className, dims: matlabDims(dataset.shape) };
      return { name, class: className, dims: Array.from(dataset.read() as Float64Array, Number) };
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      return { name, class: "unknown", dims: [] };
    }
  }

  variable(): MatlabValue {
    return this.object({ path: `/${this.name}`, variable: this.name, depth: 0 });
  }

  private object(place: Place): MatlabValue {
    if (place.depth > this.limits.depth) throw this.tooDeep(place);
    const kind = this.hdf5.kindOf(place.path);
    if (kind !== "dataset" && kind !== "group") {
      throw this.error(place, "missing-object", `${place.path} is neither array nor struct`);
    }
    // By address: one object can be reached on many paths.
    const address = this.hdf5.addressOf(place.path);
    if (this.visiting.has(address)) {
      throw this.error(place, "reference-loop", `the object ${place.path} contains itself`);
    }
    const before = this.known.get(address);
    if (before !== undefined) {
      this.count(place, before.values, place.depth + before.height);
      return before.value;
    }
    const [values, deepest] = [this.values, this.deepest];
    this.deepest = place.depth;
    this.count(place, 1, place.depth);
    this.visiting.add(address);
    const className = this.className(place);
    const value = kind === "group" ? this.group(place, className) : this.dataset(place, className);
    this.visiting.delete(address);
    this.known.set(address, { value, values: values - this.values, height: this.deepest - place.depth });
    this.deepest = Math.max(this.deepest, deepest);
    return value;
  }

  /** Takes so many arrays, down to a depth, from what the variable may hold. */
  private count(place: Place, values: number, depth: number): void {
    this.deepest = Math.max(this.deepest, depth);
    if (depth > this.limits.depth) throw this.tooDeep(place);
    this.values -= values;
    if (this.values < 0) throw this.error(place, "limit", `more than ${this.limits.entries} arrays in one variable`);
  }

  private tooDeep(place: Place) {
    return this.error(place, "limit", `arrays nest deeper than ${this.limits.depth} levels`);
  }

  private className(place: Place): string {
    const names = this.hdf5.attributeNames(place.path);
    const className = textAttribute(this.hdf5, place.path, "MATLAB_class");
    if (className === null) {
      throw this.error(place, "wrong-format", `${place.path} does not say what MATLAB class it has`);
    }
    if (className === "function_handle" || names.includes("MATLAB_object_decode")) {
      throw this.error(place, "unsupported-class", `values of class ${className} are not read`);
    }
    return className;
  }

  private dataset(place: Place, className: string): MatlabValue {
    const dataset = this.hdf5.dataset(place.path);
    if (numberAttribute(this.hdf5, place.path, "MATLAB_empty") !== 0) return this.emptyValue(place, className, dataset);
    const dims = matlabDims(dataset.shape);
    if (className === "cell") {
      return { kind: "cell", dims, cells: this.references(place, dataset, (i) => `{${i + 1}}`) };
    }
    if (className === "char") {
      const units = this.numbers(place, dataset);
      if (!(units instanceof Uint16Array || units instanceof Uint8Array)) {
        throw this.error(place, "unexpected-type", "its characters are not stored as 16-bit integers");
      }
      return { kind: "char", dims, units: Uint16Array.from(units) };
    }
    if (className === "logical") {
      const stored = convertNumbers(this.at(place), this.numbers(place, dataset), "double");
      return { kind: "logical", dims, values: Uint8Array.from(stored as Float64Array, (flag) => (flag === 0 ? 0 : 1)) };
    }
    if (!NUMERIC.has(className)) {
      throw this.error(place, "unsupported-class", `values of class ${className} are not read`);
    }
    const numericClass = className as MatlabNumericClass;
    const { real, imaginary } = this.complexNumbers(place, dataset, numericClass);
    return { kind: "numeric", class: numericClass, dims, real, imaginary };
  }

  /** For an empty array the dataset holds its dimensions. */
  private emptyValue(place: Place, className: string, dataset: Hdf5Dataset): MatlabValue {
    const dims = Array.from(this.numbers(place, dataset) as Float64Array, Number);
    if (dims.length < 2 || dims.length > 32 || elementCount(dims) !== 0) {
      throw this.error(
        place,
        "bad-dimensions",
        `an empty array claims the dimensions ${dims.slice(0, 32).join(" x ")}`,
      );
    }
    switch (className) {
      case "cell":
        return { kind: "cell", dims, cells: [] };
      case "char":
        return { kind: "char", dims, units: new Uint16Array(0) };
      case "logical":
        return { kind: "logical", dims, values: new Uint8Array(0) };
      case "struct":
        return { kind: "struct", dims, fields: new Map((this.fieldNames(place) ?? []).map((field) => [field, []])) };
      case "canonical empty":
        return { kind: "numeric", class: "double", dims, real: new Float64Array(0), imaginary: null };
      default: {
        if (!NUMERIC.has(className)) {
          throw this.error(place, "unsupported-class", `values of class ${className} are not read`);
        }
        const numericClass = className as MatlabNumericClass;
        const real = convertNumbers(this.at(place), new Float64Array(0), numericClass);
        return { kind: "numeric", class: numericClass, dims, real, imaginary: null };
      }
    }
  }

  private complexNumbers(place: Place, dataset: Hdf5Dataset, numericClass: MatlabNumericClass) {
    if (dataset.type.kind !== "compound") {
      return { real: convertNumbers(this.at(place), this.numbers(place, dataset), numericClass), imaginary: null };
    }
    this.spend(place, dataset);
    const { fields } = dataset.readCompound();
    const part = (name: string): MatlabNumbers => {
      const numbers = fields.get(name);
      if (numbers === undefined || !ArrayBuffer.isView(numbers)) {
        throw this.error(place, "unexpected-type", `complex numbers without the part "${name}"`);
      }
      return convertNumbers(this.at(place), numbers as MatlabNumbers, numericClass);
    };
    return { real: part("real"), imaginary: part("imag") };
  }

  private group(place: Place, className: string): MatlabValue {
    if (this.hdf5.attributeNames(place.path).includes("MATLAB_sparse")) return this.sparse(place, className);
    if (className !== "struct") {
      throw this.error(place, "unsupported-class", `values of class ${className} are not read`);
    }
    const members = new Map(this.hdf5.children(place.path).map((entry) => [nameOf(entry.path), entry]));
    const names = this.fieldNames(place) ?? [...members.keys()];
    for (const name of names) {
      if (!members.has(name)) throw this.error(place, "missing-field", `field ${name} is announced, but not there`);
    }
    const arrays = names.map((name) => structArrayField(this.hdf5, `${place.path}/${name}`));
    const [first] = arrays;
    if (first === undefined || first === null || arrays.includes(null)) {
      const fields = names.map((name): [string, MatlabValue[]] => {
        const inner = { path: `${place.path}/${name}`, variable: `${place.variable}.${name}`, depth: place.depth + 1 };
        return [name, [this.object(inner)]];
      });
      return { kind: "struct", dims: [1, 1], fields: new Map(fields) };
    }
    const dims = matlabDims(first.shape);
    const fields = names.map((name, i): [string, MatlabValue[]] => {
      const dataset = arrays[i] as Hdf5Dataset;
      if (matlabDims(dataset.shape).join() !== dims.join()) {
        throw this.error(
          place,
          "bad-struct",
          `field ${name} has ${dataset.shape.join(" x ")} values, others ${first.shape.join(" x ")}`,
        );
      }
      return [name, this.references(place, dataset, (index) => `(${index + 1}).${name}`)];
    });
    return { kind: "struct", dims, fields: new Map(fields) };
  }

  private fieldNames(place: Place): string[] | null {
    const names = this.hdf5.attribute(place.path, "MATLAB_fields")?.values;
    if (!Array.isArray(names)) return null;
    return (names as readonly (readonly string[])[]).map((letters) => [...letters].join(""));
  }

  private sparse(place: Place, className: string): MatlabSparse {
    const rows = this.hdf5.attribute(place.path, "MATLAB_sparse")?.values;
    if (className !== "double" && className !== "logical") {
      throw this.error(place, "unsupported-class", `sparse matrices of class ${className} are not read`);
    }
    const columnStarts = this.indices(place, "jc");
    if (columnStarts === null || rows === undefined || !ArrayBuffer.isView(rows)) {
      throw this.error(place, "bad-sparse", "a sparse matrix without column starts or number of rows");
    }
    const path = `${place.path}/data`;
    const stored = this.hdf5.kindOf(path) === null ? null : this.hdf5.dataset(path);
    const values =
      stored === null ? null : this.complexNumbers(place, stored, stored.type.kind === "integer" ? "uint8" : "double");
    const toDouble = (numbers: MatlabNumbers) => convertNumbers(this.at(place), numbers, "double") as Float64Array;
    return sparseMatrix(this.at(place), {
      class: className,
      dims: [Number((rows as Hdf5Numbers)[0]), columnStarts.length - 1],
      rowIndices: this.indices(place, "ir") ?? new Int32Array(0),
      columnStarts,
      real: values === null ? new Float64Array(0) : toDouble(values.real),
      imaginary: values === null || values.imaginary === null ? null : toDouble(values.imaginary),
    });
  }

  private indices(place: Place, member: string): Int32Array | null {
    const path = `${place.path}/${member}`;
    if (this.hdf5.kindOf(path) === null) return null;
    return convertNumbers(this.at(place), this.numbers(place, this.hdf5.dataset(path)), "int32") as Int32Array;
  }

  private references(place: Place, dataset: Hdf5Dataset, suffix: (index: number) => string): MatlabValue[] {
    if (dataset.type.kind !== "reference") {
      throw this.error(place, "unexpected-type", `${dataset.path} holds no references`);
    }
    const references = this.numbers(place, dataset) as BigUint64Array;
    return Array.from(references, (address, i) => {
      const variable = `${place.variable}${suffix(i)}`;
      const path = this.pathAt(address);
      if (path === undefined) {
        throw this.error(
          { ...place, variable },
          "dangling-reference",
          `the reference to address ${address} leads to nothing`,
        );
      }
      return this.object({ path, variable, depth: place.depth + 1 });
    });
  }

  /** MATLAB keeps what is referred to in `#refs#`; other writers may put it elsewhere. */
  private pathAt(address: bigint): string | undefined {
    if (this.listed === "nothing") {
      this.listed = "references";
      if (this.hdf5.kindOf("/#refs#") === "group") this.learn(this.hdf5.children("/#refs#"));
    }
    if (!this.addresses.has(address) && this.listed === "references") {
      this.listed = "everything";
      this.learn(this.hdf5.list());
    }
    return this.addresses.get(address);
  }

  private learn(entries: readonly { readonly path: string; readonly kind: string }[]): void {
    for (const { path, kind } of entries) {
      if (kind !== "dataset" && kind !== "group") continue;
      const address = this.hdf5.addressOf(path);
      if (!this.addresses.has(address)) this.addresses.set(address, path);
    }
  }

  private numbers(place: Place, dataset: Hdf5Dataset): Hdf5Numbers {
    this.spend(place, dataset);
    return dataset.read();
  }

  private spend(place: Place, dataset: Hdf5Dataset): void {
    const count = elementCount(dataset.shape);
    this.cells -= count;
    this.bytes -= count * dataset.type.itemBytes;
    if (this.cells < 0 || this.bytes < 0) {
      throw this.error(place, "limit", `an array of ${count} elements passes what one variable may hold`);
    }
  }

  private at(place: Place) {
    return { file: this.hdf5.file, variable: place.variable };
  }

  private error(place: Place, problem: string, message: string) {
    return elementError(this.at(place), problem, message);
  }
}

/** HDF5 lists axes slowest first, MATLAB fastest first. MATLAB has at least two. */
function matlabDims(shape: readonly number[]): number[] {
  const dims = [...shape].reverse();
  while (dims.length < 2) dims.push(1);
  return dims;
}

/** In a struct array each field is an array of references that has no class of its own. */
function structArrayField(hdf5: Hdf5File, path: string): Hdf5Dataset | null {
  if (hdf5.kindOf(path) !== "dataset") return null;
  if (hdf5.attributeNames(path).includes("MATLAB_class")) return null;
  const dataset = hdf5.dataset(path);
  return dataset.type.kind === "reference" ? dataset : null;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function textAttribute(hdf5: Hdf5File, path: string, name: string): string | null {
  const values = hdf5.attribute(path, name)?.values;
  return Array.isArray(values) && typeof values[0] === "string" ? values[0] : null;
}

/** The first number of an attribute, 0 where there is none. */
function numberAttribute(hdf5: Hdf5File, path: string, name: string): number {
  const values = hdf5.attribute(path, name)?.values;
  return values !== undefined && ArrayBuffer.isView(values) ? Number((values as Hdf5Numbers)[0] ?? 0) : 0;
}
