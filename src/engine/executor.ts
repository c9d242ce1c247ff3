import type { SourceFile } from "../loaders/loader.js";
import type { RecordingFailure, Snapshot } from "../store/types.js";

/** A source file with what is known of its origin, for the rows of `source_file`. */
export interface JobFile extends SourceFile {
  readonly licence: string;
  readonly upstreamRepo: string | null;
  readonly upstreamCommit: string | null;
  readonly upstreamPath: string | null;
  readonly manifestSha256: string | null;
}

/** An input table: where its parts lie. */
export interface JobInput {
  /** The name the transform asks for. */
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly contractPath: string;
  readonly partPaths: readonly string[];
}

export interface JobLimits {
  readonly memoryBytes: number;
  readonly seconds: number;
}

interface JobBase {
  /** Unique within a run. */
  readonly id: string;
  readonly dataset: string;
  readonly step: string;
  readonly partition: string;
  /** Output table name → contract file. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly temporaryDirectory: string;
  readonly limits: JobLimits;
}

/** One unit of work, as plain data: it crosses process and machine borders as JSON. */
export type Job =
  | (JobBase & {
      readonly kind: "load";
      readonly implementation: string;
      /** Absolute module path for a user's own implementation. */
      readonly module?: string;
      readonly parameters: unknown;
      readonly files: readonly JobFile[];
    })
  | (JobBase & {
      readonly kind: "transform" | "stage";
      readonly implementation: string;
      readonly module?: string;
      readonly parameters: unknown;
      readonly inputs: readonly JobInput[];
      /** Threads a stage may use (default 1). */
      readonly threads?: number;
      /** Device of a stage that computes on one, as `openDevice` names it. */
      readonly device?: string;
      /** File where a stage keeps how far it got. */
      readonly checkpoint?: string;
    })
  | (JobBase & {
      /** Concatenates the partitions of one table, in order, into parts of about 128 MB. */
      readonly kind: "compact";
      readonly input: JobInput;
      /** Keep one of equal rows, in the contract's sort order, as a single partition: for small tables. */
      readonly distinct: boolean;
    })
  | (JobBase & {
      /** Runs read-only queries that return rows at fault. */
      readonly kind: "query";
      readonly views: readonly {
        readonly name: string;
        readonly contractPath: string;
        readonly partPaths: readonly string[];
      }[];
      readonly queries: readonly { readonly id: string; readonly sql: string; readonly maxRows: number }[];
    });

/** A Parquet file a job has written below its temporary directory; the engine adopts it into the store. */
export interface WrittenTable {
  readonly table: string;
  readonly contractHash: string;
  readonly paths: readonly string[];
  readonly rows: number;
  /** Logical partition hash. */
  readonly hash: string;
}

/** Rows that a query returned: at most `maxRows` of `total`. */
export interface QueryResult {
  readonly id: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly total: number;
  /** Why the query could not be answered. */
  readonly error?: string;
}

export interface JobResult {
  readonly tables: readonly WrittenTable[];
  readonly counts: { readonly read: number; readonly carried: number; readonly dropped: number };
  /** Recordings of a file with several that could not be loaded. */
  readonly failures?: readonly RecordingFailure[];
  readonly queries?: readonly QueryResult[];
  /** Facts that a stage keeps beside its result. */
  readonly evidence?: Readonly<Record<string, string | number | boolean | null>>;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
}

export interface JobEvents {
  progress(done: number, total: number, unit: string, memoryBytes: number): void;
  log(level: "info" | "warn", message: string): void;
}

/** Where jobs run: inline (tests), child processes (default), a cluster. */
export interface Executor {
  /**
   * @throws {NeurotablesError} what the job threw; `limit/memory` or `limit/time` when the watchdog ended it;
   * `interrupted` when `signal` did.
   */
  run(job: Job, events: JobEvents, signal: AbortSignal): Promise<JobResult>;
  close(): Promise<void>;
}
