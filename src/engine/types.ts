import type { SerializedError } from "../base/errors.js";
import type { Store } from "../store/store.js";

/** Where a run finds things. */
export interface Project {
  /** Folder of the pipelines' project: holds `pipelines/`, and `schemas/`, `datasets/` of its own if any. */
  readonly root: string;
  /** Snapshots, journal, catalogue. */
  readonly home: string;
  /** Folders that mirror raw files, first hit wins. */
  readonly sources: readonly string[];
  readonly store: Store;
}

export interface RunOptions {
  /** Fetch pinned files that no mirror holds. */
  readonly download?: boolean;
  /** Run this step, and what it needs, alone. */
  readonly only?: string;
  /** `steps.consensus.with.limit` → YAML value, per `--set path=value`. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Make the results of `set` current. */
  readonly promote: boolean;
  readonly jobs: number;
  /** As `--device` names it (default `auto`). */
  readonly device?: string;
  readonly signal: AbortSignal;
}

export type UnitStatus = "ran" | "cached" | "failed" | "skipped";

/** Why a unit is not up to date: the key parts that differ from its last run. */
export interface KeyDifference {
  /** `source celegans/x.xlsx`, `parameter limit`, `input edge_record`, `code`, `contract edge`. */
  readonly part: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface PlannedUnit {
  readonly pipeline: string;
  readonly step: string;
  readonly partition: string;
  readonly action: "run" | "cached" | "skip" | "wait";
  /** One line: `never ran`, `source celegans/x.xlsx changed`, `waits for edges`, `source witvliet2020_8 is missing (optional)`. */
  readonly reason: string;
  readonly differences: readonly KeyDifference[];
}

export interface Plan {
  readonly units: readonly PlannedUnit[];
  readonly counts: Readonly<Record<PlannedUnit["action"], number>>;
  readonly missing: readonly MissingSource[];
  /** What a run with `download` would fetch, when the plan was asked for with it. */
  readonly downloads?: readonly PlannedDownload[];
}

export interface MissingSource {
  readonly pipeline: string;
  readonly source: string;
  readonly pattern: string;
  readonly optional: boolean;
  /** There when all that is known of the source is pinned, so that it can be fetched. */
  readonly downloadable?: true;
  /** Why it is missing, where there is more to say than that no mirror holds it. */
  readonly reason?: string;
}

/** A pinned file that is not there yet. */
export interface PlannedDownload {
  readonly pipeline: string;
  readonly source: string;
  /** Below the folder of downloads, and below any mirror. */
  readonly path: string;
  readonly url: string;
  readonly sha256: string;
  readonly bytes: number | null;
}

export interface TableSummary {
  /** `dataset.table`. */
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly tableHash: string;
}

export interface StepSummary {
  readonly pipeline: string;
  readonly step: string;
  readonly kind: "load" | "transform" | "stage";
  readonly status: UnitStatus;
  /** Rows, bytes and hash of the step's main table; all tables in `tables`. */
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly tableHash: string | null;
  readonly tables: readonly TableSummary[];
  readonly partitions: Readonly<Record<UnitStatus, number>>;
  /** Number of missing sources of the step. */
  readonly missing: number;
  /** Records dropped by the step. */
  readonly dropped: number;
  readonly peakMemoryBytes: number;
  /** Why it ran or was skipped. */
  readonly reason: string;
  readonly error?: SerializedError;
  /** Partitions that failed, and recordings of a partition that could not be loaded while its others were. */
  readonly failures?: readonly {
    readonly partition: string;
    readonly recording?: string;
    readonly error: SerializedError;
    /** Whether the rows of the last good run stay in the tables. */
    readonly keepsLastResult: boolean;
  }[];
  /** Path of the step's log, below the home folder. */
  readonly log?: string;
}

export interface CheckSummary {
  readonly pipeline: string;
  readonly check: string;
  readonly status: "ok" | "failed" | "skipped";
  readonly reason: string;
  /** Rows at fault, at most 20. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly rowsAtFault: number;
}

export interface RunSummary {
  readonly run: string;
  readonly ok: boolean;
  readonly exitCode: number;
  /** Generation committed by the run; null when nothing changed or nothing was promoted. */
  readonly generation: number | null;
  readonly seconds: number;
  readonly steps: readonly StepSummary[];
  readonly checks: readonly CheckSummary[];
  readonly missing: number;
  readonly missingSources: readonly MissingSource[];
  readonly dropped: number;
  /** Mirror folder that gave each source file. */
  readonly files: readonly {
    readonly path: string;
    readonly mirror: string;
    readonly sha256: string;
    readonly pinned: "match" | "differs" | "none";
  }[];
  readonly warnings: readonly string[];
  /** What this run fetched, when it was allowed to. */
  readonly downloads?: readonly PlannedDownload[];
}

export type RunEvent =
  | {
      readonly kind: "run-started";
      readonly run: string;
      readonly pipelines: readonly string[];
      readonly units: number;
    }
  | { readonly kind: "download-started"; readonly path: string; readonly from: string; readonly bytes: number | null }
  | { readonly kind: "download-progress"; readonly path: string; readonly done: number; readonly total: number }
  | {
      readonly kind: "download-finished";
      readonly path: string;
      readonly bytes: number;
      readonly seconds: number;
      readonly error?: SerializedError;
    }
  | { readonly kind: "unit-started"; readonly pipeline: string; readonly step: string; readonly partition: string }
  | {
      readonly kind: "unit-progress";
      readonly pipeline: string;
      readonly step: string;
      readonly partition: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
      readonly memoryBytes: number;
    }
  | {
      readonly kind: "unit-log";
      readonly step: string;
      readonly partition: string;
      readonly level: "info" | "warn";
      readonly message: string;
    }
  | {
      readonly kind: "unit-finished";
      readonly pipeline: string;
      readonly step: string;
      readonly partition: string;
      readonly status: UnitStatus;
      readonly rows: number;
      readonly seconds: number;
      readonly reason: string;
      readonly error?: SerializedError;
    }
  | { readonly kind: "check-finished"; readonly check: CheckSummary }
  | { readonly kind: "promoted"; readonly generation: number; readonly tables: readonly string[] }
  | { readonly kind: "warning"; readonly message: string }
  | { readonly kind: "run-finished"; readonly summary: RunSummary };
