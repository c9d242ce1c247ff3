import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { FormatError } from "../../base/errors.js";

/** Bytes that can be read anywhere, without holding them all. */
export interface ByteSource {
  readonly size: number;
  /** Copies bytes from `position` into `target`; returns how many, fewer only at the end. */
  read(target: Uint8Array, position: number): number;
  close(): void;
}

/** Reads from memory, or from a file by position. */
export function openByteSource(from: Uint8Array | string): ByteSource {
  if (typeof from !== "string") {
    return {
      size: from.length,
      read: (target, position) => {
        const part = from.subarray(Math.min(position, from.length), Math.min(position + target.length, from.length));
        target.set(part);
        return part.length;
      },
      close: () => {},
    };
  }
  const descriptor = openSync(from, "r");
  return {
    size: fstatSync(descriptor).size,
    read: (target, position) => {
      let done = 0;
      while (done < target.length) {
        const got = readSync(descriptor, target, done, target.length - done, position + done);
        if (got === 0) break;
        done += got;
      }
      return done;
    },
    close: () => closeSync(descriptor),
  };
}

/**
 * Exactly `length` bytes from `position`.
 * @throws {FormatError} `format/truncated`
 */
export function readBytes(source: ByteSource, file: string, position: number, length: number): Uint8Array {
  if (!(position >= 0 && length >= 0 && position + length <= source.size)) {
    throw new FormatError(
      "truncated",
      `${file}: bytes ${position} to ${position + length} are needed, the file has ${source.size}`,
      { fields: { file, offset: position, length, bytes: source.size } },
    );
  }
  const out = new Uint8Array(length);
  if (source.read(out, position) !== length) {
    throw new FormatError("truncated", `${file}: the file became shorter while it was read`, { fields: { file } });
  }
  return out;
}
