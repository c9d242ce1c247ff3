import { dirname, join } from "node:path";
import { writeFileAtomic } from "./atomic-file.js";
import { openSealedFile, sealJson } from "./checksummed-lines.js";
import { type Clock, systemClock } from "./clock.js";
import { StorageError } from "./errors.js";
import { type FileOperations, type FileState, nodeFiles } from "./file-operations.js";
import { sha256 } from "./hash.js";
import { listFilesBelow } from "./list-files.js";
import { guarded, storageError } from "./storage-error.js";

/** Most entries kept; the oldest go first. */
const MOST = 200_000;

/**
 * A file changed in the same tick of the file system's clock as it was hashed looks unchanged. An entry is therefore
 * trusted only if the file had rested this long when it was hashed (2 s: the coarsest clock in use, that of FAT).
 * Git's rule for racy entries, with the margin for other clocks than git's.
 */
const RACY_NANOSECONDS = 2_000_000_000n;

/** Longest that a folder of many small files keeps the event loop waiting. */
const MOST_BLOCKED_MILLISECONDS = 20;

/** Identity and size of all files below a folder. */
export interface FolderHash {
  readonly sha256: string;
  readonly bytes: number;
}

/** `bytes modified changed cachedAt sha256`; decimal, nanoseconds. */
type Entry = string;

export interface StatCacheOptions {
  /** The cache file. */
  readonly path: string;
  /** Where it is written before it is renamed. Default: its folder. */
  readonly temporaryDirectory?: string;
  readonly files?: FileOperations;
  readonly now?: Clock;
}

/**
 * Hashes of files, remembered by what identifies one state of a file: device, inode, size, time of last change of
 * content and of metadata. Names do not matter: a moved file is not read again. Best effort: a damaged cache is ignored,
 * of two processes that save at once one wins.
 */
export class StatCache {
  readonly #files: FileOperations;
  readonly #path: string;
  readonly #temporary: string;
  readonly #now: Clock;
  readonly #entries: Map<string, Entry>;
  #changed = false;

  /** Reads the cache file if there is one. Never fails. */
  static open(options: StatCacheOptions): StatCache {
    return new StatCache(options);
  }

  private constructor({ path, temporaryDirectory, files = nodeFiles, now = systemClock }: StatCacheOptions) {
    this.#path = path;
    this.#temporary = temporaryDirectory ?? dirname(path);
    this.#files = files;
    this.#now = now;
    this.#entries = readEntries(files, path);
  }

