import { resolve } from "node:path";
import { type Clock, systemClock } from "../base/clock.js";
import { type FileOperations, nodeFiles } from "../base/file-operations.js";
import { type Lock, LockFolder } from "../base/lock.js";
import { StatCache } from "../base/stat-cache.js";
import { errorCode } from "../base/storage-error.js";
import { type CatalogueRows, catalogueRows } from "./catalogue.js";
import { collectGarbage, KEPT_GENERATIONS } from "./garbage-collection.js";
import { Generations, type GenerationUpdate } from "./generations.js";
import { type HomePaths, openHome } from "./home.js";
import { Journal } from "./journal.js";
import { KeyHistory, type UnitName } from "./key-history.js";
import { Parts } from "./parts.js";
import { PublishedMarks } from "./published-marks.js";
import { staleCheckpoints } from "./stale-checkpoints.js";
import { StepRecords } from "./step-records.js";
import { TemporaryFolder } from "./temporary-folder.js";
import type {
  AdoptedPart,
  Finding,
  GcReport,
  Generation,
  Part,
  PublishedMark,
  RecomputeTableHash,
  RememberedKey,
  Snapshot,
  StepRecord,
} from "./types.js";
import { UnsyncedFolders } from "./unsynced-folders.js";
import { verifyStore } from "./verification.js";

export interface StoreOptions {
  /** The home folder; made when absent. */
  readonly home: string;
  readonly files?: FileOperations;
  readonly now?: Clock;
}

/** Marks of those who use the home and of the one who cleans it: many of the first or one of the second. */
const HOLD = "hold";
const GC = "gc";

/**
 * The home folder: content-addressed immutable parts, step records, numbered generations, a journal, locks. Any number
 * of processes may use one home at once. A process that is killed at any moment leaves a home that needs no repair.
 * All methods throw StorageError when the file system fails.
 */
export class Store {
  readonly home: string;
  /** Where things lie; for messages and for tests. */
  readonly paths: HomePaths;
  readonly journal: Journal;
  readonly #files: FileOperations;
  readonly #now: Clock;
  readonly #locks: LockFolder;
  readonly #temporary: TemporaryFolder;
  readonly #unsynced: UnsyncedFolders;
  readonly #parts: Parts;
  readonly #steps: StepRecords;
  readonly #history: KeyHistory;
  readonly #generations: Generations;
  readonly #published: PublishedMarks;
  #holds = 0;

  /**
   * Opens a home folder, or makes one. An existing one is only read.
   * @throws {StorageError} `storage/newer-home`, `storage/not-a-home`, `storage/home-damaged`, …
   */
  static async open(options: StoreOptions): Promise<Store> {
    const files = options.files ?? nodeFiles;
    const paths = await openHome(files, resolve(options.home));
    return new Store({ files, paths, now: options.now ?? systemClock });
  }

  private constructor({ files, paths, now }: { files: FileOperations; paths: HomePaths; now: Clock }) {
    this.home = paths.home;
    this.paths = paths;
    this.#files = files;
    this.#now = now;
    const temporary = paths.temporary;
    this.#locks = new LockFolder({ files, folder: paths.locks });
    this.#temporary = new TemporaryFolder({ files, path: temporary });
    this.#unsynced = new UnsyncedFolders(files);
    const unsynced = this.#unsynced;
    this.#parts = new Parts({ files, folder: paths.parts, damaged: paths.damaged, unsynced });
    const parts = this.#parts;
    this.#steps = new StepRecords({ files, folder: paths.steps, temporary, parts, unsynced });
    const steps = this.#steps;
    this.#history = new KeyHistory({ files, folder: paths.history, temporary });
    this.#generations = new Generations({ files, folder: paths.manifests, temporary, parts, steps, unsynced, now });
    this.#published = new PublishedMarks({ files, folder: paths.published, temporary });
    const hold = (purpose: string) => {
      // A run that finds all done makes no temporary folder, but cleans up all the same.
      this.#temporary.sweepOnce();
      return this.hold(purpose);
    };
    this.journal = new Journal({ files, folder: paths.runs, now, hold });
  }

