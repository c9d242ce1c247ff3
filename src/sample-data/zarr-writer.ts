import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { copyOverlap, gridIndexes, touchedChunks } from "../formats/volume/chunked-volume.js";
import { copyBox, rowMajorStrides } from "../formats/volume/copy-box.js";
import {
  allocate,
  elementBytes,
  elementCount,
  type VolumeData,
  type VolumeSource,
  type VolumeType,
} from "../formats/volume/volume.js";
import { crc32c } from "../formats/zarr/crc32c.js";

export type ZarrCodec = "raw" | "gzip" | "zlib" | "blosc" | "zstd" | "lz4";

export interface ZarrForm {
  /** Path of the array in the store, `volumes/raw`; `""` makes the store itself an array. */
  readonly path: string;
  readonly version?: 2 | 3;
  readonly chunks: readonly number[];
  readonly codec?: ZarrCodec;
  readonly order?: "C" | "F";
  readonly bigEndian?: boolean;
  readonly separator?: "." | "/";
  readonly fill?: number | bigint;
  /** Leaves out chunks that hold only the fill value. */
  readonly skipFill?: boolean;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Version 3: shape of the shards that hold the chunks. */
  readonly shards?: readonly number[];
  readonly dimensionNames?: readonly string[];
}

export interface ZarrFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const LEVEL = 1;

/**
 * Files of a Zarr store with one array of the given values (C order): group and array metadata, then chunks in the order
 * of the grid. The same input gives the same bytes on every machine with the same zlib. For tests and sample data.
 */
export async function zarrFiles(
  form: ZarrForm,
  array: { readonly shape: readonly number[]; readonly type: VolumeType; readonly data: VolumeData },
): Promise<ZarrFile[]> {
  const { shape, type } = array;
  const encode = await chunkEncoder(form, type);
  const files = metadataFiles(form, shape, type);
  const outer = form.shards ?? form.chunks;
  const source = { origin: shape.map(() => 0), shape, data: array.data };
  for (const index of gridIndexes(shape.map((size, i) => Math.ceil(size / (outer[i] as number))))) {
    const data = filled(type, elementCount(outer), form.fill ?? 0);
    copyOverlap(source, { origin: index.map((at, i) => at * (outer[i] as number)), shape: outer, data });
    const bytes = await encode(data);
    if (bytes !== undefined) files.push({ path: posix.join(form.path, chunkKey(form, index)), bytes });
  }
  return files;
}

/**
 * Writes an array into a folder chunk by chunk as its source gives its blocks, whatever their grid. Memory: the chunks
 * that are begun and not complete, so that sources in slabs of the slowest axis cost a slab. Existing files are replaced.
 */
export async function writeZarrArray(folder: string, form: ZarrForm, source: VolumeSource): Promise<void> {
  const { shape, type } = source;
  const outer = form.shards ?? form.chunks;
  const encode = await chunkEncoder(form, type);
  const write = async ({ path, bytes }: ZarrFile): Promise<void> => {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  };
  for (const file of metadataFiles(form, shape, type)) await write(file);
  const begun = new Map<string, { readonly data: VolumeData; missing: number }>();
  for await (const block of source.blocks()) {
    for (const index of touchedChunks(outer, block.origin, block.shape)) {
      const key = chunkKey(form, index);
      const origin = index.map((at, i) => at * (outer[i] as number));
      const inside = origin.map((from, i) => Math.min(outer[i] as number, (shape[i] as number) - from));
      const chunk = begun.get(key) ?? {
        data: filled(type, elementCount(outer), form.fill ?? 0),
        missing: elementCount(inside),
      };
      begun.set(key, chunk);
      copyOverlap(block, { origin, shape: outer, data: chunk.data });
      chunk.missing -= overlapCount(block, { origin, shape: inside });
      if (chunk.missing > 0) continue;
      begun.delete(key);
      const bytes = await encode(chunk.data);
      if (bytes !== undefined) await write({ path: posix.join(form.path, key), bytes });
    }
  }
}

interface Box {
  readonly origin: readonly number[];
  readonly shape: readonly number[];
}

