import { inflateSync } from "node:zlib";
import { type ByteSource, readBytes } from "./byte-source.js";
import { dataView, type Superblock, UNDEFINED_ADDRESS } from "./object-header.js";
import { type StoragePlace, storageError } from "./place.js";

export interface ChunkQuestion {
  readonly source: ByteSource;
  readonly superblock: Superblock;
  readonly place: StoragePlace;
  /** Address of the root of a version-1 B-tree. */
  readonly root: bigint;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly itemBytes: number;
  /** Ids of the filters, in the order they were applied. */
  readonly filters: readonly number[];
  /** Is shown the bytes of each chunk that can be decoded here. */
  inspect(bytes: Uint8Array): void;
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;

/** Chunks that were never written: so many bytes may always be, or so many times those that were. */
const UNWRITTEN_BYTES = 64 * 1024 ** 2;
const UNWRITTEN_RATIO = 64;

/**
 * Checks each chunk of a dataset: that its bytes are in the file and give a whole chunk. The library copies whatever lies
 * behind a short chunk in its memory, without an error. Some chunks may never have been written (they hold fill values),
 * but not nearly all of a large dataset: a shape costs nothing to claim.
 * Cost: reads the index, and where deflate is used inflates every chunk once more.
 * @throws {FormatError} `format/truncated`, `format/hdf5-invalid`, `format/unwritten`, `format/limit`.
 */
export function checkChunks(question: ChunkQuestion): void {
  const { place, shape, chunks, itemBytes } = question;
  const expected = shape.reduce((count, size, axis) => count * Math.ceil(size / (chunks[axis] as number)), 1);
  const chunkBytes = chunks.reduce((product, size) => product * size, itemBytes);
  let found = 0;
  for (const chunk of walk(question, question.root, { parentLevel: null, visited: new Set() })) {
    found += 1;
    if (found > expected) throw storageError(place, "hdf5-invalid", `it has more than ${expected} chunks`);
    checkChunk(question, chunk, chunkBytes);
  }
  if (found === 0) throw storageError(place, "unwritten", `none of its ${expected} chunks was ever written`);
  const claimed = expected * chunkBytes;
  if (claimed <= Math.max(UNWRITTEN_BYTES, UNWRITTEN_RATIO * found * chunkBytes)) return;
  const sizes = `shape ${shape.join(" x ")} promises ${claimed} bytes in ${expected} chunks, ${found} of which were written`;
  throw storageError(place, "limit", sizes, "Check the shape, or rewrite the dataset with h5repack.");
}

interface Chunk {
  readonly bytes: number;
  /** A set bit says that the filter of this number was skipped. */
  readonly skipped: number;
  readonly address: bigint;
}

/** Nodes met before are refused: a few that lead to each other many times would be walked for years. */
interface Way {
  readonly parentLevel: number | null;
  readonly visited: Set<bigint>;
}

function* walk(question: ChunkQuestion, address: bigint, { parentLevel, visited }: Way): Generator<Chunk> {
  const { source, superblock, place, chunks } = question;
  const fail = (message: string) => storageError(place, "hdf5-invalid", `its index of chunks is damaged: ${message}`);
  if (visited.has(address)) throw fail(`the node at address ${address} is there twice`);
  visited.add(address);
  const head = dataView(bytesAt(question, address, 24));
  if (head.getUint32(0) !== 0x54524545 || head.getUint8(4) !== 1) throw fail(`no node at address ${address}`);
  const level = head.getUint8(5);
  if (parentLevel !== null && level !== parentLevel - 1) throw fail(`level ${level} below level ${parentLevel}`);
  const used = head.getUint16(6, true);
  const keyBytes = 8 + 8 * (chunks.length + 1);
  const start = superblock.base + Number(address) + 24;
  const entries = dataView(readBytes(source, place.file, start, used * (keyBytes + 8)));
  for (let i = 0; i < used; i++) {
    const at = i * (keyBytes + 8);
    const child = entries.getBigUint64(at + keyBytes, true);
    if (level > 0) yield* walk(question, child, { parentLevel: level, visited });
    else yield { bytes: entries.getUint32(at, true), skipped: entries.getUint32(at + 4, true), address: child };
  }
}

function bytesAt(question: ChunkQuestion, address: bigint, length: number): Uint8Array {
  const { source, superblock, place } = question;
  if (address === UNDEFINED_ADDRESS || address >= BigInt(source.size)) {
    throw storageError(place, "truncated", `address ${address} is outside of the file`);
  }
  return readBytes(source, place.file, superblock.base + Number(address), length);
}

function checkChunk(question: ChunkQuestion, chunk: Chunk, chunkBytes: number): void {
  const { place, filters } = question;
  const applied = filters.filter((_, i) => (chunk.skipped & (1 << i)) === 0);
  const short = (found: number | string) =>
    storageError(place, "hdf5-invalid", `the chunk at address ${chunk.address} holds ${found} of ${chunkBytes} bytes`);
  const checksums = applied.filter((id) => id === FLETCHER32).length * 4;
  const transforms = applied.filter((id) => id !== SHUFFLE && id !== FLETCHER32);
  if (transforms.length === 0) {
    const bytes = bytesAt(question, chunk.address, chunk.bytes);
    if (chunk.bytes !== chunkBytes + checksums) throw short(chunk.bytes);
    if (!applied.includes(SHUFFLE)) question.inspect(bytes.subarray(0, chunkBytes));
    return;
  }
  const stored = bytesAt(question, chunk.address, chunk.bytes);
  if (transforms.length > 1 || transforms[0] !== DEFLATE) return;
  // Checksums applied after deflate lie behind its data, those applied before inside of it.
  const position = applied.indexOf(DEFLATE);
  const inside = applied.slice(0, position).filter((id) => id === FLETCHER32).length * 4;
  const outside = checksums - inside;
  let inflated: Uint8Array;
  try {
    const data = stored.subarray(0, Math.max(0, stored.length - outside));
    inflated = inflateSync(data, { maxOutputLength: chunkBytes + inside });
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code !== "string") throw cause;
    throw short(
      code === "ERR_BUFFER_TOO_LARGE" ? `more than ${chunkBytes}` : `data that do not inflate (${code}), none`,
    );
  }
  if (inflated.length !== chunkBytes + inside) throw short(inflated.length);
  if (!applied.includes(SHUFFLE)) question.inspect(inflated.subarray(0, chunkBytes));
}
