import {
  type Binary,
  Bool,
  type Data,
  DataType,
  type Field,
  type List,
  makeData,
  RecordBatch,
  type Schema,
  Struct,
  type Utf8,
} from "apache-arrow";
import { FormatError } from "../../base/errors.js";
import type { NumberArray } from "../../base/number-array.js";
import { childRange, isNull, nullBits } from "./array-view.js";

/** `makeData` by run-time type. */
function arrayOf<T extends DataType>(properties: { type: T; length: number; [buffer: string]: unknown }): Data<T> {
  return makeData(properties as never) as unknown as Data<T>;
}

/** Arrow offsets are 32-bit: the bytes or items of one array end here. */
const MAXIMUM_OFFSET = 2 ** 31 - 1;

/**
 * Builds one Arrow array by appending values or ranges of other arrays; grows by doubling. `finish` hands the array
 * over and leaves the builder empty.
 */
export abstract class ArrayBuilder<T extends DataType = DataType> {
  readonly type: T;
  length = 0;
  nullCount = 0;
  #nulls = new Uint8Array(0);

  constructor(type: T) {
    this.type = type;
  }

  /** Bytes held so far, about. */
  abstract get byteLength(): number;
  protected abstract pushEmpty(count: number): void;
  protected abstract pushRange(data: Data, start: number, count: number): void;
  protected abstract take(length: number, nullCount: number, nullBitmap: Uint8Array | undefined): Data<T>;

  appendNull(): void {
    this.markNull(this.length);
    this.pushEmpty(1);
    this.length++;
  }

  /** Marks a position as null; its value must be appended too. */
  protected markNull(index: number): void {
    const byte = index >> 3;
    if (byte >= this.#nulls.length) {
      const grown = new Uint8Array(Math.max(64, byte * 2));
      grown.set(this.#nulls);
      this.#nulls = grown;
    }
    this.#nulls[byte] = (this.#nulls[byte] as number) | (1 << (index & 7));
    this.nullCount++;
  }

  /** Marks nulls of the next `count` values by a validity bitmap (1 = valid) that starts at bit `from`. */
  markValidity(bitmap: Uint8Array, from: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const bit = from + i;
      if (((bitmap[bit >> 3] as number) & (1 << (bit & 7))) === 0) this.markNull(this.length + i);
    }
  }

  /** Appends `count` values of an array of the same type from `start`. */
  appendRange(data: Data, start: number, count: number): void {
    if (count <= 0) return;
    const bits = nullBits(data);
    if (bits !== undefined) this.markValidity(bits, data.offset + start, count);
    this.pushRange(data, start, count);
    this.length += count;
  }

