import { constants as bufferConstants } from "node:buffer";
import { crc32, inflateRawSync, type ZlibOptions } from "node:zlib";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { describeFormat, detectFormat } from "../detect-format.js";

/** Bits of the FLG byte of a member header (RFC 1952 section 2.3.1). */
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

interface Member {
  readonly content: Uint8Array;
  readonly end: number;
}

/**
 * Inflates gzip bytes, all members of them, into one array. Sizes stated in the file are checked but never trusted: the
 * output grows with what really comes out and stops at `limits.bytes` or at `limits.ratio` times the input.
 * Cost: the output twice while members are joined, once when there is a single member.
 * @throws {FormatError} `empty`, `not-gzip`, `truncated`, `gzip-invalid`, `checksum`, `too-large`, `compression-ratio`,
 * `trailing-bytes`.
 */
export function gunzipBounded(bytes: Uint8Array, { file, limits }: { file: string; limits: Limits }): Uint8Array {
  if (bytes.length === 0) throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
  if (!isMember(bytes, 0)) {
    const found = detectFormat(bytes);
    throw new FormatError("not-gzip", `${file}: this is ${describeFormat(found)}, not a gzip file`, {
      fields: { file, found },
    });
  }
  const members: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  while (at < bytes.length) {
    if (!isMember(bytes, at)) throw trailing(bytes, at, file);
    if (members.length >= limits.entries) {
      throw new FormatError("too-many-entries", `${file}: more than ${limits.entries} gzip members`, {
        fields: { file, limit: limits.entries },
      });
    }
    const member = inflateMember({ bytes, at, total, file, limits });
    members.push(member.content);
    total += member.content.length;
    at = member.end;
  }
  return members.length === 1 ? (members[0] as Uint8Array) : Buffer.concat(members, total);
}

function isMember(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b;
}

function trailing(bytes: Uint8Array, at: number, file: string): FormatError {
  return new FormatError("trailing-bytes", `${file}: ${bytes.length - at} bytes after the gzip data, at offset ${at}`, {
    fields: { file, offset: at, bytes: bytes.length - at },
  });
}

function truncated(bytes: Uint8Array, file: string): FormatError {
  return new FormatError("truncated", `${file}: the gzip data ends in the middle, after ${bytes.length} bytes`, {
    fields: { file, bytes: bytes.length },
    wayOut: "fetch the file again",
  });
}

/** Offset of the deflate data behind the header at `at`. */
function skipHeader(bytes: Uint8Array, at: number, file: string): number {
  if (at + 10 > bytes.length) throw truncated(bytes, file);
  const method = bytes[at + 2];
  const flags = bytes[at + 3] as number;
  if (method !== 8 || (flags & RESERVED) !== 0) {
    throw new FormatError("gzip-invalid", `${file}: unknown compression method ${method} or flags ${flags}`, {
      fields: { file, offset: at, method: method ?? null, flags },
    });
  }
  let next = at + 10;
  if (flags & EXTRA) {
    if (next + 2 > bytes.length) throw truncated(bytes, file);
    next += 2 + ((bytes[next] as number) | ((bytes[next + 1] as number) << 8));
  }
  for (const text of [NAME, COMMENT]) {
    if ((flags & text) === 0) continue;
    const zero = bytes.indexOf(0, next);
    if (zero < 0) throw truncated(bytes, file);
    next = zero + 1;
  }
  if (flags & HEADER_CRC) next += 2;
  if (next > bytes.length) throw truncated(bytes, file);
  return next;
}

function inflateMember(options: {
  bytes: Uint8Array;
  at: number;
  total: number;
  file: string;
  limits: Limits;
}): Member {
  const { bytes, at, total, file, limits } = options;
  const start = skipHeader(bytes, at, file);
  const byRatio = Math.floor(bytes.length * limits.ratio);
  const most = Math.min(limits.bytes, byRatio, bufferConstants.MAX_LENGTH);
  const { content, consumed } = inflateBounded(bytes.subarray(start), { most: most - total, byRatio, file, limits });
  const trailer = start + consumed;
  if (trailer + 8 > bytes.length) throw truncated(bytes, file);
  const view = new DataView(bytes.buffer, bytes.byteOffset + trailer, 8);
  const stated = { checksum: view.getUint32(0, true), size: view.getUint32(4, true) };
  const actual = crc32(content);
  if (stated.checksum !== actual || stated.size !== content.length % 2 ** 32) {
    throw new FormatError(
      "checksum",
      `${file}: ${content.length} bytes with CRC ${actual.toString(16)} come out, but the file states ${stated.size} bytes with CRC ${stated.checksum.toString(16)}`,
      { fields: { file, bytes: content.length, statedBytes: stated.size }, wayOut: "fetch the file again" },
    );
  }
  return { content, end: trailer + 8 };
}

function inflateBounded(
  data: Uint8Array,
  { most, byRatio, file, limits }: { most: number; byRatio: number; file: string; limits: Limits },
): { content: Buffer; consumed: number } {
  try {
    const options: ZlibOptions = { maxOutputLength: Math.max(1, most), info: true };
    const result = inflateRawSync(data, options) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return { content: result.buffer, consumed: result.engine.bytesWritten };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ERR_BUFFER_TOO_LARGE" || code === "ERR_OUT_OF_RANGE") {
      const ratio = byRatio < limits.bytes;
      throw new FormatError(
        ratio ? "compression-ratio" : "too-large",
        ratio
          ? `${file}: the gzip data inflates to more than ${limits.ratio} times its size`
          : `${file}: the gzip data inflates to more than ${limits.bytes} bytes`,
        { fields: { file, limit: ratio ? limits.ratio : limits.bytes } },
      );
    }
    if (code === "Z_BUF_ERROR") {
      throw new FormatError("truncated", `${file}: the gzip data ends in the middle`, {
        fields: { file },
        wayOut: "fetch the file again",
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError("gzip-invalid", `${file}: the gzip data is damaged (${reason})`, { fields: { file }, cause });
  }
}
