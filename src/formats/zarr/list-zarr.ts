import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import type { ArraySummary } from "../volume/array-summary.js";
import { openZarrStore } from "./open-store.js";
import { readArray } from "./zarr-metadata.js";
import { joinKey, type ZarrStore } from "./zarr-store.js";

/** Arrays of a store, folders within folders, in the order of their paths. Cost: reads the metadata of each folder. */
export async function listArrays(store: ZarrStore, limits: Limits): Promise<ArraySummary[]> {
  const found: ArraySummary[] = [];
  let visited = 0;
  const visit = async (path: string, depth: number): Promise<void> => {
    visited += 1;
    if (depth > limits.depth || visited > limits.entries) {
      const what =
        depth > limits.depth ? `groups nest deeper than ${limits.depth} levels` : `more than ${limits.entries} groups`;
      throw new FormatError("limit", `${store.file}: ${path.slice(0, 200)}: ${what}`, { fields: { file: store.file } });
    }
    const array = await summaryAt(store, path, limits);
    if (array !== undefined) {
      found.push(array);
      return;
    }
    for (const name of await store.folders(path)) await visit(joinKey(path, name), depth + 1);
  };
  await visit("", 0);
  return found;
}

async function summaryAt(store: ZarrStore, key: string, limits: Limits): Promise<ArraySummary | undefined> {
  try {
    const found = await readArray(store, key, limits);
    if (found === undefined) return undefined;
    return { key, shape: found.array.shape, type: found.array.boolean ? "bool" : found.array.type };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { key, fault: error.message };
  }
}

/**
 * The arrays of a Zarr folder or zip with their paths, shapes and types, sorted by path; what cannot be opened says why.
 * @throws {FormatError} `format/limit` beyond the limits of depth and entries.
 */
export async function listZarr(
  path: string,
  { file = path, limits = DEFAULT_LIMITS }: { readonly file?: string; readonly limits?: Limits } = {},
): Promise<ArraySummary[]> {
  const { store } = await openZarrStore(path, { file, limits, key: undefined });
  try {
    return await listArrays(store, limits);
  } finally {
    await store.close();
  }
}
