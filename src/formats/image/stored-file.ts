import { type FileHandle, open } from "node:fs/promises";
import { FormatError } from "../../base/errors.js";

const STREAM_BYTES = 256 * 1024;

/** A file open for reading at any place. Every read is checked against the size that the file had when it was opened. */
export class StoredFile {
  readonly size: number;
  /** Name of the file in errors. */
  readonly file: string;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, size: number, file: string) {
    this.#handle = handle;
    this.size = size;
    this.file = file;
  }

  /** @throws {FormatError} `unreadable`, `empty`. */
  static async open(path: string, file: string): Promise<StoredFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, "r");
      const state = await handle.stat();
      if (!state.isFile()) throw new Error("it is no regular file");
      if (state.size === 0) throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
      return new StoredFile(handle, state.size, file);
    } catch (cause) {
      await handle?.close();
      throw cause instanceof FormatError ? cause : unreadable(file, cause);
    }
  }

  /** Exactly `target.length` bytes from `offset` on. @throws {FormatError} `truncated`, `unreadable`. */
  async readInto(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.size) throw this.truncated(offset, target.length);
    let filled = 0;
    while (filled < target.length) {
      let bytesRead: number;
      try {
        ({ bytesRead } = await this.#handle.read(target, filled, target.length - filled, offset + filled));
      } catch (cause) {
        throw unreadable(this.file, cause);
      }
      if (bytesRead === 0) throw this.truncated(offset, target.length);
      filled += bytesRead;
    }
  }

  /** A copy of exactly `length` bytes; nothing is allocated when the file does not have them. */
  async read(offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
    if (offset < 0 || offset + length > this.size) throw this.truncated(offset, length);
    const bytes = Buffer.from(new ArrayBuffer(length));
    await this.readInto(bytes, offset);
    return bytes;
  }

  /** The first bytes, at most `most` of them. */
  head(most: number): Promise<Buffer<ArrayBuffer>> {
    return this.read(0, Math.min(most, this.size));
  }

  /** The bytes from `start` to the end, piece by piece. Each piece is its own copy. */
  async *stream(start: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < this.size; at += STREAM_BYTES) {
      yield await this.read(at, Math.min(STREAM_BYTES, this.size - at));
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  private truncated(offset: number, length: number): FormatError {
    return new FormatError(
      "truncated",
      `${this.file}: ${length} bytes are needed from offset ${offset} on, the file has ${this.size}`,
      { fields: { file: this.file, offset, bytes: length, fileBytes: this.size }, wayOut: "fetch the file again" },
    );
  }
}

function unreadable(file: string, cause: unknown): FormatError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FormatError("unreadable", `${file}: the file cannot be read (${reason})`, { fields: { file }, cause });
}
