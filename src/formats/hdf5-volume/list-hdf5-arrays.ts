import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { type Hdf5File, openHdf5 } from "../hdf5/open-hdf5.js";
import type { Hdf5Type } from "../hdf5/values.js";
import type { ArraySummary } from "../volume/array-summary.js";
import type { VolumeType } from "../volume/volume.js";

/** Element type of a volume for a type of HDF5, or undefined where it holds no numbers. */
export function volumeType(type: Hdf5Type): VolumeType | undefined {
  if (type.kind === "float") return type.itemBytes === 8 ? "float64" : "float32";
  if (type.kind !== "integer" && type.kind !== "enum") return undefined;
  const bits = type.itemBytes * 8;
  if (![8, 16, 32, 64].includes(bits)) return undefined;
  return `${type.signed && !isBoolean(type) ? "int" : "uint"}${bits}` as VolumeType;
}

/** h5py writes booleans as an enumeration of bytes. */
function isBoolean(type: Hdf5Type): boolean {
  return type.kind === "enum" && type.itemBytes === 1 && type.members.size === 2 && type.members.has("TRUE");
}

/** Datasets of numbers in an open file, sorted by path. Single values and texts are left out. */
export function summarizeArrays(file: Hdf5File): ArraySummary[] {
  const arrays: ArraySummary[] = [];
  for (const { path, kind } of file.list()) {
    if (kind !== "dataset") continue;
    const key = path.slice(1);
    try {
      const dataset = file.dataset(path);
      const type = volumeType(dataset.type);
      if (type !== undefined && dataset.shape.length > 0) arrays.push({ key, shape: dataset.shape, type });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      arrays.push({ key, fault: error.message });
    }
  }
  return arrays.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The datasets of numbers in an HDF5 file with their paths, shapes and types, sorted by path.
 * @throws {FormatError} those of {@link openHdf5}.
 */
export async function listHdf5Arrays(
  path: string,
  { file = path, limits = DEFAULT_LIMITS }: { readonly file?: string; readonly limits?: Limits } = {},
): Promise<ArraySummary[]> {
  const opened = await openHdf5(path, { file, limits: { ...limits, cells: Number.MAX_SAFE_INTEGER } });
  try {
    return summarizeArrays(opened);
  } finally {
    opened.close();
  }
}
