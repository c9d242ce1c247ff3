import { statfs } from "node:fs/promises";
import { FormatError, InterruptedError, StorageError } from "../base/errors.js";
import { nodeFiles } from "../base/file-operations.js";
import type { RemoteZipEntry } from "../formats/archive/remote-directory.js";
import { unpackMember } from "../formats/archive/remote-member.js";
import { type ArchiveRead, isLarge, planReads, READ_SIZES, readInOrder } from "../formats/archive/remote-reads.js";
import { type ArchiveRequest, explained, type OpenArchive, openArchive } from "./fetch-archive.js";
import { type FetchItem, type MemberGroup, matchingEntries, memberGroups, selectItems } from "./fetch-selection.js";
import { FetchWorkspace, targetExists } from "./fetch-workspace.js";

export interface FetchRequest extends ArchiveRequest {
  /** Files, folders, or patterns of either; see `memberMatcher`. Each must match something. */
  readonly members: readonly string[];
  /** Absolute path of the folder to fetch into; made where it is missing. */
  readonly into: string;
  /** Leading folders of the members' names that are left out in the target (default 0). */
  readonly strip?: number;
  /** Whether to replace targets that are there. */
  readonly force?: boolean;
  readonly onEvent?: (event: FetchEvent) => void;
}

/** What happens during a fetch. `path` is an item's, below the target folder; bytes of progress are packed ones. */
export type FetchEvent =
  | { readonly kind: "started"; readonly path: string; readonly from: string; readonly bytes: number }
  | { readonly kind: "progress"; readonly path: string; readonly done: number; readonly total: number }
  | { readonly kind: "finished"; readonly item: FetchedItem };

/** A `.zarr` folder, or a file outside of one, that is whole in the target folder. */
export interface FetchedItem {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  readonly status: "fetched" | "unchanged";
}

export interface FetchSummary {
  readonly archive: string;
  readonly into: string;
  readonly items: readonly FetchedItem[];
  /** Members that an earlier, interrupted fetch had brought already. */
  readonly resumedFiles: number;
  /** Requests sent and bytes received, those for the directory included; 0 for an archive on disk. */
  readonly requests: number;
  readonly receivedBytes: number;
}

export interface ArchiveListing {
  readonly archive: string;
  /** Bytes of the archive, and of all its members. */
  readonly size: number;
  readonly groups: readonly MemberGroup[];
}

/** What an archive holds, by `.zarr` folder; with patterns, what they match. @throws as {@link fetchMembers}. */
export async function listMembers(
  request: ArchiveRequest & { readonly members?: readonly string[] },
): Promise<ArchiveListing> {
  return withArchive(request, async ({ zip }) => {
    const { members = [] } = request;
    const entries = members.length === 0 ? zip.entries : matchingEntries(zip.file, zip.entries, members);
    return { archive: zip.file, size: zip.source.size, groups: memberGroups(entries) };
  });
}

/**
 * Brings members of a zip archive, on disk or behind an https URL, into a folder. Neighbouring members come in one
 * request of up to 8 MiB, four at a time. Every member's size and CRC-32 are checked; it is put together in a hidden
 * folder beside the target, and a whole item (a `.zarr` folder, or a file outside of one) gets its name at once. What
 * an interrupted fetch brought is checked and kept by the next. Items that are there whole are left alone.
 * Memory: the archive's directory and some 32 MiB. Disk: what is fetched; a large member twice while it is unpacked.
 * @throws {UsageError} `usage/no-archive`, `usage/no-member`, `usage/strip`, `usage/target-exists`;
 * {@link FormatError}; {@link StorageError}; `NetworkError`; `LockedError`; {@link InterruptedError}.
 */
