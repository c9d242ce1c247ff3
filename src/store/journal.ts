import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { closeQuietly, writeFully } from "../base/atomic-file.js";
import { compareCodeUnits } from "../base/canonical-json.js";
import { openSealedJson, readSealedLines, sealJson } from "../base/checksummed-lines.js";
import { type Clock, compactTimestamp } from "../base/clock.js";
import { StorageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import type { Lock } from "../base/lock.js";
import { currentOwner, ownerName, ownerState, parseOwner } from "../base/owner.js";
import { errorCode, guarded, storageError } from "../base/storage-error.js";

/** Anything with a kind that JSON can carry. */
export type JournalEvent = { readonly kind: string; readonly [field: string]: unknown };

/** One line of a run's journal. */
export interface JournalLine {
  /** Number of the line, from 0. */
  readonly n: number;
  readonly at: string;
  readonly event: JournalEvent;
}

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
  /** Lines that fail their checksum (a cut-off last line is not counted: it never happened). */
  readonly damagedLines: number;
}

/** The journal of the run that is going on. */
export interface RunJournal {
  readonly run: string;
  /** One write; durable after `sync` or `finish`. @throws {StorageError} nothing of the event is then kept. */
  append(event: JournalEvent): void;
  /** Call after a generation was committed. */
  sync(): void;
  /** Writes the last line, makes all durable, and lets go of the home folder (see `Store.hold`). Once. */
  finish(result: Readonly<Record<string, unknown>>): void;
}

const RUN = /^[0-9]{8}T[0-9]{6}Z-[0-9]+-[0-9a-f]{8}$/;
/** Characters of a run id that tell the time. */
const SECONDS = 16;
const START = "journal-start";
const END = "journal-end";
/** How much of each end of a file is read to list it. */
const WINDOW = 64 * 1024;

/** What happened: one append-only file per run, `runs/<run>.jsonl`, sealed lines, numbered so that none can vanish. */
export class Journal {
  readonly #files: FileOperations;
  readonly #folder: string;
  readonly #now: Clock;
  readonly #hold: (purpose: string) => Promise<Lock>;

  constructor(options: {
    readonly files: FileOperations;
    readonly folder: string;
    readonly now: Clock;
    readonly hold: (purpose: string) => Promise<Lock>;
  }) {
    this.#files = options.files;
    this.#folder = options.folder;
    this.#now = options.now;
    this.#hold = options.hold;
  }

