import type { Limits } from "../../base/limits.js";
import { isRecord, type JsonRecord, type ZarrArray } from "./zarr-array.js";
import { readGroupAttributes } from "./zarr-metadata.js";
import type { ZarrStore } from "./zarr-store.js";

export interface ArrayAxes {
  /** One letter per axis, slowest first. */
  readonly axes: string | undefined;
  /** Micrometres per step. */
  readonly spacing: (number | undefined)[] | undefined;
}

const MICROMETRES: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["angstrom", 1e-4],
  ["picometer", 1e-6],
  ["nanometer", 1e-3],
  ["micrometer", 1],
  ["micron", 1],
  ["millimeter", 1e3],
  ["centimeter", 1e4],
  ["meter", 1e6],
]);
const LETTERS: ReadonlyMap<string, string> = new Map([
  ["channel", "c"],
  ["time", "t"],
]);

/**
 * Axes and spacing of an array: from the multiscales of a group above it (OME-Zarr 0.4 and 0.5: axes, and the scales of
 * the dataset and of all datasets multiplied), else from `dimension_names` (version 3) or `_ARRAY_DIMENSIONS` (xarray).
 * What does not make sense is left out, not an error: it only describes.
 */
export async function arrayAxes(
  store: ZarrStore,
  path: string,
  { array, attributes, limits }: { array: ZarrArray; attributes: JsonRecord; limits: Limits },
): Promise<ArrayAxes> {
  const rank = array.shape.length;
  const segments = path.split("/");
  for (let depth = segments.length - 1; depth >= 0 && path !== ""; depth--) {
    const group = segments.slice(0, depth).join("/");
    const found = await readGroupAttributes(store, group, limits);
    const dataset = segments.slice(depth).join("/");
    const stated = fromMultiscales(found.ome ?? found, dataset, rank);
    if (stated !== undefined) return stated;
  }
  const names = array.dimensionNames ?? attributes._ARRAY_DIMENSIONS;
  return {
    axes: Array.isArray(names)
      ? axisLetters(
          names.map((name) => ({ name })),
          rank,
        )
      : undefined,
    spacing: undefined,
  };
}

function fromMultiscales(attributes: unknown, dataset: string, rank: number): ArrayAxes | undefined {
  const multiscales = isRecord(attributes) ? attributes.multiscales : undefined;
  if (!Array.isArray(multiscales)) return undefined;
  for (const image of (multiscales as unknown[]).filter(isRecord)) {
    const datasets = Array.isArray(image.datasets) ? (image.datasets as unknown[]).filter(isRecord) : [];
    const entry = datasets.find(
      (found) => typeof found.path === "string" && found.path.replace(/^\.?\//, "") === dataset,
    );
    if (entry === undefined || !Array.isArray(image.axes) || image.axes.length !== rank) continue;
    const axes = (image.axes as unknown[]).map((axis) => (isRecord(axis) ? axis : { name: axis }));
    const scale = multiply(
      scaleOf(entry.coordinateTransformations, rank),
      scaleOf(image.coordinateTransformations, rank),
    );
    const spacing = axes.map((axis, i) => {
      const unit = MICROMETRES.get(axis.unit);
      const step = scale?.[i];
      if (unit === undefined || step === undefined || (axis.type !== undefined && axis.type !== "space"))
        return undefined;
      return step * unit;
    });
    return { axes: axisLetters(axes, rank), spacing: spacing.some((step) => step !== undefined) ? spacing : undefined };
  }
  return undefined;
}

function scaleOf(transformations: unknown, rank: number): number[] | undefined {
  if (!Array.isArray(transformations)) return undefined;
  const scale = (transformations as unknown[]).filter(isRecord).find(({ type }) => type === "scale")?.scale;
  const fits =
    Array.isArray(scale) && scale.length === rank && scale.every((step) => Number.isFinite(step) && step > 0);
  return fits ? (scale as number[]) : undefined;
}

function multiply(a: number[] | undefined, b: number[] | undefined): number[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.map((value, i) => value * (b[i] as number));
}

/** One letter per axis, or undefined where a name is longer, no letter, or there twice. */
function axisLetters(axes: readonly JsonRecord[], rank: number): string | undefined {
  const letters = axes.map(({ name, type }) => {
    const text = typeof name === "string" ? name.toLowerCase() : "";
    return /^[a-z]$/.test(text) ? text : (LETTERS.get(text) ?? LETTERS.get(type as string) ?? "");
  });
  const distinct = new Set(letters);
  return letters.length === rank && distinct.size === rank && !distinct.has("") ? letters.join("") : undefined;
}
