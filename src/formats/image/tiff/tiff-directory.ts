import { FormatError } from "../../../base/errors.js";
import type { Limits } from "../../../base/limits.js";
import type { StoredFile } from "../stored-file.js";

/** Most fields of one directory, far beyond what writers use. */
const MOST_FIELDS = 4096;
/** Longest text that is read, such as the OME-XML of a large series. */
const MOST_TEXT_BYTES = 64 * 1024 * 1024;
/** The place of the first field in its directory, bytes of a field and of a pointer, in both kinds of files. */
const CLASSIC = { big: false, first: 2, field: 12, pointer: 4 };
const BIG = { big: true, first: 8, field: 20, pointer: 8 };

/** Bytes per value of a field type; 0 for types that do not exist. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8] as const;

export interface TiffFile {
  readonly stored: StoredFile;
  readonly littleEndian: boolean;
  readonly layout: typeof CLASSIC;
  /** Offset of the first directory. */
  readonly first: number;
  readonly limits: Limits;
}

/** A field of a directory; its values are read when asked for. */
export interface TiffField {
  readonly type: number;
  readonly count: number;
  /** Where in the file the values lie. */
  readonly at: number;
  /** The values, where they are short enough to lie in the directory. */
  readonly inline: Buffer | undefined;
}

export interface TiffDirectory {
  readonly offset: number;
  readonly fields: ReadonlyMap<number, TiffField>;
  /** Offset of the next directory, 0 behind the last. */
  readonly next: number;
}

export function tiffFault(
  file: string,
  reason: string,
  fields: Readonly<Record<string, number | string>> = {},
): FormatError {
  return new FormatError("tiff-invalid", `${file}: this is no valid TIFF file: ${reason}`, {
    fields: { file, ...fields },
  });
}

/** @throws {FormatError} `tiff-invalid`, `truncated`. */
export async function readTiffHeader(stored: StoredFile, limits: Limits): Promise<TiffFile> {
  const { file } = stored;
  const head = await stored.read(0, 8);
  const order = head.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") throw tiffFault(file, "it begins with neither II nor MM");
  const littleEndian = order === "II";
  const version = littleEndian ? head.readUInt16LE(2) : head.readUInt16BE(2);
  if (version === 42) {
    return {
      stored,
      littleEndian,
      layout: CLASSIC,
      first: littleEndian ? head.readUInt32LE(4) : head.readUInt32BE(4),
      limits,
    };
  }
  if (version !== 43) throw tiffFault(file, `its version is ${version}, neither 42 nor 43`);
  const tiff = { stored, littleEndian, layout: BIG, first: 0, limits };
  return { ...tiff, first: number64(await stored.read(8, 8), 0, tiff) };
}

/** One directory. Memory: its fields. @throws {FormatError} `tiff-invalid`, `truncated`. */
export async function readTiffDirectory(tiff: TiffFile, offset: number): Promise<TiffDirectory> {
  const { stored, layout } = tiff;
  const count = (layout.big ? number64 : number16)(await stored.read(offset, layout.first), 0, tiff);
  if (count < 1 || count > MOST_FIELDS) {
    throw tiffFault(stored.file, `the directory at offset ${offset} has ${count} fields`, { offset, count });
  }
  const bytes = await stored.read(offset + layout.first, count * layout.field + layout.pointer);
  const fields = new Map<number, TiffField>();
  for (let i = 0; i < count; i++) {
    const at = i * layout.field;
    const tag = number16(bytes, at, tiff);
    const type = number16(bytes, at + 2, tiff);
    const values = layout.big ? number64(bytes, at + 4, tiff) : number32(bytes, at + 4, tiff);
    const width = TYPE_BYTES[type] ?? 0;
    if (width === 0 || fields.has(tag)) continue;
    const place = at + 4 + layout.pointer;
    if (width * values <= layout.pointer) {
      const inline = bytes.subarray(place, place + layout.pointer);
      fields.set(tag, { type, count: values, at: offset + layout.first + place, inline });
    } else {
      const pointed = layout.big ? number64(bytes, place, tiff) : number32(bytes, place, tiff);
      fields.set(tag, { type, count: values, at: pointed, inline: undefined });
    }
  }
  const end = count * layout.field;
  return { offset, fields, next: layout.big ? number64(bytes, end, tiff) : number32(bytes, end, tiff) };
}