  /**
   * SHA-256 of a file: from the cache (some 10 µs) or by reading it (some 1 GB per second).
   * @throws {StorageError} `storage/missing`, `storage/permission`, `storage/unstable-file` (it changes while it is read).
   */
  async hashFile(path: string): Promise<string> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = this.#stat(path);
      const key = `${before.device}:${before.inode}`;
      const known = this.#lookUp(key, before);
      if (known !== undefined) return known;
      const cachedAt = BigInt(this.#now().getTime()) * 1_000_000n;
      const { sha256, bytes } = await this.#hash(path);
      if (BigInt(bytes) !== before.bytes || stateText(this.#stat(path)) !== stateText(before)) continue;
      this.#entries.delete(key);
      this.#entries.set(key, `${stateText(before)} ${cachedAt} ${sha256}`);
      this.#changed = true;
      return sha256;
    }
    throw unstable(path);
  }

  /**
   * SHA-256 over the names and contents of all files below a folder, and their bytes together: of lines
   * `<sha256> <path>`, in code-unit order of the paths, with `\\` for a backslash and `\n` for a line break in a name.
   * One entry of the cache per folder. Cost: one stat per file when nothing changed (some 10 µs), else the reading.
   * @throws {StorageError} as {@link hashFile}, and for what {@link listFilesBelow} refuses.
   */
  async hashFolder(path: string): Promise<FolderHash> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const pause = new Pauses();
      const before = await this.#folderState(path, pause);
      if (before === undefined) continue;
      const bytes = Number(before.newest.bytes);
      const known = this.#lookUp(before.key, before.newest);
      if (known !== undefined) return { sha256: known, bytes };
      const cachedAt = BigInt(this.#now().getTime()) * 1_000_000n;
      const hash = await this.#hashFiles(path, before.files, pause);
      if (hash === undefined || (await this.#folderState(path, pause))?.key !== before.key) continue;
      this.#entries.delete(before.key);
      this.#entries.set(before.key, `${stateText(before.newest)} ${cachedAt} ${hash}`);
      this.#changed = true;
      return { sha256: hash, bytes };
    }
    throw unstable(path);
  }

  /** Undefined when a file went away meanwhile. */
  async #hashFiles(folder: string, files: readonly string[], pause: Pauses): Promise<string | undefined> {
    const lines: string[] = [];
    for (const file of files) {
      try {
        lines.push(`${(await this.#hash(join(folder, file))).sha256} ${lineText(file)}\n`);
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
      await pause.ifDue();
    }
    return sha256(lines.join(""));
  }

  /**
   * What identifies the state of all files below a folder; `newest` has the latest times among them. Undefined when a
   * file went away meanwhile.
   */
  async #folderState(
    path: string,
    pause: Pauses,
  ): Promise<{ key: string; newest: FileState; files: readonly string[] } | undefined> {
    let files: string[];
    try {
      files = listFilesBelow(path);
    } catch (error) {
      if (isGone(error) && (error as StorageError).fields.file !== path) return undefined;
      throw error;
    }
    let bytes = 0n;
    let modified = 0n;
    let changed = 0n;
    const lines: string[] = [];
    for (const file of files) {
      const state = guarded("read", join(path, file), () => this.#files.stat(join(path, file)));
      if (state?.isFile !== true) return undefined;
      bytes += state.bytes;
      if (state.modified > modified) modified = state.modified;
      if (state.changed > changed) changed = state.changed;
      lines.push(`${lineText(file)} ${state.device}:${state.inode} ${stateText(state)}\n`);
      await pause.ifDue();
    }
    const newest = { device: 0n, inode: 0n, bytes, modified, changed, isFile: false };
    return { key: `folder ${sha256(lines.join(""))}`, newest, files };
  }

  /** Writes the cache, if it changed. Best effort: a full disk costs time on the next run, nothing else. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const entries = [...this.#entries].slice(-MOST);
    const bytes = Buffer.from(sealJson({ version: 1, entries: Object.fromEntries(entries) }));
    try {
      await writeFileAtomic({
        files: this.#files,
        path: this.#path,
        bytes,
        temporaryDirectory: this.#temporary,
        durable: false,
      });
      this.#changed = false;
    } catch {
      // Next time.
    }
  }

  #lookUp(key: string, state: FileState): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const text = stateText(state);
    if (!entry.startsWith(`${text} `)) return undefined;
    const [cachedAt, sha256] = entry.slice(text.length + 1).split(" ");
    const quietUntil = BigInt(cachedAt ?? "0") - RACY_NANOSECONDS;
    return state.modified < quietUntil && state.changed < quietUntil ? sha256 : undefined;
  }

  #stat(path: string): FileState {
    try {
      const state = this.#files.stat(path);
      if (state?.isFile) return state;
    } catch (error) {
      throw storageError("read", path, error);
    }
    throw storageError("read", path, { code: "ENOENT" });
  }

  async #hash(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
    try {
      return await this.#files.hash(path);
    } catch (error) {
      throw storageError("read", path, error);
    }
  }
}

/** Lets other work of this process go on: a folder may hold 100,000 files, each read in one piece. */
class Pauses {
  #until = performance.now() + MOST_BLOCKED_MILLISECONDS;

  async ifDue(): Promise<void> {
    if (performance.now() < this.#until) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#until = performance.now() + MOST_BLOCKED_MILLISECONDS;
  }
}

function unstable(path: string): StorageError {
  return new StorageError("unstable-file", `${path} changes while it is read`, {
    fields: { file: path },
    wayOut: "Wait until whatever writes it has ended, then run again.",
  });
}

function isGone(error: unknown): boolean {
  return error instanceof StorageError && error.tag === "storage/missing";
}

/** A path on one line: no two lists of files are the same text. */
function lineText(path: string): string {
  return path.replace(/[\\\n]/g, (character) => (character === "\n" ? "\\n" : "\\\\"));
}

function stateText(state: FileState): string {
  return `${state.bytes} ${state.modified} ${state.changed}`;
}

function readEntries(files: FileOperations, path: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  try {
    const value = openSealedFile(files.readFile(path));
    if (value?.version !== 1 || typeof value.entries !== "object" || value.entries === null) return entries;
    for (const [key, entry] of Object.entries(value.entries)) {
      if (typeof entry === "string" && /^-?\d+ -?\d+ -?\d+ -?\d+ [0-9a-f]{64}$/.test(entry)) entries.set(key, entry);
    }
  } catch {
    // Absent or unreadable: everything is hashed again.
  }
  return entries;
}
