import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { closeQuietly, writeFully } from "./atomic-file.js";
import { InterruptedError, LockedError } from "./errors.js";
import type { FileOperations } from "./file-operations.js";
import { currentOwner, describeOwner, type Owner, ownerName, ownerState, parseOwner } from "./owner.js";
import { errorCode, storageError } from "./storage-error.js";

/** Something held until released, or until its process ends. */
export interface Lock {
  readonly name: string;
  /** Safe to call twice. */
  release(): void;
}

/** How to take a lock. */
export interface LockRequest {
  readonly name: string;
  /** For the message that others see, for example a run id. */
  readonly purpose?: string;
  /** Names whose marks exclude this one. Default: the name itself, which makes it exclusive. */
  readonly excludedBy?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A mark that another owner set. */
export interface Mark {
  readonly name: string;
  readonly owner: Owner;
  readonly file: string;
}

const RETRY_MILLISECONDS = { first: 2, most: 100 } as const;

/** Marks of this process, to remove when it exits by any way that runs handlers. */
const held = new Map<string, FileOperations>();
/** Marks that were released but could not be removed: they mean nothing to us, and others see them until we exit. */
const unremoved = new Map<string, FileOperations>();
let exitHandler = false;

/**
 * Locks as marks in one folder: `NAME@OWNER.TOKEN`. Taking a lock is: set a mark under a name nobody else can have,
 * then look; whoever sees a living mark that excludes his own withdraws and tries again. Two can thus both withdraw,
 * never both hold. The name says who holds it, so a mark whose process is dead is swept by anybody, at any time,
 * without the race that a takeover of one shared file has. Marks of other hosts are never swept.
 */
export class LockFolder {
  readonly #files: FileOperations;
  readonly #folder: string;

  constructor(options: { readonly files: FileOperations; readonly folder: string }) {
    this.#files = options.files;
    this.#folder = options.folder;
  }

  /**
   * One attempt.
   * @returns undefined while another living owner holds it, on this host or any other.
   * @throws {StorageError} when the mark cannot be written.
   */
  tryLock(request: LockRequest): Lock | undefined {
    const { name, purpose = "", excludedBy = [name] } = request;
    if (this.marks(excludedBy).length > 0) return undefined;
    const file = `${encodeName(name)}@${ownerName(currentOwner())}.${randomBytes(6).toString("hex")}`;
    const path = join(this.#folder, file);
    if (!exitHandler) {
      exitHandler = true;
      process.on("exit", releaseAll);
    }
    this.#write(path, purpose);
    held.set(path, this.#files);
    const release = () => {
      if (!held.delete(path)) return;
      removeMark(this.#files, path);
    };
    try {
      if (this.marks(excludedBy).some((mark) => mark.file !== file)) {
        release();
        return undefined;
      }
    } catch (error) {
      release();
      throw error;
    }
    return { name, release };
  }

  /**
   * Waits until it is free.
   * @throws {LockedError} `locked/other-host` when a process on another host holds it: it may live for ever.
   * @throws {InterruptedError} when the signal comes first.
   */
  async lock(request: LockRequest): Promise<Lock> {
    const { name, excludedBy = [name], signal } = request;
    for (let wait: number = RETRY_MILLISECONDS.first; ; wait = Math.min(wait * 2, RETRY_MILLISECONDS.most)) {
      if (signal?.aborted) throw new InterruptedError();
      const lock = this.tryLock(request);
      if (lock !== undefined) return lock;
      const foreign = this.marks(excludedBy).find((mark) => ownerState(mark.owner) === "foreign");
      if (foreign !== undefined) throw this.lockedError(name, foreign);
      // Different waits, so that those who withdrew from each other do not meet again.
      await sleep(wait * (0.5 + randomBytes(1).readUInt8() / 256));
    }
  }

  /** Marks of living or foreign owners under any of the names; sweeps those of the dead. */
  marks(names: readonly string[]): Mark[] {
    const wanted = new Set(names.map(encodeName));
    const marks: Mark[] = [];
    for (const file of this.#list()) {
      const match = /^([^@]+)@([^.]+)\.[0-9a-f]{12}$/.exec(file);
      const owner = match?.[2] === undefined ? undefined : parseOwner(match[2]);
      if (match === null || owner === undefined) continue;
      const path = join(this.#folder, file);
      if (unremoved.has(path) || ownerState(owner) === "dead") removeMark(this.#files, path);
      else if (wanted.has(match[1] as string)) marks.push({ name: decodeName(match[1] as string), owner, file });
    }
    return marks;
  }

  /** The error that names the holder. */
  lockedError(wanted: string, mark: Mark): LockedError {
    const purpose = this.#purpose(mark.file);
    const foreign = ownerState(mark.owner) === "foreign";
    const path = join(this.#folder, mark.file);
    return new LockedError(
      foreign ? "other-host" : "held",
      `${wanted} is locked by ${describeOwner(mark.owner)}${purpose === "" ? "" : ` (${purpose})`}`,
      {
        fields: { lock: wanted, host: mark.owner.host, pid: mark.owner.pid, purpose, file: path },
        wayOut: foreign
          ? `Nobody here can tell whether that process lives. If it does not, delete ${path}.`
          : "Wait until it has ended, or end it.",
      },
    );
  }

  #write(path: string, purpose: string): void {
    let descriptor: number;
    try {
      descriptor = this.#open(path);
    } catch (error) {
      removeMark(this.#files, path);
      throw storageError("write", path, error);
    }
    try {
      if (purpose !== "") writeFully(this.#files, descriptor, Buffer.from(`${purpose}\n`));
    } catch {
      // The name is the mark; what it is for is only told. A full disk must not keep `gc` from making room.
    } finally {
      closeQuietly(this.#files, descriptor);
    }
  }

  #open(path: string): number {
    try {
      return this.#files.open(path, "wx");
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
      this.#files.mkdir(this.#folder);
      return this.#files.open(path, "wx");
    }
  }

  #list(): string[] {
    try {
      return this.#files.readdir(this.#folder);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw storageError("read", this.#folder, error);
    }
  }

  #purpose(file: string): string {
    try {
      return this.#files.readFile(join(this.#folder, file)).toString("utf8").trim().slice(0, 200);
    } catch {
      return "";
    }
  }
}

function removeMark(files: FileOperations, path: string): void {
  try {
    files.unlink(path);
    unremoved.delete(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") unremoved.delete(path);
    else unremoved.set(path, files);
  }
}

function releaseAll(): void {
  for (const [path, files] of [...held, ...unremoved]) removeMark(files, path);
  held.clear();
}

const encodeName = (name: string): string =>
  encodeURIComponent(name).replace(/[.*!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
const decodeName = (text: string): string => decodeURIComponent(text);
