import type { RecordBatch, Schema } from "apache-arrow";
import { BatchAssembler } from "./array-builder.js";
import { batchBytes } from "./array-view.js";
import { BatchSpool } from "./batch-spool.js";
import type { RowOrder } from "./row-order.js";

const BATCH_ROWS = 65_536;
const BATCH_BYTES = 16 * 1024 ** 2;
/** Rows are sorted in memory in runs of this many bytes; several runs are merged. */
const RUN_BYTES = 128 * 1024 ** 2;

export interface SortedBatches {
  /** The rows in order. May be iterated again. */
  readonly batches: Iterable<RecordBatch>;
  /** Where each row of the result stood: number in the order in which the rows came; undefined after a merge. */
  readonly origins: Uint32Array | undefined;
  close(): void;
}

export interface SortOptions {
  readonly batches: Iterable<RecordBatch>;
  readonly schema: Schema;
  readonly order: RowOrder;
  readonly temporaryDirectory: string;
  readonly runBytes?: number;
}

/** Sorts batches of any total size, stably: runs in memory, spilled and merged when there is more than one. */
export function sortBatches(options: SortOptions): SortedBatches {
  const { schema, temporaryDirectory, order } = options;
  const runs: BatchSpool[] = [];
  let origins: Uint32Array | undefined;
  for (const run of joinRuns(options)) {
    const rows = order.argsort(run);
    const spool = new BatchSpool({
      temporaryDirectory,
      memoryBytes: runs.length === 0 ? (options.runBytes ?? RUN_BYTES) : 0,
    });
    runs.push(spool);
    const assembler = new BatchAssembler(schema);
    const finish = () => spool.append(assembler.finish());
    for (let i = 0; i < rows.length; ) {
      const from = rows[i] as number;
      let count = 1;
      while (i + count < rows.length && rows[i + count] === from + count) count++;
      assembler.append(run, from, count);
      i += count;
      if (assembler.length >= BATCH_ROWS || assembler.byteLength >= BATCH_BYTES) finish();
    }
    if (assembler.length > 0) finish();
    origins = runs.length === 1 ? rows : undefined;
  }
  const close = () => {
    for (const run of runs) run.close();
  };
  const batches = {
    [Symbol.iterator]: () =>
      (runs.length === 1 ? (runs[0] as BatchSpool).batches() : mergeRuns(runs, options))[Symbol.iterator](),
  };
  return { batches, origins, close };
}

/** Joins batches into runs of about the run size. */
function* joinRuns({ batches, schema, runBytes = RUN_BYTES }: SortOptions): Iterable<RecordBatch> {
  const assembler = new BatchAssembler(schema);
  let bytes = 0;
  for (const batch of batches) {
    assembler.append(batch);
    bytes += batchBytes(batch);
    if (bytes < runBytes) continue;
    yield assembler.finish();
    bytes = 0;
  }
  if (assembler.length > 0) yield assembler.finish();
}

interface Cursor {
  readonly rest: Iterator<RecordBatch>;
  batch: RecordBatch | undefined;
  row: number;
}

/** Merges sorted runs; among equal rows the earlier run comes first. */
function* mergeRuns(runs: readonly BatchSpool[], { schema, order }: SortOptions): Iterable<RecordBatch> {
  const cursors: Cursor[] = runs.map((run) => ({ rest: run.batches()[Symbol.iterator](), batch: undefined, row: 0 }));
  const advance = (cursor: Cursor): boolean => {
    while (cursor.batch === undefined || cursor.row >= cursor.batch.numRows) {
      const next = cursor.rest.next();
      if (next.done) return false;
      cursor.batch = next.value;
      cursor.row = 0;
    }
    return true;
  };
  const active = cursors.filter(advance);
  const assembler = new BatchAssembler(schema);
  while (active.length > 0) {
    let least = active[0] as Cursor;
    for (let k = 1; k < active.length; k++) {
      const other = active[k] as Cursor;
      if (order.compare(other.batch as RecordBatch, other.row, least.batch as RecordBatch, least.row) < 0)
        least = other;
    }
    assembler.append(least.batch as RecordBatch, least.row, 1);
    least.row++;
    if (!advance(least)) active.splice(active.indexOf(least), 1);
    if (assembler.length >= BATCH_ROWS || assembler.byteLength >= BATCH_BYTES) yield assembler.finish();
  }
  if (assembler.length > 0) yield assembler.finish();
}
