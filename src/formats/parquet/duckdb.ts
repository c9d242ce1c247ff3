import { mkdirSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { FormatError, InterruptedError, NeurotablesError, StorageError } from "../../base/errors.js";
import { storageError } from "../../base/storage-error.js";

/** Memory that DuckDB may use beside ours, unless the caller says otherwise. */
export const DEFAULT_MEMORY_LIMIT = 512 * 1024 ** 2;

export interface DuckdbOptions {
  /** Where DuckDB may spill. Created when missing. */
  readonly temporaryDirectory: string;
  readonly memoryLimitBytes?: number;
}

interface Held {
  readonly instance: Promise<DuckDBInstance>;
  readonly memory: number;
  users: number;
}

/** By memory limit and temporary folder. */
const held = new Map<string, Held>();

/**
 * Runs `work` with a connection to this process's in-memory DuckDB: one thread, a memory limit, our own temporary
 * folder, no extension loading. The instance is made at the first call (about 30 ms) and kept for later ones, which may
 * name another folder, until another memory limit is asked for or {@link closeDuckdb}.
 */
export async function withDuckdb<T>(
  options: DuckdbOptions,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectDuckdb(options);
  try {
    return await work(connection.connection);
  } finally {
    connection.close();
  }
}

/** As {@link withDuckdb}, for streams: the caller closes. */
export async function connectDuckdb(options: DuckdbOptions): Promise<{ connection: DuckDBConnection; close(): void }> {
  const memory = Math.max(64 * 1024 ** 2, Math.floor(options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT));
  const key = `${memory} ${options.temporaryDirectory}`;
  let entry = held.get(key);
  if (entry === undefined) {
    try {
      mkdirSync(options.temporaryDirectory, { recursive: true });
    } catch (error) {
      throw writeFailure(error, options.temporaryDirectory);
    }
    entry = { instance: obtainInstance(options.temporaryDirectory, memory), memory, users: 0 };
    held.set(key, entry);
  }
  const used = entry;
  used.users++;
  try {
    const connection = await (await used.instance).connect();
    return {
      connection,
      close() {
        connection.closeSync();
        used.users--;
      },
    };
  } catch (error) {
    used.users--;
    if (held.get(key) === used && used.users === 0) held.delete(key);
    throw new StorageError("duckdb", `cannot start DuckDB: ${firstLine(error)}`, { cause: error });
  }
}

/** An idle instance with this memory limit, moved to the folder, or a new one; other idle ones are closed. */
async function obtainInstance(temporaryDirectory: string, memory: number): Promise<DuckDBInstance> {
  const idle = takeIdle();
  const fitting = idle.find((entry) => entry.memory === memory);
  await closeAll(idle.filter((entry) => entry !== fitting));
  if (fitting !== undefined) {
    try {
      const instance = await fitting.instance;
      const connection = await instance.connect();
      // Refused when something was spilled: a new instance then.
      await connection.run(`SET temp_directory = ${sqlText(temporaryDirectory)}`).finally(() => connection.closeSync());
      return instance;
    } catch {
      await closeAll([fitting]);
    }
  }
  return DuckDBInstance.create(":memory:", {
    threads: "1",
    memory_limit: `${Math.floor(memory / 1024)}KiB`,
    temp_directory: temporaryDirectory,
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
    preserve_insertion_order: "true",
  });
}

function takeIdle(): Held[] {
  const idle = [...held].filter(([, entry]) => entry.users === 0);
  for (const [key] of idle) held.delete(key);
  return idle.map(([, entry]) => entry);
}

async function closeAll(entries: readonly Held[]): Promise<void> {
  for (const { instance } of entries) {
    const [opened] = await Promise.allSettled([instance]);
    if (opened?.status === "fulfilled") opened.value.closeSync();
  }
}

/** Closes the instances that nothing uses. */
export async function closeDuckdb(): Promise<void> {
  await closeAll(takeIdle());
}

/** Text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path as a literal for `read_parquet`, in which `*`, `?` and `[` mean themselves. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[*?[]/g, "[$&]"));
}

/** Exactly these files as a table function: names are no patterns, and folders such as `year=2024` no columns. */
export function parquetScan(paths: readonly string[]): string {
  return `read_parquet([${paths.map(sqlPath).join(", ")}], binary_as_string = false, hive_partitioning = false)`;
}

/** The list for `SET allowed_paths` that lets {@link parquetScan} read: DuckDB asks for the pattern and for the file. */
export function allowedPaths(paths: readonly string[]): string {
  return `[${[...new Set(paths.flatMap((path) => [sqlText(path), sqlPath(path)]))].join(", ")}]`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

/** How the system words that there is no room, in DuckDB's messages. */
const DISK_FULL: Readonly<Record<string, string>> = {
  "No space left on device": "ENOSPC",
  "File too large": "EFBIG",
  "Disk quota exceeded": "EDQUOT",
};

/** DuckDB's failure to write `path`, in our terms. */
export function writeFailure(error: unknown, path: string): NeurotablesError {
  if (error instanceof NeurotablesError) return error;
  const reason = firstLine(error);
  if (/^INTERRUPT/i.test(reason)) return new InterruptedError("interrupted while writing", { fields: { path } });
  if (/^Out of Memory/i.test(reason)) {
    return new StorageError("out-of-memory", `not enough memory to write ${path}: ${reason}`, {
      fields: { path },
      cause: error,
      wayOut: "Give the step more memory: resources: { memory: 2GB }.",
    });
  }
  const full = Object.keys(DISK_FULL).find((text) => reason.includes(text));
  if (full !== undefined)
    return storageError("write", path, Object.assign(new Error(reason), { code: DISK_FULL[full] }));
  return new StorageError("write-failed", `cannot write ${path}: ${reason}`, {
    fields: { path },
    wayOut: "Check the free space, the file-size limit and the permissions of that folder.",
  });
}

/** DuckDB's failure to read one of `paths`, in our terms. */
export function readFailure(error: unknown, paths: readonly string[]): NeurotablesError {
  if (error instanceof NeurotablesError) return error;
  const reason = firstLine(error);
  const path = paths.find((candidate) => reason.includes(candidate)) ?? paths[0] ?? "";
  if (/^INTERRUPT/i.test(reason)) return new InterruptedError("interrupted while reading", { fields: { path } });
  if (/^Out of Memory/i.test(reason)) {
    return new StorageError("out-of-memory", `not enough memory to read ${path}: ${reason}`, { fields: { path } });
  }
  if (/^IO Error/.test(reason) && /No files found|Cannot open|Could not read/.test(reason)) {
    return new StorageError("read-failed", `cannot read ${path}: ${reason}`, { fields: { path } });
  }
  return new FormatError("parquet-invalid", `${path} is no valid Parquet file: ${reason}`, { fields: { path } });
}
