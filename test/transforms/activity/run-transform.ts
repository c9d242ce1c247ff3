import { join } from "node:path";
import { type Data, type Field, type RecordBatch, Schema } from "apache-arrow";
import { silentLog } from "../../../src/base/log.js";
import { batchOf } from "../../../src/formats/arrow/array-builder.js";
import { arrowSchema } from "../../../src/tables/arrow-schema.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import { checkBatch } from "../../../src/tables/check-batch.js";
import type { Contract, Row } from "../../../src/tables/contract.js";
import { readContract } from "../../../src/tables/contract-file.js";
import { batchRows } from "../../../src/tables/parquet-table.js";
import type { TableSink, TableSource } from "../../../src/tables/table-io.js";
import type { Transform } from "../../../src/transforms/transform.js";
import { repositoryRoot } from "../../support/real-data.js";

export type Tables = Record<string, Row[]>;

/** The contract of a table of the activity dataset. */
export async function activityContract(table: string): Promise<Contract> {
  return await readContract(join(repositoryRoot, "schemas", "celegans_activity", `${table}.yaml`));
}

/**
 * Runs one transform over rows in memory. Inputs and outputs pass through Arrow and their contracts, as in a run: rows
 * come back with every column, lists as arrays. `batchRowsOfInputs` cuts inputs into batches of so many rows.
 */
export async function runTransform<P>(
  transform: Transform<P>,
  inputs: Readonly<Record<string, readonly Row[]>>,
  given: unknown = {},
  batchRowsOfInputs = 1_000_000,
): Promise<Tables> {
  const sources = new Map<string, TableSource>();
  for (const table of transform.inputs) {
    const contract = await activityContract(table);
    sources.set(table, arrowSource(contract, inputs[table] ?? [], batchRowsOfInputs));
  }
  const sinks = new Map<string, ArrowSink>();
  for (const table of transform.outputs) sinks.set(table, new ArrowSink(await activityContract(table)));
  await transform.run({
    parameters: transform.parameters.parse(given),
    signal: new AbortController().signal,
    log: silentLog,
    input: (table) => sources.get(table) as TableSource,
    sink: (table) => sinks.get(table) as TableSink,
    progress() {},
  });
  return Object.fromEntries([...sinks].map(([table, sink]) => [table, sink.rows()]));
}

/** Rows as a source that gives Arrow batches. */
export function arrowSource(contract: Contract, rows: readonly Row[], rowsPerBatch: number): TableSource {
  const select = (batch: RecordBatch, columns?: readonly string[]) => {
    if (columns === undefined) return batch;
    const places = columns.map((column) => batch.schema.fields.findIndex((field) => field.name === column));
    const schema = new Schema(places.map((place) => batch.schema.fields[place] as Field));
    return batchOf(
      schema,
      places.map((place) => batch.data.children[place] as Data),
      batch.numRows,
    );
  };
  async function* batches(columns?: readonly string[]) {
    for (let i = 0; i < rows.length; i += rowsPerBatch) {
      yield select(buildBatch(contract, rows.slice(i, i + rowsPerBatch), { firstRow: i }), columns);
    }
  }
  return {
    contract,
    rowCount: rows.length,
    batches,
    async *rows<T>(columns?: readonly string[]) {
      for await (const batch of batches(columns)) yield* batchRows<T>(batch);
    },
  };
}

/** Takes rows and batches as the writer of tables does, and gives back rows. */
class ArrowSink implements TableSink {
  readonly contract: Contract;
  readonly #batches: RecordBatch[] = [];

  constructor(contract: Contract) {
    this.contract = contract;
  }

  write(rows: Iterable<Row>): void {
    this.#batches.push(buildBatch(this.contract, rows));
  }

  writeBatch(batch: RecordBatch): void {
    this.#batches.push(checkBatch(this.contract, batch, { schema: arrowSchema(this.contract) }));
  }

  rows(): Row[] {
    return this.#batches.flatMap((batch) => [...batchRows<Row>(batch)]);
  }
}
