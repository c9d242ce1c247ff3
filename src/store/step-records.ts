import { dirname, join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.js";
import { compareCodeUnits } from "../base/canonical-json.js";
import { openSealedFile, sealJson } from "../base/checksummed-lines.js";
import { StorageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import { errorCode, guarded } from "../base/storage-error.js";
import { listFolder } from "./list-folder.js";
import type { Parts } from "./parts.js";
import { isKey, isStepRecord } from "./shapes.js";
import type { StepRecord } from "./types.js";
import type { UnsyncedFolders } from "./unsynced-folders.js";

/** What is remembered of finished units of work: `steps/ab/<key>.json`, one sealed line each. */
export class StepRecords {
  readonly #files: FileOperations;
  readonly #folder: string;
  readonly #temporary: string;
  readonly #parts: Parts;
  readonly #unsynced: UnsyncedFolders;
  readonly #madeFolders = new Set<string>();

  constructor(options: {
    readonly files: FileOperations;
    readonly folder: string;
    readonly temporary: string;
    readonly parts: Parts;
    readonly unsynced: UnsyncedFolders;
  }) {
    this.#files = options.files;
    this.#folder = options.folder;
    this.#temporary = options.temporary;
    this.#parts = options.parts;
    this.#unsynced = options.unsynced;
  }

  path(key: string): string {
    if (!isKey(key)) throw new TypeError(`not a key: ${key}`);
    return `${this.#folder}/${key.slice(0, 2)}/${key}.json`;
  }

  /** The record whose parts are all there; undefined when anything is amiss, so that the unit runs again. */
  readUsable(key: string): StepRecord | undefined {
    const record = this.read(key);
    return record?.outputs.every((snapshot) => this.#parts.has(snapshot.parts)) ? record : undefined;
  }

  /** The record, whether or not its parts are there; undefined when absent, unreadable or damaged. Some 50 µs. */
  read(key: string): StepRecord | undefined {
    let bytes: Buffer;
    try {
      bytes = this.#files.readFile(this.path(key));
    } catch (error) {
      if (error instanceof TypeError) throw error;
      return undefined;
    }
    return parseStepRecord(bytes, key);
  }

  /**
   * Stores the record, in place of an older one with the same key.
   * @throws {StorageError} `storage/part-missing` when it names a part that is not in the store.
   */
  async commit(record: StepRecord): Promise<void> {
    for (const snapshot of record.outputs) {
      const missing = this.#parts.firstMissing(snapshot);
      if (missing !== undefined) throw partMissing(snapshot.table, this.#parts.path(missing));
    }
    const path = this.path(record.key);
    const folder = dirname(path);
    const bytes = Buffer.from(sealJson(ordered(record)));
    if (!this.#madeFolders.has(folder)) {
      guarded("write", folder, () => this.#files.mkdir(folder));
      this.#madeFolders.add(folder);
      this.#unsynced.add(this.#folder);
    }
    await writeFileAtomic({ files: this.#files, path, bytes, temporaryDirectory: this.#temporary });
    this.#unsynced.add(folder);
  }

  /** Makes the names of these records durable with the next `UnsyncedFolders.sync`. */
  noteUnsynced(keys: Iterable<string>): void {
    for (const key of keys) this.#unsynced.add(dirname(this.path(key)));
  }

  /** All stored keys with their files, in key order; `key` is null for a name that is none. */
  *all(): Iterable<{ readonly key: string | null; readonly path: string }> {
    for (const shard of listFolder(this.#files, this.#folder).sort(compareCodeUnits)) {
      const folder = join(this.#folder, shard);
      for (const name of listFolder(this.#files, folder).sort(compareCodeUnits)) {
        const key = name.endsWith(".json") ? name.slice(0, -5) : "";
        yield { key: isKey(key) && key.startsWith(shard) ? key : null, path: join(folder, name) };
      }
    }
  }

  remove(path: string): void {
    this.#unsynced.add(dirname(path));
    guarded("remove", path, () => {
      try {
        this.#files.unlink(path);
      } catch (error) {
        if (errorCode(error) !== "ENOENT") throw error;
      }
    });
  }
}

/** The record in a file's bytes; undefined when they are damaged or belong to another key. */
export function parseStepRecord(bytes: Uint8Array, key: string): StepRecord | undefined {
  const value = openSealedFile(bytes);
  return value !== undefined && isStepRecord(value) && value.key === key ? value : undefined;
}

/** The error for a manifest or record that would name what is not there. */
export function partMissing(table: string, path: string): StorageError {
  return new StorageError("part-missing", `${table} needs ${path}, which is not in the store`, {
    fields: { table, file: path },
    wayOut: "Run the pipeline again: the step that makes it will run.",
  });
}

/** Members in one order, whatever the order the caller built them in. */
function ordered(record: StepRecord): Record<string, unknown> {
  return {
    key: record.key,
    pipeline: record.pipeline,
    step: record.step,
    partition: record.partition,
    keyParts: record.keyParts,
    outputs: record.outputs,
    counts: record.counts,
    ...(record.failures === undefined ? {} : { failures: record.failures }),
    ...(record.evidence === undefined ? {} : { evidence: record.evidence }),
    seconds: record.seconds,
    peakMemoryBytes: record.peakMemoryBytes,
    finishedAt: record.finishedAt,
    run: record.run,
  };
}
