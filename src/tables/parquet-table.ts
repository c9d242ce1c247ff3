import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Data, RecordBatch } from "apache-arrow";
import { didYouMean } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";
import { valueReader } from "../formats/arrow/value-reader.js";
import { readParquet } from "../formats/parquet/read-parquet.js";
import { arrowSchema } from "./arrow-schema.js";
import { type Contract, qualifiedName, type Row } from "./contract.js";
import type { RowFilter, TableSource } from "./table-io.js";

export interface OpenTableOptions {
  readonly contract: Contract;
  /** Part files in the order of the rows. */
  readonly partPaths: readonly string[];
  readonly rowCount: number;
  /** Where DuckDB may spill (default: a folder in the system's temporary folder). */
  readonly temporaryDirectory?: string;
  readonly memoryLimitBytes?: number;
}

/** DuckDB's spill folder of this process, where nobody gave one. */
export function defaultTemporaryDirectory(): string {
  return join(tmpdir(), `neurotables-${process.pid}`);
}

/** A stored table, read in its stored order. Nothing is read before the first batch is asked for. */
export function openTable(options: OpenTableOptions): TableSource {
  return new ParquetTable(options);
}

class ParquetTable implements TableSource {
  readonly contract: Contract;
  readonly rowCount: number;
  readonly #options: OpenTableOptions;

  constructor(options: OpenTableOptions) {
    this.contract = options.contract;
    this.rowCount = options.rowCount;
    this.#options = options;
  }

  async *rows<T = Row>(columns?: readonly string[], where?: RowFilter): AsyncIterable<T> {
    for await (const batch of this.batches(columns, where)) yield* batchRows<T>(batch);
  }

  batches(columns?: readonly string[], where: RowFilter = {}): AsyncIterable<RecordBatch> {
    const { partPaths, temporaryDirectory, memoryLimitBytes } = this.#options;
    const names = this.contract.fields.map((field) => field.name);
    const unknown = [...(columns ?? []), ...Object.keys(where)].find((column) => !names.includes(column));
    if (unknown !== undefined) {
      const table = qualifiedName(this.contract);
      throw new UsageError("unknown-column", `${table} has no column "${unknown}"`, {
        fields: { table, column: unknown },
        wayOut: didYouMean(unknown, names) ?? `The columns are ${names.join(", ")}.`,
      });
    }
    return readParquet({
      paths: partPaths,
      columns: columns ?? names,
      where,
      schema: arrowSchema(this.contract),
      temporaryDirectory: temporaryDirectory ?? defaultTemporaryDirectory(),
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    });
  }
}

/** The rows of a batch as objects: 64-bit integers and timestamps are bigint, lists are arrays, null is null. */
export function* batchRows<T = Row>(batch: RecordBatch): Iterable<T> {
  const names = batch.schema.fields.map((field) => field.name);
  const readers = (batch.data.children as Data[]).map(valueReader);
  for (let i = 0; i < batch.numRows; i++) {
    const row: Record<string, unknown> = {};
    for (let k = 0; k < names.length; k++) row[names[k] as string] = readers[k]?.(i);
    yield row as T;
  }
}
