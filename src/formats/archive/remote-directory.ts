import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { describeFormat, detectFormat } from "../detect-format.js";
import { checkSizes, checkSpans, safeName, tooMany, type ZipEntry, type ZipRecord } from "./zip-archive.js";

/** Anything of known size that can be read at any place: a file, bytes, a file behind HTTP ranges. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `position`; fewer at the end. */
  slice(position: number, length: number): Promise<Uint8Array>;
}

/** A member, with the bytes of the archive that it may take. */
export interface RemoteZipEntry extends ZipEntry {
  /** Where its local header begins, and where the next member or the directory does. */
  readonly start: number;
  readonly end: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Length and CRC-32 of the name as it is written, to know it again in the local header. */
  readonly nameBytes: number;
  readonly nameChecksum: number;
}

export interface RemoteDirectory {
  /** In the order of the directory; folders are left out. */
  readonly entries: readonly RemoteZipEntry[];
  /** SHA-256 of the central directory: names, sizes and CRCs of everything in the archive. */
  readonly sha256: string;
}

const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;
const RECORD_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const RECORD_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
/** Read first: what a small archive needs for its whole directory, and always enough for the end with its comment. */
const TAIL_BYTES = 256 * 1024;
/** Largest central directory that is read: some two million members. */
const MOST_DIRECTORY_BYTES = 256 * 1024 * 1024;
const BLOCK_BYTES = 8 * 1024 * 1024;
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;
const ZIP64_FIELD = 0x0001;

/**
 * Reads the central directory of a zip archive (APPNOTE 6.3.10 sections 4.3.12 to 4.3.16, ZIP64 included) from its end,
 * and checks all of it: names, kinds, encryption, duplicates, overlaps, number, sizes and ratios, and that the two
 * directory ends of a ZIP64 archive agree. Cost: the directory in memory, some 250 bytes per member afterwards.
 * @throws {FormatError} `empty`, `not-zip`, `truncated`, `zip-invalid`, `unsafe-path`, `encrypted`, `duplicate-entry`,
 * `too-many-entries`, `too-large`, `compression-ratio`; what the source throws.
 */
export async function readDirectory(
  source: ByteSource,
  { file, limits }: { file: string; limits: Limits },
): Promise<RemoteDirectory> {
  if (source.size === 0) throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
  const tailAt = Math.max(0, source.size - TAIL_BYTES);
  const tail = asBuffer(await source.slice(tailAt, source.size - tailAt));
  if (tail.length !== source.size - tailAt) throw truncated(file, "its end cannot be read");
  const end = findEnd(tail, file);
  if (end === undefined) throw await noEnd(source, file);
  const end64 = await readEnd64({ source, tail, tailAt, end, file });
  const place = findDirectory({ tail, tailAt, end, end64, file });
  if (place.entries > limits.entries) throw tooMany(file, place.entries, limits.entries);
  if (place.bytes > MOST_DIRECTORY_BYTES) {
    throw new FormatError("too-large", `${file}: the directory of the archive has ${place.bytes} bytes`, {
      fields: { file, bytes: place.bytes, limit: MOST_DIRECTORY_BYTES },
    });
  }
  const directory = await readBlocks({ source, at: place.offset, bytes: place.bytes, tail, tailAt, file });
  const entries = await readRecords({ directory, place, file, limits });
  return { entries, sha256: createHash("sha256").update(directory).digest("hex") };
}

