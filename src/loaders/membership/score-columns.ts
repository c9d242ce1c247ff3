import { open } from "node:fs/promises";
import { type Data, type DataType, RecordBatchReader, Type, type Vector } from "apache-arrow";
import { FormatError, LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { childRange, isNull } from "../../formats/arrow/array-view.js";
import { valueReader } from "../../formats/arrow/value-reader.js";
import { connectDuckdb, parquetScan, readFailure } from "../../formats/parquet/duckdb.js";
import { readParquet } from "../../formats/parquet/read-parquet.js";
import { defaultTemporaryDirectory } from "../../tables/parquet-table.js";
import type { SourceFile } from "../loader.js";
import { jsonLines } from "./score-json-lines.js";

/** Some rows of a table file. */
export interface ColumnBatch {
  readonly rows: number;
  /** Number of the first row, from 1; for JSON lines the number of its line. */
  readonly first: number;
  /** A column, or nothing where the file does not have it. */
  column(name: string): ColumnReader | undefined;
}

/** Values of a column; null where it is null. */
export interface ColumnReader {
  text(row: number): string | null;
  /** Booleans are 1 and 0. */
  number(row: number): number | null;
  /** Numbers of a list; NaN for null among them. */
  list(row: number): ArrayLike<number> | null;
}

/** Place of a row in messages. */
export function placeOf(file: SourceFile, batch: ColumnBatch, row: number): string {
  return `${file.path}: ${/\.(jsonl|ndjson)(\.gz)?$/i.test(file.path) ? "line" : "row"} ${batch.first + row}`;
}

/**
 * The rows of a Parquet, Arrow IPC or JSON lines file, batch by batch; of Parquet only the wanted columns are read.
 * Memory: one batch.
 * @throws {FormatError} for broken bytes, naming the file. {LoadError} `load/missing-column` when a required column is
 * not there, `load/column-type` when values are not of the kind asked for.
 */
export async function* readColumns(
  file: SourceFile,
  columns: { readonly required: readonly string[]; readonly optional: readonly string[] },
  limits: Limits,
): AsyncGenerator<ColumnBatch> {
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(file.path)) yield* jsonLines(file, columns.required, limits);
  else if (/\.parquet$/i.test(file.path)) yield* parquetColumns(file, columns);
  else yield* arrowColumns(file, columns.required);
}

async function* parquetColumns(
  file: SourceFile,
  columns: { readonly required: readonly string[]; readonly optional: readonly string[] },
): AsyncGenerator<ColumnBatch> {
  const temporaryDirectory = defaultTemporaryDirectory();
  try {
    const found = await parquetNames(file.absolutePath, temporaryDirectory);
    refuseMissing(file, columns.required, found);
    const wanted = [...columns.required, ...columns.optional].filter((name) => found.includes(name));
    let first = 1;
    for await (const batch of readParquet({ paths: [file.absolutePath], columns: wanted, temporaryDirectory })) {
      const readers = new Map(
        batch.schema.fields.map(({ name }, k) => [
          name,
          dataReader(batch.data.children[k] as Data, { file, name, first }),
        ]),
      );
      yield { rows: batch.numRows, first, column: (name) => readers.get(name) };
      first += batch.numRows;
    }
  } catch (error) {
    throw named(error, file);
  }
}

async function parquetNames(path: string, temporaryDirectory: string): Promise<string[]> {
  const { connection, close } = await connectDuckdb({ temporaryDirectory });
  try {
    const result = await connection.stream(`SELECT * FROM ${parquetScan([path])} LIMIT 0`);
    return result.columnNames();
  } catch (error) {
    throw readFailure(error, [path]);
  } finally {
    close();
  }
}

/** The error with the path that tables know. */
function named(error: unknown, { absolutePath, path }: SourceFile): unknown {
  if (!(error instanceof FormatError) || !error.message.includes(absolutePath)) return error;
  const { wayOut } = error;
  return new FormatError(error.tag.replace("format/", ""), error.message.replaceAll(absolutePath, path), {
    fields: { ...error.fields, path },
    cause: error,
    ...(wayOut === undefined ? {} : { wayOut }),
  });
}