/** All directories of the chain, in order. @throws {FormatError} also for chains that turn back or are too long. */
export async function* tiffDirectories(tiff: TiffFile): AsyncGenerator<TiffDirectory> {
  const { file } = tiff.stored;
  const seen = new Set<number>();
  for (let offset = tiff.first; offset !== 0; ) {
    if (seen.has(offset)) throw tiffFault(file, `the directory at offset ${offset} comes twice`, { offset });
    if (seen.size >= tiff.limits.entries) {
      throw new FormatError("too-many-entries", `${file}: more than ${tiff.limits.entries} pages`, {
        fields: { file, limit: tiff.limits.entries },
      });
    }
    seen.add(offset);
    const directory = await readTiffDirectory(tiff, offset);
    yield directory;
    offset = directory.next;
  }
  if (seen.size === 0) throw tiffFault(file, "it has no page");
}

/**
 * Whole numbers of a field, a stretch of them when `from` and `count` are given; undefined when it is absent.
 * @throws {FormatError} `tiff-invalid` for other types, for none, or beyond the file.
 */
export async function tiffNumbers(
  tiff: TiffFile,
  field: TiffField | undefined,
  { tag, from = 0, count = field?.count ?? 0 }: { tag: number; from?: number; count?: number },
): Promise<number[] | undefined> {
  if (field === undefined) return undefined;
  const { file } = tiff.stored;
  const read = { 1: number8, 3: number16, 4: number32, 13: number32, 16: number64, 18: number64 }[field.type];
  if (read === undefined) throw tiffFault(file, `field ${tag} has the type ${field.type}`, { tag });
  if (count < 1 || from + count > field.count) {
    throw tiffFault(file, `field ${tag} has ${field.count} values, ${from + count} are needed`, { tag });
  }
  const width = TYPE_BYTES[field.type] as number;
  const bytes = await valueBytes(tiff, field, from * width, count * width);
  return Array.from({ length: count }, (_, i) => read(bytes, i * width, tiff));
}

/** The first value of a field of fractions. */
export async function tiffFraction(tiff: TiffFile, field: TiffField | undefined): Promise<number | undefined> {
  if (field?.type !== 5 || field.count < 1) return undefined;
  const bytes = await valueBytes(tiff, field, 0, 8);
  const value = number32(bytes, 0, tiff) / number32(bytes, 4, tiff);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** A text field, without the zero behind it; undefined when it is absent or no text. */
export async function tiffText(tiff: TiffFile, field: TiffField | undefined): Promise<string | undefined> {
  if (field === undefined || (field.type !== 2 && field.type !== 1)) return undefined;
  if (field.count > MOST_TEXT_BYTES) {
    throw tiffFault(tiff.stored.file, `a text of ${field.count} bytes, at most ${MOST_TEXT_BYTES} are read`);
  }
  const bytes = await valueBytes(tiff, field, 0, field.count);
  return bytes.toString("utf8").split("\0", 1)[0];
}

async function valueBytes(tiff: TiffFile, field: TiffField, from: number, length: number): Promise<Buffer> {
  return field.inline?.subarray(from, from + length) ?? (await tiff.stored.read(field.at + from, length));
}

function number8(bytes: Buffer, at: number): number {
  return bytes.readUInt8(at);
}

function number16(bytes: Buffer, at: number, { littleEndian }: TiffFile): number {
  return littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

function number32(bytes: Buffer, at: number, { littleEndian }: TiffFile): number {
  return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

/** Beyond 2⁵³ no file reaches: such offsets fail the check against its size, exact or not. */
function number64(bytes: Buffer, at: number, { littleEndian }: TiffFile): number {
  return Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}
