import { crc32 } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { didYouMean } from "../../base/diagnostics.js";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { describeFormat, detectFormat } from "../detect-format.js";
import { entryNameFault } from "./entry-name.js";
import { RandomAccess } from "./random-access.js";

/** A member of a zip archive, as its central directory states it. */
export interface ZipEntry {
  /** Path with `/`, safe below any folder. Folders are not listed. */
  readonly name: string;
  /** Inflated size: reading yields exactly this many bytes or fails. */
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc32: number;
}

const LOCAL_HEADER_BYTES = 30;
const CENTRAL_SIGNATURE = 0x02014b50;
const ENCRYPTED = 0x1;
const STRONG_ENCRYPTION = 0x40;
const KIND_MASK = 0xf000;
const REGULAR_FILE = 0x8000;
const FOLDER = 0x4000;

/**
 * Opens a zip archive, from bytes or a path, and checks its whole directory before anything is inflated: names, kinds,
 * encryption, duplicates, overlaps, number, sizes and ratios. Memory: the directory; members are streamed.
 * Call {@link ZipArchive.close} when done.
 * @throws {FormatError} `unreadable`, `empty`, `not-zip`, `truncated`, `zip-invalid`, `unsafe-path`, `encrypted`,
 * `duplicate-entry`, `too-many-entries`, `too-large`, `compression-ratio`.
 */
export async function readZip(
  source: string | Uint8Array,
  { file, limits }: { file: string; limits: Limits },
): Promise<ZipArchive> {
  const reader = typeof source === "string" ? await openFile(source, file) : new RandomAccess(source.length, source);
  try {
    await checkMagic(reader, file);
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, reader.size, {
      autoClose: false,
      decodeStrings: false,
    });
    zip.on("error", () => {});
    const entries = await listEntries({ zip, reader, file, limits });
    return new ZipArchive({ zip, reader, entries, file });
  } catch (error) {
    reader.close();
    throw error instanceof FormatError ? error : zipError(error, file);
  }
}

/** An open zip archive. Not shared between processes; reading several members at once is allowed. */
export class ZipArchive {
  /** All members in the order of the directory. */
  readonly entries: readonly ZipEntry[];
  readonly #file: string;
  readonly #zip: ZipFile;
  readonly #reader: RandomAccess;
  readonly #byName: ReadonlyMap<string, { entry: ZipEntry; raw: Entry }>;