interface DirectoryPlace {
  readonly offset: number;
  readonly bytes: number;
  readonly entries: number;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Offset in the tail of the end-of-directory record: the last signature, whose comment must reach the file's end. */
function findEnd(tail: Buffer, file: string): number | undefined {
  const lowest = Math.max(0, tail.length - END_BYTES - FULL_16);
  for (let at = tail.length - END_BYTES; at >= lowest; at--) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    if (at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at;
    throw invalid(file, "bytes follow the end of its directory, or its comment holds another end");
  }
  return undefined;
}

/** An archive that was cut, or no archive at all. */
async function noEnd(source: ByteSource, file: string): Promise<FormatError> {
  const found = detectFormat(await source.slice(0, 4096));
  if (found === "zip" || found === "xlsx") return truncated(file, "it has no end of a directory");
  return new FormatError("not-zip", `${file}: this is ${describeFormat(found)}, not a zip archive`, {
    fields: { file, found },
  });
}

function locatorAt(tail: Buffer, end: number): number | undefined {
  const at = end - LOCATOR_BYTES;
  return at >= 0 && tail.readUInt32LE(at) === LOCATOR_SIGNATURE ? at : undefined;
}

interface End64 {
  readonly at: number;
  readonly record: Buffer;
}

async function readEnd64(given: {
  readonly source: ByteSource;
  readonly tail: Buffer;
  readonly tailAt: number;
  readonly end: number;
  readonly file: string;
}): Promise<End64 | undefined> {
  const { source, tail, tailAt, end, file } = given;
  const locator = locatorAt(tail, end);
  if (locator === undefined) return undefined;
  const at = uint64(tail, locator + 8);
  if (at === undefined || at + END64_BYTES > tailAt + locator) {
    throw truncated(file, "the ZIP64 end of its directory lies outside the file");
  }
  const record = at >= tailAt ? tail.subarray(at - tailAt) : asBuffer(await source.slice(at, END64_BYTES));
  if (record.length < END64_BYTES) throw truncated(file, "the ZIP64 end of its directory cannot be read");
  if (record.readUInt32LE(0) !== END64_SIGNATURE) throw invalid(file, "it has no ZIP64 end of its directory");
  return { at, record };
}

/** Where the directory is; a ZIP64 end must agree with what the plain one states. */
function findDirectory(given: {
  readonly tail: Buffer;
  readonly tailAt: number;
  readonly end: number;
  readonly end64: End64 | undefined;
  readonly file: string;
}): DirectoryPlace {
  const { tail, tailAt, end, end64, file } = given;
  const plain = {
    disks: [tail.readUInt16LE(end + 4), tail.readUInt16LE(end + 6)],
    onDisk: tail.readUInt16LE(end + 8),
    entries: tail.readUInt16LE(end + 10),
    bytes: tail.readUInt32LE(end + 12),
    offset: tail.readUInt32LE(end + 16),
  };
  let place: DirectoryPlace = plain;
  let disks = plain.disks;
  let onDisk = plain.onDisk;
  if (end64 !== undefined) {
    const { record } = end64;
    const [entries, bytes, offset] = [uint64(record, 32), uint64(record, 40), uint64(record, 48)];
    if (entries === undefined || bytes === undefined || offset === undefined) {
      throw truncated(file, "its directory lies outside the file");
    }
    for (const [stated, real, full] of [
      [plain.entries, entries, FULL_16],
      [plain.bytes, bytes, FULL_32],
      [plain.offset, offset, FULL_32],
    ] as const) {
      if (stated !== full && stated !== real) throw invalid(file, "the two ends of its directory differ");
    }
    place = { entries, bytes, offset };
    disks = [record.readUInt32LE(16), record.readUInt32LE(20)];
    onDisk = uint64(record, 24) ?? -1;
  }
  if (disks.some((disk) => disk !== 0) || onDisk !== place.entries) throw invalid(file, "it is one part of several");
  if (place.offset + place.bytes > (end64?.at ?? tailAt + end)) throw truncated(file, "its directory overlaps its end");
  return place;
}

/** All bytes of the directory; what the tail holds is not read twice. */
async function readBlocks(given: {
  readonly source: ByteSource;
  readonly at: number;
  readonly bytes: number;
  readonly tail: Buffer;
  readonly tailAt: number;
  readonly file: string;
}): Promise<Buffer> {
  const { source, at, bytes, tail, tailAt, file } = given;
  if (at >= tailAt) return tail.subarray(at - tailAt, at - tailAt + bytes);
  const before = Math.min(bytes, tailAt - at);
  const directory = Buffer.allocUnsafe(bytes);
  tail.copy(directory, before, 0, bytes - before);
  const blocks: Promise<void>[] = [];
  for (let from = 0; from < before; from += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, before - from);
    blocks.push(
      source.slice(at + from, length).then((block) => {
        if (block.length !== length) throw truncated(file, "its directory cannot be read");
        directory.set(block, from);
      }),
    );
  }
  await Promise.all(blocks);
  return directory;
}