function overlapCount(a: Box, b: Box): number {
  return a.origin.reduce((product, from, i) => {
    const first = Math.max(from, b.origin[i] as number);
    const end = Math.min(from + (a.shape[i] as number), (b.origin[i] as number) + (b.shape[i] as number));
    return product * Math.max(0, end - first);
  }, 1);
}

function chunkKey({ version = 2, separator = version === 2 ? "." : "/" }: ZarrForm, index: readonly number[]): string {
  return [...(version === 3 ? ["c"] : []), ...index].join(separator);
}

function filled(type: VolumeType, length: number, fill: number | bigint): VolumeData {
  const data = allocate(type, length);
  const wide = type === "int64" || type === "uint64";
  if (Number(fill) !== 0) (data as Uint8Array).fill((wide ? BigInt(fill) : fill) as number);
  return data;
}

/** Groups above the array, then the array. */
function metadataFiles(form: ZarrForm, shape: readonly number[], type: VolumeType): ZarrFile[] {
  const { path, version = 2 } = form;
  const json = (name: string, value: unknown): ZarrFile => ({ path: name, bytes: Buffer.from(`${toJson(value)}\n`) });
  const segments = path === "" ? [] : path.split("/");
  const groups = segments.map((_, depth) => segments.slice(0, depth).join("/"));
  const files = groups.map((group) =>
    version === 2
      ? json(posix.join(group, ".zgroup"), { zarr_format: 2 })
      : json(posix.join(group, "zarr.json"), { zarr_format: 3, node_type: "group", attributes: {} }),
  );
  if (version === 3) return [...files, json(posix.join(path, "zarr.json"), metadata3(form, shape, type))];
  files.push(json(posix.join(path, ".zarray"), metadata2(form, shape, type)));
  if (form.attributes !== undefined) files.push(json(posix.join(path, ".zattrs"), form.attributes));
  return files;
}

/** JSON with 64-bit integers as they are. */
function toJson(value: unknown): string {
  const marked = JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `bigint:${part}` : part), 2);
  return marked.replace(/"bigint:(-?\d+)"/g, "$1");
}

function fillText(fill: number | bigint): number | bigint | string {
  return typeof fill === "number" && !Number.isFinite(fill)
    ? Number.isNaN(fill)
      ? "NaN"
      : fill > 0
        ? "Infinity"
        : "-Infinity"
    : fill;
}

function metadata2(form: ZarrForm, shape: readonly number[], type: VolumeType): object {
  const { chunks, codec = "gzip", order = "C", bigEndian = false, separator = ".", fill = 0 } = form;
  const bytes = elementBytes(type);
  const kind = type.startsWith("float") ? "f" : type.startsWith("uint") ? "u" : "i";
  const compressors: Readonly<Record<ZarrCodec, object | null>> = {
    raw: null,
    gzip: { id: "gzip", level: LEVEL },
    zlib: { id: "zlib", level: LEVEL },
    blosc: { id: "blosc", cname: "zstd", clevel: 3, shuffle: 2, blocksize: 0 },
    zstd: { id: "zstd", level: LEVEL },
    lz4: { id: "lz4", acceleration: 1 },
  };
  return {
    chunks,
    compressor: compressors[codec],
    dtype: `${bytes === 1 ? "|" : bigEndian ? ">" : "<"}${kind}${bytes}`,
    fill_value: fillText(fill),
    filters: null,
    order,
    shape,
    zarr_format: 2,
    ...(separator === "/" ? { dimension_separator: "/" } : {}),
  };
}