async function* arrowColumns(file: SourceFile, required: readonly string[]): AsyncGenerator<ColumnBatch> {
  const handle = await open(file.absolutePath, "r");
  try {
    const reader = await arrowFault(file, async () => (await RecordBatchReader.from(handle)).open());
    refuseMissing(
      file,
      required,
      reader.schema.fields.map(({ name }) => name),
    );
    let first = 1;
    while (true) {
      const next = await arrowFault(file, async () => reader.next());
      if (next.done === true) return;
      const batch = next.value;
      const start = first;
      const readers = new Map<string, ColumnReader>();
      yield {
        rows: batch.numRows,
        first,
        column(name) {
          const vector = batch.getChild(name);
          const data = vector?.data[0];
          if (vector === null || data === undefined) return undefined;
          const reader = readers.get(name) ?? arrowReader(vector, data, { file, name, first: start });
          readers.set(name, reader);
          return reader;
        },
      };
      first += batch.numRows;
    }
  } finally {
    await handle.close().catch(() => {});
  }
}

async function arrowFault<T>(file: SourceFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new FormatError("arrow-invalid", `${file.path} cannot be read as an Arrow file: ${reason}`, {
      fields: { file: file.path },
      cause,
      wayOut: "Write it without compression, or as Parquet.",
    });
  }
}

export function refuseMissing(file: SourceFile, required: readonly string[], found: readonly string[]): void {
  const missing = required.filter((name) => !found.includes(name));
  if (missing.length === 0) return;
  throw new LoadError("missing-column", `${file.path}: there is no column ${missing.join(", ")}`, {
    fields: { file: file.path, missing, columns: found.slice(0, 30) },
    wayOut: `Required are ${required.join(", ")}; it has ${found.slice(0, 30).join(", ") || "no columns"}.`,
  });
}

interface ColumnPlace {
  readonly file: SourceFile;
  readonly name: string;
  readonly first: number;
}

export function columnType(
  { file, name, first }: ColumnPlace,
  row: number,
  expected: string,
  found: string,
): LoadError {
  const line = /\.(jsonl|ndjson)(\.gz)?$/i.test(file.path) ? "line" : "row";
  return new LoadError("column-type", `${file.path}: ${line} ${first + row}: ${name} is ${found}, not ${expected}`, {
    fields: { file: file.path, row: first + row, column: name, expected, found },
  });
}

const NUMBERS: ReadonlySet<Type> = new Set([Type.Int, Type.Float]);

function arrowReader(vector: Vector, data: Data, place: ColumnPlace): ColumnReader {
  const { typeId } = data.type as DataType;
  if ([Type.Int, Type.Float, Type.Utf8, Type.Bool, Type.List].includes(typeId) && !isHalf(data)) {
    return dataReader(data, place);
  }
  // Dictionaries and large texts: by the library's own access.
  const get = (row: number) => vector.get(row) as unknown;
  return {
    text(row) {
      const value = get(row);
      if (value === null || typeof value === "string") return value;
      throw columnType(place, row, "text", String(data.type));
    },
    number(row) {
      const value = get(row);
      if (value === null || typeof value === "number") return value;
      throw columnType(place, row, "a number", String(data.type));
    },
    list(row) {
      throw columnType(place, row, "a list of numbers", String(data.type));
    },
  };
}

function isHalf(data: Data): boolean {
  return (data.type as DataType).typeId === Type.Float && data.values instanceof Uint16Array;
}

function dataReader(data: Data, place: ColumnPlace): ColumnReader {
  const { typeId } = data.type as DataType;
  const value = valueReader(data);
  const values = data.values as ArrayLike<number | bigint>;
  const isPlain = NUMBERS.has(typeId) && data.nullCount === 0;
  return {
    text(row) {
      const found = value(row);
      if (found === null || typeof found === "string") return found;
      if (typeId === Type.Int) return String(found);
      throw columnType(place, row, "text", String(data.type));
    },
    number(row) {
      if (isPlain) return Number(values[row]);
      const found = value(row);
      if (found === null) return null;
      if (NUMBERS.has(typeId)) return Number(found);
      if (typeof found === "boolean") return found ? 1 : 0;
      throw columnType(place, row, "a number", String(data.type));
    },
    list(row) {
      if (typeId !== Type.List) throw columnType(place, row, "a list of numbers", String(data.type));
      if (isNull(data, row)) return null;
      const items = data.children[0] as Data;
      if (!NUMBERS.has((items.type as DataType).typeId)) {
        throw columnType(place, row, "a list of numbers", String(data.type));
      }
      const { from, to } = childRange(data, row, 1);
      const numbers = (items.values as Float64Array).subarray(from, to) as unknown as ArrayLike<number | bigint>;
      if (items.nullCount === 0 && typeof numbers[0] !== "bigint") return numbers as ArrayLike<number>;
      return Float64Array.from({ length: to - from }, (_, i) =>
        isNull(items, from + i) ? Number.NaN : Number(numbers[i]),
      );
    },
  };
}
