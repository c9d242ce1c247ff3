import { inflate } from "node:zlib";
import { type ByteSource, readBytes } from "../hdf5/byte-source.js";
import type { Superblock } from "../hdf5/object-header.js";
import { type StoragePlace, storageError } from "../hdf5/place.js";
import { type ChunkedArray, cutChunk, filledChunk } from "../volume/chunked-volume.js";
import { rowMajorStrides } from "../volume/copy-box.js";
import { KnownZeros } from "../volume/known-zeros.js";
import { elementCount, over, type VolumeData, type VolumeType } from "../volume/volume.js";
import { readChunkTable, type StoredChunk } from "./chunk-table.js";
import type { DirectLayout } from "./direct-layout.js";

const DEFLATE = 1;
const DEFLATE_RATIO = 1_032;

/**
 * Chunks read from the file itself and inflated in the thread pool of Node, each once: about ten times as fast as the HDF5
 * library, which is asked for everything that this does not cover. Chunks with the bytes of one that held only zeros
 * (most of a sparse label volume) are not inflated.
 * @throws {FormatError} as {@link readChunkTable}; while reading `format/chunk-size`, `format/chunk-damaged`.
 */
export function directChunks(
  dataset: { readonly source: ByteSource; readonly superblock: Superblock; readonly place: StoragePlace },
  form: { readonly shape: readonly number[]; readonly type: VolumeType; readonly filters: readonly number[] },
  layout: DirectLayout,
): Pick<ChunkedArray, "chunkShape" | "chunk"> {
  const { source, place } = dataset;
  const { chunkShape, itemBytes, bigEndian } = layout;
  const { shape, type, filters } = form;
  const table = readChunkTable({ ...dataset, root: layout.root, shape, chunkShape, itemBytes });
  const grid = { shape, chunkShape, type };
  const strides = rowMajorStrides(chunkShape);
  const expected = elementCount(chunkShape) * itemBytes;
  const valuesOf = (bytes: Uint8Array): VolumeData => {
    const aligned = bytes.byteOffset % itemBytes === 0 ? bytes : Uint8Array.from(bytes);
    if (bigEndian) swapBytes(Buffer.from(aligned.buffer, aligned.byteOffset, aligned.length), itemBytes);
    return over(type, aligned.buffer, aligned.byteOffset, aligned.length / itemBytes);
  };
  const fill = layout.fill === undefined ? 0 : (valuesOf(layout.fill)[0] as number | bigint);
  const zeros = new KnownZeros();

  const decode = async (chunk: StoredChunk, key: string): Promise<VolumeData | undefined> => {
    let bytes = readBytes(source, place.file, chunk.position, chunk.bytes);
    if (chunk.skipped === 0 && zeros.has(bytes)) return undefined;
    const stored = bytes;
    for (let i = filters.length - 1; i >= 0; i--) {
      if ((chunk.skipped & (1 << i)) !== 0) continue;
      if (filters[i] === DEFLATE) bytes = await inflateChunk(bytes, { place, key, expected });
      else bytes = unshuffle(bytes, itemBytes);
    }
    if (bytes.length !== expected) {
      throw storageError(
        place,
        "chunk-size",
        `chunk ${key} has ${bytes.length} bytes decoded, a chunk has ${expected}`,
      );
    }
    if (chunk.skipped === 0 && zeros.learn(stored, bytes)) return undefined;
    return valuesOf(bytes);
  };

  return {
    chunkShape,
    chunk: async (index) => {
      const key = index.join(".");
      const chunk = table.get(key);
      if (chunk === undefined) return filledChunk(grid, index, fill);
      const data = await decode(chunk, key);
      return data === undefined ? undefined : cutChunk(grid, index, { data, strides });
    },
  };
}

function inflateChunk(
  bytes: Uint8Array,
  { place, key, expected }: { readonly place: StoragePlace; readonly key: string; readonly expected: number },
): Promise<Uint8Array> {
  const chunkSize = Math.max(64, Math.min(expected + 1, bytes.length * DEFLATE_RATIO + 64));
  return new Promise((resolve, reject) => {
    inflate(bytes, { maxOutputLength: expected, chunkSize }, (error, out) => {
      if (error === null) return resolve(out);
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ERR_BUFFER_TOO_LARGE") {
        return reject(storageError(place, "chunk-size", `chunk ${key} inflates to more than ${expected} bytes`));
      }
      const problem = code === "Z_BUF_ERROR" ? "truncated" : "chunk-damaged";
      const why =
        code === "Z_BUF_ERROR" ? `ends in the middle, after ${bytes.length} bytes` : `is damaged (${error.message})`;
      return reject(storageError(place, problem, `chunk ${key} ${why}`, "Fetch the file again."));
    });
  });
}

/** The bytes of each element together again; they are stored with the first bytes of all elements first. */
function unshuffle(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / itemBytes);
  const out = new Uint8Array(bytes.length);
  for (let byte = 0; byte < itemBytes; byte++) {
    const from = byte * count;
    for (let i = 0; i < count; i++) out[i * itemBytes + byte] = bytes[from + i] as number;
  }
  out.set(bytes.subarray(count * itemBytes), count * itemBytes);
  return out;
}

function swapBytes(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}
