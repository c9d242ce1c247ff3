import { basename, dirname, join } from "node:path";
import { closeQuietly } from "../base/atomic-file.js";
import { StorageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import { errorCode, guarded, storageError } from "../base/storage-error.js";
import { listFolder } from "./list-folder.js";
import { parquetRows } from "./part-footer.js";
import { isHash } from "./shapes.js";
import type { AdoptedPart, Part, Snapshot } from "./types.js";
import type { UnsyncedFolders } from "./unsynced-folders.js";

/** The immutable Parquet files, addressed by the hash of their bytes: `parts/ab/<sha256>.parquet`, mode 0444. */
export class Parts {
  readonly #files: FileOperations;
  readonly #folder: string;
  readonly #damaged: string;
  readonly #unsynced: UnsyncedFolders;

  constructor(options: {
    readonly files: FileOperations;
    readonly folder: string;
    /** Where damaged parts are moved. */
    readonly damaged: string;
    readonly unsynced: UnsyncedFolders;
  }) {
    this.#files = options.files;
    this.#folder = options.folder;
    this.#damaged = options.damaged;
    this.#unsynced = options.unsynced;
  }

  path(part: Pick<Part, "sha256">): string {
    if (!isHash(part.sha256)) throw new TypeError(`not a content address: ${part.sha256}`);
    return `${this.#folder}/${part.sha256.slice(0, 2)}/${part.sha256}.parquet`;
  }

  /** Whether every part is there with its length. Looks at names and lengths only: `verify` reads the bytes. */
  has(parts: readonly Part[]): boolean {
    try {
      return parts.every((part) => this.#files.size(this.path(part)) === part.bytes);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      return false;
    }
  }

  /** The first part that is not there with its length. @throws {StorageError} when that cannot be seen. */
  firstMissing(snapshot: Snapshot): Part | undefined {
    return snapshot.parts.find((part) => this.size(part) !== part.bytes);
  }

  /** Bytes of the stored file; undefined when there is none. @throws {StorageError} */
  size(part: Pick<Part, "sha256">): number | undefined {
    const path = this.path(part);
    return guarded("read", path, () => this.#files.size(path));
  }

  /**
   * Moves a finished file into the store, written once: fsync, hash, check of the length, read-only, rename. When
   * the part is there already with the same length, that one stays and the new file is removed.
   * @param rows when the caller knows them; else they are read from the Parquet footer
   * @throws {StorageError} the file then stays where it was, and the call may be repeated.
   */
  async adopt(temporaryPath: string, rows?: number): Promise<AdoptedPart> {
    const files = this.#files;
    try {
      await this.#flush(temporaryPath);
      const { sha256, bytes } = await files.hash(temporaryPath);
      const found = files.size(temporaryPath);
      if (found !== bytes) {
        throw new StorageError("unstable-file", `${temporaryPath} has ${found} bytes, but ${bytes} were read`, {
          fields: { file: temporaryPath, expected: bytes, found: found ?? null },
          wayOut: "Something still writes this file: run the step again.",
        });
      }
      const part = { sha256, bytes, rows: rows ?? parquetRows(files, temporaryPath, bytes) };
      const path = this.path(part);
      if (files.size(path) === bytes) {
        files.unlink(temporaryPath);
      } else {
        files.chmod(temporaryPath, 0o444);
        files.mkdir(dirname(path));
        files.rename(temporaryPath, path);
        this.#unsynced.add(dirname(path));
        this.#unsynced.add(this.#folder);
      }
      return { ...part, path };
    } catch (error) {
      throw storageError("write", temporaryPath, error);
    }
  }

  /**
   * Moves a part whose bytes do not hash to its name out of the way: whoever needs it finds it missing, and makes it
   * again. The bytes are read once more first.
   * @returns where it lies now; undefined when it is whole, or gone.
   * @throws {StorageError}
   */
  async setAside(part: Pick<Part, "sha256">): Promise<string | undefined> {
    const files = this.#files;
    const path = this.path(part);
    const target = join(this.#damaged, basename(path));
    try {
      if ((await files.hash(path)).sha256 === part.sha256) return undefined;
      files.mkdir(this.#damaged);
      files.rename(path, target);
      return target;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw storageError("write", path, error);
    }
  }

  /** What was set aside: paths. */
  setAsideFiles(): string[] {
    return listFolder(this.#files, this.#damaged).map((name) => join(this.#damaged, name));
  }

  /** Makes the names of these parts durable with the next `UnsyncedFolders.sync`, whoever adopted them. */
  noteUnsynced(snapshot: Snapshot): void {
    for (const part of snapshot.parts) this.#unsynced.add(dirname(this.path(part)));
  }

  /** Every file below the parts folder: hash by its name (null for a name that is none) and path. */
  *all(): Iterable<{ readonly sha256: string | null; readonly path: string }> {
    for (const shard of listFolder(this.#files, this.#folder)) {
      const folder = join(this.#folder, shard);
      for (const name of listFolder(this.#files, folder)) {
        const match = /^([0-9a-f]{64})\.parquet$/.exec(name);
        yield { sha256: match?.[1]?.startsWith(shard) ? (match[1] as string) : null, path: join(folder, name) };
      }
    }
  }

  remove(path: string): void {
    guarded("remove", path, () => {
      try {
        this.#files.unlink(path);
      } catch (error) {
        if (errorCode(error) === "ENOENT") return;
        if (errorCode(error) !== "EPERM") throw error;
        // Windows refuses to remove a read-only file.
        this.#files.chmod(path, 0o644);
        this.#files.unlink(path);
      }
    });
  }

  async #flush(path: string): Promise<void> {
    const descriptor = this.#open(path);
    try {
      await this.#files.flush(descriptor);
    } finally {
      closeQuietly(this.#files, descriptor);
    }
  }

  /** Windows syncs only what is open for writing; a repeated call finds the file read-only. */
  #open(path: string): number {
    try {
      return this.#files.open(path, "r+");
    } catch (error) {
      if (errorCode(error) !== "EACCES" && errorCode(error) !== "EPERM") throw error;
      return this.#files.open(path, "r");
    }
  }
}
