import raw, { type Vector } from "@duckdb/node-bindings";
import type { ArrayBuilder } from "../arrow/array-builder.js";
import { BoolBuilder, BytesBuilder, ListBuilder, NumberBuilder, StructBuilder } from "../arrow/array-builder.js";

const INLINE_BYTES = 12;
const ENTRY_BYTES = 16;

/**
 * Appends the first `count` values of a DuckDB vector to an Arrow array. DuckDB's memory is only valid until the next
 * chunk: everything is copied.
 */
export function readVector(vector: Vector, builder: ArrayBuilder, count: number): void {
  if (count === 0) return;
  const validity = raw.vector_get_validity(vector, ((count + 63) >> 6) * 8) as Uint8Array | null;
  if (builder instanceof StructBuilder) readStructs(vector, builder, count, validity);
  else if (builder instanceof ListBuilder) readLists(vector, builder, count, validity);
  else if (builder instanceof BytesBuilder) readBytes(vector, builder, count, validity);
  else if (builder instanceof BoolBuilder) readBits(vector, builder, count, validity);
  else if (builder instanceof NumberBuilder) readNumbers(vector, builder, count, validity);
}

function readStructs(vector: Vector, builder: StructBuilder, count: number, validity: Uint8Array | null): void {
  builder.children.forEach((child, index) => {
    readVector(raw.struct_vector_get_child(vector, index), child, count);
  });
  if (validity !== null) builder.markValidity(validity, 0, count);
  builder.length += count;
}

function readBits(vector: Vector, builder: BoolBuilder, count: number, validity: Uint8Array | null): void {
  if (validity !== null) builder.markValidity(validity, 0, count);
  const bytes = raw.vector_get_data(vector, count);
  for (let i = 0; i < count; i++) builder.append(bytes[i] !== 0 && isValid(validity, i));
}

function readNumbers(vector: Vector, builder: NumberBuilder, count: number, validity: Uint8Array | null): void {
  if (validity !== null) builder.markValidity(validity, 0, count);
  builder.reserve(count);
  const width = builder.values.BYTES_PER_ELEMENT;
  const target = new Uint8Array(builder.values.buffer, builder.length * width, count * width);
  target.set(raw.vector_get_data(vector, count * width));
  if (validity !== null) zeroNulls(target, width, validity, count);
  builder.length += count;
}

function isValid(validity: Uint8Array | null, index: number): boolean {
  return validity === null || ((validity[index >> 3] as number) & (1 << (index & 7))) !== 0;
}

function zeroNulls(bytes: Uint8Array, width: number, validity: Uint8Array, count: number): void {
  for (let i = 0; i < count; i++) {
    if (!isValid(validity, i)) bytes.fill(0, i * width, (i + 1) * width);
  }
}

function readLists(vector: Vector, builder: ListBuilder, count: number, validity: Uint8Array | null): void {
  const entries = raw.vector_get_data(vector, count * ENTRY_BYTES);
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  const size = raw.list_vector_get_size(vector);
  const child = raw.list_vector_get_child(vector);
  let contiguous = true;
  let next = 0;
  for (let i = 0; i < count && contiguous; i++) {
    if (!isValid(validity, i)) continue;
    contiguous = Number(view.getBigUint64(i * ENTRY_BYTES, true)) === next;
    next += Number(view.getBigUint64(i * ENTRY_BYTES + 8, true));
  }
  if (!contiguous || next !== size) {
    readScatteredLists({ vector, builder, count, validity, view });
    return;
  }
  const base = builder.child.length;
  readVector(child, builder.child, size);
  const lengths = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    lengths[i] = isValid(validity, i) ? Number(view.getBigUint64(i * ENTRY_BYTES + 8, true)) : 0;
  }
  closeLists(builder, base, lengths, validity);
}

/** Lists whose items do not stand one after the other: read all items aside, then pick. */
function readScatteredLists(context: {
  vector: Vector;
  builder: ListBuilder;
  count: number;
  validity: Uint8Array | null;
  view: DataView;
}): void {
  const { vector, builder, count, validity, view } = context;
  const aside = new ListBuilder(builder.type).child;
  readVector(raw.list_vector_get_child(vector), aside, raw.list_vector_get_size(vector));
  const items = aside.finish();
  for (let i = 0; i < count; i++) {
    if (!isValid(validity, i)) {
      builder.appendNull();
      continue;
    }
    const from = Number(view.getBigUint64(i * ENTRY_BYTES, true));
    builder.child.appendRange(items, from, Number(view.getBigUint64(i * ENTRY_BYTES + 8, true)));
    builder.close();
  }
}

function closeLists(builder: ListBuilder, base: number, lengths: Int32Array, validity: Uint8Array | null): void {
  if (validity !== null) builder.markValidity(validity, 0, lengths.length);
  let end = base;
  for (const length of lengths) {
    end += length;
    builder.closeAt(end);
  }
}

/**
 * Text and binary values: short ones stand in the vector, longer ones behind a pointer. DuckDB lays the longer ones of
 * a chunk one after the other, so that a few stretches hold them all: each stretch is fetched at once.
 */
function readBytes(vector: Vector, builder: BytesBuilder, count: number, validity: Uint8Array | null): void {
  if (validity !== null) builder.markValidity(validity, 0, count);
  const entries = raw.vector_get_data(vector, count * ENTRY_BYTES).slice();
  const words = new Uint32Array(entries.buffer, 0, count * 4);
  let stretch: Uint8Array = entries;
  let at = 0;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const length = isValid(validity, i) ? (words[i * 4] as number) : 0;
    if (length <= INLINE_BYTES) {
      builder.appendPart(entries, i * ENTRY_BYTES + 4, length);
      continue;
    }
    if (at === end) {
      end = stretchLength(words, validity, i, count);
      stretch = raw.get_data_from_pointer(entries.buffer as ArrayBuffer, i * ENTRY_BYTES + 8, end);
      at = 0;
    }
    builder.appendPart(stretch, at, length);
    at += length;
  }
}

/** Bytes of the longer values from `first` on that follow each other in memory without a gap. */
function stretchLength(words: Uint32Array, validity: Uint8Array | null, first: number, count: number): number {
  const pointerOf = (i: number) => (words[i * 4 + 2] as number) + (words[i * 4 + 3] as number) * 2 ** 32;
  const start = pointerOf(first);
  let bytes = words[first * 4] as number;
  for (let i = first + 1; i < count; i++) {
    const length = isValid(validity, i) ? (words[i * 4] as number) : 0;
    if (length <= INLINE_BYTES) continue;
    if (pointerOf(i) !== start + bytes) break;
    bytes += length;
  }
  return bytes;
}
