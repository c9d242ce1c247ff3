import type { DuckDBResult } from "@duckdb/node-api";
import raw from "@duckdb/node-bindings";
import { type DataType, Field, type RecordBatch, Schema } from "apache-arrow";
import { FormatError } from "../../base/errors.js";
import { BatchAssembler } from "../arrow/array-builder.js";
import { sameType } from "../arrow/same-type.js";
import { connectDuckdb, parquetScan, readFailure, sqlName, sqlText } from "./duckdb.js";
import { arrowTypeOf } from "./duckdb-types.js";
import { readVector } from "./vector-reader.js";

/** A batch is handed out when it has this many rows or bytes. */
const BATCH_ROWS = 65_536;
const BATCH_BYTES = 16 * 1024 ** 2;
/** What DuckDB decodes ahead of the reader. */
const READ_AHEAD = "64KB";

export interface ReadParquetOptions {
  /** Files of one schema, read one after the other. */
  readonly paths: readonly string[];
  /** Columns to read, in that order (default: all). */
  readonly columns?: readonly string[];
  /** Column → the text that it must be: only such rows are read. */
  readonly where?: Readonly<Record<string, string>>;
  /** The schema that the files must have; its metadata is given to the batches. */
  readonly schema?: Schema;
  readonly memoryLimitBytes?: number;
  readonly temporaryDirectory: string;
}

/**
 * Streams the rows of Parquet files as Arrow batches, in stored order: 20 M rows of two float columns per second and
 * processor. Memory is bounded by one row group.
 * @throws {FormatError} `format/parquet-invalid`, `format/parquet-schema`; {StorageError} `storage/read-failed`
 */
export async function* readParquet(options: ReadParquetOptions): AsyncIterable<RecordBatch> {
  const { paths, columns } = options;
  if (paths.length === 0 || columns?.length === 0) return;
  const list = columns === undefined ? "*" : columns.map(sqlName).join(", ");
  const { connection, close } = await connectDuckdb(options);
  try {
    // Rows read ahead are counted without their strings and binary values: of blocks of voxels a gigabyte, by default.
    await connection.run(`SET streaming_buffer_size = '${READ_AHEAD}'`);
    const result = await connection.stream(
      `SELECT ${list} FROM ${parquetScan(paths)}${condition(options.where ?? {})}`,
    );
    const assembler = new BatchAssembler(schemaOf(result, options));
    while (true) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      assembler.columns.forEach((builder, index) => {
        readVector(raw.data_chunk_get_vector(chunk.chunk, index), builder, chunk.rowCount);
      });
      // Its values were copied; else they would stay until the next garbage collection, which does not see them.
      raw.data_chunk_reset(chunk.chunk);
      if (assembler.length >= BATCH_ROWS || assembler.byteLength >= BATCH_BYTES) yield assembler.finish();
    }
    if (assembler.length > 0) yield assembler.finish();
  } catch (error) {
    throw readFailure(error, paths);
  } finally {
    close();
  }
}

function condition(where: Readonly<Record<string, string>>): string {
  const terms = Object.entries(where).map(([column, value]) => `${sqlName(column)} = ${sqlText(value)}`);
  return terms.length === 0 ? "" : ` WHERE ${terms.join(" AND ")}`;
}

function schemaOf(result: DuckDBResult, { schema, columns, paths }: ReadParquetOptions): Schema {
  const found = result.columnNames().map((name, index) => {
    return new Field(name, arrowTypeOf(result.columnType(index), name), true);
  });
  if (schema === undefined) return new Schema(found);
  const names = columns ?? schema.fields.map((field) => field.name);
  const expected = names.map((name) => schema.fields.find((field) => field.name === name));
  const fields = found.map((field, index) => {
    const wanted = expected[index];
    if (wanted === undefined || wanted.name !== field.name || !sameType(wanted.type as DataType, field.type)) {
      const message = wanted === undefined ? "no such column" : `${wanted.name} of type ${String(wanted.type)}`;
      throw new FormatError(
        "parquet-schema",
        `${paths[0]}: column ${index} is ${field.name} of type ${String(field.type)}, expected ${message}`,
        { fields: { path: paths[0] ?? "", column: field.name } },
      );
    }
    return wanted;
  });
  if (fields.length !== names.length) {
    throw new FormatError("parquet-schema", `${paths[0]} has ${fields.length} columns, expected ${names.length}`, {
      fields: { path: paths[0] ?? "", columns: fields.length, expected: names.length },
    });
  }
  return new Schema(fields, schema.metadata);
}
