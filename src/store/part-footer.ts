import { StorageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import { guarded } from "../base/storage-error.js";

/** Largest footer read, in bytes: parts hold thousands of row groups at most. */
const FOOTER_LIMIT = 64 * 1024 ** 2;

/**
 * The number of rows that a Parquet file's footer declares, without a Parquet library: the store must stay light.
 * Layout: `PAR1` … thrift-compact FileMetaData { 1: version, 2: schema, 3: num_rows, … }, length, `PAR1`.
 * @throws {StorageError} `storage/not-parquet`: the file was cut off, or is something else.
 */
export function parquetRows(files: FileOperations, path: string, bytes: number): number {
  const refuse = (why: string): never => {
    throw new StorageError("not-parquet", `${path} is not a whole Parquet file: ${why}`, {
      fields: { file: path, bytes },
      wayOut: "Run the step again; if it stays so, the step writes a broken file.",
    });
  };
  if (bytes < 12) refuse(`it has ${bytes} bytes`);
  const tail = guarded("read", path, () => files.readRange(path, bytes - 8, 8));
  if (tail.length !== 8 || tail.toString("latin1", 4, 8) !== "PAR1") refuse("it does not end in PAR1");
  const length = tail.readUInt32LE(0);
  if (length > bytes - 12 || length > FOOTER_LIMIT) refuse(`its footer claims ${length} bytes`);
  const footer = guarded("read", path, () => files.readRange(path, bytes - 8 - length, length));
  try {
    const rows = new CompactReader(footer).integerField(3);
    if (rows === undefined || rows < 0n || rows > BigInt(Number.MAX_SAFE_INTEGER))
      return refuse(`its footer claims ${rows} rows`);
    return Number(rows);
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message);
    throw error;
  }
}

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;
const DEPTH_LIMIT = 32;

/** Just enough of Thrift's compact protocol to skip to one integer. Every read is bounded: RangeError beyond. */
class CompactReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The integer field `wanted` of the struct that begins here. */
  integerField(wanted: number): bigint | undefined {
    let id = 0;
    for (;;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === STOP) return undefined;
      id = head >> 4 === 0 ? Number(this.#zigzag()) : id + (head >> 4);
      if (id === wanted && type >= I16 && type <= I64) return this.#zigzag();
      this.#skip(type, 0);
    }
  }

  #byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError("its footer is cut off");
    this.#at += 1;
    return value;
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError("its footer has an endless number");
  }

  #zigzag(): bigint {
    const value = this.#varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  #advance(bytes: number): void {
    if (bytes > this.#bytes.length - this.#at) throw new RangeError("its footer is cut off");
    this.#at += bytes;
  }

  #skip(type: number, depth: number): void {
    if (depth > DEPTH_LIMIT) throw new RangeError("its footer is nested too deeply");
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.#advance(1);
    else if (type >= I16 && type <= I64) this.#varint();
    else if (type === DOUBLE) this.#advance(8);
    else if (type === BINARY) this.#advance(Number(this.#varint()));
    else if (type === STRUCT) this.#skipStruct(depth);
    else if (type === LIST || type === SET) this.#skipList(depth);
    else if (type === MAP) this.#skipMap(depth);
    else throw new RangeError(`its footer has the unknown type ${type}`);
  }

  #skipStruct(depth: number): void {
    for (;;) {
      const head = this.#byte();
      if ((head & 15) === STOP) return;
      if (head >> 4 === 0) this.#zigzag();
      this.#skip(head & 15, depth + 1);
    }
  }

  #skipList(depth: number): void {
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint() : BigInt(head >> 4);
    if (count > BigInt(this.#bytes.length)) throw new RangeError("its footer has an impossible list");
    for (let i = 0n; i < count; i++) this.#skipItem(head & 15, depth);
  }

  #skipMap(depth: number): void {
    const count = this.#varint();
    if (count === 0n) return;
    if (count > BigInt(this.#bytes.length)) throw new RangeError("its footer has an impossible map");
    const types = this.#byte();
    for (let i = 0n; i < count; i++) {
      this.#skipItem(types >> 4, depth);
      this.#skipItem(types & 15, depth);
    }
  }

  /** In lists and maps a boolean takes a byte. */
  #skipItem(type: number, depth: number): void {
    if (type === TRUE || type === FALSE) this.#advance(1);
    else this.#skip(type, depth + 1);
  }
}
