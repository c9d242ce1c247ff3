import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { readZip, type ZipArchive } from "../archive/zip-archive.js";
import { reverseAxes } from "../image/block-grid.js";
import { mustSwap, swapBytes } from "../image/byte-order.js";
import { plainElements, streamedElements } from "../image/element-source.js";
import { linearVolume } from "../image/linear-volume.js";
import { checkStored, statedBytes } from "../image/stated-size.js";
import { StoredFile } from "../image/stored-file.js";
import { type NpyHeader, npyPrefix, PREFIX_BYTES, parseNpyHeader } from "./npy-header.js";
import { allocate, elementCount, over, type Volume, type VolumeData, type VolumeType } from "./volume.js";

export interface OpenNpyOptions {
  /** Name of the file in errors. */
  readonly file: string;
  /** Member of an `.npz`, with or without `.npy`; not needed when it has one member. */
  readonly key?: string;
  readonly limits?: Limits;
}

/** A whole array in memory, in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly type: VolumeType;
  readonly data: VolumeData;
}

/**
 * Opens a NumPy array (`.npy`, format versions 1 to 3) or a member of an `.npz`, told apart by their first bytes.
 * Booleans and integers of 1 to 8 bytes, floats of 4 and 8, both byte orders. Arrays in Fortran order have the shape and
 * values that NumPy shows; their blocks are slabs of the last axis. Nothing pickled is ever read. Memory: one block;
 * the members of an `.npz` are inflated as they are read.
 * @throws {FormatError} `npy-invalid`, `npy-object`, `npy-type`, `missing-entry`, `invalid-shape`, `too-large`,
 * `truncated`, `empty`, `unreadable`, and those of a zip archive.
 */
export async function openNpy(path: string, { file, key, limits = DEFAULT_LIMITS }: OpenNpyOptions): Promise<Volume> {
  const stored = await StoredFile.open(path, file);
  try {
    const start = await stored.head(4);
    if (start[0] === 0x50 && start[1] === 0x4b) {
      await stored.close();
      return await openMember(path, { file, key, limits });
    }
    if (key !== undefined) {
      throw new FormatError("missing-entry", `${file}: this is a single .npy array, it has no member ${key}`, {
        fields: { file, entry: key },
        wayOut: "leave out the key",
      });
    }
    const { headerBytes } = npyPrefix(await stored.head(PREFIX_BYTES), file, stored.size);
    const header = parseNpyHeader(await stored.head(headerBytes), file);
    checkStored(statedBytes(header.shape, header.type, { file, limits }), headerBytes, stored);
    return volume({
      file,
      name: file,
      header,
      source: plainElements(stored, headerBytes),
      close: () => stored.close(),
    });
  } catch (error) {
    await stored.close().catch(() => {});
    throw error;
  }
}

async function openMember(
  path: string,
  { file, key, limits }: { file: string; key: string | undefined; limits: Limits },
): Promise<Volume> {
  const archive = await readZip(path, { file, limits });
  try {
    const entry = archive.entry(memberName(archive, key, file));
    const name = `${file}: ${entry.name}`;
    const { header, headerBytes } = await memberHeader(archive, entry, name);
    const bytes = statedBytes(header.shape, header.type, { file: name, limits });
    checkStored(bytes, headerBytes, { file: name, size: entry.bytes });
    const source = streamedElements({
      name,
      file,
      skip: headerBytes,
      bytes,
      exact: false,
      open: () => archive.stream(entry.name),
    });
    return volume({ file, name, header, source, close: () => archive.close() });
  } catch (error) {
    await archive.close();
    throw error;
  }
}

function memberName(archive: ZipArchive, key: string | undefined, file: string): string {
  if (key !== undefined) return archive.has(key) ? key : `${key}.npy`;
  const [only, ...others] = archive.entries;
  if (only !== undefined && others.length === 0) return only.name;
  const names = archive.entries.map(({ name }) => name.replace(/\.npy$/, "")).slice(0, 50);
  throw new FormatError(
    "missing-entry",
    `${file}: the archive holds ${archive.entries.length} arrays: ${names.join(", ")}`,
    {
      fields: { file, entries: names },
      wayOut: "name one of them as the key",
    },
  );
}

async function memberHeader(
  archive: ZipArchive,
  entry: { readonly name: string; readonly bytes: number },
  name: string,
): Promise<{ header: NpyHeader; headerBytes: number }> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const piece of archive.stream(entry.name)) {
    head = head.length === 0 ? piece : Buffer.concat([head, piece]);
    if (head.length < PREFIX_BYTES) continue;
    const { headerBytes } = npyPrefix(head, name, entry.bytes);
    if (head.length >= headerBytes) return { header: parseNpyHeader(head.subarray(0, headerBytes), name), headerBytes };
  }
  const { headerBytes } = npyPrefix(head, name, entry.bytes);
  return { header: parseNpyHeader(head.subarray(0, headerBytes), name), headerBytes };
}

function volume(options: {
  file: string;
  name: string;
  header: NpyHeader;
  source: ReturnType<typeof plainElements>;
  close: () => Promise<void>;
}): Volume {
  const { header, ...rest } = options;
  const { type, littleEndian, fortranOrder } = header;
  return linearVolume({
    ...rest,
    type,
    littleEndian,
    shape: fortranOrder ? [...header.shape].reverse() : header.shape,
    columnMajor: fortranOrder,
    axes: undefined,
    spacing: undefined,
    attributes: { descr: header.descr, fortran_order: fortranOrder },
  });
}

/**
 * A small `.npy` array from memory, whole and in C order; see {@link openNpy}. Cost: its elements once.
 * @throws {FormatError} as {@link openNpy}; `too-large` beyond `limits.cells` elements.
 */
export function parseNpy(
  bytes: Uint8Array,
  { file, limits = DEFAULT_LIMITS }: { file: string; limits?: Limits },
): NpyArray {
  const { headerBytes } = npyPrefix(bytes, file, bytes.length);
  const { shape, type, littleEndian, fortranOrder } = parseNpyHeader(bytes.subarray(0, headerBytes), file);
  const length = statedBytes(shape, type, { file, limits });
  checkStored(length, headerBytes, { file, size: bytes.length });
  const count = elementCount(shape);
  if (count > limits.cells) {
    throw new FormatError("too-large", `${file}: ${count} elements, at most ${limits.cells} are read whole`, {
      fields: { file, cells: count, limit: limits.cells },
    });
  }
  const copy = new Uint8Array(new ArrayBuffer(length));
  copy.set(bytes.subarray(headerBytes, headerBytes + length));
  if (mustSwap(littleEndian)) swapBytes(copy, count === 0 ? 1 : length / count);
  const data = over(type, copy.buffer, 0, count);
  if (!fortranOrder || shape.length < 2) return { shape, type, data };
  const turned = allocate(type, count);
  reverseAxes(data, [...shape].reverse(), turned);
  return { shape, type, data: turned };
}
