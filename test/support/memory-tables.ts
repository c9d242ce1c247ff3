import type { RecordBatch } from "apache-arrow";
import type { NeurotablesError } from "../../src/base/errors.js";
import { DEFAULT_LIMITS } from "../../src/base/limits.js";
import { silentLog } from "../../src/base/log.js";
import type { Drop, LoadContext, SourceFile } from "../../src/loaders/loader.js";
import { buildBatch } from "../../src/tables/batch-builder.js";
import { checkBatch } from "../../src/tables/check-batch.js";
import type { Contract, Row } from "../../src/tables/contract.js";
import { batchRows } from "../../src/tables/parquet-table.js";
import type { RowFilter, TableSink, TableSource } from "../../src/tables/table-io.js";
import type { TransformContext } from "../../src/transforms/transform.js";

/** Rows of one batch of {@link memorySource}: few, so that tests see what happens at its end. */
const BATCH_ROWS = 7;

/** Rows in memory as a source, so that a transform is tested without files. Batches need the whole contract. */
export function memorySource(
  rows: readonly Row[],
  contract: Partial<Contract> = { dataset: "celegans_connectome" },
): TableSource {
  return {
    contract: contract as Contract,
    rowCount: rows.length,
    async *rows<T>(_columns?: readonly string[], where: RowFilter = {}) {
      const wanted = Object.entries(where);
      for (const row of rows) if (wanted.every(([column, value]) => row[column] === value)) yield row as T;
    },
    async *batches(columns?: readonly string[], where: RowFilter = {}): AsyncIterable<RecordBatch> {
      const { fields } = contract;
      if (fields === undefined) throw new Error("memorySource has batches only where it is given the contract");
      const names = columns ?? fields.map(({ name }) => name);
      const part = {
        ...contract,
        fields: names.map((name) => fields.find((field) => field.name === name)),
      } as Contract;
      const wanted = Object.entries(where);
      const kept = rows.filter((row) => wanted.every(([column, value]) => row[column] === value));
      for (let from = 0; from < kept.length; from += BATCH_ROWS) {
        const some = kept.slice(from, from + BATCH_ROWS);
        yield buildBatch(
          part,
          some.map((row) => Object.fromEntries(names.map((name) => [name, row[name]]))),
        );
      }
    },
  };
}

/** What a loader did: rows by table, drops, counts by path. */
export interface LoadTrace {
  readonly rows: Record<string, Row[]>;
  readonly drops: Drop[];
  readonly failures: { readonly recording: string; readonly error: NeurotablesError }[];
  readonly read: Record<string, number>;
  readonly carried: Record<string, number>;
}

function memorySink(rows: Row[], contract?: Contract): TableSink {
  return {
    contract: contract ?? ({} as Contract),
    write(more) {
      for (const row of contract === undefined ? more : batchRows(buildBatch(contract, more))) rows.push(row);
    },
    writeBatch(batch) {
      if (contract === undefined) throw new Error("memorySink takes batches only where it is given the contract");
      for (const row of batchRows(checkBatch(contract, batch))) rows.push(row);
    },
  };
}

/** Contracts by table: rows are checked by them, and tables have batches. */
export type Contracts = (table: string) => Contract | undefined;

/** A {@link LoadContext} that records what the loader does. */
export function memoryLoadContext<P>(
  files: readonly SourceFile[],
  parameters: P,
  contracts: Contracts = () => undefined,
): { context: LoadContext<P>; trace: LoadTrace } {
  const trace: LoadTrace = { rows: {}, drops: [], failures: [], read: {}, carried: {} };
  const add = (into: Record<string, number>, file: SourceFile, n: number) => {
    into[file.path] = (into[file.path] ?? 0) + n;
  };
  const context: LoadContext<P> = {
    parameters,
    files,
    limits: DEFAULT_LIMITS,
    signal: new AbortController().signal,
    log: silentLog,
    sink(table) {
      trace.rows[table] ??= [];
      return memorySink(trace.rows[table], contracts(table));
    },
    drop: (drop) => void trace.drops.push(drop),
    fail({ file, recording, error }) {
      trace.failures.push({ recording, error });
      trace.drops.push({ file, scope: "recording", item: recording, reason: "failed", rule: error.tag });
    },
    countRead: (file, n) => add(trace.read, file, n),
    countCarried: (file, n) => add(trace.carried, file, n),
    progress() {},
  };
  return { context, trace };
}

/** A {@link TransformContext} over rows in memory; `rows` fills while the transform runs. */
export function memoryTransformContext<P>(
  inputs: Readonly<Record<string, readonly Row[]>>,
  parameters: P,
  contracts: Contracts = () => undefined,
): { context: TransformContext<P>; rows: Record<string, Row[]> } {
  const rows: Record<string, Row[]> = {};
  const context: TransformContext<P> = {
    parameters,
    signal: new AbortController().signal,
    log: silentLog,
    input(table) {
      const given = inputs[table];
      if (given === undefined) throw new Error(`the test gives no table ${table}`);
      return memorySource(given, contracts(table));
    },
    sink(table) {
      rows[table] ??= [];
      return memorySink(rows[table], contracts(table));
    },
    progress() {},
  };
  return { context, rows };
}
