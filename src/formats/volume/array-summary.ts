import { didYouMean } from "../../base/diagnostics.js";
import { FormatError } from "../../base/errors.js";

/** One array of a file, for listings. */
export interface ArraySummary {
  /** Path inside of the file, as the `key` option takes it. */
  readonly key: string;
  /** Absent where its description cannot be read. */
  readonly shape?: readonly number[];
  /** `uint16`, or what the file calls a type that is not read. */
  readonly type?: string;
  /** Why it cannot be opened. */
  readonly fault?: string;
}

const SHOWN = 20;

/** `volumes/raw (3 x 50 x 50 x 50, uint16)` */
function describeArray({ key, shape, type }: ArraySummary): string {
  const facts = [shape?.join(" x "), type].filter((fact) => fact !== undefined);
  return facts.length === 0 ? key : `${key} (${facts.join(", ")})`;
}

/** The arrays of a file in one line, at most twenty of them. */
export function describeArrays(arrays: readonly ArraySummary[]): string {
  const shown = arrays.slice(0, SHOWN).map(describeArray).join(", ");
  return arrays.length > SHOWN ? `${shown} and ${arrays.length - SHOWN} more` : shown;
}

/**
 * The key of the only array.
 * @throws {FormatError} `format/no-array`, or `format/several-arrays` with their list.
 */
export function onlyArray(file: string, arrays: readonly ArraySummary[]): string {
  const [first] = arrays;
  if (first === undefined) throw new FormatError("no-array", `${file}: there is no array in it`, { fields: { file } });
  if (arrays.length === 1) return first.key;
  throw new FormatError("several-arrays", `${file}: it holds ${arrays.length} arrays: ${describeArrays(arrays)}`, {
    fields: { file, arrays: arrays.slice(0, SHOWN).map(({ key }) => key) },
    wayOut: "Say which one with its key.",
  });
}

/** The error for a key that leads to no array. `found` says what is there instead. */
export function missingArray(
  file: string,
  key: string,
  arrays: readonly ArraySummary[],
  found = "there is no array",
): FormatError {
  const keys = arrays.map((array) => array.key);
  const hint = didYouMean(key, keys);
  const list = arrays.length === 0 ? "the file holds no array" : `it holds ${describeArrays(arrays)}`;
  return new FormatError("missing-array", `${file}: ${found} at "${key}"${hint ? `; ${hint}` : ""} (${list})`, {
    fields: { file, array: key, arrays: keys.slice(0, SHOWN) },
    wayOut: "Take one of the keys listed.",
  });
}