  /** A fresh folder below `tmp`, removed by a later run or `gc` once this process is dead, or by the caller. */
  async temporaryDirectory(name: string): Promise<string> {
    return this.#temporary.make(name);
  }

  /**
   * Moves a finished Parquet file from a temporary directory into the store, for good.
   * @param options.rows spares reading the footer
   * @throws {StorageError} `storage/not-parquet`, `storage/disk-full`, …; the file is then still where it was.
   */
  adoptPart(temporaryPath: string, options: { readonly rows?: number } = {}): Promise<AdoptedPart> {
    return this.#holding("adopting a part", () => this.#parts.adopt(temporaryPath, options.rows));
  }

  partPath(part: Pick<Part, "sha256">): string {
    return this.#parts.path(part);
  }

  /** Whether all parts are there with their lengths. Reads no data. */
  hasParts(snapshot: Pick<Snapshot, "parts">): boolean {
    return this.#parts.has(snapshot.parts);
  }

  /** The record of a finished unit; undefined when absent, damaged, or a part of its outputs is not there. */
  readStep(key: string): StepRecord | undefined {
    return this.#steps.readUsable(key);
  }

  /** As `readStep`, also when its parts are gone: for comparing keys. */
  readStepRecord(key: string): StepRecord | undefined {
    return this.#steps.read(key);
  }

