import { mkdirSync, statSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { BIGINT, DuckDBTableFunction } from "@duckdb/node-api";
import raw from "@duckdb/node-bindings";
import { type Data, DataType, type RecordBatch, type Schema } from "apache-arrow";
import { FormatError } from "../../base/errors.js";
import { hasNegativeZero, rangeBytes } from "../arrow/array-view.js";
import { arrowSchemaMetadata } from "../arrow/arrow-ipc.js";
import { BatchSpool } from "../arrow/batch-spool.js";
import { connectDuckdb, sqlText, writeFailure } from "./duckdb.js";
import { duckdbType } from "./duckdb-types.js";
import { writeVector } from "./vector-writer.js";

/** Rows of a DuckDB vector, and bytes that one chunk may have. */
const CHUNK_ROWS = 2048;
const CHUNK_BYTES = 16 * 1024 ** 2;
export const DEFAULT_ROW_GROUP_ROWS = 122_880;

export interface WriteParquetOptions {
  readonly path: string;
  readonly schema: Schema;
  /** Batches of that schema. Those that can be had only once are spooled first: DuckDB pulls synchronously. */
  readonly batches: Iterable<RecordBatch> | AsyncIterable<RecordBatch>;
  /** Further metadata of the file, beside `ARROW:schema`. */
  readonly keyValueMetadata?: Readonly<Record<string, string>>;
  readonly compression?: "zstd" | "snappy" | "uncompressed";
  /** Rows per row group (default 122,880). Large values need small groups: 64 for volumes. */
  readonly rowGroupRows?: number;
  /** False: no dictionary encoding, as tables with a float −0 need (noticed by itself when left out). */
  readonly dictionaries?: boolean;
  readonly memoryLimitBytes?: number;
  readonly temporaryDirectory: string;
}

export interface WrittenParquet {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Writes batches as one Parquet file (version 2 encodings, zstd), in their order. About 9 M rows of five columns per
 * second and processor; memory is bounded by one row group. The same batches give the same bytes.
 * @throws {StorageError} `storage/write-failed` naming the path; nothing is left there.
 */
export async function writeParquet(options: WriteParquetOptions): Promise<WrittenParquet> {
  const { path, batches, temporaryDirectory } = options;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw writeFailure(error, path);
  }
  if (Symbol.iterator in batches && batches[Symbol.iterator]() !== (batches as unknown)) return copy(options, batches);
  const spool = new BatchSpool({ temporaryDirectory });
  try {
    for await (const batch of batches) spool.append(batch);
    return await copy(options, { [Symbol.iterator]: () => spool.batches()[Symbol.iterator]() });
  } finally {
    spool.close();
  }
}

/**
 * DuckDB's dictionary encoding takes −0 for 0. So the first −0 that comes by stops the copy, and it begins again
 * without dictionaries.
 */
async function copy(options: WriteParquetOptions, batches: Iterable<RecordBatch>): Promise<WrittenParquet> {
  if (options.dictionaries !== false) {
    const scan = new BatchScan(options, batches, true);
    try {
      return await copyScan(options, scan);
    } catch (error) {
      if (!scan.metNegativeZero) throw error;
    }
  }
  return copyScan(options, new BatchScan(options, batches, false));
}

async function copyScan(options: WriteParquetOptions, scan: BatchScan): Promise<WrittenParquet> {
  const { path, schema, compression = "zstd" } = options;
  const metadata = { "ARROW:schema": arrowSchemaMetadata(schema), ...options.keyValueMetadata };
  const settings = [
    "FORMAT parquet",
    `COMPRESSION ${compression}`,
    `PARQUET_VERSION ${schema.fields.some((field) => hasUint32(field.type)) ? "v1" : "v2"}`,
    `ROW_GROUP_SIZE ${rowGroupSize(options)}`,
    `KV_METADATA {${Object.entries(metadata)
      .map(([key, value]) => `${sqlText(key)}: ${sqlText(value)}`)
      .join(", ")}}`,
    ...(scan.dictionaries ? [] : ["DICTIONARY_SIZE_LIMIT 0"]),
  ];
  const { connection, close } = await connectDuckdb(options);
  const id = scanNumber++;
  scans.set(id, scan);
  try {
    connection.registerTableFunction(scanFunction());
    await connection.run(`COPY (FROM neurotables_scan(${id})) TO ${sqlText(path)} (${settings.join(", ")})`);
    return { rows: scan.rows, bytes: statSync(path).size };
  } catch (error) {
    removePartial(path);
    throw scan.error ?? writeFailure(error, path);
  } finally {
    scans.delete(id);
    close();
  }
}

function removePartial(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Nothing of ours is there: the write failed before it began.
  }
}

