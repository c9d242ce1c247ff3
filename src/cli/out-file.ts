import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { StorageError } from "../base/errors.js";
import { errorCode } from "../base/storage-error.js";

/** A file that appears whole, when {@link commit} is called, or not at all. */
export class OutFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** @throws {StorageError} */
  static async create(path: string): Promise<OutFile> {
    const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${process.pid}.tmp`);
    try {
      return new OutFile(path, temporary, await open(temporary, "w"));
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** @throws {StorageError} */
  async write(piece: Uint8Array | string): Promise<void> {
    try {
      await this.#handle.writeFile(piece);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Waits for the disk, then gives the file its name. @throws {StorageError} the old file is then unharmed. */
  async commit(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#temporary, this.path);
    } catch (error) {
      await this.discard();
      throw cannotWrite(this.path, error);
    }
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#temporary, { force: true });
  }
}

function cannotWrite(path: string, error: unknown): StorageError {
  const code = errorCode(error) ?? "unknown";
  return new StorageError("write-failed", `cannot write ${path}: ${code}`, {
    fields: { file: path, errno: code },
    wayOut: "give --out a file in a folder that exists, can be written and has room",
    cause: error,
  });
}
