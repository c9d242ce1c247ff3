import { readdirSync } from "node:fs";
import { join } from "node:path";
import { compareCodeUnits } from "./canonical-json.js";
import { StorageError } from "./errors.js";
import { guarded } from "./storage-error.js";

/** Deepest folder, and most files, below one that stands for a single source. */
const MAXIMUM_DEPTH = 32;
const MAXIMUM_FILES = 1_000_000;

/**
 * Paths of all files below a folder, with `/`, relative to it, in code-unit order; hidden ones too. Cost: one listing
 * per folder.
 * @throws {StorageError} `storage/not-a-file` for a link, a socket or another thing that is neither file nor folder,
 * `storage/too-many-files`, `storage/too-deep`; what the listing of a folder throws, as `storageError` names it.
 */
export function listFilesBelow(root: string): string[] {
  const files: string[] = [];
  const visit = (folder: string, depth: number) => {
    const path = folder === "" ? root : join(root, folder);
    if (depth > MAXIMUM_DEPTH) {
      throw new StorageError("too-deep", `${path} lies more than ${MAXIMUM_DEPTH} folders deep`, {
        fields: { folder: path },
      });
    }
    for (const entry of guarded("read", path, () => readdirSync(path, { withFileTypes: true }))) {
      const below = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(below, depth + 1);
      else if (entry.isFile()) files.push(below);
      else {
        throw new StorageError("not-a-file", `${join(root, below)} is neither a file nor a folder`, {
          fields: { file: join(root, below) },
          wayOut: "A folder that is read as one source may hold no links: copy what they lead to.",
        });
      }
      if (files.length > MAXIMUM_FILES) {
        throw new StorageError("too-many-files", `${root} holds more than ${MAXIMUM_FILES} files`, {
          fields: { folder: root },
        });
      }
    }
  };
  visit("", 0);
  return files.sort(compareCodeUnits);
}
