import { basename, dirname, join } from "node:path";
import type { FileOperations } from "./file-operations.js";
import { currentOwner, ownerName } from "./owner.js";
import { errorCode, storageError } from "./storage-error.js";

/** What to write and where its temporary file goes. */
export interface AtomicWrite {
  readonly files: FileOperations;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** A folder on the same file system. Default: the folder of `path`. */
  readonly temporaryDirectory?: string;
  /** Whether to wait for the disk (default true). Without it, a power failure may leave an old or an empty file. */
  readonly durable?: boolean;
}

let counter = 0;

/**
 * Replaces a file: readers see the old bytes or the new ones, also after a crash. Temporary name, write, fsync,
 * rename. The folder is not synced: see {@link syncFolder}.
 * @throws {StorageError} the old file is then unharmed.
 */
export async function writeFileAtomic(write: AtomicWrite): Promise<void> {
  const temporary = await writeTemporary(write);
  try {
    write.files.rename(temporary, write.path);
  } catch (error) {
    discard(write.files, temporary);
    throw storageError("write", write.path, error);
  }
}

/**
 * Makes a file that must not exist yet, complete from the first moment it can be seen (`link`).
 * @returns false when a file with this name was there.
 * @throws {StorageError} also `storage/no-hard-links` where the file system has none.
 */
export async function createExclusive(write: AtomicWrite): Promise<boolean> {
  const temporary = await writeTemporary(write);
  try {
    write.files.link(temporary, write.path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return false;
    if (code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "ENOSYS" || code === "EPERM") {
      const wrapped = storageError("write", write.path, error);
      throw Object.assign(wrapped, {
        wayOut: `${wrapped.wayOut} If the file system has no hard links (exFAT and some network folders), choose a --home on one that has.`,
      });
    }
    throw storageError("write", write.path, error);
  } finally {
    discard(write.files, temporary);
  }
}

/** Writes all bytes, also when the system takes fewer at a time. @throws Node's error. */
export function writeFully(files: FileOperations, descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const written = files.write(descriptor, done === 0 ? bytes : bytes.subarray(done));
    if (written <= 0) throw Object.assign(new Error("the system wrote nothing"), { code: "EIO" });
    done += written;
  }
}

/** Makes the names in a folder durable. Systems that cannot sync folders (Windows, some network mounts) do it themselves. */
export async function syncFolder(files: FileOperations, path: string): Promise<void> {
  let descriptor: number | undefined;
  try {
    descriptor = files.open(path, "r");
    await files.flush(descriptor);
  } catch (error) {
    const code = errorCode(error);
    // A folder that is not there has no names to sync.
    if (code === "ENOENT" || code === "EINVAL" || code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "EISDIR")
      return;
    if (process.platform === "win32" && (code === "EPERM" || code === "EACCES" || code === "EBADF")) return;
    throw storageError("write", path, error);
  } finally {
    if (descriptor !== undefined) closeQuietly(files, descriptor);
  }
}

/** Closes; an error of close has nothing to add to what happened before. */
export function closeQuietly(files: FileOperations, descriptor: number): void {
  try {
    files.close(descriptor);
  } catch {
    // Nothing was waiting to be written: fsync came before, or the file is given up.
  }
}

async function writeTemporary({
  files,
  path,
  bytes,
  temporaryDirectory,
  durable = true,
}: AtomicWrite): Promise<string> {
  counter += 1;
  const folder = temporaryDirectory ?? dirname(path);
  const temporary = join(folder, `${ownerName(currentOwner())}.${basename(path).slice(0, 64)}-${counter}`);
  let descriptor: number | undefined;
  try {
    descriptor = files.open(temporary, "wx");
    writeFully(files, descriptor, bytes);
    if (durable) await files.flush(descriptor);
    const closing = descriptor;
    descriptor = undefined;
    files.close(closing);
    return temporary;
  } catch (error) {
    if (descriptor !== undefined) closeQuietly(files, descriptor);
    discard(files, temporary);
    throw storageError("write", path, error);
  }
}

/** Removes a temporary file; one that cannot be removed is swept later, by its owner's name. */
function discard(files: FileOperations, temporary: string): void {
  try {
    files.unlink(temporary);
  } catch {
    // Swept later.
  }
}
