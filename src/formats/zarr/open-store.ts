import { stat } from "node:fs/promises";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { directoryStore } from "./directory-store.js";
import type { ZarrStore } from "./zarr-store.js";
import { zipStore } from "./zip-store.js";

/** A store in a folder or a zip archive, and the key without the folder of the archive. */
export async function openZarrStore(
  path: string,
  options: { readonly file: string; readonly limits: Limits; readonly key: string | undefined },
): Promise<{ store: ZarrStore; key: string | undefined }> {
  const { file } = options;
  const facts = await stat(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError("unreadable", `${file}: it cannot be read (${reason})`, { fields: { file }, cause });
  });
  if (facts.isDirectory()) return { store: await directoryStore(path, options), key: options.key };
  return zipStore(path, options);
}
