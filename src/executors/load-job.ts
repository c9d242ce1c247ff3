import { statSync } from "node:fs";
import { sep } from "node:path";
import { compareCodeUnits } from "../base/canonical-json.js";
import { LoadError, NeurotablesError, serializeError } from "../base/errors.js";
import { DEFAULT_LIMITS } from "../base/limits.js";
import { errorCode } from "../base/storage-error.js";
import type { Job, JobEvents, JobFile, WrittenTable } from "../engine/executor.js";
import { LOAD_TABLES } from "../engine/load-tables.js";
import type { Drop, LoadContext, SourceFile } from "../loaders/loader.js";
import type { RecordingFailure } from "../store/types.js";
import type { Row } from "../tables/contract.js";
import { jobImplementation } from "./implementation.js";
import { OutputTables } from "./output-tables.js";

export interface TableJobResult {
  readonly tables: readonly WrittenTable[];
  readonly counts: { readonly read: number; readonly carried: number; readonly dropped: number };
  readonly failures?: readonly RecordingFailure[];
  readonly evidence?: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * Runs a loader on one partition, and writes `source_file`, `file_count` and `dropped_record` beside its own tables.
 * @throws {LoadError} `load/unaccounted` when what it read is not what it carried and dropped, per file.
 */
export async function runLoadJob(
  job: Extract<Job, { kind: "load" }>,
  events: JobEvents,
  signal: AbortSignal,
): Promise<TableJobResult> {
  const { value: loader, parameters } = await jobImplementation(job);
  const outputs = await OutputTables.open(job);
  const account = new FileAccount(job);
  const failures: RecordingFailure[] = [];
  try {
    const context: LoadContext<unknown> = {
      parameters,
      files: job.files,
      limits: DEFAULT_LIMITS,
      signal,
      log: { info: (message) => events.log("info", message), warn: (message) => events.log("warn", message) },
      sink: (table) => {
        if (isLoadTable(table)) throw new TypeError(`${table} is written by the engine, not by loaders`);
        return outputs.sink(table);
      },
      drop: (drop) => account.drop(drop),
      fail: ({ file, recording, error }) => {
        failures.push({ recording, error: serializeError(error) });
        const rule = `the recording cannot be loaded: ${error.tag}`;
        account.drop({ file, scope: "recording", item: recording, reason: "failed", rule, detail: error.message });
      },
      countRead: (file, records) => account.add(file, "read", records),
      countCarried: (file, records) => account.add(file, "carried", records),
      progress: (done, total, unit) => events.progress(done, total, unit, 0),
    };
    await loader.load(context);
    account.check();
    outputs.sink("source_file").write(job.files.map(sourceFileRow));
    outputs.sink("file_count").write(account.countRows());
    outputs.sink("dropped_record").write(account.dropRows());
    return { tables: await outputs.finish(), counts: account.total(), ...(failures.length === 0 ? {} : { failures }) };
  } catch (error) {
    outputs.abort();
    throw unreadableFile(job.files, error) ?? error;
  }
}

/** The error of a raw file that the system refuses to read; undefined for every other error. */
function unreadableFile(files: readonly JobFile[], error: unknown): LoadError | undefined {
  const code = error instanceof NeurotablesError ? undefined : errorCode(error);
  if (code === undefined) return undefined;
  const { path } = error as NodeJS.ErrnoException;
  const isBelow = ({ absolutePath }: JobFile) => path === absolutePath || path?.startsWith(absolutePath + sep);
  // Reading from a folder that was opened names no path.
  const isFolder = ({ absolutePath }: JobFile) => statSync(absolutePath, { throwIfNoEntry: false })?.isDirectory();
  const file = files.find(isBelow) ?? (code === "EISDIR" ? files.find(isFolder) : undefined);
  if (file === undefined) return undefined;
  const what = code === "EISDIR" ? "is a folder, and the loader reads files" : `cannot be read: ${code}`;
  return new LoadError("unreadable", `${file.path} ${what}`, {
    fields: { file: file.path, code },
    wayOut:
      code === "EISDIR"
        ? "Name the files more closely in the pipeline's sources."
        : "Look at the file and at the disk.",
    cause: error,
  });
}

function isLoadTable(table: string): boolean {
  return (LOAD_TABLES as readonly string[]).includes(table.slice(table.indexOf(".") + 1));
}

function sourceFileRow(file: JobFile): Row {
  return {
    source_id: file.sourceId,
    path: file.path,
    bytes: file.bytes,
    sha256: file.sha256,
    licence: file.licence,
    upstream_repo: file.upstreamRepo,
    upstream_commit: file.upstreamCommit,
    upstream_path: file.upstreamPath,
    manifest_sha256: file.manifestSha256,
    manifest_match: file.manifestSha256 === null ? null : file.manifestSha256 === file.sha256,
  };
}

interface Counts {
  read: number;
  carried: number;
  dropped: number;
}

/** What became of the records of each file. */
class FileAccount {
  readonly #step: string;
  readonly #files: ReadonlyMap<string, JobFile>;
  readonly #counts = new Map<string, Counts>();
  readonly #drops = new Map<string, Drop[]>();

  constructor(job: Extract<Job, { kind: "load" }>) {
    this.#step = job.step;
    this.#files = new Map(job.files.map((file) => [file.path, file]));
    for (const { path } of job.files) {
      this.#counts.set(path, { read: 0, carried: 0, dropped: 0 });
      this.#drops.set(path, []);
    }
  }

  add(file: SourceFile, what: keyof Counts, records: number): void {
    if (!Number.isSafeInteger(records) || records < 0) {
      throw new TypeError(`${file.path}: ${records} is no count of records ${what}`);
    }
    this.#of(file)[what] += records;
  }

  drop(drop: Drop): void {
    this.add(drop.file, "dropped", drop.count ?? 1);
    this.#drops.get(drop.file.path)?.push(drop);
  }

  /** @throws {LoadError} for the first file, in order of paths, whose records are not all accounted for. */
  check(): void {
    for (const [path, { read, carried, dropped }] of this.#counts) {
      if (read === carried + dropped) continue;
      throw new LoadError(
        "unaccounted",
        `${path}: ${read} records read, but ${carried} carried and ${dropped} dropped (${carried + dropped})`,
        {
          fields: { file: path, step: this.#step, read, carried, dropped },
          wayOut: "The loader must account for every record it reads: report this, with the file.",
        },
      );
    }
  }

  total(): Counts {
    const total = { read: 0, carried: 0, dropped: 0 };
    for (const { read, carried, dropped } of this.#counts.values()) {
      total.read += read;
      total.carried += carried;
      total.dropped += dropped;
    }
    return total;
  }

  countRows(): Row[] {
    return this.#paths().map((path) => ({
      source_id: this.#files.get(path)?.sourceId,
      step: this.#step,
      ...this.#counts.get(path),
    }));
  }

  *dropRows(): Iterable<Row> {
    for (const path of this.#paths()) {
      for (const [index, drop] of (this.#drops.get(path) ?? []).entries()) {
        yield {
          source_id: this.#files.get(path)?.sourceId,
          step: this.#step,
          drop_index: index,
          scope: drop.scope,
          item: drop.item,
          reason: drop.reason,
          rule: drop.rule,
          detail: drop.detail ?? null,
          records: drop.count ?? 1,
        };
      }
    }
  }

  #paths(): string[] {
    return [...this.#files.keys()].sort(compareCodeUnits);
  }

  #of(file: SourceFile): Counts {
    const counts = this.#counts.get(file.path);
    if (counts === undefined) throw new TypeError(`${file.path} is no file of this partition`);
    return counts;
  }
}
