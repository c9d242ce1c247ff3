import { type HeaderMessage, MESSAGE } from "../hdf5/object-header.js";

/** What an object header says of chunks that can be read without the HDF5 library. */
export interface DirectLayout {
  /** Address of the index, a version-1 B-tree. */
  readonly root: bigint;
  readonly chunkShape: readonly number[];
  readonly itemBytes: number;
  readonly bigEndian: boolean;
  /** Bytes of the value of chunks never written, in the file's byte order; undefined for zero. */
  readonly fill: Uint8Array | undefined;
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FILL_OLD = 4;
const FILL = 5;
const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;
const INTEGER_CLASS = 0;
const FLOAT_CLASS = 1;
const CHUNKED = 2;

/**
 * The layout of a dataset whose chunks are indexed by a version-1 B-tree and filtered by deflate and shuffle at most, with
 * plain integers or IEEE floats (checked before by the reader of object headers). Undefined for any other, which the
 * library reads.
 */
export function directLayout(
  messages: readonly HeaderMessage[],
  { rank, filters }: { readonly rank: number; readonly filters: readonly number[] },
): DirectLayout | undefined {
  if (new Set(filters).size !== filters.length || filters.some((id) => id !== DEFLATE && id !== SHUFFLE))
    return undefined;
  const find = (type: number) => messages.find((message) => message.type === type);
  const layout = find(MESSAGE.layout);
  const datatype = find(MESSAGE.datatype);
  if (layout === undefined || layout.shared || datatype === undefined || datatype.shared) return undefined;
  const chunks = chunkedLayout(layout.data, rank);
  const byteOrder = plainNumbers(datatype.data);
  if (chunks === undefined || byteOrder === undefined || byteOrder.itemBytes !== chunks.itemBytes) return undefined;
  const fill = fillValue(find(FILL), find(FILL_OLD));
  if (fill !== undefined && fill.length !== chunks.itemBytes) return undefined;
  return { ...chunks, bigEndian: byteOrder.bigEndian, fill };
}

function chunkedLayout(data: DataView, rank: number) {
  if (data.byteLength < 11 + 4 * (rank + 1) || data.getUint8(0) !== 3 || data.getUint8(1) !== CHUNKED) return undefined;
  if (data.getUint8(2) !== rank + 1) return undefined;
  const root = data.getBigUint64(3, true);
  const sizes = Array.from({ length: rank + 1 }, (_, i) => data.getUint32(11 + 4 * i, true));
  if (root === UNDEFINED_ADDRESS || sizes.includes(0)) return undefined;
  return { root, chunkShape: sizes.slice(0, -1), itemBytes: sizes[rank] as number };
}

function plainNumbers(data: DataView): { bigEndian: boolean; itemBytes: number } | undefined {
  if (data.byteLength < 8) return undefined;
  const kind = data.getUint8(0) & 15;
  if (kind !== INTEGER_CLASS && kind !== FLOAT_CLASS) return undefined;
  const itemBytes = data.getUint32(4, true);
  if (kind === FLOAT_CLASS && itemBytes !== 4 && itemBytes !== 8) return undefined;
  if (![1, 2, 4, 8].includes(itemBytes)) return undefined;
  return { bigEndian: (data.getUint8(1) & 1) !== 0, itemBytes };
}

function fillValue(current: HeaderMessage | undefined, old: HeaderMessage | undefined): Uint8Array | undefined {
  const unreadable = new Uint8Array(0);
  const message = current ?? old;
  if (message === undefined) return undefined;
  const { data } = message;
  if (message.shared || data.byteLength < 2) return unreadable;
  let at = 0;
  if (message === current) {
    const version = data.getUint8(0);
    const defined = version === 3 ? (data.getUint8(1) & 0x20) !== 0 : data.byteLength >= 4 && data.getUint8(3) !== 0;
    if (!defined) return undefined;
    at = version === 3 ? 2 : 4;
  }
  if (data.byteLength < at + 4) return unreadable;
  const size = data.getUint32(at, true);
  // An undefined value has a negative size, a default one none.
  if (size === 0 || size === 0xffffffff) return undefined;
  if (data.byteLength < at + 4 + size) return unreadable;
  return new Uint8Array(data.buffer, data.byteOffset + at + 4, size).slice();
}
