import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { readZip, type ZipArchive } from "../archive/zip-archive.js";
import { rangeIn, refuseLarger, type ZarrStore } from "./zarr-store.js";

const METADATA = [".zarray", ".zgroup", "zarr.json"];
/** Shards that are held inflated: an archive member cannot be read from its middle. */
const HELD_BYTES = 256 * 1024 ** 2;

/** Whether an archive holds Zarr metadata anywhere. */
export function holdsZarr(archive: Pick<ZipArchive, "entries">): boolean {
  return archive.entries.some(({ name }) => METADATA.includes(name.slice(name.lastIndexOf("/") + 1)));
}

/**
 * A Zarr hierarchy in a zip archive, whose rules are those of {@link readZip}. It may lie below a folder of the archive.
 * @throws {FormatError} `format/no-array` without metadata, `format/several-stores` that lists them, and those of readZip.
 */
export async function zipStore(
  path: string,
  { file, limits, key }: { file: string; limits: Limits; key?: string | undefined },
) {
  const archive = await readZip(path, { file, limits });
  try {
    const { prefix, key: inner } = chooseStore(storeFolders(archive), { file, key });
    return { store: storeBelow(archive, prefix, file), key: inner };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

function storeBelow(archive: ZipArchive, prefix: string, file: string): ZarrStore {
  let held: { readonly key: string; readonly bytes: Promise<Uint8Array> } | undefined;
  const sizeOf = (key: string): number | undefined =>
    archive.has(prefix + key) ? archive.entry(prefix + key).bytes : undefined;
  return {
    file,
    read: async (key, most) => {
      const size = sizeOf(key);
      if (size === undefined) return undefined;
      refuseLarger(size, most, { file, key });
      return archive.read(prefix + key);
    },
    readRange: async (key, range) => {
      const size = sizeOf(key);
      if (size === undefined) return undefined;
      const { start, length } = rangeIn(range, size, { file, key });
      refuseLarger(size, HELD_BYTES, { file, key });
      if (held?.key !== key) held = { key, bytes: archive.read(prefix + key) };
      const bytes = await held.bytes;
      return bytes.subarray(start, start + length);
    },
    folders: async (path) => {
      const start = prefix + (path === "" ? "" : `${path}/`);
      const names = new Set<string>();
      for (const { name } of archive.entries) {
        if (!name.startsWith(start)) continue;
        const end = name.indexOf("/", start.length);
        if (end > 0) names.add(name.slice(start.length, end));
      }
      return [...names].sort();
    },
    close: () => archive.close(),
  };
}

/** Folders of an archive that are Zarr stores: the topmost with metadata, or the `.zarr` folder around them. */
function storeFolders(archive: ZipArchive): string[] {
  const marked = new Map<string, boolean>();
  for (const { name } of archive.entries) {
    const cut = name.lastIndexOf("/") + 1;
    const base = name.slice(cut);
    if (!METADATA.includes(base)) continue;
    marked.set(name.slice(0, cut), (marked.get(name.slice(0, cut)) ?? false) || base === ".zgroup");
  }
  const sorted = [...marked.keys()].sort();
  const top = sorted.filter((folder) => !ancestors(folder).some((above) => marked.has(above)));
  const named = top.map((folder) => [folder, ...ancestors(folder)].find((above) => /\.zarr\/$/.test(above)) ?? folder);
  const stores = [...new Set(named)];
  // Groups need no metadata of their own: arrays side by side are one store.
  const loose =
    stores.length > 1 && stores.every((folder) => marked.get(folder) === false && !/\.zarr\/$/.test(folder));
  return loose ? [commonFolder(stores)] : stores;
}

/** `a/b/c/` lies below `a/b/`, `a/` and the top, which is the empty text. */
function ancestors(folder: string): string[] {
  const parts = folder.split("/").slice(0, -1);
  return parts.map((_, i) =>
    parts
      .slice(0, parts.length - 1 - i)
      .map((part) => `${part}/`)
      .join(""),
  );
}

function commonFolder(folders: readonly string[]): string {
  const [first = ""] = folders;
  return ancestors(first).find((above) => folders.every((folder) => folder.startsWith(above))) ?? "";
}

function chooseStore(stores: readonly string[], { file, key }: { file: string; key?: string | undefined }) {
  const [first] = stores;
  if (first === undefined) {
    throw new FormatError("no-array", `${file}: the archive holds no Zarr metadata (.zarray, .zgroup or zarr.json)`, {
      fields: { file },
    });
  }
  // A key may begin with the folder in the archive: needed where there are several stores.
  const below = key === undefined ? undefined : stores.find((store) => store !== "" && `${key}/`.startsWith(store));
  if (below !== undefined && key !== undefined) {
    const inner = key.slice(below.length);
    return { prefix: below, key: inner === "" ? undefined : inner };
  }
  if (stores.length === 1) return { prefix: first, key };
  const names = stores.map((store) => (store === "" ? "/" : store.slice(0, -1)));
  throw new FormatError(
    "several-stores",
    `${file}: the archive holds ${names.length} Zarr stores: ${names.slice(0, 20).join(", ")}`,
    {
      fields: { file, stores: names.slice(0, 20) },
      wayOut: `Put the folder in front of the key, for example ${names[0]}/volumes/raw.`,
    },
  );
}