  /** Begins a run: makes its id (`20250131T235959Z-<pid>-<8 hex>`) and file, and holds the home until `finish`. */
  async start(info: Readonly<Record<string, unknown>>): Promise<RunJournal> {
    const run = `${compactTimestamp(this.#now())}-${process.pid}-${randomBytes(4).toString("hex")}`;
    const hold = await this.#hold(`run ${run}`);
    try {
      guarded("write", this.#folder, () => this.#files.mkdir(this.#folder));
      const writer = new JournalWriter({ files: this.#files, folder: this.#folder, run, now: this.#now, hold });
      writer.append({ kind: START, run, owner: ownerName(currentOwner()), info });
      return writer;
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  /** Newest first. Reads the ends of each file only. */
  runs(limit = Number.POSITIVE_INFINITY): RunInfo[] {
    const ids = this.ids();
    const last = ids[Math.min(limit, ids.length) - 1] ?? "";
    // Ids tell seconds; runs of one second are told apart by their first lines.
    return ids
      .filter((run, i) => i < limit || run.slice(0, SECONDS) === last.slice(0, SECONDS))
      .map((run) => this.#info(run))
      .sort((a, b) => compareCodeUnits(b.startedAt, a.startedAt))
      .slice(0, limit);
  }

  /** Run ids, newest first. */
  ids(): string[] {
    try {
      return this.#files
        .readdir(this.#folder)
        .flatMap((name) => (name.endsWith(".jsonl") && RUN.test(name.slice(0, -6)) ? [name.slice(0, -6)] : []))
        .sort((a, b) => compareCodeUnits(b, a));
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw storageError("read", this.#folder, error);
    }
  }

  path(run: string): string {
    return join(this.#folder, `${run}.jsonl`);
  }

  /** @throws {StorageError} `storage/no-run` */
  read(run: string): RunRecord {
    const path = this.path(run);
    if (!RUN.test(run) || guarded("read", path, () => this.#files.size(path)) === undefined) {
      throw new StorageError("no-run", `there is no run ${run}`, {
        fields: { run },
        wayOut: `The newest are: ${this.ids().slice(0, 3).join(", ") || "none"}.`,
      });
    }
    const { values, damaged } = readSealedLines(guarded("read", path, () => this.#files.readFile(path)));
    const lines = values.filter(isJournalLine);
    return {
      ...describe(run, lines[0], lines.at(-1)),
      lines,
      damagedLines: damaged.length + values.length - lines.length,
    };
  }

  #info(run: string): RunInfo {
    const path = this.path(run);
    const size = guarded("read", path, () => this.#files.size(path)) ?? 0;
    const head = guarded("read", path, () => this.#files.readRange(path, 0, Math.min(size, WINDOW)));
    const tail =
      size <= WINDOW ? head : guarded("read", path, () => this.#files.readRange(path, size - WINDOW, WINDOW));
    const firstEnd = head.indexOf(10);
    const lastEnd = tail.lastIndexOf(10);
    const lastStart = lastEnd <= 0 ? -1 : tail.lastIndexOf(10, lastEnd - 1);
    if (size > WINDOW && (firstEnd < 0 || lastStart < 0)) return withoutLines(this.read(run));
    return describe(
      run,
      journalLine(head.subarray(0, Math.max(0, firstEnd))),
      journalLine(tail.subarray(lastStart + 1, Math.max(0, lastEnd))),
    );
  }
}

class JournalWriter implements RunJournal {
  readonly run: string;
  readonly #files: FileOperations;
  readonly #folder: string;
  readonly #path: string;
  readonly #now: Clock;
  readonly #hold: Lock;
  readonly #descriptor: number;
  #lines = 0;
  #bytes = 0;
  #state: "open" | "broken" | "finished" = "open";

  constructor(options: {
    readonly files: FileOperations;
    readonly folder: string;
    readonly run: string;
    readonly now: Clock;
    readonly hold: Lock;
  }) {
    this.run = options.run;
    this.#files = options.files;
    this.#folder = options.folder;
    this.#path = join(options.folder, `${options.run}.jsonl`);
    this.#now = options.now;
    this.#hold = options.hold;
    this.#descriptor = guarded("write", this.#path, () => this.#files.open(this.#path, "ax"));
  }

  append(event: JournalEvent): void {
    if (this.#state !== "open")
      throw new StorageError("journal-closed", `the journal ${this.#path} is ${this.#state}`, {
        fields: { file: this.#path },
      });
    const line = Buffer.from(sealJson({ n: this.#lines, at: this.#now().toISOString(), event }));
    try {
      writeFully(this.#files, this.#descriptor, line);
    } catch (error) {
      this.#dropHalfLine();
      throw storageError("write", this.#path, error);
    }
    this.#lines += 1;
    this.#bytes += line.length;
  }

  sync(): void {
    guarded("write", this.#path, () => this.#files.fsync(this.#descriptor));
  }

  finish(result: Readonly<Record<string, unknown>>): void {
    if (this.#state === "finished") return;
    try {
      this.append({ kind: END, result });
      this.sync();
      this.#syncFolder();
    } finally {
      this.#state = "finished";
      closeQuietly(this.#files, this.#descriptor);
      this.#hold.release();
    }
  }

  /** A line that was cut off must not run into the next one. */
  #dropHalfLine(): void {
    try {
      this.#files.truncate(this.#descriptor, this.#bytes);
    } catch {
      this.#state = "broken";
    }
  }

  #syncFolder(): void {
    try {
      const descriptor = this.#files.open(this.#folder, "r");
      try {
        this.#files.fsync(descriptor);
      } finally {
        closeQuietly(this.#files, descriptor);
      }
    } catch {
      // Not every system can sync folders; the journal is told, not relied upon.
    }
  }
}

/** Whether the value of a sealed line is one of a journal. */
export function isJournalLine(value: Record<string, unknown>): value is Record<string, unknown> & JournalLine {
  const event = value.event;
  return (
    typeof value.n === "number" &&
    typeof value.at === "string" &&
    typeof event === "object" &&
    event !== null &&
    typeof (event as { kind?: unknown }).kind === "string"
  );
}

function journalLine(bytes: Uint8Array): JournalLine | undefined {
  const value = openSealedJson(bytes);
  return value !== undefined && isJournalLine(value) ? value : undefined;
}

function describe(run: string, first: JournalLine | undefined, last: JournalLine | undefined): RunInfo {
  const started = first?.event.kind === START ? first : undefined;
  const ended = last?.event.kind === END ? last : undefined;
  return {
    run,
    startedAt: started?.at ?? isoOf(run),
    finishedAt: ended?.at ?? null,
    status: ended !== undefined ? "finished" : lives(started) ? "running" : "killed",
    info: (started?.event.info ?? {}) as Readonly<Record<string, unknown>>,
    result: (ended?.event.result ?? null) as Readonly<Record<string, unknown>> | null,
  };
}

function lives(started: JournalLine | undefined): boolean {
  const owner = parseOwner(String(started?.event.owner ?? ""));
  return owner !== undefined && ownerState(owner) !== "dead";
}

function withoutLines({ lines: _lines, damagedLines: _damaged, ...info }: RunRecord): RunInfo {
  return info;
}

/** The time in a run id. */
function isoOf(run: string): string {
  return run.replace(/^(....)(..)(..)T(..)(..)(..)Z.*$/, "$1-$2-$3T$4:$5:$6.000Z");
}
