import { LoadError } from "../../base/errors.js";
import {
  elementCount,
  type MatlabFile,
  type MatlabStruct,
  type MatlabValue,
} from "../../formats/matlab/matlab-value.js";
import type { SourceFile } from "../loader.js";
import {
  describeMatlab,
  isEmptyMatlab,
  matlabElements,
  matlabNumbers,
  missingMatlabField,
  unexpectedMatlab,
} from "./matlab-access.js";

/** The struct of a file that holds all its worms. */
export interface WormStruct {
  readonly file: SourceFile;
  readonly name: string;
  readonly fields: ReadonlyMap<string, MatlabValue>;
  /** Number of worms. */
  readonly worms: number;
  /** One worm whose fields are not in cells. */
  readonly bare: boolean;
}

/**
 * The name of the struct to read: the one that is given, else the one named as the file, else the only struct there is.
 * @throws {LoadError} `load/missing-field` with the variables of the file.
 */
export function structName(matlab: MatlabFile, file: SourceFile, base: string, given: string | undefined): string {
  const names = matlab.variables.map((variable) => variable.name);
  if (given !== undefined) {
    if (names.includes(given)) return given;
    throw missingMatlabField(file, [given], names);
  }
  const structs = matlab.variables.filter((variable) => variable.class === "struct").map((variable) => variable.name);
  const [only] = structs;
  // One that is broken has no class yet: reading it says why.
  const broken = matlab.variables.some((variable) => variable.name === base && variable.class === "unknown");
  if (structs.includes(base) || broken) return base;
  if (only !== undefined && structs.length === 1) return only;
  throw missingMatlabField(file, [base], names);
}

/**
 * The worms of a struct whose fields are cells with one element per worm, in either orientation; of a struct array with
 * one element per worm; or of a struct with the fields of one worm. `traces` names the fields that decide.
 * @throws {LoadError} `load/missing-field`, `load/no-recordings`. @throws {FormatError} `format/unexpected-class`.
 */
export function wormStruct(
  file: SourceFile,
  name: string,
  value: MatlabValue,
  traces: readonly string[],
): WormStruct & { readonly traceField: string } {
  if (value.kind !== "struct") throw unexpectedMatlab(value, `${file.path}, ${name}`, "a struct");
  const fields = fieldsOf(value);
  const traceField = traces.find((field) => fields.has(field));
  if (traceField === undefined) throw missingMatlabField(file, traces, [...fields.keys()], name);
  const content = fields.get(traceField) as MatlabValue;
  const bare = content.kind !== "cell";
  const worms = bare ? 1 : elementCount(content.dims);
  if (worms === 0 || (bare && isEmptyMatlab(content))) {
    throw new LoadError("no-recordings", `${file.path}: ${name}.${traceField} is empty`, {
      fields: { file: file.path, field: traceField },
      wayOut: "A file without recordings has nothing to load: take it out of the source.",
    });
  }
  return { file, name, fields, worms, bare, traceField };
}

function fieldsOf(value: MatlabStruct): Map<string, MatlabValue> {
  const count = elementCount(value.dims);
  return new Map(
    [...value.fields].map(([field, values]): [string, MatlabValue] => [
      field,
      count === 1 ? (values[0] as MatlabValue) : { kind: "cell", dims: [count, 1], cells: values },
    ]),
  );
}

/**
 * One value per worm of a field that every worm must have.
 * @throws {LoadError} `load/missing-field`, `load/worm-count` when the field has another number of elements.
 */
export function neededPerWorm(
  struct: WormStruct,
  names: readonly string[],
): { name: string; values: readonly MatlabValue[] } {
  const name = names.find((each) => struct.fields.has(each));
  if (name === undefined) throw missingMatlabField(struct.file, names, [...struct.fields.keys()], struct.name);
  const value = struct.fields.get(name) as MatlabValue;
  if (struct.bare) return { name, values: [value] };
  const values = matlabElements(value);
  if (values !== null && values.length === struct.worms) return { name, values };
  const found = describeMatlab(value);
  throw new LoadError(
    "worm-count",
    `${struct.file.path}: ${struct.name}.${name} is ${found}, but there are ${struct.worms} worms`,
    { fields: { file: struct.file.path, field: name, found, worms: struct.worms } },
  );
}

/**
 * One value per worm of a field that may be there: elements of a cell or struct array, numbers of a vector, or one value
 * that holds for all. Null when its number of elements is another.
 */
export function statedPerWorm(struct: WormStruct, value: MatlabValue): readonly MatlabValue[] | null {
  if (struct.bare) return [value];
  const elements = matlabElements(value);
  if (elements !== null && elements.length === struct.worms) return elements;
  if (value.kind === "char" || elementCount(value.dims) === 1) return Array.from({ length: struct.worms }, () => value);
  const numbers = matlabNumbers(value);
  if (numbers === null || numbers.length !== struct.worms) return null;
  return Array.from(numbers, (number) => ({
    kind: "numeric" as const,
    class: "double" as const,
    dims: [1, 1],
    real: Float64Array.of(number),
    imaginary: null,
  }));
}

/**
 * State vectors per worm, by state: from a struct of cells with one vector per worm, or from one struct per worm. Null
 * when they are neither.
 */
export function statesPerWorm(struct: WormStruct, value: MatlabValue): ReadonlyMap<string, MatlabValue>[] | null {
  if (value.kind === "struct" && elementCount(value.dims) === 1) {
    const states = fieldsOf(value);
    if (struct.bare) return [states];
    const perWorm = [...states].map(([state, vectors]) => ({ state, vectors: matlabElements(vectors) }));
    if (perWorm.every(({ vectors }) => vectors?.length === struct.worms)) {
      return Array.from(
        { length: struct.worms },
        (_, worm) => new Map(perWorm.map(({ state, vectors }) => [state, vectors?.[worm] as MatlabValue])),
      );
    }
    if (struct.worms > 1 || states.size === 0) return null;
  }
  const elements = matlabElements(value);
  if (elements === null || elements.length !== struct.worms) return null;
  const maps = elements.map((element) => {
    if (isEmptyMatlab(element)) return new Map<string, MatlabValue>();
    return element.kind === "struct" ? fieldsOf(element) : null;
  });
  return maps.includes(null) ? null : (maps as Map<string, MatlabValue>[]);
}
