import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import yauzl from "yauzl";

const BLOCK_BYTES = 256 * 1024;

/**
 * Bytes in memory or a file on disk, as the zip reader wants them. Reads outside the file end in an error callback:
 * the library's own readers throw out of callbacks when a position in the file is a lie.
 */
export class RandomAccess extends yauzl.RandomAccessReader {
  readonly size: number;
  readonly #bytes: Uint8Array | undefined;
  readonly #handle: FileHandle | undefined;
  #closed = false;

  constructor(size: number, source: Uint8Array | FileHandle) {
    super();
    this.size = size;
    this.#bytes = source instanceof Uint8Array ? source : undefined;
    this.#handle = source instanceof Uint8Array ? undefined : source;
  }

  /** Opens a file; {@link close} must follow. @throws the operating system's error. */
  static async open(path: string): Promise<RandomAccess> {
    const handle = await open(path, "r");
    try {
      return new RandomAccess((await handle.stat()).size, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Up to `length` bytes from `position`; fewer at the end of the file. */
  async slice(position: number, length: number): Promise<Uint8Array> {
    const from = Math.min(Math.max(0, position), this.size);
    const to = Math.min(from + Math.max(0, length), this.size);
    if (this.#bytes !== undefined) return this.#bytes.subarray(from, to);
    const buffer = Buffer.allocUnsafe(to - from);
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await (this.#handle as FileHandle).read(
        buffer,
        filled,
        buffer.length - filled,
        from + filled,
      );
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (!Number.isSafeInteger(position) || position < 0 || position + length > this.size) {
      setImmediate(() => callback(new Error("unexpected EOF")));
      return;
    }
    this.slice(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        setImmediate(() => callback(null, bytes.length));
      },
      (error: Error) => setImmediate(() => callback(error)),
    );
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#blocks(start, end), { objectMode: false });
  }

  async *#blocks(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += BLOCK_BYTES) {
      const block = await this.slice(at, Math.min(BLOCK_BYTES, end - at));
      if (block.length === 0) return;
      yield block;
    }
  }

  override close(callback: (error: Error | null) => void = () => {}): void {
    if (this.#handle === undefined || this.#closed) {
      setImmediate(() => callback(null));
      return;
    }
    this.#closed = true;
    this.#handle.close().then(
      () => callback(null),
      (error: Error) => callback(error),
    );
  }
}
