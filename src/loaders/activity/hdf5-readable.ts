import { FormatError } from "../../base/errors.js";
import type { Hdf5Dataset } from "../../formats/hdf5/hdf5-dataset.js";
import type { Hdf5File } from "../../formats/hdf5/open-hdf5.js";
import { requireUnit } from "./measurement-units.js";

/** What keeps a sound dataset from being read: its values are elsewhere, or of a type that is no array of numbers. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "format/external-storage",
  "format/virtual-dataset",
  "format/unsupported-type",
]);

/**
 * A dataset that a loader may do without, or why it is not read: a row, no failure of the recording.
 * @throws {FormatError} for a damaged one.
 */
export function readableDataset(hdf5: Hdf5File, path: string): Hdf5Dataset | FormatError {
  try {
    return hdf5.dataset(path);
  } catch (error) {
    if (error instanceof FormatError && UNREADABLE.has(error.tag)) return error;
    throw error;
  }
}

/** Where a dataset of times states a unit, it must be seconds. @throws {LoadError} `load/unit` */
export function requireSeconds(hdf5: Hdf5File, path: string): void {
  for (const name of ["unit", "units"]) {
    const values = hdf5.attribute(path, name)?.values;
    const stated = Array.isArray(values) && typeof values[0] === "string" ? values[0] : null;
    requireUnit({ file: hdf5.file, field: path, stated, expected: "s" });
  }
}
