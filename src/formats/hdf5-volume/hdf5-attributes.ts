import { FormatError } from "../../base/errors.js";
import type { Hdf5Attribute, Hdf5File } from "../hdf5/open-hdf5.js";
import type { VolumeFacts } from "../volume/chunked-volume.js";

const MOST_VALUES = 65_536;

/** Attributes as plain JSON values. Those that are long, hold compounds or cannot be read are left out. */
export function hdf5Attributes(file: Hdf5File, path: string): Record<string, unknown> {
  const attributes: Record<string, unknown> = Object.create(null);
  for (const name of file.attributeNames(path)) {
    const value = attributeValue(file, path, name);
    if (value !== undefined) attributes[name] = value;
  }
  return { ...attributes };
}

function attributeValue(file: Hdf5File, path: string, name: string): unknown {
  let found: Hdf5Attribute | null;
  try {
    found = file.attribute(path, name);
  } catch (error) {
    // It only describes: a value of a type that is not read is no reason to refuse the array.
    if (error instanceof FormatError && error.tag === "format/unsupported-type") return undefined;
    throw error;
  }
  if (found === null || "fields" in found.values || found.values.length > MOST_VALUES) return undefined;
  const values = Array.from(found.values as ArrayLike<unknown>, plainValue);
  if (values.includes(undefined)) return undefined;
  return found.shape.length === 0 ? values[0] : values;
}

function plainValue(value: unknown): string | number | undefined {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/**
 * Axes from `axistags` (ilastik, JSON) or dimension labels, spacing from `element_size_um` (ilastik, PlantSeg: micrometres
 * in the order of the axes, or of the spatial ones).
 */
export function hdf5Axes(
  attributes: Readonly<Record<string, unknown>>,
  rank: number,
): Pick<VolumeFacts, "axes" | "spacing"> {
  const axes = lettersOf(axisTags(attributes.axistags) ?? attributes.DIMENSION_LABELS, rank);
  const steps = attributes.element_size_um;
  if (!Array.isArray(steps) || !steps.every((step) => Number.isFinite(step) && step > 0))
    return { axes, spacing: undefined };
  if (steps.length === rank) return { axes, spacing: steps as number[] };
  const spatial = axes === undefined ? [] : [...axes].filter((letter) => "zyx".includes(letter));
  if (spatial.length !== steps.length) return { axes, spacing: undefined };
  return { axes, spacing: [...(axes as string)].map((letter) => steps[spatial.indexOf(letter)] as number | undefined) };
}

function axisTags(value: unknown): unknown {
  if (typeof value !== "string" || value.length > 65_536) return undefined;
  try {
    const tags = JSON.parse(value) as { axes?: { key?: unknown }[] };
    return Array.isArray(tags?.axes) ? tags.axes.map((axis) => axis?.key) : undefined;
  } catch {
    return undefined;
  }
}

function lettersOf(names: unknown, rank: number): string | undefined {
  if (!Array.isArray(names) || names.length !== rank) return undefined;
  const letters = names.map((name) => (typeof name === "string" && /^[a-zA-Z]$/.test(name) ? name.toLowerCase() : ""));
  return letters.includes("") || new Set(letters).size !== rank ? undefined : letters.join("");
}
