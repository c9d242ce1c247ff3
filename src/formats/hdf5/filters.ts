import { FormatError } from "../../base/errors.js";
import { type Hdf5Library, installPlugin } from "./hdf5-library.js";

interface KnownFilter {
  readonly name: string;
  /** File of `h5wasm-plugins` that decodes it; built into the library where absent. */
  readonly plugin?: string;
}

/** Filters that decode a round trip here (a test proves each). Any other id would give zeros or an error. */
export const HDF5_FILTERS: ReadonlyMap<number, KnownFilter> = new Map([
  [1, { name: "deflate" }],
  [2, { name: "shuffle" }],
  [3, { name: "fletcher32" }],
  [4, { name: "szip" }],
  [5, { name: "nbit" }],
  [6, { name: "scaleoffset" }],
  [307, { name: "bzip2", plugin: "bz2" }],
  [32000, { name: "lzf", plugin: "lzf" }],
  [32001, { name: "blosc", plugin: "blosc" }],
  [32004, { name: "lz4", plugin: "lz4" }],
  [32008, { name: "bitshuffle", plugin: "bshuf" }],
  [32015, { name: "zstd", plugin: "zstd" }],
  [32026, { name: "blosc2", plugin: "blosc2" }],
]);

/**
 * Checks that every filter of a dataset can be decoded, and loads the plugins it needs.
 * @throws {FormatError} `format/unsupported-filter` that names dataset and filter id.
 */
export function requireFilters(
  library: Hdf5Library,
  place: { readonly file: string; readonly path: string },
  filters: readonly { readonly id: number; readonly name: string }[],
): void {
  for (const filter of filters) {
    const known = HDF5_FILTERS.get(filter.id);
    if (known === undefined) {
      const label = filter.name === "" ? `${filter.id}` : `${filter.id} (${filter.name})`;
      throw new FormatError("unsupported-filter", `${place.file}: ${place.path} is stored with filter ${label}`, {
        fields: { file: place.file, dataset: place.path, filter: filter.id },
        wayOut: `Rewrite it with one of: ${[...HDF5_FILTERS.values()].map((entry) => entry.name).join(", ")}.`,
      });
    }
    if (known.plugin !== undefined) installPlugin(library, known.plugin);
  }
}
