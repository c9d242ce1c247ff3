import type { SerializedError } from "../base/errors.js";

/** One immutable Parquet file of a snapshot. */
export interface Part {
  /** Content address: sha256 of the file's bytes. */
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

/** What one unit of work contributed to a table. */
export interface PartitionSnapshot {
  /** `step` or `step/partition`; "" where a table has a single writer. Partitions are ordered by it. */
  readonly partition: string;
  readonly rows: number;
  /** Logical hash over schema and rows, in the contract's sort order. */
  readonly hash: string;
}

/** One state of one table. Parts hold the partitions' rows in order. */
export interface Snapshot {
  /** `dataset.table`. */
  readonly table: string;
  readonly contractHash: string;
  /** Merkle root over the partitions: the identity of the data. */
  readonly tableHash: string;
  readonly rows: number;
  readonly bytes: number;
  readonly partitions: readonly PartitionSnapshot[];
  readonly parts: readonly Part[];
}

/** A named part of a key: `source celegans/x.xlsx` → sha256, `parameter limit` → `3`, `code` → hash. */
export type KeyParts = Readonly<Record<string, string>>;

/** A recording of a file with several that could not be loaded, while the others were. */
export interface RecordingFailure {
  readonly recording: string;
  readonly error: SerializedError;
}

/** What is remembered of one finished unit of work. Stored under its key. */
export interface StepRecord {
  readonly key: string;
  readonly keyParts: KeyParts;
  readonly pipeline: string;
  readonly step: string;
  readonly partition: string;
  /** One single-partition snapshot per table written. */
  readonly outputs: readonly Snapshot[];
  readonly counts: { readonly read: number; readonly carried: number; readonly dropped: number };
  readonly failures?: readonly RecordingFailure[];
  /** Facts that a stage kept beside its result: seed, iterations, convergence. */
  readonly evidence?: Readonly<Record<string, string | number | boolean | null>>;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  readonly finishedAt: string;
  readonly run: string;
}

/** The state of all tables at one moment. Generations are numbered and never edited. */
export interface Generation {
  readonly generation: number;
  readonly parent: number;
  readonly createdAt: string;
  readonly run: string;
  readonly snapshots: Readonly<Record<string, GenerationEntry>>;
}

export interface GenerationEntry extends Snapshot {
  readonly pipeline: string;
  readonly steps: readonly string[];
  readonly keys: readonly string[];
  /** Generation in which this snapshot became current. */
  readonly since: number;
}

/** A part in the store, with the path to read it from. */
export interface AdoptedPart extends Part {
  readonly path: string;
}

/** A key that a unit of work once had. */
export interface RememberedKey {
  readonly key: string;
  readonly run: string;
  readonly at: string;
}

/** What `verify` found wrong with one stored file. */
export interface Finding {
  readonly problem:
    | "part-missing"
    | "part-length"
    | "part-damaged"
    | "part-misplaced"
    | "table-hash"
    | "manifest-damaged"
    | "step-damaged"
    | "history-damaged"
    | "journal-damaged"
    | "published-damaged"
    | "home-damaged"
    | "stat-cache-damaged"
    | "unreadable";
  /** Path of the file, relative to the home folder. */
  readonly path: string;
  /** `dataset.table` that needs the file, where one does. */
  readonly table: string | null;
  /** Newest generation that needs the file, where one does. */
  readonly generation: number | null;
  readonly expected: string | null;
  readonly found: string | null;
  /** One sentence with the values. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly wayOut: string;
}

/**
 * Recomputes the table hash of a snapshot from the rows in its parts; null when that cannot be done any more (the
 * contract that the snapshot was written under is gone). Injected: the store reads no Parquet.
 */
export type RecomputeTableHash = (snapshot: Snapshot, partPaths: readonly string[]) => Promise<string | null>;

/** A generation that was published and is therefore kept. */
export interface PublishedMark {
  readonly generation: number;
  /** For example `huggingface:owner/name`. */
  readonly target: string;
  readonly tables: readonly string[];
  readonly at: string;
}

/** What a garbage collection removed, or with `plan` would remove. */
export interface GcReport {
  readonly plan: boolean;
  readonly generations: { readonly kept: readonly number[]; readonly removed: readonly number[] };
  readonly steps: { readonly kept: number; readonly removed: number };
  readonly parts: { readonly kept: number; readonly removed: number };
  /** Entries of the temporary folder whose owners are dead. */
  readonly temporary: { readonly removed: number };
  /** Files of stages that did not end, and were not taken up for a week. */
  readonly checkpoints: { readonly removed: number };
  readonly bytesKept: number;
  readonly bytesRemoved: number;
}