  /** Remembers a finished unit, and its key as the unit's newest. Its parts must have been adopted. */
  commitStep(record: StepRecord): Promise<void> {
    return this.#holding("committing a step", async () => {
      await this.#steps.commit(record);
      await this.#history.remember(record, { key: record.key, run: record.run, at: record.finishedAt });
    });
  }

  /** The newest generation that is whole; number 0, with no tables, in a new home. */
  currentGeneration(): Generation {
    return this.#generations.current();
  }

  /** Ascending. Damaged ones are listed too. */
  generationNumbers(): number[] {
    return this.#generations.numbers();
  }

  /** @throws {StorageError} `storage/no-generation`, `storage/manifest-damaged` */
  readGeneration(generation: number): Generation {
    return this.#generations.read(generation);
  }

  /**
   * Commits the next generation from the current one; see {@link Generations.commit}. `update` may be called several
   * times and must depend on its argument alone; it returns what to set (null removes a table), or undefined.
   */
  commitGeneration(update: GenerationUpdate, run: string): Promise<Generation> {
    return this.#holding("committing a generation", () => this.#generations.commit(update, run));
  }

  /** The distinct keys that a unit of work has had, newest first, at most 32. */
  lastKeys(pipeline: string, step: string, partition: string): RememberedKey[] {
    return this.#history.keys({ pipeline, step, partition });
  }

  /** Makes a key the unit's newest without a new record: for a unit that was found cached under an older key. */
  rememberKey(unit: UnitName, key: RememberedKey): Promise<void> {
    return this.#holding("noting a key", () => this.#history.remember(unit, key));
  }

  /** Waits for the lock. @throws {LockedError} when a process on another host holds it. */
  lock(name: string, options: { readonly purpose?: string; readonly signal?: AbortSignal } = {}): Promise<Lock> {
    return this.#locks.lock({ name, ...options });
  }

  /** Undefined when somebody else holds it. */
  tryLock(name: string, options: { readonly purpose?: string } = {}): Lock | undefined {
    return this.#locks.tryLock({ name, ...options });
  }

  /** For running one unit: who comes second waits, and then finds the record by `readStep`. */
  stepLock(key: string, options: { readonly purpose?: string; readonly signal?: AbortSignal } = {}): Promise<Lock> {
    return this.lock(`step-${key}`, options);
  }

  /**
   * Keeps `gc` away until released: for as long as parts or records are in use that no generation keeps. `journal.start`
   * does it for runs; a long query should. Waits while `gc` works.
   */
  async hold(purpose: string): Promise<Lock> {
    const lock = await this.#locks.lock({ name: HOLD, purpose, excludedBy: [GC] });
    this.#holds += 1;
    let released = false;
    return {
      name: HOLD,
      release: () => {
        if (released) return;
        released = true;
        this.#holds -= 1;
        lock.release();
      },
    };
  }

  /** Reads every stored byte and yields what is wrong; see {@link verifyStore}. Works on a read-only home. */
  async *verify(options: { readonly table?: string } = {}, recompute?: RecomputeTableHash): AsyncGenerator<Finding> {
    const hold = await this.#holdIfWritable("verify");
    try {
      yield* verifyStore({
        files: this.#files,
        paths: this.paths,
        generations: this.#generations,
        steps: this.#steps,
        history: this.#history,
        parts: this.#parts,
        journal: this.journal,
        published: this.#published,
        ...options,
        ...(recompute === undefined ? {} : { recompute }),
      });
    } finally {
      hold?.release();
    }
  }

  /**
   * Moves a part that `verify` found damaged to `damaged/`, so that the step that made it runs again.
   * @returns where it lies now; undefined when it is whole after all, or gone.
   */
  setAsidePart(part: Pick<Part, "sha256">): Promise<string | undefined> {
    return this.#holding("setting a damaged part aside", () => this.#parts.setAside(part));
  }

  /**
   * Removes what no kept generation needs; see {@link collectGarbage}. With `plan` it only reports.
   * @throws {LockedError} while a run, or anything else that holds the home, is going on.
   */
  async gc(options: { readonly plan: boolean; readonly keepGenerations?: number }): Promise<GcReport> {
    const lock = options.plan ? undefined : this.#lockForGc();
    try {
      return await collectGarbage({
        files: this.#files,
        generations: this.#generations,
        steps: this.#steps,
        history: this.#history,
        parts: this.#parts,
        published: this.#published,
        temporary: this.#temporary,
        unsynced: this.#unsynced,
        checkpoints: staleCheckpoints(this.#files, this.paths.checkpoints, this.#now()),
        plan: options.plan,
        keepGenerations: options.keepGenerations ?? KEPT_GENERATIONS,
      });
    } finally {
      lock?.release();
    }
  }

  /** Notes that a generation was published somewhere: `gc` keeps it from now on. */
  markPublished(mark: Omit<PublishedMark, "at">): Promise<void> {
    return this.#holding("marking a publication", () =>
      this.#published.add({ ...mark, at: this.#now().toISOString() }),
    );
  }

  publishedMarks(): PublishedMark[] {
    return this.#published.list();
  }

  /** The cache of source file hashes that lives in this home; read now, written by its `save`. */
  openStatCache(): StatCache {
    const { statCache, temporary } = this.paths;
    return StatCache.open({ path: statCache, temporaryDirectory: temporary, files: this.#files, now: this.#now });
  }

  /** Rows of `neurotables.snapshot`, `.run`, `.step`. */
  catalogueRows(): CatalogueRows {
    return catalogueRows({ generations: this.#generations, journal: this.journal, steps: this.#steps });
  }

  /** Runs `work` under a hold: this store's own if it has one, else one for the time of the work. */
  async #holding<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    if (this.#holds > 0) return await work();
    const hold = await this.hold(purpose);
    try {
      return await work();
    } finally {
      hold.release();
    }
  }

  async #holdIfWritable(purpose: string): Promise<Lock | undefined> {
    try {
      return await this.hold(purpose);
    } catch (error) {
      const code = errorCode((error as { cause?: unknown }).cause);
      if (code !== undefined && /^(EROFS|EACCES|EPERM|ENOSPC|EDQUOT)$/.test(code)) return undefined;
      throw error;
    }
  }

  #lockForGc(): Lock {
    const request = { name: GC, purpose: "gc", excludedBy: [GC, HOLD] };
    const lock = this.#locks.tryLock(request);
    if (lock !== undefined) return lock;
    const holder = this.#locks.marks(request.excludedBy)[0];
    if (holder !== undefined) throw this.#locks.lockedError("the home folder", holder);
    return this.#lockForGc();
  }
}
