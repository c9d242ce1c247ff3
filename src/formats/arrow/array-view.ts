import { type Data, type DataType, type Dictionary, Type } from "apache-arrow";

/** The validity bitmap (bit `data.offset + i`, 1 = valid), or undefined when nothing is null. */
export function nullBits(data: Data): Uint8Array | undefined {
  const bits = data.nullBitmap as Uint8Array | undefined;
  return bits === undefined || bits.length === 0 || data.nullCount === 0 ? undefined : bits;
}

export function isNull(data: Data, index: number): boolean {
  const bits = nullBits(data);
  if (bits === undefined) return false;
  const bit = data.offset + index;
  return ((bits[bit >> 3] as number) & (1 << (bit & 7))) === 0;
}

/** The value of a boolean array (its bits are not moved by slicing). */
export function bitAt(data: Data, index: number): boolean {
  const bit = data.offset + index;
  return ((data.values[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
}

/** Where in the child array the items of lists `start … start + count` stand. */
export function childRange(data: Data, start: number, count: number): { from: number; to: number } {
  const offsets = data.valueOffsets as Int32Array;
  return { from: offsets[start] as number, to: offsets[start + count] as number };
}

/** One value as plain JavaScript: 64-bit integers and timestamps are bigint, lists are arrays, structs are objects. */
export function valueAt(data: Data, index: number): unknown {
  if (isNull(data, index)) return null;
  const type = data.type as DataType;
  switch (type.typeId) {
    case Type.Dictionary: {
      const dictionary = (data as Data<Dictionary>).dictionary?.data[0] as Data;
      return valueAt(dictionary, Number(data.values[index]));
    }
    case Type.Binary: {
      const { from, to } = childRange(data, index, 1);
      return data.values.slice(from, to);
    }
    case Type.Utf8: {
      const { from, to } = childRange(data, index, 1);
      return textOf(data.values as Uint8Array, from, to);
    }
    case Type.Bool:
      return bitAt(data, index);
    case Type.List: {
      const { from, to } = childRange(data, index, 1);
      const items: unknown[] = new Array(to - from);
      for (let i = from; i < to; i++) items[i - from] = valueAt(data.children[0] as Data, i);
      return items;
    }
    case Type.Struct: {
      const object: Record<string, unknown> = {};
      type.children?.forEach((field, child) => {
        object[field.name] = valueAt(data.children[child] as Data, index);
      });
      return object;
    }
    default:
      return data.values[index];
  }
}

const buffers = new WeakMap<Uint8Array, Buffer>();

/** The UTF-8 bytes from `from` to `to` as a string. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let buffer = buffers.get(bytes);
  if (buffer === undefined) {
    buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    buffers.set(bytes, buffer);
  }
  return buffer.toString("utf8", from, to);
}
