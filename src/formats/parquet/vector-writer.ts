import raw, { type Vector } from "@duckdb/node-bindings";
import { type Data, type DataType, Type } from "apache-arrow";
import { bitAt, childRange, isNull, nullBits } from "../arrow/array-view.js";

/** Text of at most this many bytes stands in the vector itself. */
const INLINE_BYTES = 12;
const ENTRY_BYTES = 16;

/**
 * Copies `count` values of an Arrow array, from `start`, into a DuckDB vector (its first `count` places).
 * The only place, with vector-reader.ts, that touches DuckDB's memory.
 */
export function writeVector(vector: Vector, data: Data, start: number, count: number): void {
  if (count === 0) return;
  writeValidity(vector, data, start, count);
  const type = data.type as DataType;
  switch (type.typeId) {
    case Type.Bool:
      writeBits(vector, data, start, count);
      return;
    case Type.Utf8:
    case Type.Binary:
      writeBytes(vector, data, start, count);
      return;
    case Type.List: {
      const { from, to } = childRange(data, start, count);
      writeListEntries(vector, data, start, count);
      raw.list_vector_reserve(vector, to - from);
      raw.list_vector_set_size(vector, to - from);
      writeVector(raw.list_vector_get_child(vector), data.children[0] as Data, from, to - from);
      return;
    }
    case Type.Struct:
      data.children.forEach((child, index) => {
        writeVector(raw.struct_vector_get_child(vector, index), child, start, count);
      });
      return;
    default: {
      const values = data.values as Float64Array;
      const width = values.BYTES_PER_ELEMENT;
      copy(vector, new Uint8Array(values.buffer, values.byteOffset + start * width, count * width));
    }
  }
}

function copy(vector: Vector, bytes: Uint8Array): void {
  raw.copy_data_to_vector(vector, 0, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

function writeValidity(vector: Vector, data: Data, start: number, count: number): void {
  const bits = nullBits(data);
  if (bits === undefined) return;
  const bitmap = bitsFrom(bits, data.offset + start, count);
  raw.vector_ensure_validity_writable(vector);
  raw.copy_data_to_vector_validity(vector, 0, bitmap.buffer as ArrayBuffer, bitmap.byteOffset, bitmap.byteLength);
}

/** `count` bits from bit `from`, moved to the start of a bitmap of their own. */
function bitsFrom(bits: Uint8Array, from: number, count: number): Uint8Array {
  const first = from >> 3;
  const shift = from & 7;
  const length = (count + 7) >> 3;
  if (shift === 0) return bits.slice(first, first + length);
  const moved = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    moved[i] = ((bits[first + i] as number) >> shift) | ((bits[first + i + 1] ?? 0) << (8 - shift));
  }
  return moved;
}

function writeBits(vector: Vector, data: Data, start: number, count: number): void {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = bitAt(data, start + i) ? 1 : 0;
  copy(vector, bytes);
}

function writeBytes(vector: Vector, data: Data, start: number, count: number): void {
  const values = data.values as Uint8Array;
  const offsets = data.valueOffsets as Int32Array;
  const entries = new Uint8Array(count * ENTRY_BYTES);
  const long: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = offsets[start + i] as number;
    const length = (offsets[start + i + 1] as number) - from;
    if (length === 0) continue;
    if (length > INLINE_BYTES) {
      if (!isNull(data, start + i)) long.push(i);
      continue;
    }
    const at = i * ENTRY_BYTES;
    entries[at] = length;
    for (let k = 0; k < length; k++) entries[at + 4 + k] = values[from + k] as number;
  }
  copy(vector, entries);
  for (const i of long) {
    const from = offsets[start + i] as number;
    const to = offsets[start + i + 1] as number;
    raw.vector_assign_string_element_len(vector, i, values.subarray(from, to));
  }
}

function writeListEntries(vector: Vector, data: Data, start: number, count: number): void {
  const offsets = data.valueOffsets as Int32Array;
  const base = offsets[start] as number;
  const entries = new Uint32Array(count * 4);
  for (let i = 0; i < count; i++) {
    const from = offsets[start + i] as number;
    entries[i * 4] = from - base;
    entries[i * 4 + 2] = (offsets[start + i + 1] as number) - from;
  }
  copy(vector, new Uint8Array(entries.buffer));
}