function rowGroupSize({ rowGroupRows = DEFAULT_ROW_GROUP_ROWS }: WriteParquetOptions): number {
  return Math.max(1, Math.floor(rowGroupRows));
}

const scans = new Map<number, BatchScan>();
let scanNumber = 0;

function scanFunction(): DuckDBTableFunction {
  return DuckDBTableFunction.create({
    name: "neurotables_scan",
    parameterTypes: [BIGINT],
    bindFunction: (info) => {
      const scan = scans.get(Number(info.getParameter(0))) as BatchScan;
      for (const field of scan.schema.fields) info.addResultColumn(field.name, duckdbType(field.type));
      info.setBindData(scan);
    },
    initFunction: (info) => info.setMaxThreads(1),
    mainFunction: (info, chunk) => {
      const scan = info.bindData as BatchScan;
      try {
        chunk.rowCount = scan.fill(chunk.chunk);
      } catch (error) {
        scan.error = error;
        throw error;
      }
    },
  });
}

/** Cuts batches into DuckDB chunks. */
class BatchScan {
  readonly schema: Schema;
  readonly dictionaries: boolean;
  metNegativeZero = false;
  readonly #batches: Iterator<RecordBatch>;
  readonly #rowGroupRows: number;
  #batch: RecordBatch | undefined;
  #position = 0;
  rows = 0;
  error: unknown;

  constructor(options: WriteParquetOptions, batches: Iterable<RecordBatch>, dictionaries: boolean) {
    this.schema = options.schema;
    this.#rowGroupRows = rowGroupSize(options);
    this.dictionaries = dictionaries;
    this.#batches = batches[Symbol.iterator]();
  }

  /** Fills the next chunk and returns its rows; 0 at the end. */
  fill(chunk: Parameters<typeof raw.data_chunk_get_vector>[0]): number {
    while (this.#batch === undefined || this.#position >= this.#batch.numRows) {
      const next = this.#batches.next();
      if (next.done) return 0;
      this.#batch = next.value;
      this.#position = 0;
      if (this.#batch.data.children.length !== this.schema.fields.length) {
        throw new FormatError("parquet-schema", "a batch has other columns than the file's schema", {
          fields: { expected: this.schema.fields.length, found: this.#batch.data.children.length },
        });
      }
    }
    const columns = this.#batch.data.children as Data[];
    const left = Math.min(this.#batch.numRows - this.#position, this.#rowGroupRows - (this.rows % this.#rowGroupRows));
    const count = chunkRows(columns, this.#position, left);
    if (this.dictionaries && columns.some((column) => hasNegativeZero(column, this.#position, count))) {
      this.metNegativeZero = true;
      throw new Error("a float −0 cannot be dictionary-coded");
    }
    raw.data_chunk_set_size(chunk, count);
    columns.forEach((column, index) => {
      writeVector(raw.data_chunk_get_vector(chunk, index), column, this.#position, count);
    });
    this.#position += count;
    this.rows += count;
    return count;
  }
}

/**
 * DuckDB's delta encoding (version 2) writes the first uint32 of a page with more than 32 bits when it is 2^31 or more;
 * readers that hold it in 32 bits, as the format says, read another number.
 */
function hasUint32(type: DataType): boolean {
  if (DataType.isInt(type)) return !type.isSigned && type.bitWidth === 32;
  return (type.children ?? []).some((field) => hasUint32(field.type));
}

/** Rows of the next chunk: at most 2048 or `left`, fewer where values are large. */
function chunkRows(columns: readonly Data[], start: number, left: number): number {
  let count = Math.min(CHUNK_ROWS, left);
  while (count > 1 && columns.reduce((bytes, column) => bytes + rangeBytes(column, start, count), 0) > CHUNK_BYTES) {
    count = (count + 1) >> 1;
  }
  return count;
}