export async function fetchMembers(request: FetchRequest): Promise<FetchSummary> {
  return withArchive(request, async (archive) => {
    const { zip } = archive;
    const { services = {}, into, members: patterns, strip = 0 } = request;
    const items = selectItems({ file: zip.file, entries: zip.entries, patterns, strip });
    const workspace = await FetchWorkspace.open({ into, zip, files: services.files ?? nodeFiles });
    try {
      const fetch = new Fetch({ request, archive, workspace, items });
      await fetch.run();
      const { requests, bytes: receivedBytes } = archive.traffic();
      const { resumedFiles, finished } = fetch;
      return { archive: zip.file, into, items: finished, resumedFiles, requests, receivedBytes };
    } finally {
      // What is still being read is of no use any more.
      await archive.close();
      workspace.close();
    }
  });
}

async function withArchive<T>(request: ArchiveRequest, work: (archive: OpenArchive) => Promise<T>): Promise<T> {
  try {
    request.signal.throwIfAborted();
    const archive = await openArchive(request);
    try {
      return await work(archive);
    } finally {
      await archive.close();
    }
  } catch (error) {
    if (!request.signal.aborted) throw explained(error);
    throw new InterruptedError("the fetch was interrupted", {
      wayOut: "The same command goes on from where it was.",
      cause: error,
    });
  }
}

interface Progress {
  readonly item: FetchItem;
  /** Members that are not whole yet, and what they take of the archive. */
  missing: number;
  readonly total: number;
  done: number;
  started: boolean;
}

class Fetch {
  readonly #request: FetchRequest;
  readonly #archive: OpenArchive;
  readonly #workspace: FetchWorkspace;
  readonly #items: readonly FetchItem[];
  readonly #outcomes = new Map<FetchItem, FetchedItem>();
  /** Of every member that is not whole yet. */
  readonly #progress = new Map<RemoteZipEntry, Progress>();
  resumedFiles = 0;

  constructor(given: {
    readonly request: FetchRequest;
    readonly archive: OpenArchive;
    readonly workspace: FetchWorkspace;
    readonly items: readonly FetchItem[];
  }) {
    this.#request = given.request;
    this.#archive = given.archive;
    this.#workspace = given.workspace;
    this.#items = given.items;
  }

  /** In the order of the archive. */
  get finished(): FetchedItem[] {
    return this.#items.flatMap((item) => this.#outcomes.get(item) ?? []);
  }

