import type { ZodType } from "zod";
import type { NeurotablesError } from "../base/errors.js";
import type { Limits } from "../base/limits.js";
import type { Log } from "../base/log.js";
import type { TableSink } from "../tables/table-io.js";

/** A raw file that a mirror holds. */
export interface SourceFile {
  /** Path below the mirror, with `/`: the only path that reaches tables and keys. */
  readonly path: string;
  /** Where it lies on this machine: never written to a table. */
  readonly absolutePath: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Hash of dataset and mirror-relative path: the foreign key to `source_file`. */
  readonly sourceId: string;
}

/** Something of a source that is not carried over. Becomes a row of `dropped_record`. */
export interface Drop {
  readonly file: SourceFile;
  readonly scope: "file" | "document" | "recording" | "roi" | "edge" | "column" | "value" | "array" | "instance";
  /** What was left out, as the source names it: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** A short code: `receiver_view`, `zero_weight`, `unparsable`. */
  readonly reason: string;
  /** Which rule of the loader or specification says so. */
  readonly rule: string;
  readonly detail?: string;
  /** How many read records this row stands for (default 1). */
  readonly count?: number;
}

export interface LoadContext<P> {
  readonly parameters: P;
  /** The files of this partition, in code-unit order of their paths; never empty. */
  readonly files: readonly SourceFile[];
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** The sink of one of the loader's {@link Loader.outputs}, by table name. */
  sink(table: string): TableSink;
  /** Accounts for something left out. */
  drop(drop: Drop): void;
  /**
   * Accounts for a recording of a file with several that cannot be loaded: the others are. It becomes a row of
   * `dropped_record` that counts as one record (count it as read too), is reported, and the run ends with exit code 1.
   */
  fail(failure: { readonly file: SourceFile; readonly recording: string; readonly error: NeurotablesError }): void;
  /** Accounts for records read from a file (carried + dropped must equal the sum). */
  countRead(file: SourceFile, records: number): void;
  /** Accounts for records written from a file. */
  countCarried(file: SourceFile, records: number): void;
  /** Progress in files, rows or bytes of this partition. */
  progress(done: number, total: number, unit: string): void;
}

export type LoadPartition = "source" | "file" | { readonly group: string };

/**
 * Reads one source partition into record tables. Pure: the output depends on files, parameters and code alone.
 * Beside {@link outputs} every load step writes `source_file`, `file_count` and `dropped_record` of its dataset.
 */
export interface Loader<P = unknown> {
  /** The name used in YAML: `connectome/nemanode`. */
  readonly name: string;
  readonly description: string;
  /**
   * `source`: all files of the step are one partition; `file`: one partition per file; a group: files for which the
   * regular expression captures the same text (its first group) are one partition, named by it.
   */
  readonly partition: LoadPartition;
  /**
   * Whether its partitions (recordings, volumes) stand on their own: one that fails is reported, and the others become
   * current without it. Otherwise a partition that fails keeps the whole pipeline's tables as they were.
   */
  readonly independent?: boolean;
  /** Tables it writes, without dataset. The first is the one that a plain `into: table` names. */
  readonly outputs: readonly string[];
  readonly parameters: ZodType<P>;
  /** @throws {FormatError} for broken bytes. @throws {LoadError} for content that breaks the loader's rules. */
  load(context: LoadContext<P>): Promise<void>;
}