  finish(): Data<T> {
    let bitmap: Uint8Array | undefined;
    if (this.nullCount > 0) {
      bitmap = new Uint8Array((this.length + 7) >> 3).fill(255);
      const bytes = Math.min(bitmap.length, this.#nulls.length);
      for (let i = 0; i < bytes; i++) bitmap[i] = ~(this.#nulls[i] as number) & 255;
      if ((this.length & 7) !== 0) {
        bitmap[bitmap.length - 1] = (bitmap[bitmap.length - 1] as number) & ((1 << (this.length & 7)) - 1);
      }
    }
    const data = this.take(this.length, this.nullCount, bitmap);
    this.length = 0;
    this.nullCount = 0;
    this.#nulls = new Uint8Array(0);
    return data;
  }
}

/** Numbers and timestamps. 64-bit types hold bigints. */
export class NumberBuilder extends ArrayBuilder {
  readonly #array: new (
    length: number,
  ) => NumberArray;
  values: NumberArray;

  constructor(type: DataType) {
    super(type);
    this.#array = (DataType.isTimestamp(type) ? BigInt64Array : type.ArrayType) as new (length: number) => NumberArray;
    this.values = new this.#array(0);
  }

  get byteLength(): number {
    return this.length * this.values.BYTES_PER_ELEMENT;
  }

  /** Room for `count` more values. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.values.length) return;
    const grown = new this.#array(Math.max(needed, this.values.length * 2, 64));
    grown.set(this.values.subarray(0, this.length) as never);
    this.values = grown;
  }

  append(value: number | bigint): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value as never;
  }

  appendArray(values: ArrayLike<number> | ArrayLike<bigint>): void {
    this.reserve(values.length);
    this.values.set(values as never, this.length);
    this.length += values.length;
  }

  protected pushEmpty(count: number): void {
    this.reserve(count);
    const wide = this.values instanceof BigInt64Array || this.values instanceof BigUint64Array;
    this.values.fill((wide ? 0n : 0) as never, this.length, this.length + count);
  }

  protected pushRange(data: Data, start: number, count: number): void {
    this.reserve(count);
    if (count === 1) this.values[this.length] = data.values[start] as never;
    else this.values.set(data.values.subarray(start, start + count), this.length);
  }

  protected take(length: number, nullCount: number, nullBitmap: Uint8Array | undefined): Data {
    const values = this.values.length === length ? this.values : this.values.slice(0, length);
    this.values = new this.#array(0);
    return arrayOf({ type: this.type, length, nullCount, nullBitmap, data: values });
  }
}

/** Booleans, one bit each. */
export class BoolBuilder extends ArrayBuilder<Bool> {
  #bits = new Uint8Array(0);

  get byteLength(): number {
    return this.length >> 3;
  }

  append(value: boolean): void {
    this.#set(this.length, value);
    this.length++;
  }

  #set(index: number, value: boolean): void {
    const byte = index >> 3;
    if (byte >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(64, byte * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    if (value) this.#bits[byte] = (this.#bits[byte] as number) | (1 << (index & 7));
  }

  protected pushEmpty(count: number): void {
    this.#set(this.length + count - 1, false);
  }

  protected pushRange(data: Data, start: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const bit = data.offset + start + i;
      const valid = !isNull(data, start + i);
      this.#set(this.length + i, valid && ((data.values[bit >> 3] as number) & (1 << (bit & 7))) !== 0);
    }
  }

  protected take(length: number, nullCount: number, nullBitmap: Uint8Array | undefined): Data<Bool> {
    const bits = new Uint8Array((length + 7) >> 3);
    bits.set(this.#bits.subarray(0, bits.length));
    this.#bits = new Uint8Array(0);
    return arrayOf({ type: new Bool(), length, nullCount, nullBitmap, data: bits });
  }
}

/** Text and binary values. */
export class BytesBuilder extends ArrayBuilder<Utf8 | Binary> {
  #offsets = new Int32Array(65);
  #bytes = Buffer.alloc(0);
  #used = 0;

  get byteLength(): number {
    return this.#used + this.length * 4;
  }

  #reserve(values: number, bytes: number): void {
    const needed = this.#used + bytes;
    if (needed > MAXIMUM_OFFSET) {
      throw new FormatError("arrow-too-large", `one Arrow array holds at most ${MAXIMUM_OFFSET} bytes, not ${needed}`, {
        fields: { bytes: needed, limit: MAXIMUM_OFFSET },
        wayOut: "Write smaller batches.",
      });
    }
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(MAXIMUM_OFFSET, Math.max(needed, this.#bytes.length * 2, 256)));
      grown.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = grown;
    }
    if (this.length + values + 1 > this.#offsets.length) {
      const grown = new Int32Array(Math.max(this.length + values + 1, this.#offsets.length * 2));
      grown.set(this.#offsets.subarray(0, this.length + 1));
      this.#offsets = grown;
    }
  }

  /**
   * Appends text, and says whether it was ASCII alone. Lone surrogates become U+FFFD: whoever appends text beyond ASCII
   * refuses them.
   */
  appendText(text: string): boolean {
    const units = text.length;
    this.#reserve(1, units * 3);
    const bytes = this.#bytes;
    const from = this.#used;
    let i = 0;
    if (units <= 32) {
      for (; i < units; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 127) break;
        bytes[from + i] = unit;
      }
    }
    const length = i === units ? units : bytes.write(text, from, "utf8");
    this.#used = from + length;
    this.#offsets[++this.length] = this.#used;
    return length === units;
  }

  appendBytes(bytes: Uint8Array): void {
    this.#reserve(1, bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
    this.#offsets[++this.length] = this.#used;
  }

  /** Appends the bytes of `source` from `from`; few bytes are copied one by one, without making a view. */
  appendPart(source: Uint8Array, from: number, length: number): void {
    this.#reserve(1, length);
    if (length > 64) this.#bytes.set(source.subarray(from, from + length), this.#used);
    else for (let i = 0; i < length; i++) this.#bytes[this.#used + i] = source[from + i] as number;
    this.#used += length;
    this.#offsets[++this.length] = this.#used;
  }

  protected pushEmpty(count: number): void {
    this.#reserve(count, 0);
    this.#offsets.fill(this.#used, this.length + 1, this.length + count + 1);
  }

  protected pushRange(data: Data, start: number, count: number): void {
    const offsets = data.valueOffsets as Int32Array;
    const from = offsets[start] as number;
    const to = offsets[start + count] as number;
    this.#reserve(count, to - from);
    this.#bytes.set(data.values.subarray(from, to), this.#used);
    const shift = this.#used - from;
    for (let i = 1; i <= count; i++) this.#offsets[this.length + i] = (offsets[start + i] as number) + shift;
    this.#used += to - from;
  }

  protected take(length: number, nullCount: number, nullBitmap: Uint8Array | undefined): Data<Utf8 | Binary> {
    const valueOffsets = this.#offsets.slice(0, length + 1);
    const data = new Uint8Array(this.#used);
    data.set(this.#bytes.subarray(0, this.#used));
    this.#offsets = new Int32Array(65);
    this.#bytes = Buffer.alloc(0);
    this.#used = 0;
    return arrayOf({ type: this.type, length, nullCount, nullBitmap, valueOffsets, data });
  }
}

/** Lists: append the items to {@link child}, then {@link close} the list. */
export class ListBuilder extends ArrayBuilder<List> {
  readonly child: ArrayBuilder;
  #offsets = new Int32Array(65);

  constructor(type: List) {
    super(type);
    this.child = arrayBuilder(type.children[0]?.type as DataType);
  }

  get byteLength(): number {
    return this.length * 4 + this.child.byteLength;
  }

  #reserve(count: number): void {
    if (this.length + count + 1 <= this.#offsets.length) return;
    const grown = new Int32Array(Math.max(this.length + count + 1, this.#offsets.length * 2));
    grown.set(this.#offsets.subarray(0, this.length + 1));
    this.#offsets = grown;
  }

  /** Ends a list after the items now in {@link child}. */
  close(): void {
    if (this.child.length > MAXIMUM_OFFSET) {
      throw new FormatError("arrow-too-large", `one Arrow array holds at most ${MAXIMUM_OFFSET} items`, {
        fields: { items: this.child.length, limit: MAXIMUM_OFFSET },
      });
    }
    this.closeAt(this.child.length);
  }

  /** Ends a list at an item already in {@link child}, when many lists' items were appended at once. */
  closeAt(end: number): void {
    this.#reserve(1);
    this.#offsets[++this.length] = end;
  }

  protected pushEmpty(count: number): void {
    this.#reserve(count);
    this.#offsets.fill(this.child.length, this.length + 1, this.length + count + 1);
  }

  protected pushRange(data: Data, start: number, count: number): void {
    this.#reserve(count);
    const { from, to } = childRange(data, start, count);
    const shift = this.child.length - from;
    const offsets = data.valueOffsets as Int32Array;
    for (let i = 1; i <= count; i++) this.#offsets[this.length + i] = (offsets[start + i] as number) + shift;
    this.child.appendRange(data.children[0] as Data, from, to - from);
  }

  protected take(length: number, nullCount: number, nullBitmap: Uint8Array | undefined): Data<List> {
    const valueOffsets = this.#offsets.slice(0, length + 1);
    this.#offsets = new Int32Array(65);
    const child = this.child.finish();
    return arrayOf({ type: this.type, length, nullCount, nullBitmap, valueOffsets, child });
  }
}

/** Structs: append to each of {@link children}, then {@link close} the struct. */
export class StructBuilder extends ArrayBuilder<Struct> {
  readonly children: readonly ArrayBuilder[];

  constructor(type: Struct) {
    super(type);
    this.children = type.children.map((field: Field) => arrayBuilder(field.type));
  }

  get byteLength(): number {
    return this.children.reduce((bytes, child) => bytes + child.byteLength, 0);
  }

  close(): void {
    this.length++;
  }

  protected pushEmpty(count: number): void {
    for (let i = 0; i < count; i++) for (const child of this.children) child.appendNull();
  }

  protected pushRange(data: Data, start: number, count: number): void {
    this.children.forEach((child, index) => {
      child.appendRange(data.children[index] as Data, start, count);
    });
  }

  protected take(length: number, nullCount: number, nullBitmap: Uint8Array | undefined): Data<Struct> {
    const children = this.children.map((child) => child.finish());
    return arrayOf({ type: this.type, length, nullCount, nullBitmap, children });
  }
}

/** The builder for an Arrow type. @throws {FormatError} for types that tables do not use. */
export function arrayBuilder(type: DataType): ArrayBuilder {
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type)) return new NumberBuilder(type);
  if (DataType.isBool(type)) return new BoolBuilder(type);
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return new BytesBuilder(type);
  if (DataType.isList(type)) return new ListBuilder(type);
  if (DataType.isStruct(type)) return new StructBuilder(type);
  throw new FormatError("arrow-type", `Arrow type ${String(type)} is not supported in tables`, {
    fields: { type: String(type) },
  });
}

/** Builds batches of one schema from ranges of other batches: concatenates, slices and reorders. */
export class BatchAssembler {
  readonly schema: Schema;
  readonly columns: readonly ArrayBuilder[];

  constructor(schema: Schema) {
    this.schema = schema;
    this.columns = schema.fields.map((field) => arrayBuilder(field.type));
  }

  get length(): number {
    return this.columns[0]?.length ?? 0;
  }

  get byteLength(): number {
    return this.columns.reduce((bytes, column) => bytes + column.byteLength, 0);
  }

  append(batch: RecordBatch, start = 0, count = batch.numRows - start): void {
    this.columns.forEach((column, index) => {
      column.appendRange(batch.data.children[index] as Data, start, count);
    });
  }

  finish(): RecordBatch {
    const length = this.length;
    return batchOf(
      this.schema,
      this.columns.map((column) => column.finish()),
      length,
    );
  }
}

/** A batch from finished arrays, in the schema's order. */
export function batchOf(schema: Schema, children: readonly Data[], length: number): RecordBatch {
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, arrayOf<Struct>({ type, length, nullCount: 0, children: [...children] }));
}
