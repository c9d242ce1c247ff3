import { join } from "node:path";
import { createExclusive, syncFolder } from "../base/atomic-file.js";
import { openSealedFile, sealJson } from "../base/checksummed-lines.js";
import type { FileOperations } from "../base/file-operations.js";
import { sha256 } from "../base/hash.js";
import { errorCode, storageError } from "../base/storage-error.js";
import { isPublishedMark } from "./shapes.js";
import type { PublishedMark } from "./types.js";

/** Which generations were published where: `published/<generation>.<hash of target>.json`. `gc` keeps them. */
export class PublishedMarks {
  readonly #files: FileOperations;
  readonly #folder: string;
  readonly #temporary: string;

  constructor(options: { readonly files: FileOperations; readonly folder: string; readonly temporary: string }) {
    this.#files = options.files;
    this.#folder = options.folder;
    this.#temporary = options.temporary;
  }

  /** Marks a generation for good. Marking it again changes nothing. */
  async add(mark: PublishedMark): Promise<void> {
    const name = `${String(mark.generation).padStart(8, "0")}.${sha256(mark.target).slice(0, 16)}.json`;
    const bytes = Buffer.from(
      sealJson({ generation: mark.generation, target: mark.target, tables: mark.tables, at: mark.at }),
    );
    await createExclusive({
      files: this.#files,
      path: join(this.#folder, name),
      bytes,
      temporaryDirectory: this.#temporary,
    });
    await syncFolder(this.#files, this.#folder);
  }

  /** Marks that can be read. */
  list(): PublishedMark[] {
    return this.all().flatMap(({ path }) => {
      try {
        const mark = parsePublishedMark(this.#files.readFile(path));
        return mark === undefined ? [] : [mark];
      } catch (error) {
        throw storageError("read", path, error);
      }
    });
  }

  /** Generations with a mark, by the names of the files: a damaged mark still protects. */
  generations(): Set<number> {
    return new Set(this.all().map(({ generation }) => generation));
  }

  all(): { readonly generation: number; readonly path: string }[] {
    try {
      return this.#files
        .readdir(this.#folder)
        .sort()
        .flatMap((name) => {
          const match = /^([0-9]{8,15})\.[0-9a-f]{16}\.json$/.exec(name);
          return match === null ? [] : [{ generation: Number(match[1]), path: join(this.#folder, name) }];
        });
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw storageError("read", this.#folder, error);
    }
  }
}

/** The mark in a file's bytes; undefined when they are damaged. */
export function parsePublishedMark(bytes: Uint8Array): PublishedMark | undefined {
  const value = openSealedFile(bytes);
  return value !== undefined && isPublishedMark(value) ? value : undefined;
}
