import { type Data, type DataType, type Dictionary, type RecordBatch, Type } from "apache-arrow";

/** The validity bitmap (bit `data.offset + i`, 1 = valid), or undefined when nothing is null. */
export function nullBits(data: Data): Uint8Array | undefined {
  const bits = data.nullBitmap as Uint8Array | undefined;
  return bits === undefined || bits.length === 0 || data.nullCount === 0 ? undefined : bits;
}

/** Whether the value at an index of the array (offset taken into account) is null. */
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

/** Bytes of the values `start … start + count`, without what slicing left out. */
export function rangeBytes(data: Data, start: number, count: number): number {
  const type = data.type as DataType;
  switch (type.typeId) {
    case Type.Bool:
      return count >> 3;
    case Type.Utf8:
    case Type.Binary: {
      const { from, to } = childRange(data, start, count);
      return to - from + count * 4;
    }
    case Type.List: {
      const { from, to } = childRange(data, start, count);
      return rangeBytes(data.children[0] as Data, from, to - from) + count * 4;
    }
    case Type.Struct:
      return data.children.reduce((bytes, child) => bytes + rangeBytes(child, start, count), 0);
    default:
      return ((data.values as Uint8Array | undefined)?.BYTES_PER_ELEMENT ?? 0) * count;
  }
}

/** Bytes of a batch's values. */
export function batchBytes(batch: RecordBatch): number {
  return rangeBytes(batch.data, 0, batch.numRows);
}

/** Whether a float −0 stands anywhere in the values `start … start + count`, nested ones included. */
export function hasNegativeZero(data: Data, start: number, count: number): boolean {
  const type = data.type as DataType;
  if (type.typeId === Type.Float) {
    const values = data.values as Float64Array;
    for (let i = start; i < start + count; i++) if (values[i] === 0 && Object.is(values[i], -0)) return true;
    return false;
  }
  if (type.typeId === Type.List) {
    const { from, to } = childRange(data, start, count);
    return hasNegativeZero(data.children[0] as Data, from, to - from);
  }
  return type.typeId === Type.Struct && data.children.some((child) => hasNegativeZero(child, start, count));
}

/** Calls `visit(from, count)` for each stretch of values that are not null. */
export function forEachValidRun(
  data: Data,
  start: number,
  count: number,
  visit: (from: number, count: number) => void,
): void {
  const bits = nullBits(data);
  if (bits === undefined) {
    if (count > 0) visit(start, count);
    return;
  }
  let from = start;
  for (let i = start; i <= start + count; i++) {
    const bit = data.offset + i;
    if (i < start + count && ((bits[bit >> 3] as number) & (1 << (bit & 7))) !== 0) continue;
    if (i > from) visit(from, i - from);
    from = i + 1;
  }
}

/** Calls `visit(from, count)` for each stretch of child items that belong to lists that are not null. */
export function forEachItemRun(
  data: Data,
  start: number,
  count: number,
  visit: (from: number, count: number) => void,
): void {
  let pendingFrom = 0;
  let pendingTo = 0;
  forEachValidRun(data, start, count, (first, lists) => {
    const { from, to } = childRange(data, first, lists);
    if (from === pendingTo) {
      pendingTo = to;
      return;
    }
    if (pendingTo > pendingFrom) visit(pendingFrom, pendingTo - pendingFrom);
    pendingFrom = from;
    pendingTo = to;
  });
  if (pendingTo > pendingFrom) visit(pendingFrom, pendingTo - pendingFrom);
}
