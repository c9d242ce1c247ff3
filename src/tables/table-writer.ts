import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RecordBatch, Schema } from "apache-arrow";
import { BatchSpool } from "../formats/arrow/batch-spool.js";
import { RowOrder } from "../formats/arrow/row-order.js";
import { type SortedBatches, sortBatches } from "../formats/arrow/sort-batches.js";
import { writeParquet } from "../formats/parquet/write-parquet.js";
import { arrowSchema } from "./arrow-schema.js";
import { BatchBuilder } from "./batch-builder.js";
import { checkBatch } from "./check-batch.js";
import { type Contract, qualifiedName, type Row } from "./contract.js";
import { KeyCheck } from "./key-check.js";
import { rowGroupRows } from "./row-group.js";
import { PartitionHasher } from "./table-hash.js";
import type { TableSink } from "./table-io.js";

const BATCH_ROWS = 65_536;
const BATCH_BYTES = 16 * 1024 ** 2;

export interface TableWriterOptions {
  readonly contract: Contract;
  /** Where the Parquet parts go. Created when missing. */
  readonly directory: string;
  /** Where sorting and DuckDB may spill (default: `spill` below the directory, removed at the end). */
  readonly temporaryDirectory?: string;
  /** Memory for rows not yet written (default 64 MiB), and for DuckDB (default 512 MiB). */
  readonly memoryBytes?: number;
  readonly memoryLimitBytes?: number;
}

export interface WrittenTable {
  /** Absolute when `directory` is. At least one, even without rows: it carries the schema. */
  readonly paths: readonly string[];
  readonly rows: number;
  /** Partition hash, see {@link PartitionHasher}. */
  readonly hash: string;
}

/**
 * Writes one partition of one table: checks every value, sorts by the contract, refuses duplicate keys, hashes, and
 * writes Parquet. Memory is bounded: what is over `memoryBytes` is spooled to disk; rows out of order are sorted in
 * runs of 128 MiB and merged.
 */
export class TableWriter implements TableSink {
  readonly contract: Contract;
  readonly #options: TableWriterOptions;
  readonly #schema: Schema;
  readonly #order: RowOrder;
  readonly #rows: BatchBuilder;
  readonly #spool: BatchSpool;
  readonly #spill: string;
  #last: RecordBatch | undefined;
  #ordered = true;
  #written = 0;

  private constructor(options: TableWriterOptions) {
    this.contract = options.contract;
    this.#options = options;
    this.#schema = arrowSchema(options.contract);
    this.#order = new RowOrder(
      options.contract.sort.map((column) => {
        const index = options.contract.fields.findIndex((field) => field.name === column);
        return { index, type: this.#schema.fields[index]?.type as never };
      }),
    );
    this.#rows = new BatchBuilder(options.contract, this.#schema);
    this.#spill = options.temporaryDirectory ?? join(options.directory, "spill");
    this.#spool = new BatchSpool({
      temporaryDirectory: this.#spill,
      ...(options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes }),
    });
  }

  static create(options: TableWriterOptions): TableWriter {
    return new TableWriter(options);
  }

  /** Adds rows in any order. @throws {ContractError} */
  write(rows: Iterable<Row>): void {
    for (const row of rows) {
      this.#rows.append(row, this.#written++);
      if (
        this.#rows.length >= BATCH_ROWS ||
        ((this.#rows.length & 255) === 0 && this.#rows.byteLength >= BATCH_BYTES)
      ) {
        this.#accept(this.#rows.finish());
      }
    }
  }

  /** Adds a batch; see {@link checkBatch} for what is accepted. @throws {ContractError} */
  writeBatch(batch: RecordBatch): void {
    if (this.#rows.length > 0) this.#accept(this.#rows.finish());
    const checked = checkBatch(this.contract, batch, { firstRow: this.#written, schema: this.#schema });
    this.#written += checked.numRows;
    if (checked.numRows > 0) this.#accept(checked);
  }

  #accept(batch: RecordBatch): void {
    if (this.#ordered) this.#ordered = this.#follows(batch);
    this.#last = batch;
    this.#spool.append(batch);
  }

  #follows(batch: RecordBatch): boolean {
    if (this.contract.sort.length === 0) return true;
    if (this.#last !== undefined && this.#order.compare(this.#last, this.#last.numRows - 1, batch, 0) > 0) return false;
    for (let i = 1; i < batch.numRows; i++) if (this.#order.compare(batch, i - 1, batch, i) > 0) return false;
    return true;
  }

  /**
   * Sorts, checks keys, hashes and writes the parts.
   * @throws {ContractError} for duplicate keys; {StorageError} when a part cannot be written.
   */
  async finish(): Promise<WrittenTable> {
    const { directory, memoryLimitBytes } = this.#options;
    if (this.#rows.length > 0) this.#accept(this.#rows.finish());
    let sorted: SortedBatches | undefined;
    const path = join(directory, `${qualifiedName(this.contract)}-0.parquet`);
    try {
      mkdirSync(directory, { recursive: true });
      if (!this.#ordered) {
        sorted = sortBatches({
          batches: this.#spool.batches(),
          schema: this.#schema,
          order: this.#order,
          temporaryDirectory: this.#spill,
        });
        this.#spool.close();
      }
      const batches = sorted?.batches ?? { [Symbol.iterator]: () => this.#spool.batches()[Symbol.iterator]() };
      const hash = this.#checkAndHash(batches, sorted);
      await writeParquet({
        path,
        schema: this.#schema,
        batches,
        rowGroupRows: rowGroupRows(this.#spool.bytes, this.#spool.rows),
        temporaryDirectory: this.#spill,
        ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
      });
      return { paths: [path], rows: this.#written, hash };
    } finally {
      sorted?.close();
      this.#spool.close();
      if (this.#options.temporaryDirectory === undefined) rmSync(this.#spill, { recursive: true, force: true });
    }
  }

  #checkAndHash(batches: Iterable<RecordBatch>, sorted: SortedBatches | undefined): string {
    const keys = new KeyCheck(this.contract, this.#order);
    const hasher = new PartitionHasher(this.contract);
    const origins = sorted === undefined ? undefined : sorted.origins;
    const origin = (position: number) => origins?.[position] ?? position;
    for (const batch of batches) {
      keys.update(batch, origin);
      hasher.update(batch);
    }
    return hasher.digest();
  }

  /** Drops everything written so far. */
  abort(): void {
    this.#spool.close();
    if (this.#options.temporaryDirectory === undefined) rmSync(this.#spill, { recursive: true, force: true });
  }
}
