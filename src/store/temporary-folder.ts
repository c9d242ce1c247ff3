import { join } from "node:path";
import type { FileOperations } from "../base/file-operations.js";
import { currentOwner, ownerName, ownerState, parseOwner } from "../base/owner.js";
import { errorCode, guarded, storageError } from "../base/storage-error.js";

let counter = 0;

/** Scratch space on the file system of the parts. Every entry is named after its owner: `<owner>.<name>`. */
export class TemporaryFolder {
  readonly path: string;
  readonly #files: FileOperations;
  #swept = false;

  constructor(options: { readonly files: FileOperations; readonly path: string }) {
    this.#files = options.files;
    this.path = options.path;
  }

  /** A fresh folder of this process. The first call also removes what dead processes left. */
  make(name: string): string {
    this.sweepOnce();
    counter += 1;
    const label = name.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 80);
    const path = join(this.path, `${ownerName(currentOwner())}.${label}-${counter}`);
    guarded("write", path, () => this.#files.mkdir(path));
    return path;
  }

  /** Removes what dead processes left, unless this process has done so before. */
  sweepOnce(): void {
    if (this.#swept) return;
    this.#swept = true;
    this.sweep();
  }

  /** Entries whose owners are dead. What has no owner in its name is not ours and stays. */
  abandoned(): string[] {
    let names: string[];
    try {
      names = this.#files.readdir(this.path);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw storageError("read", this.path, error);
    }
    return names.filter((name) => {
      const owner = parseOwner(name.slice(0, name.indexOf(".")));
      return owner !== undefined && ownerState(owner) === "dead";
    });
  }

  /** Removes the entries of the dead, as far as that is possible. @returns how many. */
  sweep(): number {
    let removed = 0;
    for (const name of this.abandoned()) {
      try {
        this.#files.remove(join(this.path, name));
        removed += 1;
      } catch {
        // The next sweep tries again.
      }
    }
    return removed;
  }
}
