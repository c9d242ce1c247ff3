import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DuckDBBlobValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { FormatError, NeurotablesError } from "../../base/errors.js";
import { connectDuckdb, parquetScan, readFailure, sqlName } from "../../formats/parquet/duckdb.js";
import type { SourceFile } from "../loader.js";
import type { CollectionRow, CollectionValue } from "./collection-row.js";

/** What DuckDB may hold: one vector of 2,048 long documents, or one row group. */
const MEMORY = 2 * 1024 ** 3;
const READ_AHEAD = "64KB";

/**
 * Rows of a Parquet file in stored order, with the columns that `wanted` chooses among those that there are. Memory:
 * 2,048 rows, or the rows of one row group where they are fewer.
 * @throws {FormatError} `parquet-invalid`; what `wanted` throws.
 */
export async function* parquetRows(
  file: SourceFile,
  wanted: (columns: readonly string[]) => readonly string[],
): AsyncGenerator<CollectionRow> {
  const temporaryDirectory = mkdtempSync(join(tmpdir(), "neurotables-collection-"));
  const { connection, close } = await connectDuckdb({ temporaryDirectory, memoryLimitBytes: MEMORY });
  const scan = parquetScan([file.absolutePath]);
  try {
    await connection.run(`SET streaming_buffer_size = '${READ_AHEAD}'`);
    const described = await (await connection.run(`DESCRIBE SELECT * FROM ${scan}`)).getRows();
    const names = wanted(described.map(([name]) => String(name)));
    const result = await connection.stream(`SELECT ${names.map(sqlName).join(", ")} FROM ${scan}`);
    let index = 0;
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      const vectors = names.map((_, column) => chunk?.getColumnVector(column));
      for (let row = 0; row < chunk.rowCount; row++) {
        const values: Record<string, CollectionValue> = Object.create(null);
        for (const [column, name] of names.entries()) values[name] = plain(vectors[column]?.getItem(row) ?? null);
        yield { place: `row ${index}`, values };
        index += 1;
      }
    }
  } catch (error) {
    throw named(error, file);
  } finally {
    close();
    rmSync(temporaryDirectory, { recursive: true, force: true });
  }
}

/** The failure with the path below the mirror instead of that on this machine. */
function named(error: unknown, file: SourceFile): unknown {
  if (error instanceof NeurotablesError) return error;
  const failure = readFailure(error, [file.absolutePath]);
  return new FormatError("parquet-invalid", failure.message.replaceAll(file.absolutePath, file.path), {
    fields: { file: file.path },
    wayOut: "Fetch the file again.",
  });
}

function plain(value: DuckDBValue): CollectionValue {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof DuckDBBlobValue) return value.bytes;
  if (value instanceof DuckDBListValue) return value.items.map(plain);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, inner]) => [name, plain(inner)]));
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map((entry) => [String(entry.key), plain(entry.value)]));
  }
  // Dates, times and decimals print as ISO 8601 and plain digits.
  return String(value);
}
