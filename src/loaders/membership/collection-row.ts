/** A value of a row of any format: numbers of 64 bits are bigint, dates and times ISO 8601 text. */
export type CollectionValue =
  | null
  | string
  | number
  | boolean
  | bigint
  | Uint8Array
  | readonly CollectionValue[]
  | { readonly [name: string]: CollectionValue };

/** One row of a collection, or why it is none. */
export interface CollectionRow {
  /** `line 12` (1-based) or `row 11` (0-based), as a person would look it up. */
  readonly place: string;
  readonly values?: { readonly [name: string]: CollectionValue };
  /** What is wrong with the row as a whole. */
  readonly problem?: string;
}

/** The top-level column that a path begins with: the whole path where a column has that name. */
export function columnOf(path: string, columns: readonly string[]): string | undefined {
  if (columns.includes(path)) return path;
  return columns.filter((name) => path.startsWith(`${name}.`)).sort((a, b) => b.length - a.length)[0];
}

/** The value at a dotted path; undefined where something of it is not there. A name that holds dots comes first. */
export function valueAt(
  values: { readonly [name: string]: CollectionValue },
  path: string,
): CollectionValue | undefined {
  if (Object.hasOwn(values, path)) return values[path];
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const name = path.slice(0, dot);
    if (!Object.hasOwn(values, name)) continue;
    const inner = values[name];
    if (!isRecord(inner)) return undefined;
    return valueAt(inner, path.slice(dot + 1));
  }
  return undefined;
}

function isRecord(value: CollectionValue | undefined): value is { readonly [name: string]: CollectionValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
