import { FormatError } from "../../base/errors.js";
import type { StoredFile } from "./stored-file.js";

/** The bytes of an array, in storage order. */
export interface ElementSource {
  cursor(): ElementCursor;
}

/** One reading position; used by one caller at a time. */
export interface ElementCursor {
  /** Fills `target` with the bytes from `offset` on. Compressed sources start again to go back. */
  fill(target: Uint8Array, offset: number): Promise<void>;
  /** Reads what follows the last element, so that checksums are seen. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Elements that lie in the file as they are, from `start` on. */
export function plainElements(stored: StoredFile, start: number): ElementSource {
  return {
    cursor: () => ({
      fill: (target, offset) => stored.readInto(target, start + offset),
      finish: async () => {},
      close: async () => {},
    }),
  };
}

export interface StreamedElements {
  /** Name for messages. */
  readonly name: string;
  readonly file: string;
  /** Bytes in the stream before the first element. */
  readonly skip?: number;
  /** Bytes of all elements. */
  readonly bytes: number;
  /** Whether bytes behind the last element are an error. */
  readonly exact: boolean;
  readonly open: () => AsyncGenerator<Uint8Array>;
}

/** Elements that come out of a stream. Memory: one piece of it. */
export function streamedElements(source: StreamedElements): ElementSource {
  return { cursor: () => new StreamCursor(source) };
}

class StreamCursor implements ElementCursor {
  readonly #source: StreamedElements;
  #stream: AsyncGenerator<Uint8Array> | undefined;
  #piece: Uint8Array = new Uint8Array(0);
  /** Offset in the stream of the first byte of the piece. */
  #position = 0;

  constructor(source: StreamedElements) {
    this.#source = source;
  }

  async fill(target: Uint8Array, offset: number): Promise<void> {
    const from = offset + (this.#source.skip ?? 0);
    if (from < this.#position) await this.close();
    let at = from;
    let filled = 0;
    while (filled < target.length) {
      const end = this.#position + this.#piece.length;
      if (at < end) {
        const part = this.#piece.subarray(at - this.#position, at - this.#position + target.length - filled);
        target.set(part, filled);
        filled += part.length;
        at += part.length;
      } else if (!(await this.#next())) {
        throw this.#truncated(end);
      }
    }
  }

  async finish(): Promise<void> {
    const expected = this.#source.bytes + (this.#source.skip ?? 0);
    let end = this.#position + this.#piece.length;
    while (end <= expected && (await this.#next())) end = this.#position + this.#piece.length;
    if (end < expected) throw this.#truncated(end);
    if (end > expected && this.#source.exact) {
      const { name, file, bytes } = this.#source;
      throw new FormatError("lying-size", `${name}: more comes out than the ${bytes} bytes that the header states`, {
        fields: { file, bytes },
      });
    }
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#piece = new Uint8Array(0);
    this.#position = 0;
    await stream?.return(undefined);
  }

  async #next(): Promise<boolean> {
    this.#stream ??= this.#source.open();
    const { done, value } = await this.#stream.next();
    if (done) return false;
    this.#position += this.#piece.length;
    this.#piece = value;
    return true;
  }

  #truncated(have: number): FormatError {
    const { name, file, bytes, skip = 0 } = this.#source;
    const left = Math.max(0, have - skip);
    return new FormatError(
      "truncated",
      `${name}: the header states ${bytes} bytes of elements, only ${left} come out`,
      {
        fields: { file, bytes, found: left },
        wayOut: "fetch the file again",
      },
    );
  }
}
