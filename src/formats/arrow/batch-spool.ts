import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RecordBatch } from "apache-arrow";
import { StorageError } from "../../base/errors.js";
import { storageError } from "../../base/storage-error.js";
import { batchBytes } from "./array-view.js";
import { batchesFromIpc, batchToIpc } from "./arrow-ipc.js";

/** Batches are kept in memory up to this many bytes; what comes later goes to a file. */
const DEFAULT_MEMORY = 64 * 1024 ** 2;
let spools = 0;

interface Stretch {
  readonly position: number;
  readonly length: number;
}

/**
 * A queue of batches of any length in bounded memory: the overflow is written to a temporary file, synchronously,
 * because what fills it (a sink) and what empties it (a DuckDB scan) are synchronous.
 */
export class BatchSpool {
  readonly #directory: string;
  readonly #memory: number;
  #held: RecordBatch[] = [];
  #heldBytes = 0;
  #file: number | undefined;
  #path = "";
  #position = 0;
  readonly #stretches: Stretch[] = [];
  rows = 0;
  bytes = 0;

  constructor(options: { temporaryDirectory: string; memoryBytes?: number }) {
    this.#directory = options.temporaryDirectory;
    this.#memory = options.memoryBytes ?? DEFAULT_MEMORY;
  }

  /** @throws {StorageError} when the temporary file cannot be written. */
  append(batch: RecordBatch): void {
    const bytes = batchBytes(batch);
    this.rows += batch.numRows;
    this.bytes += bytes;
    this.#held.push(batch);
    this.#heldBytes += bytes;
    if (this.#heldBytes > this.#memory) this.#spill();
  }

  #spill(): void {
    try {
      if (this.#file === undefined) {
        mkdirSync(this.#directory, { recursive: true });
        this.#path = join(this.#directory, `spool-${process.pid}-${spools++}.arrow`);
        this.#file = openSync(this.#path, "wx+", 0o600);
      }
      for (const batch of this.#held) {
        const bytes = batchToIpc(batch);
        for (let written = 0; written < bytes.length; ) {
          written += writeSync(this.#file, bytes, written, bytes.length - written, this.#position + written);
        }
        this.#stretches.push({ position: this.#position, length: bytes.length });
        this.#position += bytes.length;
      }
    } catch (error) {
      const path = this.#path;
      this.close();
      throw storageError("write", path, error);
    }
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** All batches, in order. May be called again. */
  *batches(): Iterable<RecordBatch> {
    for (const { position, length } of this.#stretches) {
      const bytes = new Uint8Array(length);
      for (let read = 0; read < length; ) {
        const count = readSync(this.#file as number, bytes, read, length - read, position + read);
        if (count === 0)
          throw new StorageError("read-failed", `${this.#path} ends early`, { fields: { path: this.#path } });
        read += count;
      }
      yield* batchesFromIpc(bytes);
    }
    yield* this.#held;
  }

  /** Frees memory and removes the temporary file. */
  close(): void {
    this.#held = [];
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#path, { force: true });
  }
}
