/** Encoders of the object-header messages of HDF5 (file format specification 3.0, section IV), in their oldest forms. */

import type { NumberArray } from "../base/number-array.js";

export type Hdf5Array = NumberArray;

export interface HeaderMessage {
  readonly type: number;
  readonly data: Buffer;
}

export const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Two bytes, little-endian. */
export function u16(value: number): Buffer {
  const out = Buffer.alloc(2);
  out.writeUInt16LE(value);
  return out;
}

/** Four bytes, little-endian. */
export function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

/** Eight bytes, little-endian. */
export function u64(value: number | bigint): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
}

/** Fills up with zeros to a multiple of so many bytes. */
export function padded(data: Buffer, multiple = 8): Buffer {
  return Buffer.concat([data, Buffer.alloc((multiple - (data.length % multiple)) % multiple)]);
}

/** Dataspace message, version 1 (HDF5 File Format Specification IV.A.2.b). */
export function dataspace(shape: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from([1, shape.length, 0, 0, 0, 0, 0, 0]), ...shape.map(u64)]);
}

function datatype(
  typeClass: number,
  bits: readonly [number, number, number],
  size: number,
  properties: Buffer,
): Buffer {
  return Buffer.concat([Buffer.from([0x10 | typeClass, ...bits]), u32(size), properties]);
}

/** Datatype message of a typed array's numbers (IV.A.2.d). */
export function numberType(numbers: Hdf5Array): Buffer {
  const size = numbers.BYTES_PER_ELEMENT;
  if (numbers instanceof Float64Array) return floatType(8, [63, 52, 11, 52, 1023]);
  if (numbers instanceof Float32Array) return floatType(4, [31, 23, 8, 23, 127]);
  const signed =
    numbers instanceof Int8Array ||
    numbers instanceof Int16Array ||
    numbers instanceof Int32Array ||
    numbers instanceof BigInt64Array;
  return datatype(0, [signed ? 8 : 0, 0, 0], size, Buffer.concat([u16(0), u16(size * 8)]));
}

function floatType(
  size: number,
  form: readonly [sign: number, exponentAt: number, exponent: number, mantissa: number, bias: number],
) {
  const [sign, exponentAt, exponent, mantissa, bias] = form;
  const properties = Buffer.concat([
    u16(0),
    u16(size * 8),
    Buffer.from([exponentAt, exponent, 0, mantissa]),
    u32(bias),
  ]);
  return datatype(1, [0x20, sign, 0], size, properties);
}

/** Fixed length, padded with NUL. */
export function textType(bytes: number): Buffer {
  return datatype(3, [0x11, 0, 0], bytes, Buffer.alloc(0));
}

/** UTF-8 text of variable length. */
export function variableTextType(): Buffer {
  return datatype(9, [1, 1, 0], 16, textType(1));
}

/** List of single characters, as `MATLAB_fields` has them. */
export function letterListType(): Buffer {
  return datatype(9, [0, 0, 0], 16, datatype(3, [0, 0, 0], 1, Buffer.alloc(0)));
}

/** Datatype message of object references. */
export function referenceType(): Buffer {
  return datatype(7, [0, 0, 0], 8, Buffer.alloc(0));
}

/** A compound of float64 fields one behind the other. */
export function compoundType(fields: readonly string[]): Buffer {
  const members = fields.map((name, i) =>
    Buffer.concat([padded(Buffer.from(`${name}\0`)), u32(i * 8), Buffer.alloc(28), numberType(new Float64Array(0))]),
  );
  return datatype(6, [fields.length, 0, 0], fields.length * 8, Buffer.concat(members));
}

/** Fill value: none defined. */
export function fillValue(chunked: boolean): HeaderMessage {
  return { type: 5, data: Buffer.from([2, chunked ? 3 : 2, 2, 0]) };
}

/** Data layout message, version 3, contiguous (IV.A.2.i). */
export function contiguousLayout(address: bigint, bytes: number): HeaderMessage {
  return { type: 8, data: Buffer.concat([Buffer.from([3, 1]), u64(address), u64(bytes)]) };
}

/** Data layout message, version 3, chunked with a version 1 B-tree. */
export function chunkedLayout(address: bigint, chunks: readonly number[], itemBytes: number): HeaderMessage {
  const sizes = [...chunks, itemBytes];
  return { type: 8, data: Buffer.concat([Buffer.from([3, 2, sizes.length]), u64(address), ...sizes.map(u32)]) };
}

export interface FilterDescription {
  readonly id: number;
  readonly values?: readonly number[];
}

/** Filter pipeline message, version 1 (IV.A.2.l). */
export function filterPipeline(filters: readonly FilterDescription[]): HeaderMessage {
  const parts = filters.map(({ id, values = [] }) => {
    const list = values.length % 2 === 0 ? values : [...values, 0];
    return Buffer.concat([u16(id), u16(0), u16(0), u16(values.length), ...list.map(u32)]);
  });
  return { type: 11, data: Buffer.concat([Buffer.from([1, filters.length, 0, 0, 0, 0, 0, 0]), ...parts]) };
}

/** Attribute message, version 1 (IV.A.2.m). */
export function attribute(name: string, type: Buffer, shape: readonly number[], data: Buffer): HeaderMessage {
  const space = dataspace(shape);
  const label = Buffer.from(`${name}\0`);
  const head = Buffer.concat([Buffer.from([1, 0]), u16(label.length), u16(type.length), u16(space.length)]);
  return { type: 12, data: Buffer.concat([head, padded(label), padded(type), padded(space), data]) };
}

/** The two messages that make an object a group whose links are messages. */
export function groupMessages(): HeaderMessage[] {
  return [
    { type: 2, data: Buffer.concat([Buffer.from([0, 0]), u64(UNDEFINED_ADDRESS), u64(UNDEFINED_ADDRESS)]) },
    { type: 10, data: Buffer.from([0, 0]) },
  ];
}

export type LinkTarget =
  | { readonly address: bigint }
  | { readonly soft: string }
  | { readonly externalFile: string; readonly path: string };

/** Link message (IV.A.2.g). */
export function link(name: string, target: LinkTarget): HeaderMessage {
  const label = Buffer.from(name);
  const head = (type: number) => Buffer.concat([Buffer.from([1, 0x19, type, 1]), u16(label.length), label]);
  if ("address" in target) return { type: 6, data: Buffer.concat([head(0), u64(target.address)]) };
  if ("soft" in target) {
    const path = Buffer.from(target.soft);
    return { type: 6, data: Buffer.concat([head(1), u16(path.length), path]) };
  }
  const value = Buffer.from(`\0${target.externalFile}\0${target.path}\0`);
  return { type: 6, data: Buffer.concat([head(64), u16(value.length), value]) };
}

/** A version-1 object header. Its size depends on the lengths of the messages alone. */
export function objectHeader(messages: readonly HeaderMessage[]): Buffer {
  const parts = messages.map(({ type, data }) => {
    const body = padded(data);
    if (body.length > 65528) throw new RangeError(`a message of ${body.length} bytes does not fit an object header`);
    return Buffer.concat([u16(type), u16(body.length), Buffer.alloc(4), body]);
  });
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([1, 0]), u16(messages.length), u32(1), u32(body.length), u32(0), body]);
}
