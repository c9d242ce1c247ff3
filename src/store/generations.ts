import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createExclusive, syncFolder } from "../base/atomic-file.js";
import { compareCodeUnits } from "../base/canonical-json.js";
import { openSealedFile, sealJson } from "../base/checksummed-lines.js";
import type { Clock } from "../base/clock.js";
import { StorageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import { errorCode, guarded, storageError } from "../base/storage-error.js";
import type { Parts } from "./parts.js";
import { isGeneration } from "./shapes.js";
import { partMissing, type StepRecords } from "./step-records.js";
import type { Generation, GenerationEntry } from "./types.js";
import type { UnsyncedFolders } from "./unsynced-folders.js";

/** What to change in the current generation: null removes a table; undefined: nothing to do. */
export type GenerationUpdate = (current: Generation) => Readonly<Record<string, GenerationEntry | null>> | undefined;

/** Before the first commit. */
export const EMPTY_GENERATION: Generation = { generation: 0, parent: 0, createdAt: "", run: "", snapshots: {} };

/**
 * The states of all tables: `manifests/00000042.json`, numbered, each made once and never edited. The highest number
 * is the current one. A writer makes the next number exclusively; who comes second looks at the first one's work and
 * tries again, so nothing is lost.
 */
export class Generations {
  readonly #files: FileOperations;
  readonly #folder: string;
  readonly #temporary: string;
  readonly #parts: Parts;
  readonly #steps: StepRecords;
  readonly #unsynced: UnsyncedFolders;
  readonly #now: Clock;
  #latest: Generation = EMPTY_GENERATION;

  constructor(options: {
    readonly files: FileOperations;
    readonly folder: string;
    readonly temporary: string;
    readonly parts: Parts;
    readonly steps: StepRecords;
    readonly unsynced: UnsyncedFolders;
    readonly now: Clock;
  }) {
    this.#files = options.files;
    this.#folder = options.folder;
    this.#temporary = options.temporary;
    this.#parts = options.parts;
    this.#steps = options.steps;
    this.#unsynced = options.unsynced;
    this.#now = options.now;
  }

  path(generation: number): string {
    return join(this.#folder, `${String(generation).padStart(8, "0")}.json`);
  }

  /** Numbers of all stored generations, ascending, damaged ones included. */
  numbers(): number[] {
    try {
      return this.#files
        .readdir(this.#folder)
        .flatMap((name) => (/^[0-9]{8,15}\.json$/.test(name) ? [Number(name.slice(0, -5))] : []))
        .sort((a, b) => a - b);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw storageError("read", this.#folder, error);
    }
  }

  /**
   * The newest generation that is not damaged; {@link EMPTY_GENERATION} when there is none. What cannot be read (as
   * opposed to: is damaged) is an error: falling back would let a commit drop what others have committed.
   * @throws {StorageError}
   */
  current(): Generation {
    for (let attempt = 0; ; attempt++) {
      try {
        return this.#newestOf(this.numbers());
      } catch (error) {
        // Newer generations and a garbage collection came between the listing and the reading.
        if (attempt === 3 || (error as StorageError).tag !== "storage/missing") throw error;
      }
    }
  }

  #newestOf(numbers: readonly number[]): Generation {
    for (const number of [...numbers].reverse()) {
      const generation = this.#read(number);
      if (generation !== undefined) return generation;
    }
    return EMPTY_GENERATION;
  }

  /** @throws {StorageError} `storage/no-generation`, `storage/manifest-damaged` */
  read(number: number): Generation {
    if (number === 0) return EMPTY_GENERATION;
    const path = this.path(number);
    if (guarded("read", path, () => this.#files.size(path)) === undefined) {
      throw new StorageError("no-generation", `there is no generation ${number}`, {
        fields: { generation: number, file: path },
        wayOut: `Stored are: ${this.numbers().join(", ") || "none"}.`,
      });
    }
    const generation = this.#read(number);
    if (generation === undefined) {
      throw new StorageError("manifest-damaged", `${path} is damaged`, {
        fields: { generation: number, file: path },
        wayOut: "Run the pipelines again: they commit a new generation from what is stored.",
      });
    }
    return generation;
  }

  /**
   * Commits the next generation. `update` is called again on the newer state whenever another writer was first.
   * Everything the generation needs is on disk before it can be seen. `since` of each entry is set here.
   * @returns the new generation, or the current one when there is nothing to change.
   * @throws {StorageError} `storage/part-missing` when an entry names a part that is not in the store.
   */
  async commit(update: GenerationUpdate, run: string): Promise<Generation> {
    for (let attempt = 0; ; attempt++) {
      // One listing for both: a generation that comes between them must make the link below fail.
      const numbers = this.numbers();
      const current = this.#newestOf(numbers);
      const changes = update(current);
      if (changes === undefined) return current;
      const number = (numbers.at(-1) ?? 0) + 1;
      guarded("write", this.#folder, () => this.#files.mkdir(this.#folder));
      const next: Generation = {
        generation: number,
        parent: current.generation,
        createdAt: this.#now().toISOString(),
        run,
        snapshots: this.#apply(current, changes, number),
      };
      await this.#unsynced.sync();
      const bytes = Buffer.from(sealJson({ ...next }));
      if (
        await createExclusive({
          files: this.#files,
          path: this.path(number),
          bytes,
          temporaryDirectory: this.#temporary,
        })
      ) {
        await syncFolder(this.#files, this.#folder);
        return next;
      }
      await sleep(Math.min(attempt, 20) * randomBytes(1).readUInt8() * 0.02);
    }
  }

  remove(number: number): void {
    const path = this.path(number);
    guarded("remove", path, () => this.#files.unlink(path));
  }

  sync(): Promise<void> {
    return syncFolder(this.#files, this.#folder);
  }

  #apply(
    current: Generation,
    changes: Readonly<Record<string, GenerationEntry | null>>,
    number: number,
  ): Record<string, GenerationEntry> {
    const merged = new Map(Object.entries(current.snapshots));
    for (const [table, entry] of Object.entries(changes)) {
      if (entry === null) {
        merged.delete(table);
        continue;
      }
      if (entry.table !== table) throw new TypeError(`the entry of ${table} is of ${entry.table}`);
      const missing = this.#parts.firstMissing(entry);
      if (missing !== undefined) throw partMissing(table, this.#parts.path(missing));
      this.#parts.noteUnsynced(entry);
      this.#steps.noteUnsynced(entry.keys);
      const before = current.snapshots[table];
      const same = before?.tableHash === entry.tableHash && before.contractHash === entry.contractHash;
      merged.set(table, { ...entry, since: same ? before.since : number });
    }
    return Object.fromEntries([...merged].sort(([a], [b]) => compareCodeUnits(a, b)));
  }

  #read(number: number): Generation | undefined {
    if (this.#latest.generation === number) return this.#latest;
    const path = this.path(number);
    const generation = parseGeneration(
      guarded("read", path, () => this.#files.readFile(path)),
      number,
    );
    if (generation !== undefined && number > this.#latest.generation) this.#latest = generation;
    return generation;
  }
}

/** The generation in a manifest's bytes; undefined when they are damaged or have another number. */
export function parseGeneration(bytes: Uint8Array, number: number): Generation | undefined {
  const value = openSealedFile(bytes);
  return value !== undefined && isGeneration(value) && value.generation === number ? value : undefined;
}
