import { syncFolder } from "../base/atomic-file.js";
import type { FileOperations } from "../base/file-operations.js";

/**
 * Folders with new names in them that the disk may not know yet. A file that is found again only if it is whole
 * (parts, step records) need not have its name on disk at once; a generation must not be there before them. So folders
 * are synced once per commit of a generation, not once per file.
 */
export class UnsyncedFolders {
  readonly #files: FileOperations;
  readonly #folders = new Set<string>();

  constructor(files: FileOperations) {
    this.#files = files;
  }

  add(folder: string): void {
    this.#folders.add(folder);
  }

  /** Returns when all of them are on disk. @throws {StorageError} those that failed stay noted. */
  async sync(): Promise<void> {
    const folders = [...this.#folders];
    this.#folders.clear();
    const outcomes = await Promise.allSettled(folders.map((folder) => syncFolder(this.#files, folder)));
    let failure: PromiseRejectedResult | undefined;
    outcomes.forEach((outcome, i) => {
      if (outcome.status === "fulfilled") return;
      this.#folders.add(folders[i] as string);
      failure ??= outcome;
    });
    if (failure !== undefined) throw failure.reason;
  }
}