async function readRecords(given: {
  readonly directory: Buffer;
  readonly place: DirectoryPlace;
  readonly file: string;
  readonly limits: Limits;
}): Promise<RemoteZipEntry[]> {
  const { directory, place, file, limits } = given;
  const found: { -readonly [Key in keyof RemoteZipEntry]: RemoteZipEntry[Key] }[] = [];
  const names = new Set<string>();
  const spans: { start: number; end: number; name: string }[] = [];
  let total = 0;
  let at = 0;
  for (let index = 0; index < place.entries; index++) {
    // A million records take seconds: others get their turn.
    if (index % 20_000 === 19_999) await nextTurn();
    const { record, start, checksum, next } = readRecord(directory, at, file);
    at = next;
    const name = safeName(record, file);
    if (names.has(name)) {
      throw new FormatError("duplicate-entry", `${file}: the archive has ${name} twice`, {
        fields: { file, entry: name },
      });
    }
    names.add(name);
    const { uncompressedSize: bytes, compressedSize: compressedBytes, compressionMethod: method } = record;
    total += bytes;
    checkSizes({ raw: record, name, total, file, limits });
    if (method === 0 && bytes !== compressedBytes) throw lyingStored(file, name, bytes, compressedBytes);
    const nameBytes = record.fileNameRaw.length;
    const end = start + LOCAL_HEADER_BYTES + nameBytes + compressedBytes;
    if (end > place.offset) throw truncated(file, `${name} lies outside its data`);
    spans.push({ start, end, name });
    if (name.endsWith("/")) continue;
    const nameChecksum = crc32(record.fileNameRaw);
    found.push({ name, bytes, compressedBytes, crc32: checksum, start, end, method, nameBytes, nameChecksum });
  }
  if (at !== directory.length) {
    throw invalid(file, `the archive lists more than the ${place.entries} entries it states`, {
      entries: place.entries,
    });
  }
  checkSpans(spans, file);
  // Local headers may be longer than the directory tells: a member may reach up to where the next one begins.
  const ends = new Map(spans.map(({ start }, index) => [start, spans[index + 1]?.start ?? place.offset]));
  for (const entry of found) {
    const most = entry.end + FULL_16 + LOCAL_HEADER_BYTES;
    entry.end = Math.min(ends.get(entry.start) as number, most);
  }
  return found;
}

function readRecord(
  directory: Buffer,
  at: number,
  file: string,
): { readonly record: ZipRecord; readonly start: number; readonly checksum: number; readonly next: number } {
  if (at + RECORD_BYTES > directory.length) throw truncated(file, "its directory ends in the middle");
  if (directory.readUInt32LE(at) !== RECORD_SIGNATURE) throw invalid(file, `no record of its directory at byte ${at}`);
  const nameEnd = at + RECORD_BYTES + directory.readUInt16LE(at + 28);
  const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
  const next = extraEnd + directory.readUInt16LE(at + 32);
  if (next > directory.length) throw truncated(file, "its directory ends in the middle");
  let extraFields: ZipRecord["extraFields"] = [];
  try {
    if (extraEnd > nameEnd) extraFields = yauzl.parseExtraFields(directory.subarray(nameEnd, extraEnd));
  } catch (cause) {
    throw invalid(file, `a record of its directory at byte ${at} is damaged`, {}, cause);
  }
  const numbers = [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)];
  const zip64 = extraFields.find(({ id }) => id === ZIP64_FIELD)?.data;
  let used = 0;
  const [uncompressedSize, compressedSize, start] = numbers.map((number) => {
    if (number !== FULL_32 || zip64 === undefined) return number;
    const large = used + 8 <= zip64.length ? uint64(zip64, used) : undefined;
    if (large === undefined) throw invalid(file, `a record of its directory at byte ${at} has a wrong ZIP64 field`);
    used += 8;
    return large;
  }) as [number, number, number];
  const disk = directory.readUInt16LE(at + 34);
  if (disk !== 0 && !(disk === FULL_16 && zip64 !== undefined)) throw invalid(file, "it is one part of several");
  return {
    record: {
      generalPurposeBitFlag: directory.readUInt16LE(at + 8),
      compressionMethod: directory.readUInt16LE(at + 10),
      externalFileAttributes: directory.readUInt32LE(at + 38),
      fileNameRaw: directory.subarray(at + RECORD_BYTES, nameEnd),
      extraFields,
      uncompressedSize,
      compressedSize,
    },
    start,
    checksum: directory.readUInt32LE(at + 16),
    next,
  };
}

/** An unsigned 64-bit number; undefined beyond what is exact. */
function uint64(bytes: Buffer, at: number): number | undefined {
  const value = bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
  return Number.isSafeInteger(value) ? value : undefined;
}

function truncated(file: string, why: string): FormatError {
  return new FormatError("truncated", `${file}: the zip archive is not whole (${why})`, {
    fields: { file },
    wayOut: "fetch the file again",
  });
}

function invalid(file: string, why: string, fields: Record<string, number> = {}, cause?: unknown): FormatError {
  return new FormatError("zip-invalid", `${file}: the zip archive is damaged (${why})`, {
    fields: { file, ...fields },
    cause,
  });
}

function lyingStored(file: string, name: string, bytes: number, stored: number): FormatError {
  return new FormatError("lying-size", `${file}: ${name} states ${bytes} bytes, stored in ${stored}`, {
    fields: { file, entry: name, bytes },
  });
}
