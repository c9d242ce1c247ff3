import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { missingArray, onlyArray } from "../volume/array-summary.js";
import { chunkedVolume } from "../volume/chunked-volume.js";
import type { Volume } from "../volume/volume.js";
import { listArrays } from "./list-zarr.js";
import { arrayAxes } from "./ome-axes.js";
import { openZarrStore } from "./open-store.js";
import { zarrChunks } from "./zarr-chunks.js";
import { readArray } from "./zarr-metadata.js";
import { arrayPath, type ZarrStore } from "./zarr-store.js";

export interface OpenZarrOptions {
  /** Name of the file or folder in errors. */
  readonly file: string;
  /** Path of the array in the store (`volumes/raw`); needed where there are several. */
  readonly key?: string | undefined;
  readonly limits?: Limits | undefined;
}

/**
 * Opens one array of a Zarr store, version 2 or 3 (also sharded), in a folder or in a zip archive. Numbers of 1 to 8
 * bytes and booleans (as 0 and 1), either byte order, order C or F; codecs none, gzip, zlib, blosc, zstd, lz4, crc32c.
 * Metadata are checked before anything is allocated; a chunk must decode to exactly its size. Chunks that are not stored
 * hold the fill value. Up to four chunks are decoded at once.
 * @throws {FormatError} `format/missing-array`, `format/several-arrays`, `format/zarr-metadata`, `format/limit`,
 * `format/unsupported-type`, `format/unsupported-codec`, `format/unsafe-path`; while reading `format/truncated`,
 * `format/chunk-size`, `format/chunk-damaged`, `format/checksum`, `format/too-large`.
 */
export async function openZarr(path: string, options: OpenZarrOptions): Promise<Volume> {
  const { file, limits = DEFAULT_LIMITS } = options;
  const { store, key } = await openZarrStore(path, { file, limits, key: options.key });
  try {
    return await openArray(store, key, limits);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openArray(store: ZarrStore, key: string | undefined, limits: Limits): Promise<Volume> {
  const { file } = store;
  const array = arrayPath(key ?? onlyArray(file, await listArrays(store, limits)), file);
  const found = await readArray(store, array, limits);
  if (found === undefined) throw await missing(store, array, limits);
  const facts = await arrayAxes(store, array, { ...found, limits });
  const { attributes } = found;
  return chunkedVolume(await zarrChunks(store, array, found.array), { ...facts, attributes });
}

/** The error for a key without array; a store too large to list says only that it is missing. */
async function missing(store: ZarrStore, key: string, limits: Limits): Promise<FormatError> {
  const arrays = await listArrays(store, limits).catch((error: unknown) => {
    if (error instanceof FormatError) return [];
    throw error;
  });
  const isGroup = (await store.folders(key)).length > 0;
  return missingArray(store.file, key, arrays, isGroup ? "there is a group, not an array," : "there is no array");
}