  async run(): Promise<void> {
    const { signal } = this.#request;
    for (const item of await this.#wantedItems()) {
      const missing: RemoteZipEntry[] = [];
      for (const entry of item.members) {
        if (await this.#workspace.hasMember(entry, signal)) this.resumedFiles += 1;
        else missing.push(entry);
      }
      const total = missing.reduce((sum, { start, end }) => sum + end - start, 0);
      const progress = { item, missing: missing.length, total, done: 0, started: false };
      for (const entry of missing) this.#progress.set(entry, progress);
      if (missing.length === 0) await this.#place(progress);
    }
    await this.#refuseFullDisk();
    await this.#receive([...this.#progress.keys()], true);
  }

  /** Items that are not there yet. All are looked at before anything is fetched. */
  async #wantedItems(): Promise<FetchItem[]> {
    const { force = false, signal } = this.#request;
    const wanted: FetchItem[] = [];
    for (const item of this.#items) {
      const state = force ? "none" : await this.#workspace.targetState(item, signal);
      if (state === "none") wanted.push(item);
      else if (state === "complete") this.#finish(item, "unchanged");
      else throw targetExists(this.#workspace.targetPath(item), "is there, but not as in the archive");
    }
    return wanted;
  }

  async #receive(entries: readonly RemoteZipEntry[], resuming: boolean): Promise<void> {
    const { services = {}, signal } = this.#request;
    const sizes = services.sizes ?? READ_SIZES;
    const done = new Map<string, number>();
    const damaged: RemoteZipEntry[] = [];
    for (const entry of entries) {
      const bytes = isLarge(entry, sizes) ? this.#workspace.pieceBytes(entry) : 0;
      if (bytes === 0) continue;
      done.set(entry.name, bytes);
      this.#advance(entry, bytes);
      // All of it came before the fetch was interrupted.
      if (bytes === entry.end - entry.start && !(await this.#unpack(entry, resuming))) damaged.push(entry);
    }
    const reads = planReads(entries, sizes, done);
    for await (const { read, bytes } of readInOrder(this.#archive.zip.source, reads)) {
      signal.throwIfAborted();
      if (bytes.length !== read.end - read.start) throw this.#shortened(read);
      if (read.piece === undefined) await this.#takeWhole(read, bytes);
      else {
        this.#workspace.writePiece(read.piece, read.start, bytes);
        this.#advance(read.piece, bytes.length);
        const resumed = resuming && done.has(read.piece.name);
        if (read.end === read.piece.end && !(await this.#unpack(read.piece, resumed))) damaged.push(read.piece);
      }
    }
    if (damaged.length > 0) await this.#receive(damaged, false);
  }

  async #takeWhole({ whole, start }: ArchiveRead, bytes: Uint8Array): Promise<void> {
    const { file } = this.#archive.zip;
    for (const entry of whole) {
      const span = bytes.subarray(entry.start - start, entry.end - start);
      this.#workspace.writeMember(entry, unpackMember(span, entry, file));
      this.#advance(entry, span.length);
      await this.#complete(entry);
    }
  }

  /** @returns false for pieces of an earlier fetch that turn out not to be the member's: they are gone then. */
  async #unpack(entry: RemoteZipEntry, resumed: boolean): Promise<boolean> {
    try {
      await this.#workspace.unpackPieces(entry, this.#request.signal);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // Bad pieces must not be kept for the next fetch to stumble over.
      this.#workspace.dropPieces(entry);
      if (!resumed) throw error;
      this.#advance(entry, entry.start - entry.end);
      return false;
    }
    await this.#complete(entry);
    return true;
  }

  async #complete(entry: RemoteZipEntry): Promise<void> {
    const progress = this.#progress.get(entry) as Progress;
    progress.missing -= 1;
    if (progress.missing === 0) await this.#place(progress);
  }

  async #place({ item }: Progress): Promise<void> {
    await this.#workspace.place(item, this.#request.force ?? false);
    this.#finish(item, "fetched");
  }

  #finish(item: FetchItem, status: FetchedItem["status"]): void {
    const fetched = { path: item.target, files: item.members.length, bytes: item.bytes, status };
    this.#outcomes.set(item, fetched);
    this.#request.onEvent?.({ kind: "finished", item: fetched });
  }

  #advance(entry: RemoteZipEntry, bytes: number): void {
    const progress = this.#progress.get(entry) as Progress;
    const { item, total } = progress;
    const { onEvent } = this.#request;
    if (!progress.started) onEvent?.({ kind: "started", path: item.target, from: this.#archive.from, bytes: total });
    progress.started = true;
    progress.done += bytes;
    onEvent?.({ kind: "progress", path: item.target, done: progress.done, total });
  }

  /** An archive can promise more than the disk holds: better to know before than after an hour. */
  async #refuseFullDisk(): Promise<void> {
    const { into, services = {} } = this.#request;
    const free = await (services.freeBytes ?? freeBytes)(into);
    const needed = [...this.#progress.keys()].reduce((sum, { bytes }) => sum + bytes, 0);
    if (free === undefined || needed <= free) return;
    throw new StorageError("disk-full", `${into} has ${free} bytes free, and ${needed} are to be fetched`, {
      fields: { file: into, free, needed },
      wayOut: "Free some space, fetch fewer members, or choose another --into.",
    });
  }

  #shortened({ start, end }: ArchiveRead): FormatError {
    const { file } = this.#archive.zip;
    return new FormatError("truncated", `${file}: the archive became shorter: no bytes ${start} to ${end}`, {
      fields: { file, offset: start },
    });
  }
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
