import { rmSync } from "node:fs";
import { join } from "node:path";
import type { RecordBatch } from "apache-arrow";
import { FormatError } from "../base/errors.js";
import { batchBytes } from "../formats/arrow/array-view.js";
import { readParquet } from "../formats/parquet/read-parquet.js";
import { writeParquet } from "../formats/parquet/write-parquet.js";
import { arrowSchema } from "./arrow-schema.js";
import { type Contract, qualifiedName } from "./contract.js";
import { defaultTemporaryDirectory } from "./parquet-table.js";
import { rowGroupRows } from "./row-group.js";
import { PartitionHasher } from "./table-hash.js";

/** Bytes that a part of a table should have. */
const PART_BYTES = 128 * 1024 ** 2;

/** A Parquet file as it comes in. */
export interface InputPart {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
}

/** A Parquet file of the result; `reused` when it is an input file as it was. */
export interface OutputPart extends InputPart {
  readonly reused: boolean;
}

export interface ConcatenateOptions {
  readonly contract: Contract;
  /** Parts of all partitions, in the order of the rows. */
  readonly parts: readonly InputPart[];
  readonly directory: string;
  readonly temporaryDirectory?: string;
  readonly partBytes?: number;
  readonly memoryLimitBytes?: number;
}

/**
 * Joins small parts into parts of about 128 MB, in order. Neighbours are joined until their files' sizes reach that
 * size; a part that stands alone is used as it is. Empty parts are left out unless nothing else is there. The same
 * parts give the same files.
 */
export async function concatenateParts(options: ConcatenateOptions): Promise<readonly OutputPart[]> {
  const { contract, directory, temporaryDirectory = join(directory, "spill"), partBytes = PART_BYTES } = options;
  const filled = options.parts.filter((part) => part.rows > 0);
  const groups = group(filled.length > 0 ? filled : options.parts.slice(0, 1), partBytes);
  const results: OutputPart[] = [];
  for (const [number, members] of groups.entries()) {
    const [only] = members;
    if (members.length === 1 && only !== undefined) {
      results.push({ ...only, reused: true });
      continue;
    }
    const schema = arrowSchema(contract);
    const limits = options.memoryLimitBytes === undefined ? {} : { memoryLimitBytes: options.memoryLimitBytes };
    const read = () => readParquet({ paths: members.map((part) => part.path), schema, temporaryDirectory, ...limits });
    const path = join(directory, `${qualifiedName(contract)}-${number}.parquet`);
    const { bytes: size, rows } = await measure(read());
    const written = await writeParquet({
      path,
      schema,
      batches: read(),
      rowGroupRows: rowGroupRows(size, rows),
      temporaryDirectory,
      ...limits,
    });
    results.push({ path, bytes: written.bytes, rows: written.rows, reused: false });
  }
  if (options.temporaryDirectory === undefined) rmSync(temporaryDirectory, { recursive: true, force: true });
  return results;
}

function group(parts: readonly InputPart[], partBytes: number): InputPart[][] {
  const groups: InputPart[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (bytes + part.bytes > partBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups[groups.length - 1]?.push(part);
    bytes += part.bytes;
  }
  return groups;
}

async function measure(batches: AsyncIterable<RecordBatch>): Promise<{ bytes: number; rows: number }> {
  let bytes = 0;
  let rows = 0;
  for await (const batch of batches) {
    bytes += batchBytes(batch);
    rows += batch.numRows;
  }
  return { bytes, rows };
}

/**
 * The partition hashes of stored parts, recomputed from their rows: `partitionRows` says how many rows, in order,
 * belong to each partition. For `verify`.
 * @throws {FormatError} `format/row-count` when the parts hold other numbers of rows.
 */
export async function recomputeHashes(options: {
  readonly contract: Contract;
  readonly partPaths: readonly string[];
  readonly partitionRows: readonly number[];
  readonly temporaryDirectory?: string;
}): Promise<readonly string[]> {
  const { contract, partPaths, partitionRows } = options;
  const hashes: string[] = [];
  let hasher = new PartitionHasher(contract);
  const endFull = () => {
    while (hashes.length < partitionRows.length && hasher.rows === partitionRows[hashes.length]) {
      hashes.push(hasher.digest());
      hasher = new PartitionHasher(contract);
    }
  };
  endFull();
  let rows = 0;
  for await (const batch of readParquet({
    paths: partPaths,
    schema: arrowSchema(contract),
    temporaryDirectory: options.temporaryDirectory ?? defaultTemporaryDirectory(),
  })) {
    rows += batch.numRows;
    for (let start = 0; start < batch.numRows; ) {
      const wanted = partitionRows[hashes.length];
      if (wanted === undefined) break;
      const count = Math.min(wanted - hasher.rows, batch.numRows - start);
      hasher.update(batch, start, count);
      start += count;
      endFull();
    }
  }
  const expected = partitionRows.reduce((sum, count) => sum + count, 0);
  if (rows !== expected) {
    const table = qualifiedName(contract);
    throw new FormatError("row-count", `the parts of ${table} hold ${rows} rows, expected ${expected}`, {
      fields: { table, expected, found: rows },
    });
  }
  return hashes;
}
