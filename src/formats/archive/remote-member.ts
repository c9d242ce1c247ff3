import { constants as bufferConstants } from "node:buffer";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { FormatError } from "../../base/errors.js";
import type { RemoteZipEntry } from "./remote-directory.js";
import { lyingSize } from "./zip-archive.js";

const LOCAL_HEADER_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;
const ENCRYPTED = 0x1;
/** Sizes follow the data instead of standing in the local header. */
const DESCRIPTOR = 0x8;
const FULL_32 = 0xffffffff;

/** Bytes of a member's span that are enough for {@link dataOffset}, unless its local header is very long. */
export const HEAD_BYTES = 128 * 1024;

/**
 * Where a member's data begin within its span, from the first bytes of the span. The local header must agree with the
 * directory, and the data must end within the span.
 * @throws {FormatError} `truncated`, `zip-invalid`.
 */
export function dataOffset(head: Uint8Array, entry: RemoteZipEntry, file: string): number {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const { name } = entry;
  if (bytes.length < LOCAL_HEADER_BYTES + entry.nameBytes) throw truncated(file, name);
  if (bytes.readUInt32LE(0) !== LOCAL_SIGNATURE) throw invalid(file, name, "has no local header");
  const flags = bytes.readUInt16LE(6);
  const nameEnd = LOCAL_HEADER_BYTES + bytes.readUInt16LE(26);
  const sameName =
    nameEnd === LOCAL_HEADER_BYTES + entry.nameBytes &&
    crc32(bytes.subarray(LOCAL_HEADER_BYTES, nameEnd)) === entry.nameChecksum;
  if (!sameName) throw invalid(file, name, "has another name in its local header");
  if (bytes.readUInt16LE(8) !== entry.method || (flags & ENCRYPTED) !== 0) {
    throw invalid(file, name, "is packed in another way by its local header");
  }
  if ((flags & DESCRIPTOR) === 0) {
    for (const [stated, real] of [
      [bytes.readUInt32LE(18), entry.compressedBytes],
      [bytes.readUInt32LE(22), entry.bytes],
    ] as const) {
      if (stated !== FULL_32 && stated !== real) throw invalid(file, name, "has another size in its local header");
    }
  }
  const offset = nameEnd + bytes.readUInt16LE(28);
  if (entry.start + offset + entry.compressedBytes > entry.end) throw invalid(file, name, "overlaps what follows it");
  return offset;
}

/**
 * A member's bytes out of its span, their number and CRC-32 checked. Cost: its inflated size.
 * @throws {FormatError} `truncated`, `zip-invalid`, `lying-size`, `checksum`.
 */
export function unpackMember(span: Uint8Array, entry: RemoteZipEntry, file: string): Uint8Array {
  const offset = dataOffset(span, entry, file);
  const data = span.subarray(offset, offset + entry.compressedBytes);
  if (data.length < entry.compressedBytes) throw truncated(file, entry.name);
  const content = entry.method === 0 ? data : inflateAll(data, entry, file);
  const check = new MemberCheck(entry, file);
  check.add(content);
  check.end();
  return content;
}

/**
 * A member's bytes as its data (without local header) are given piece by piece. What was yielded counts only when the
 * loop ends without an error.
 * @throws {FormatError} `truncated`, `zip-invalid`, `lying-size`, `checksum`; what the data throw.
 */
export async function* unpackStream(
  data: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  entry: RemoteZipEntry,
  file: string,
): AsyncGenerator<Uint8Array> {
  const check = new MemberCheck(entry, file);
  for await (const chunk of entry.method === 0 ? data : inflated(data, entry, file)) {
    check.add(chunk);
    yield chunk;
  }
  check.end();
}

async function* inflated(
  data: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  entry: RemoteZipEntry,
  file: string,
): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  let failure: unknown;
  const feed = async () => {
    try {
      for await (const piece of data) {
        if (inflate.destroyed) return;
        if (!inflate.write(piece)) {
          await new Promise<void>((resolve) => {
            inflate.once("drain", resolve);
            inflate.once("close", resolve);
          });
        }
      }
      inflate.end();
    } catch (error) {
      failure = error;
      inflate.destroy();
    }
  };
  const fed = feed();
  try {
    for await (const chunk of inflate as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw failure ?? zlibFault(error, entry, file);
  } finally {
    inflate.destroy();
    await fed;
  }
  if (failure !== undefined) throw failure;
}

function inflateAll(data: Uint8Array, entry: RemoteZipEntry, file: string): Uint8Array {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.min(Math.max(1, entry.bytes), bufferConstants.MAX_LENGTH) });
  } catch (error) {
    throw zlibFault(error, entry, file);
  }
}

function zlibFault(error: unknown, entry: RemoteZipEntry, file: string): FormatError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_BUFFER_TOO_LARGE") return lyingSize(file, entry, entry.bytes + 1);
  if (code === "Z_BUF_ERROR") return truncated(file, entry.name, error);
  return invalid(file, entry.name, `has damaged data: ${message}`, error);
}

/** Counts and sums what comes out of a member. */
class MemberCheck {
  readonly #entry: RemoteZipEntry;
  readonly #file: string;
  #bytes = 0;
  #checksum = 0;

  constructor(entry: RemoteZipEntry, file: string) {
    this.#entry = entry;
    this.#file = file;
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#entry.bytes) throw lyingSize(this.#file, this.#entry, this.#bytes);
    this.#checksum = crc32(chunk, this.#checksum);
  }

  end(): void {
    const { name, bytes, crc32: stated } = this.#entry;
    if (this.#bytes !== bytes) throw lyingSize(this.#file, this.#entry, this.#bytes);
    if (this.#checksum === stated) return;
    throw new FormatError("checksum", `${this.#file}: the content of ${name} does not match its CRC`, {
      fields: { file: this.#file, entry: name },
      wayOut: "fetch the file again",
    });
  }
}

function truncated(file: string, name: string, cause?: unknown): FormatError {
  return new FormatError("truncated", `${file}: the data of ${name} end in the middle`, {
    fields: { file, entry: name },
    wayOut: "fetch the file again",
    cause,
  });
}

function invalid(file: string, name: string, why: string, cause?: unknown): FormatError {
  return new FormatError("zip-invalid", `${file}: ${name} ${why}`, { fields: { file, entry: name }, cause });
}
