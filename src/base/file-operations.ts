import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  createReadStream,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";

/** What identifies one state of a file. Times in nanoseconds since 1970. */
export interface FileState {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bytes: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
  readonly isFile: boolean;
}

/**
 * Every operation of ours on the home folder goes through one of these, so that tests can make the n-th one fail.
 * Small things are synchronous (a metadata call costs microseconds); what waits for the disk is not.
 * All throw Node's errors with `code`; callers wrap them by `storageError`.
 */
export interface FileOperations {
  /** @returns a file descriptor. */
  open(path: string, flags: "r" | "r+" | "wx" | "ax"): number;
  /** @returns how many bytes were written, which may be fewer than given. */
  write(descriptor: number, bytes: Uint8Array): number;
  truncate(descriptor: number, bytes: number): void;
  fsync(descriptor: number): void;
  /** As `fsync`, without blocking the event loop. */
  flush(descriptor: number): Promise<void>;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  link(existing: string, path: string): void;
  /** Makes the folder and those above it. No error when it is there. */
  mkdir(path: string): void;
  unlink(path: string): void;
  /** Removes a file or a folder with all it holds. No error when it is not there. */
  remove(path: string): void;
  /** Names in no particular order. */
  readdir(path: string): string[];
  /** Size in bytes of a regular file; undefined when there is none. */
  size(path: string): number | undefined;
  stat(path: string): FileState | undefined;
  chmod(path: string, mode: number): void;
  readFile(path: string): Buffer;
  /** At most `bytes` bytes from `offset`; fewer at the end of the file. */
  readRange(path: string, offset: number, bytes: number): Buffer;
  /** SHA-256 and length of a file, streamed in 1 MiB reads. */
  hash(path: string): Promise<{ readonly sha256: string; readonly bytes: number }>;
}

/** Bytes up to which a file is read in one piece. */
const SMALL_FILE = 256 * 1024;

/** The real file system. */
export const nodeFiles: FileOperations = {
  open: (path, flags) => openSync(path, flags, 0o644),
  write: (descriptor, bytes) => writeSync(descriptor, bytes),
  truncate: (descriptor, bytes) => ftruncateSync(descriptor, bytes),
  fsync: (descriptor) => fsyncSync(descriptor),
  flush: (descriptor) =>
    new Promise((resolve, reject) => {
      fsync(descriptor, (error) => (error ? reject(error) : resolve()));
    }),
  close: (descriptor) => closeSync(descriptor),
  rename: (from, to) => renameSync(from, to),
  link: (existing, path) => linkSync(existing, path),
  mkdir: (path) => void mkdirSync(path, { recursive: true }),
  unlink: (path) => unlinkSync(path),
  remove: (path) => rmSync(path, { recursive: true, force: true }),
  readdir: (path) => readdirSync(path),
  size(path) {
    const state = statSync(path, { throwIfNoEntry: false });
    return state?.isFile() ? state.size : undefined;
  },
  stat(path) {
    const state = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (state === undefined) return undefined;
    return {
      device: state.dev,
      inode: state.ino,
      bytes: state.size,
      modified: state.mtimeNs,
      changed: state.ctimeNs,
      isFile: state.isFile(),
    };
  },
  chmod: (path, mode) => chmodSync(path, mode),
  readFile: (path) => readFileSync(path),
  readRange(path, offset, bytes) {
    const descriptor = openSync(path, "r");
    try {
      const buffer = Buffer.allocUnsafe(bytes);
      let done = 0;
      while (done < bytes) {
        const read = readSync(descriptor, buffer, done, bytes - done, offset + done);
        if (read === 0) break;
        done += read;
      }
      return buffer.subarray(0, done);
    } finally {
      closeSync(descriptor);
    }
  },
  async hash(path) {
    const hash = createHash("sha256");
    // A stream costs a millisecond: too much for the many small files.
    if (statSync(path).size <= SMALL_FILE) {
      const content = readFileSync(path);
      return { sha256: hash.update(content).digest("hex"), bytes: content.length };
    }
    let bytes = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    return { sha256: hash.digest("hex"), bytes };
  },
};
