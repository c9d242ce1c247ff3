import { type Data, type DataType, Type } from "apache-arrow";
import { isNull, nullBits, textOf, valueAt } from "./array-view.js";

/** One value of an array by its position, as {@link valueAt} gives it. */
export type ValueReader = (index: number) => unknown;

/** Texts of at most this many bytes are looked up among those read before; powers of two of them are kept. */
const CACHED_BYTES = 40;
const CACHED_TEXTS = 1024;

/**
 * As {@link valueAt} for one array, prepared: for loops over many values. Texts that repeat, as names do, become one
 * string. About 30 ns per number or repeated text.
 */
export function valueReader(data: Data): ValueReader {
  const type = data.type as DataType;
  const read = presentReader(data, type);
  if (nullBits(data) === undefined) return read;
  return (index) => (isNull(data, index) ? null : read(index));
}

function presentReader(data: Data, type: DataType): ValueReader {
  switch (type.typeId) {
    case Type.Utf8:
      return textReader(data);
    case Type.List: {
      const offsets = data.valueOffsets as Int32Array;
      const item = valueReader(data.children[0] as Data);
      return (index) => {
        const from = offsets[index] as number;
        const to = offsets[index + 1] as number;
        const items: unknown[] = new Array(to - from);
        for (let i = from; i < to; i++) items[i - from] = item(i);
        return items;
      };
    }
    case Type.Struct: {
      const names = (type.children ?? []).map((field) => field.name);
      const members = data.children.map(valueReader);
      return (index) => {
        const object: Record<string, unknown> = {};
        for (let k = 0; k < names.length; k++) object[names[k] as string] = (members[k] as ValueReader)(index);
        return object;
      };
    }
    case Type.Bool:
    case Type.Binary:
    case Type.Dictionary:
      return (index) => valueAt(data, index);
    default: {
      const values = data.values as ArrayLike<unknown>;
      return (index) => values[index];
    }
  }
}

function textReader(data: Data): ValueReader {
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as Int32Array;
  const texts: string[] = new Array(CACHED_TEXTS).fill("");
  const starts = new Int32Array(CACHED_TEXTS);
  const lengths = new Int32Array(CACHED_TEXTS);
  return (index) => {
    const from = offsets[index] as number;
    const to = offsets[index + 1] as number;
    const length = to - from;
    if (length === 0) return "";
    if (length > CACHED_BYTES) return textOf(bytes, from, to);
    let hash = length;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (CACHED_TEXTS - 1);
    if (lengths[slot] === length && sameBytes(bytes, from, starts[slot] as number, length)) return texts[slot];
    const text = textOf(bytes, from, to);
    texts[slot] = text;
    starts[slot] = from;
    lengths[slot] = length;
    return text;
  };
}

function sameBytes(bytes: Uint8Array, one: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[one + i] !== bytes[other + i]) return false;
  return true;
}
