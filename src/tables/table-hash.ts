import { createHash, type Hash } from "node:crypto";
import { type Data, type DataType, type RecordBatch, Type } from "apache-arrow";
import { hashOf } from "../base/hash.js";
import { bitAt, forEachItemRun, forEachValidRun, nullBits } from "../formats/arrow/array-view.js";
import type { Contract, FieldType } from "./contract.js";
import { schemaText } from "./merkle-root.js";

/** Small updates are gathered into blocks of this size before they are hashed. */
const BLOCK_BYTES = 1 << 14;

/** SHA-256 over a stream of many small pieces. */
class HashStream {
  readonly #hash: Hash = createHash("sha256");
  #block: Uint8Array | undefined;
  #used = 0;

  update(bytes: Uint8Array): void {
    if (bytes.length >= BLOCK_BYTES / 4) {
      this.#flush();
      this.#hash.update(bytes);
      return;
    }
    this.#block ??= new Uint8Array(BLOCK_BYTES);
    if (this.#used + bytes.length > BLOCK_BYTES) this.#flush();
    this.#block.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #flush(): void {
    if (this.#used > 0 && this.#block !== undefined) this.#hash.update(this.#block.subarray(0, this.#used));
    this.#used = 0;
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * The hash of one column, or of one level of a nested column: which positions are null, and the values as a stream
 * that does not know where batches end. Positions under a null of a level above do not count.
 */
class ColumnHasher {
  readonly #nulls = new HashStream();
  readonly #values = new HashStream();
  readonly #lengths = new HashStream();
  readonly #children: readonly ColumnHasher[];
  #count = 0;

  constructor(type: FieldType) {
    const inner =
      type.kind === "list" ? [type.item] : type.kind === "struct" ? type.members.map((member) => member.type) : [];
    this.#children = inner.map((child) => new ColumnHasher(child));
  }

  feed(data: Data, start: number, count: number): void {
    this.#feedNulls(data, start, count);
    const type = data.type as DataType;
    switch (type.typeId) {
      case Type.Bool: {
        const bytes = new Uint8Array(count);
        forEachValidRun(data, start, count, (from, length) => {
          for (let i = from; i < from + length; i++) bytes[i - start] = bitAt(data, i) ? 1 : 0;
        });
        this.#values.update(bytes);
        break;
      }
      case Type.Utf8:
      case Type.Binary:
        this.#feedLengths(data, start, count);
        forEachItemRun(data, start, count, (from, length) =>
          this.#values.update(data.values.subarray(from, from + length)),
        );
        break;
      case Type.List:
        this.#feedLengths(data, start, count);
        forEachItemRun(data, start, count, (from, length) =>
          this.#children[0]?.feed(data.children[0] as Data, from, length),
        );
        break;
      case Type.Struct:
        data.children.forEach((child, index) => {
          forEachValidRun(data, start, count, (from, length) => this.#children[index]?.feed(child, from, length));
        });
        break;
      default:
        this.#values.update(numberBytes(data, start, count));
    }
    this.#count += count;
  }

  #feedNulls(data: Data, start: number, count: number): void {
    const bits = nullBits(data);
    if (bits === undefined) return;
    const positions = new Float64Array(count);
    let found = 0;
    for (let i = 0; i < count; i++) {
      const bit = data.offset + start + i;
      if (((bits[bit >> 3] as number) & (1 << (bit & 7))) === 0) positions[found++] = this.#count + i;
    }
    if (found > 0) this.#nulls.update(bytesOf(positions.subarray(0, found)));
  }

  #feedLengths(data: Data, start: number, count: number): void {
    const offsets = data.valueOffsets as Int32Array;
    const lengths = new Int32Array(count);
    forEachValidRun(data, start, count, (from, run) => {
      for (let i = from; i < from + run; i++) lengths[i - start] = (offsets[i + 1] as number) - (offsets[i] as number);
    });
    this.#lengths.update(bytesOf(lengths));
  }

  digest(): string {
    return hashOf({
      count: this.#count,
      nulls: this.#nulls.digest(),
      lengths: this.#lengths.digest(),
      values: this.#values.digest(),
      children: this.#children.map((child) => child.digest()),
    });
  }
}

/** The bytes of fixed-width values: zero under null, one NaN. Without nulls and NaN this is a view, not a copy. */
function numberBytes(data: Data, start: number, count: number): Uint8Array {
  const values = (data.values as Float64Array).subarray(start, start + count);
  const isFloat = values instanceof Float64Array || (values as unknown) instanceof Float32Array;
  let bytes = bytesOf(values);
  let copied = false;
  if (nullBits(data) !== undefined) {
    const zeroed = new Uint8Array(bytes.length);
    const width = values.BYTES_PER_ELEMENT;
    forEachValidRun(data, start, count, (from, length) => {
      const at = (from - start) * width;
      zeroed.set(bytes.subarray(at, at + length * width), at);
    });
    bytes = zeroed;
    copied = true;
  }
  if (!isFloat || !hasNaN(values)) return bytes;
  if (!copied) bytes = bytes.slice();
  if ((values as unknown) instanceof Float32Array) {
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, count);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count);
    for (let i = 0; i < count; i++) if (Number.isNaN(floats[i])) words[i] = 0x7fc00000;
  } else {
    const floats = new Float64Array(bytes.buffer, bytes.byteOffset, count);
    const words = new BigUint64Array(bytes.buffer, bytes.byteOffset, count);
    for (let i = 0; i < count; i++) if (Number.isNaN(floats[i])) words[i] = 0x7ff8000000000000n;
  }
  return bytes;
}

function hasNaN(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/**
 * The logical hash of a partition: over its schema (names, types, units) and its rows in order. Batch boundaries, row
 * groups, codecs and bytes under nulls do not matter; there is one NaN; −0 is not 0.
 */
export class PartitionHasher {
  readonly #contract: Contract;
  readonly #columns: readonly ColumnHasher[];
  #rows = 0;

  constructor(contract: Contract) {
    this.#contract = contract;
    this.#columns = contract.fields.map((field) => new ColumnHasher(field.type));
  }

  /** Adds the rows of a batch that has the contract's columns, in its order. */
  update(batch: RecordBatch, start = 0, count = batch.numRows - start): void {
    this.#columns.forEach((column, index) => {
      column.feed(batch.data.children[index] as Data, start, count);
    });
    this.#rows += count;
  }

  get rows(): number {
    return this.#rows;
  }

  /** The hash, as 64 hexadecimal digits. Ends the hasher. */
  digest(): string {
    return hashOf({
      format: "neurotables partition 1",
      schema: schemaText(this.#contract),
      rows: this.#rows,
      columns: this.#columns.map((column) => column.digest()),
    });
  }
}

export { tableHash } from "./merkle-root.js";