function metadata3(form: ZarrForm, shape: readonly number[], type: VolumeType): object {
  const { chunks, codec = "gzip", order = "C", bigEndian = false, separator = "/", fill = 0, shards } = form;
  const blosc = { cname: "zstd", clevel: 3, shuffle: "bitshuffle", typesize: elementBytes(type), blocksize: 0 };
  const compressors: Readonly<Record<ZarrCodec, object[]>> = {
    raw: [],
    gzip: [{ name: "gzip", configuration: { level: LEVEL } }],
    zlib: [{ name: "numcodecs.zlib", configuration: { level: LEVEL } }],
    blosc: [{ name: "blosc", configuration: blosc }],
    zstd: [{ name: "zstd", configuration: { level: LEVEL, checksum: false } }],
    lz4: [{ name: "numcodecs.lz4", configuration: {} }],
  };
  const bytes = { name: "bytes", configuration: { endian: bigEndian ? "big" : "little" } };
  const reversed = shape.map((_, axis) => shape.length - 1 - axis);
  const transpose = order === "F" ? [{ name: "transpose", configuration: { order: reversed } }] : [];
  const codecs = [...transpose, bytes, ...compressors[codec]];
  const indexCodecs = [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }];
  const sharding = { chunk_shape: chunks, codecs, index_codecs: indexCodecs, index_location: "end" };
  return {
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: type,
    chunk_grid: { name: "regular", configuration: { chunk_shape: shards ?? chunks } },
    chunk_key_encoding: { name: "default", configuration: { separator } },
    fill_value: fillText(fill),
    codecs: shards === undefined ? codecs : [{ name: "sharding_indexed", configuration: sharding }],
    attributes: form.attributes ?? {},
    ...(form.dimensionNames === undefined ? {} : { dimension_names: form.dimensionNames }),
    storage_transformers: [],
  };
}

type Encoder = (data: VolumeData) => Promise<Uint8Array | undefined>;

/** Bytes of a whole chunk, or shard, in C order; undefined where it is left out. */
async function chunkEncoder(form: ZarrForm, type: VolumeType): Promise<Encoder> {
  const { chunks, order = "C", bigEndian = false, codec = "gzip", shards, skipFill = false, fill = 0 } = form;
  const compress = await compressor(codec);
  const isFill = (data: VolumeData): boolean =>
    (data as Uint8Array).every((value) => Object.is(Number(value), Number(fill)));
  const encode: Encoder = async (data) => {
    if (skipFill && isFill(data)) return undefined;
    const ordered = order === "C" ? data : columnMajor(data, chunks, type);
    const bytes = new Uint8Array(ordered.buffer.slice(ordered.byteOffset, ordered.byteOffset + ordered.byteLength));
    if (bigEndian) swap(Buffer.from(bytes.buffer), elementBytes(type));
    return compress(bytes);
  };
  return shards === undefined ? encode : shardEncoder({ chunks, shards, type }, encode);
}

function columnMajor(data: VolumeData, shape: readonly number[], type: VolumeType): VolumeData {
  const out = allocate(type, data.length);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  copyBox({ data, offset: 0, strides: rowMajorStrides(shape) }, { data: out, offset: 0, strides }, shape);
  return out;
}

/** Chunks one after another, then offset and length of each and a checksum of those (Zarr sharding codec, version 1.0). */
function shardEncoder(
  { chunks, shards, type }: { chunks: readonly number[]; shards: readonly number[]; type: VolumeType },
  encode: Encoder,
): Encoder {
  return async (data) => {
    const whole = { origin: shards.map(() => 0), shape: shards, data };
    const parts: Uint8Array[] = [];
    const index: bigint[] = [];
    let offset = 0;
    for (const position of gridIndexes(shards.map((size, i) => size / (chunks[i] as number)))) {
      const inner = allocate(type, elementCount(chunks));
      copyOverlap(whole, { origin: position.map((at, i) => at * (chunks[i] as number)), shape: chunks, data: inner });
      const bytes = await encode(inner);
      if (bytes === undefined) {
        index.push(2n ** 64n - 1n, 2n ** 64n - 1n);
        continue;
      }
      index.push(BigInt(offset), BigInt(bytes.length));
      parts.push(bytes);
      offset += bytes.length;
    }
    if (parts.length === 0) return undefined;
    const table = Buffer.from(BigUint64Array.from(index).buffer);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32c(table));
    return Buffer.concat([...parts, table, checksum]);
  };
}

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}

async function compressor(codec: ZarrCodec): Promise<(bytes: Uint8Array) => Promise<Uint8Array>> {
  if (codec === "raw") return async (bytes) => bytes;
  if (codec === "zlib") return async (bytes) => deflateSync(bytes, { level: LEVEL });
  if (codec === "gzip") {
    return async (bytes) => {
      const packed = gzipSync(bytes, { level: LEVEL });
      // The operating system, which would differ from machine to machine: 255 is unknown.
      packed[9] = 255;
      return packed;
    };
  }
  const { numcodecsEncoder } = await import("../formats/zarr/zarr-codecs.js");
  return numcodecsEncoder(codec);
}
