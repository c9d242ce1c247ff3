/** One line of a run's journal. */
export interface JournalLine {
  /** Number of the line, from 0. */
  readonly n: number;
  readonly at: string;
  readonly event: JournalEvent;
}

/** Anything with a kind that JSON can carry. */
export type JournalEvent = { readonly kind: string; readonly [field: string]: unknown };

/** A run as the list of runs shows it. */
export interface RunInfo {
  readonly run: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** `killed`: its process is gone and it never finished. */
  readonly status: "running" | "finished" | "killed";
  /** What `start` was given. */
  readonly info: Readonly<Record<string, unknown>>;
  /** What `finish` was given; null until then. */
  readonly result: Readonly<Record<string, unknown>> | null;
}

export interface RunRecord extends RunInfo {
  readonly lines: readonly JournalLine[];
  /** Lines that fail their checksum (a torn last line is not counted: it never happened). */
  readonly damagedLines: number;
}

/** The journal of the run that is going on. */
export interface RunJournal {
  readonly run: string;
  /** One write; durable after `sync` or `finish`. */
  append(event: JournalEvent): void;
  /** Call after a generation was committed. */
  sync(): void;
  /** Writes the last line, makes all durable, and lets go of the home folder (see `Store.hold`). */
  finish(result: Readonly<Record<string, unknown>>): void;
}

export interface Journal {
  /** Begins a run: makes its id and file, and holds the home folder against `gc` until `finish`. */
  start(info: Readonly<Record<string, unknown>>): Promise<RunJournal>;
  /** Newest first. Reads the ends of each file only. */
  runs(limit?: number): RunInfo[];
  read(run: string): RunRecord;
}