  constructor({ zip, reader, entries, file }: ArchiveParts) {
    this.#zip = zip;
    this.#reader = reader;
    this.#file = file;
    this.entries = entries.map(({ entry }) => entry);
    this.#byName = new Map(entries.map((pair) => [pair.entry.name, pair]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws {FormatError} `missing-entry`, with the nearest name. */
  entry(name: string): ZipEntry {
    return this.#find(name).entry;
  }

  /**
   * A member's bytes as they are inflated. The last step checks size and CRC: what was yielded counts only when the
   * loop ends without an error.
   * @throws {FormatError} `missing-entry`, `lying-size`, `checksum`, `truncated`, `zip-invalid`.
   */
  async *stream(name: string): AsyncGenerator<Uint8Array> {
    const { entry, raw } = this.#find(name);
    let bytes = 0;
    let checksum = 0;
    try {
      await this.#checkLocalHeader(entry, raw);
      const inflated = await this.#zip.openReadStreamPromise(raw);
      inflated.on("error", () => {});
      for await (const chunk of inflated as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > entry.bytes) break;
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } catch (error) {
      throw error instanceof FormatError ? error : zipError(error, this.#file, name);
    }
    if (bytes !== entry.bytes) throw lyingSize(this.#file, entry, bytes);
    if (checksum !== entry.crc32) {
      throw new FormatError("checksum", `${this.#file}: the content of ${name} does not match its CRC`, {
        fields: { file: this.#file, entry: name },
        wayOut: "fetch the file again",
      });
    }
  }

  /** A member's bytes, whole. Cost: its size; see {@link stream} for errors. */
  async read(name: string): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let total = 0;
    for await (const chunk of this.stream(name)) {
      chunks.push(chunk);
      total += chunk.length;
    }
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, total);
  }

  /** Closes the file under it. Streams must have ended. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#reader.close(() => resolve()));
  }

  #find(name: string): { entry: ZipEntry; raw: Entry } {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    const hint = didYouMean(name, this.#byName.keys());
    throw new FormatError("missing-entry", `${this.#file}: the archive has no ${name}${hint ? `; ${hint}` : ""}`, {
      fields: { file: this.#file, entry: name, entries: [...this.#byName.keys()].slice(0, 50) },
    });
  }

  async #checkLocalHeader(entry: ZipEntry, raw: Entry): Promise<void> {
    const local = await this.#zip.readLocalFileHeaderPromise(raw, { minimal: false });
    if (!local.fileName.equals(raw.fileNameRaw)) {
      throw new FormatError("zip-invalid", `${this.#file}: ${entry.name} has another name in its local header`, {
        fields: { file: this.#file, entry: entry.name },
      });
    }
  }
}

interface ArchiveParts {
  readonly zip: ZipFile;
  readonly reader: RandomAccess;
  readonly entries: readonly { entry: ZipEntry; raw: Entry }[];
  readonly file: string;
}

async function openFile(path: string, file: string): Promise<RandomAccess> {
  try {
    return await RandomAccess.open(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError("unreadable", `${file}: the file cannot be read (${reason})`, { fields: { file }, cause });
  }
}

async function checkMagic(reader: RandomAccess, file: string): Promise<void> {
  const head = await reader.slice(0, 4096);
  const found = detectFormat(head);
  if (found === "empty") throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
  if (found !== "zip" && found !== "xlsx") {
    throw new FormatError("not-zip", `${file}: this is ${describeFormat(found)}, not a zip archive`, {
      fields: { file, found },
    });
  }
}

/** What the checks of one member look at: a record of the central directory. */
export type ZipRecord = Pick<
  Entry,
  | "generalPurposeBitFlag"
  | "fileNameRaw"
  | "extraFields"
  | "externalFileAttributes"
  | "compressionMethod"
  | "compressedSize"
  | "uncompressedSize"
>;

async function listEntries({
  zip,
  reader,
  file,
  limits,
}: {
  zip: ZipFile;
  reader: RandomAccess;
  file: string;
  limits: Limits;
}): Promise<{ entry: ZipEntry; raw: Entry }[]> {
  const found: { entry: ZipEntry; raw: Entry }[] = [];
  const names = new Set<string>();
  const spans: { start: number; end: number; name: string }[] = [];
  let total = 0;
  if (zip.entryCount > limits.entries) throw tooMany(file, zip.entryCount, limits.entries);
  for await (const raw of zip.eachEntry()) {
    const name = safeName(raw, file);
    if (names.has(name)) {
      throw new FormatError("duplicate-entry", `${file}: the archive has ${name} twice`, {
        fields: { file, entry: name },
      });
    }
    names.add(name);
    total += raw.uncompressedSize;
    checkSizes({ raw, name, total, file, limits });
    const start = raw.relativeOffsetOfLocalHeader;
    spans.push({ start, end: start + LOCAL_HEADER_BYTES + raw.fileNameLength + raw.compressedSize, name });
    if (name.endsWith("/")) continue;
    const { uncompressedSize: bytes, compressedSize: compressedBytes } = raw;
    found.push({ entry: { name, bytes, compressedBytes, crc32: raw.crc32 }, raw });
  }
  checkSpans(spans, file);
  await checkDirectoryEnd(zip, reader, file);
  return found;
}

/** A member's name. @throws {FormatError} `unsafe-path`, `encrypted`, `zip-invalid` for what is not read. */
export function safeName(raw: ZipRecord, file: string): string {
  const name = yauzl.getFileNameLowLevel(raw.generalPurposeBitFlag, raw.fileNameRaw, raw.extraFields, true);
  const shown = JSON.stringify(name).slice(1, 121);
  const fault = entryNameFault(name);
  if (fault !== undefined) {
    throw new FormatError("unsafe-path", `${file}: ${fault}: ${shown}`, { fields: { file, entry: name } });
  }
  const unixKind = (raw.externalFileAttributes >>> 16) & KIND_MASK;
  if (unixKind !== 0 && unixKind !== REGULAR_FILE && unixKind !== FOLDER) {
    throw new FormatError("unsafe-path", `${file}: ${shown} is a link or device, not a file`, {
      fields: { file, entry: name },
    });
  }
  if ((raw.generalPurposeBitFlag & (ENCRYPTED | STRONG_ENCRYPTION)) !== 0) {
    throw new FormatError("encrypted", `${file}: ${shown} is encrypted`, {
      fields: { file, entry: name },
      wayOut: "remove the password and save the archive again",
    });
  }
  if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8) {
    throw new FormatError("zip-invalid", `${file}: ${shown} uses compression method ${raw.compressionMethod}`, {
      fields: { file, entry: name, method: raw.compressionMethod },
      wayOut: "pack the archive with deflate",
    });
  }
  return name;
}

/** @param options.total inflated bytes up to this member. @throws {FormatError} `too-large`, `compression-ratio`. */
export function checkSizes(options: {
  raw: ZipRecord;
  name: string;
  total: number;
  file: string;
  limits: Limits;
}): void {
  const { raw, name, total, file, limits } = options;
  if (total > limits.bytes) {
    throw new FormatError("too-large", `${file}: the archive holds more than ${limits.bytes} bytes`, {
      fields: { file, entry: name, bytes: total, limit: limits.bytes },
    });
  }
  if (raw.uncompressedSize > raw.compressedSize * limits.ratio) {
    throw new FormatError(
      "compression-ratio",
      `${file}: ${name} inflates from ${raw.compressedSize} to ${raw.uncompressedSize} bytes, more than ${limits.ratio} times`,
      { fields: { file, entry: name, bytes: raw.uncompressedSize, limit: limits.ratio } },
    );
  }
}

/** Members that share bytes are how small archives hold endless data. Sorts the spans by where they begin. */
export function checkSpans(spans: { start: number; end: number; name: string }[], file: string): void {
  spans.sort((a, b) => a.start - b.start || a.end - b.end);
  for (let i = 1; i < spans.length; i++) {
    const [before, after] = [spans[i - 1], spans[i]];
    if (before !== undefined && after !== undefined && after.start < before.end) {
      throw new FormatError("zip-invalid", `${file}: ${after.name} overlaps ${before.name}`, {
        fields: { file, entry: after.name, offset: after.start },
      });
    }
  }
}

/** An archive that states fewer members than its directory lists would hide the rest. */
async function checkDirectoryEnd(zip: ZipFile, reader: RandomAccess, file: string): Promise<void> {
  const next = await reader.slice(Number(zip.readEntryCursor), 4);
  if (next.length === 4 && Buffer.from(next).readUInt32LE(0) === CENTRAL_SIGNATURE) {
    throw new FormatError(
      "zip-invalid",
      `${file}: the archive lists more than the ${zip.entryCount} entries it states`,
      {
        fields: { file, entries: zip.entryCount },
      },
    );
  }
}

export function tooMany(file: string, entries: number, limit: number): FormatError {
  return new FormatError("too-many-entries", `${file}: ${entries} entries, at most ${limit} are read`, {
    fields: { file, entries, limit },
  });
}

export function lyingSize(file: string, entry: ZipEntry, bytes: number): FormatError {
  return new FormatError(
    "lying-size",
    `${file}: ${entry.name} states ${entry.bytes} bytes but ${bytes > entry.bytes ? "more" : `only ${bytes}`} come out`,
    { fields: { file, entry: entry.name, bytes: entry.bytes } },
  );
}

const FAULTS: readonly { pattern: RegExp; problem: string; says: string }[] = [
  {
    pattern: /End of central directory|unexpected EOF|unexpected end of file|overflows/,
    problem: "truncated",
    says: "not whole",
  },
  { pattern: /too many bytes|not enough bytes|size mismatch/, problem: "lying-size", says: "wrong about a size" },
  { pattern: /encrypt/, problem: "encrypted", says: "encrypted" },
];

/** The library's errors are told apart by their text alone; what is not known stays `zip-invalid` with that text. */
function zipError(error: unknown, file: string, entry?: string): FormatError {
  const reason = error instanceof Error ? error.message : String(error);
  const known = FAULTS.find(({ pattern }) => pattern.test(reason));
  const where = entry === undefined ? file : `${file}: ${entry}`;
  return new FormatError(
    known?.problem ?? "zip-invalid",
    `${where}: the zip archive is ${known?.says ?? "damaged"} (${reason})`,
    {
      fields: { file, ...(entry === undefined ? {} : { entry }) },
      ...(known?.problem === "truncated" ? { wayOut: "fetch the file again" } : {}),
      cause: error,
    },
  );
}
