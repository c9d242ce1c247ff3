import { type ByteSource, readBytes } from "../hdf5/byte-source.js";
import { dataView, type Superblock } from "../hdf5/object-header.js";
import { type StoragePlace, storageError } from "../hdf5/place.js";

/** Where one chunk is stored. */
export interface StoredChunk {
  readonly position: number;
  readonly bytes: number;
  /** A set bit says that the filter of this number was skipped. */
  readonly skipped: number;
}

export interface ChunkTableQuestion {
  readonly source: ByteSource;
  readonly superblock: Superblock;
  readonly place: StoragePlace;
  /** Address of the root of the version-1 B-tree. */
  readonly root: bigint;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly itemBytes: number;
}

const NODE_HEAD_BYTES = 24;

/** Chunks that were never written: so many bytes may always be, or so many times those that were. */
const UNWRITTEN_BYTES = 64 * 1024 ** 2;
const UNWRITTEN_RATIO = 64;

/**
 * The chunks of a dataset by their index in the grid (`3.0.12`), from its version-1 B-tree (HDF5 file format
 * specification, III.A.1). Each must lie in the file and in the grid, once; as many may be missing as the reader of whole
 * datasets lets be. Cost: reads the index.
 * @throws {FormatError} `format/hdf5-invalid`, `format/truncated`, `format/unwritten`, `format/limit`.
 */
export function readChunkTable(question: ChunkTableQuestion): ReadonlyMap<string, StoredChunk> {
  const { place, shape, chunkShape, itemBytes } = question;
  const table = new Map<string, StoredChunk>();
  visitNode(question, { address: question.root, parentLevel: null, visited: new Set(), table });
  const expected = shape.reduce((count, size, axis) => count * Math.ceil(size / (chunkShape[axis] as number)), 1);
  if (table.size === 0) throw storageError(place, "unwritten", `none of its ${expected} chunks was ever written`);
  const chunkBytes = chunkShape.reduce((product, size) => product * size, itemBytes);
  if (expected * chunkBytes > Math.max(UNWRITTEN_BYTES, UNWRITTEN_RATIO * table.size * chunkBytes)) {
    const claim = `shape ${shape.join(" x ")} promises ${expected} chunks, ${table.size} of which were written`;
    throw storageError(place, "limit", claim, "Check the shape, or rewrite the dataset with h5repack.");
  }
  return table;
}

interface Visit {
  readonly address: bigint;
  readonly parentLevel: number | null;
  readonly visited: Set<bigint>;
  readonly table: Map<string, StoredChunk>;
}

function visitNode(question: ChunkTableQuestion, visit: Visit): void {
  const { source, superblock, place, shape } = question;
  const { address, parentLevel, visited, table } = visit;
  const fail = (message: string) => storageError(place, "hdf5-invalid", `its index of chunks is damaged: ${message}`);
  if (address >= BigInt(source.size)) throw fail(`address ${address} is outside of the file`);
  if (visited.has(address)) throw fail(`the node at address ${address} is there twice`);
  visited.add(address);
  const start = superblock.base + Number(address);
  const head = dataView(readBytes(source, place.file, start, NODE_HEAD_BYTES));
  if (head.getUint32(0) !== 0x54524545 || head.getUint8(4) !== 1) throw fail(`no node at address ${address}`);
  const level = head.getUint8(5);
  if (parentLevel !== null && level !== parentLevel - 1) throw fail(`level ${level} below level ${parentLevel}`);
  const used = head.getUint16(6, true);
  const keyBytes = 8 + 8 * (shape.length + 1);
  const entries = dataView(readBytes(source, place.file, start + NODE_HEAD_BYTES, used * (keyBytes + 8)));
  for (let at = 0; at < entries.byteLength; at += keyBytes + 8) {
    const child = entries.getBigUint64(at + keyBytes, true);
    if (level > 0) visitNode(question, { address: child, parentLevel: level, visited, table });
    else addChunk(question, table, { view: entries, at, address: child });
  }
}

function addChunk(
  { source, superblock, place, shape, chunkShape }: ChunkTableQuestion,
  table: Map<string, StoredChunk>,
  { view, at, address }: { view: DataView; at: number; address: bigint },
): void {
  const index = shape.map((size, axis) => {
    const offset = Number(view.getBigUint64(at + 8 + 8 * axis, true));
    const position = offset / (chunkShape[axis] as number);
    if (offset < size && Number.isInteger(position)) return position;
    throw storageError(place, "hdf5-invalid", `a chunk begins at ${offset} on axis ${axis} of ${size}`);
  });
  const key = index.join(".");
  if (table.has(key)) throw storageError(place, "hdf5-invalid", `the chunk ${key} is stored twice`);
  const bytes = view.getUint32(at, true);
  const position = superblock.base + Number(address);
  if (!(position + bytes <= source.size)) {
    throw storageError(
      place,
      "truncated",
      `chunk ${key} ends at byte ${position + bytes}, the file has ${source.size}`,
    );
  }
  table.set(key, { position, bytes, skipped: view.getUint32(at + 4, true) });
}
