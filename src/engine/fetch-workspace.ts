import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { closeQuietly, syncFolder, writeFileAtomic, writeFully } from "../base/atomic-file.js";
import { UsageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import { type Lock, LockFolder } from "../base/lock.js";
import { guarded, storageError } from "../base/storage-error.js";
import type { RemoteZipEntry } from "../formats/archive/remote-directory.js";
import { dataOffset, HEAD_BYTES, unpackStream } from "../formats/archive/remote-member.js";
import type { RemoteZip } from "../formats/archive/remote-zip.js";
import type { FetchItem } from "./fetch-selection.js";

const READ_BYTES = 4 * 1024 * 1024;
/** Files that wait for the disk at once. */
const FLUSHES = 16;

/**
 * The hidden folder beside the targets in which members come together: `.neurotables-fetch-ID`, where ID is of the
 * archive's directory, so that the next fetch from the same archive finds what is there. `members/` holds members under
 * their names in the archive, `pieces/` the first bytes of large ones as they are in the archive. Nothing says which of
 * them are whole: their size and CRC do.
 */
export class FetchWorkspace {
  readonly folder: string;
  readonly #into: string;
  readonly #files: FileOperations;
  readonly #zip: RemoteZip;
  readonly #made = new Set<string>();
  readonly #lock: Lock;
  #replaced = 0;

  private constructor(options: { folder: string; into: string; files: FileOperations; zip: RemoteZip; lock: Lock }) {
    this.folder = options.folder;
    this.#into = options.into;
    this.#files = options.files;
    this.#zip = options.zip;
    this.#lock = options.lock;
  }

  /** @throws {StorageError}; `LockedError` while another process fetches from the archive into the folder. */
  static async open(options: {
    readonly into: string;
    readonly zip: RemoteZip;
    readonly files: FileOperations;
  }): Promise<FetchWorkspace> {
    const { into, zip, files } = options;
    const folder = join(into, `.neurotables-fetch-${zip.directorySha256.slice(0, 16)}`);
    guarded("write", folder, () => files.mkdir(folder));
    const locks = new LockFolder({ files, folder: join(folder, "lock") });
    const lock = locks.tryLock({ name: "fetch", purpose: `fetch into ${into}` });
    if (lock === undefined) {
      const [mark] = locks.marks(["fetch"]);
      throw mark === undefined
        ? new UsageError("busy", `another process fetches from ${zip.file} into ${into}`, { wayOut: "Run again." })
        : locks.lockedError(`the fetch from ${zip.file} into ${into}`, mark);
    }
    const workspace = new FetchWorkspace({ folder, into, files, zip, lock });
    try {
      const note = { archive: zip.file, bytes: zip.source.size, directorySha256: zip.directorySha256 };
      const path = join(folder, "archive.json");
      await writeFileAtomic({ files, path, bytes: Buffer.from(`${JSON.stringify(note)}\n`), durable: false });
    } catch (error) {
      lock.release();
      throw error;
    }
    return workspace;
  }

  /** Where a member comes together. */
  memberPath(name: string): string {
    return join(this.folder, "members", ...name.split("/"));
  }

  targetPath({ target }: FetchItem): string {
    return join(this.#into, ...target.split("/"));
  }

  /** Whether the target of an item is there: not at all, with every member as in the archive, or otherwise. */
  async targetState(item: FetchItem, signal: AbortSignal): Promise<"none" | "complete" | "differs"> {
    const target = this.targetPath(item);
    if (guarded("read", target, () => this.#files.stat(target)) === undefined) return "none";
    for (const entry of item.members) {
      const below = entry.name.slice(item.path.length).split("/").slice(1);
      if (!(await this.#holds(join(target, ...below), entry, signal))) return "differs";
    }
    return "complete";
  }

  /** Whether a member is here, whole: by its size and CRC-32. What is here otherwise is removed. */
  async hasMember(entry: RemoteZipEntry, signal: AbortSignal): Promise<boolean> {
    const path = this.memberPath(entry.name);
    if (guarded("read", path, () => this.#files.stat(path)) === undefined) return false;
    if (await this.#holds(path, entry, signal)) return true;
    guarded("remove", path, () => this.#files.remove(path));
    return false;
  }

  /** Writes a member. It is not synced before its item is placed: until then its CRC tells. */
  writeMember(entry: RemoteZipEntry, content: Uint8Array): void {
    const descriptor = this.#create(this.memberPath(entry.name));
    this.#writeAndClose(this.memberPath(entry.name), descriptor, content);
  }

  /** Bytes of a large member's span that are here, from its beginning. */
  pieceBytes(entry: RemoteZipEntry): number {
    return this.#pieces(entry).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Keeps bytes of a large member's span, read from `start` of the archive. */
  writePiece(entry: RemoteZipEntry, start: number, bytes: Uint8Array): void {
    const path = join(this.#pieceFolder(entry), String(start));
    this.#writeAndClose(path, this.#create(path), bytes);
  }

  dropPieces(entry: RemoteZipEntry): void {
    const folder = this.#pieceFolder(entry);
    guarded("remove", folder, () => this.#files.remove(folder));
    this.#made.delete(folder);
  }

  /** Makes a large member of its pieces, which go away. @throws {FormatError} when they are not its bytes. */
  async unpackPieces(entry: RemoteZipEntry, signal: AbortSignal): Promise<void> {
    const path = this.memberPath(entry.name);
    const head = Buffer.concat([...this.#pieceContents(entry, 0, HEAD_BYTES)]);
    const begin = dataOffset(head, entry, this.#zip.file);
    const data = this.#pieceContents(entry, begin, begin + entry.compressedBytes);
    const descriptor = this.#create(path);
    try {
      for await (const chunk of unpackStream(data, entry, this.#zip.file)) {
        signal.throwIfAborted();
        guarded("write", path, () => writeFully(this.#files, descriptor, chunk));
      }
    } finally {
      closeQuietly(this.#files, descriptor);
    }
    this.dropPieces(entry);
  }

  /**
   * Gives an item its name, all at once, after its bytes are safe on disk.
   * @throws {UsageError} `usage/target-exists` when something came to be there meanwhile and `force` is not given.
   */
  async place(item: FetchItem, force: boolean): Promise<void> {
    const from = this.memberPath(item.path);
    const to = this.targetPath(item);
    const own = new Set(item.members.map(({ name }) => this.memberPath(name)));
    guarded("remove", from, () => this.#removeOthers(from, own));
    await this.#flush(item);
    const old = guarded("read", to, () => this.#files.stat(to));
    if (old !== undefined && !force) throw targetExists(to, "came to be there while it was fetched");
    const aside = join(this.folder, `replaced-${++this.#replaced}`);
    guarded("write", to, () => {
      this.#files.mkdir(dirname(to));
      this.#files.remove(aside);
      if (old !== undefined) this.#files.rename(to, aside);
      try {
        this.#files.rename(from, to);
      } catch (error) {
        if (old !== undefined) this.#files.rename(aside, to);
        throw error;
      }
      this.#files.remove(aside);
    });
    this.#made.clear();
    await syncFolder(this.#files, dirname(to));
  }

  /** Removes what is of no use for a later fetch: all of it, unless members of other items are here. */
  close(): void {
    this.#lock.release();
    try {
      if (this.#isEmpty(join(this.folder, "members")) && this.#isEmpty(join(this.folder, "pieces"))) {
        this.#files.remove(this.folder);
      }
    } catch {
      // A folder that stays is used or removed by the next fetch.
    }
  }

  /** Removes what an earlier fetch of other members left in the folder of an item. */
  #removeOthers(path: string, own: ReadonlySet<string>): void {
    if (own.has(path)) return;
    if (this.#files.stat(path)?.isFile !== false) this.#files.remove(path);
    else for (const name of this.#files.readdir(path)) this.#removeOthers(join(path, name), own);
  }

  /** Whether no file is below a folder; removes empty folders on the way. */
  #isEmpty(folder: string): boolean {
    const state = this.#files.stat(folder);
    if (state === undefined) return true;
    if (state.isFile) return false;
    let empty = true;
    for (const name of this.#files.readdir(folder)) if (!this.#isEmpty(join(folder, name))) empty = false;
    if (empty) this.#files.remove(folder);
    return empty;
  }

  #pieceFolder(entry: RemoteZipEntry): string {
    return join(this.folder, "pieces", createHash("sha256").update(entry.name).digest("hex").slice(0, 32));
  }

  /** The files that hold a large member's span without a gap, each named by its place in the archive. */
  #pieces(entry: RemoteZipEntry): { readonly path: string; readonly bytes: number }[] {
    const pieces: { path: string; bytes: number }[] = [];
    const folder = this.#pieceFolder(entry);
    for (let at = entry.start; at < entry.end; ) {
      const path = join(folder, String(at));
      const size = guarded("read", path, () => this.#files.size(path)) ?? 0;
      const bytes = Math.min(size, entry.end - at);
      if (bytes === 0) break;
      pieces.push({ path, bytes });
      at += bytes;
    }
    return pieces;
  }

  /** Bytes `from` to `to` of a large member's span, as far as they are here. */
  *#pieceContents(entry: RemoteZipEntry, from: number, to: number): Generator<Uint8Array> {
    let before = 0;
    for (const { path, bytes } of this.#pieces(entry)) {
      const end = Math.min(bytes, to - before);
      for (let at = Math.max(0, from - before); at < end; at += READ_BYTES) {
        yield guarded("read", path, () => this.#files.readRange(path, at, Math.min(READ_BYTES, end - at)));
      }
      before += bytes;
    }
  }

  async #holds(path: string, entry: RemoteZipEntry, signal: AbortSignal): Promise<boolean> {
    const { bytes, crc32: stated } = entry;
    if (guarded("read", path, () => this.#files.size(path)) !== bytes) return false;
    let checksum = 0;
    for (let at = 0; at < bytes; at += READ_BYTES) {
      const piece = guarded("read", path, () =>
        bytes <= READ_BYTES ? this.#files.readFile(path) : this.#files.readRange(path, at, READ_BYTES),
      );
      checksum = crc32(piece, checksum);
      await nextTurn();
      signal.throwIfAborted();
    }
    return checksum === stated;
  }

  #makeFolder(folder: string): void {
    if (this.#made.has(folder)) return;
    guarded("write", folder, () => this.#files.mkdir(folder));
    this.#made.add(folder);
  }

  #create(path: string): number {
    this.#makeFolder(dirname(path));
    return guarded("write", path, () => {
      this.#files.remove(path);
      return this.#files.open(path, "wx");
    });
  }

  #writeAndClose(path: string, descriptor: number, bytes: Uint8Array): void {
    try {
      guarded("write", path, () => writeFully(this.#files, descriptor, bytes));
    } finally {
      closeQuietly(this.#files, descriptor);
    }
  }

  async #flush({ members }: FetchItem): Promise<void> {
    const paths = members.map(({ name }) => this.memberPath(name));
    const flushAll = async () => {
      for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
        const one = path;
        const descriptor = guarded("write", one, () => this.#files.open(one, "r+"));
        try {
          await this.#files.flush(descriptor).catch((error: unknown) => {
            throw storageError("write", one, error);
          });
        } finally {
          closeQuietly(this.#files, descriptor);
        }
      }
    };
    const folders = new Set(paths.map(dirname));
    const outcomes = await Promise.allSettled(Array.from({ length: FLUSHES }, flushAll));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    for (const folder of folders) await syncFolder(this.#files, folder);
  }
}

/** The error for a target that is not what would be fetched. */
export function targetExists(path: string, why: string): UsageError {
  return new UsageError("target-exists", `${path} ${why}`, {
    fields: { file: path },
    wayOut: "Move it away, choose another --into, or give --force to replace it.",
  });
}
