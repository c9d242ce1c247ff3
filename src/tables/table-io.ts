import type { RecordBatch } from "apache-arrow";
import type { Contract, Row } from "./contract.js";

/** Column → the text that it must be: of the others neither rows nor, where whole row groups lack it, bytes are read. */
export type RowFilter = Readonly<Record<string, string>>;

/** A table to be read: one snapshot, in its stored order (partition order, then the contract's sort order). */
export interface TableSource {
  readonly contract: Contract;
  readonly rowCount: number;
  /** Rows as objects: for small tables (about 0.5 M rows per second). int64 values come as bigint. */
  rows<T = Row>(columns?: readonly string[], where?: RowFilter): AsyncIterable<T>;
  /** Arrow batches, for large tables: read `.data`, never `.get()`. */
  batches(columns?: readonly string[], where?: RowFilter): AsyncIterable<RecordBatch>;
}

/** A table being written. Rows may come in any order: the writer sorts them by the contract (see `Contract.sort`). */
export interface TableSink {
  readonly contract: Contract;
  /** Adds rows. @throws {ContractError} naming table, column, row, value and rule. */
  write(rows: Iterable<Row>): void;
  /** Adds an Arrow batch whose schema is the contract's. @throws {ContractError} */
  writeBatch(batch: RecordBatch): void;
}
