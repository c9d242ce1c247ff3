import type { FileOperations } from "../base/file-operations.js";
import { errorCode, storageError } from "../base/storage-error.js";

/** Names in a folder; none when it is absent, or is no folder. @throws {StorageError} when it cannot be read. */
export function listFolder(files: FileOperations, folder: string): string[] {
  try {
    return files.readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw storageError("read", folder, error);
  }
}
