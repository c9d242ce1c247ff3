import type { NumberArray } from "../../base/number-array.js";
import type { LibraryMetadata, LibraryModule } from "./hdf5-library.js";
import { type StoragePlace, storageError } from "./place.js";

export type Hdf5Numbers = NumberArray;

/**
 * Values of a dataset or attribute, row-major: numbers (also enumerations, and object references as addresses), texts,
 * compounds by field, or one list per element where lengths vary.
 */
export type Hdf5Values = Hdf5Numbers | readonly string[] | Hdf5Compound | readonly Hdf5Values[];

export interface Hdf5Compound {
  readonly fields: ReadonlyMap<string, Hdf5Values>;
}

/** Element type as the file has it. `itemBytes` is the size in the file. */
export type Hdf5Type =
  | { readonly kind: "integer"; readonly itemBytes: number; readonly signed: boolean }
  | { readonly kind: "float"; readonly itemBytes: number }
  | {
      readonly kind: "enum";
      readonly itemBytes: number;
      readonly signed: boolean;
      readonly members: ReadonlyMap<string, number>;
    }
  | {
      readonly kind: "string";
      readonly itemBytes: number;
      readonly variable: boolean;
      readonly utf8: boolean;
      readonly padding: number;
    }
  | { readonly kind: "reference"; readonly itemBytes: number }
  | { readonly kind: "list"; readonly itemBytes: number; readonly element: Hdf5Type }
  | { readonly kind: "compound"; readonly itemBytes: number; readonly members: readonly CompoundMember[] }
  | {
      readonly kind: "array";
      readonly itemBytes: number;
      readonly shape: readonly number[];
      readonly element: Hdf5Type;
    };

export interface CompoundMember {
  readonly name: string;
  readonly offset: number;
  readonly type: Hdf5Type;
}

const CLASS = { integer: 0, float: 1, string: 3, compound: 6, reference: 7, enum: 8, list: 9, array: 10 } as const;

/**
 * The type that the library reports, as a value of ours.
 * @throws {FormatError} `format/unsupported-type` for opaque, bit field, time, region references and odd sizes.
 */
export function hdf5Type(metadata: LibraryMetadata, place: StoragePlace): Hdf5Type {
  const { size, type } = metadata;
  const refuse = (what: string) => storageError(place, "unsupported-type", `values of type ${what} are not read`);
  switch (type) {
    case CLASS.integer:
      if (![1, 2, 4, 8].includes(size)) throw refuse(`integer of ${size} bytes`);
      return { kind: "integer", itemBytes: size, signed: metadata.signed };
    case CLASS.float:
      if (![2, 4, 8].includes(size)) throw refuse(`float of ${size} bytes`);
      return { kind: "float", itemBytes: size };
    case CLASS.enum:
      if (metadata.enum_type?.type !== CLASS.integer || ![1, 2, 4, 8].includes(size)) throw refuse("enum");
      return {
        kind: "enum",
        itemBytes: size,
        signed: metadata.signed,
        members: new Map(Object.entries(metadata.enum_type.members)),
      };
    case CLASS.string:
      return {
        kind: "string",
        itemBytes: size,
        variable: metadata.vlen,
        utf8: metadata.cset === 1,
        padding: metadata.strpad ?? 0,
      };
    case CLASS.reference:
      if (metadata.ref_type !== "object" || size !== 8) throw refuse("region reference");
      return { kind: "reference", itemBytes: 8 };
    case CLASS.list: {
      const element = hdf5Type(metadata.vlen_type as LibraryMetadata, place);
      if (element.kind === "list" || holdsPointers(element)) throw refuse("list of lists");
      return { kind: "list", itemBytes: size, element };
    }
    case CLASS.array: {
      const inner = metadata.array_type as LibraryMetadata;
      const element = hdf5Type(inner, place);
      if (holdsPointers(element)) throw refuse("array of lists");
      return { kind: "array", itemBytes: size, shape: inner.shape ?? [], element };
    }
    case CLASS.compound: {
      const members = (metadata.compound_type?.members ?? []).map((member) => ({
        name: member.name,
        offset: member.offset,
        type: hdf5Type(member, place),
      }));
      return { kind: "compound", itemBytes: size, members };
    }
    default:
      throw refuse(["", "", "time", "", "bit field", "opaque"][type] || `class ${type}`);
  }
}

/** True where the memory form holds pointers that must be freed. */
export function holdsPointers(type: Hdf5Type): boolean {
  if (type.kind === "list" || (type.kind === "string" && type.variable)) return true;
  if (type.kind === "compound") return type.members.some((member) => holdsPointers(member.type));
  return type.kind === "array" && holdsPointers(type.element);
}

/** Bytes of an element where each value is a text or list of varying length, else null. */
export function listElementBytes(type: Hdf5Type): number | null {
  if (type.kind === "list") return type.element.itemBytes;
  return type.kind === "string" && type.variable ? 1 : null;
}

/** Numbers of a type for `count` elements, empty. */
export function emptyNumbers(type: Hdf5Type, count: number): Hdf5Numbers {
  return new (numbersConstructor(type))(count);
}

type NumbersConstructor = { new (length: number): Hdf5Numbers; new (buffer: ArrayBuffer): Hdf5Numbers };

function numbersConstructor(type: Hdf5Type): NumbersConstructor {
  if (type.kind === "float") return type.itemBytes === 8 ? Float64Array : Float32Array;
  if (type.kind === "reference") return BigUint64Array;
  const signed = type.kind !== "integer" && type.kind !== "enum" ? false : type.signed;
  switch (type.itemBytes) {
    case 1:
      return signed ? Int8Array : Uint8Array;
    case 2:
      return signed ? Int16Array : Uint16Array;
    case 4:
      return signed ? Int32Array : Uint32Array;
    default:
      return signed ? BigInt64Array : BigUint64Array;
  }
}

/** Whether values are a typed array of numbers. */
export function isNumbers(values: Hdf5Values): values is Hdf5Numbers {
  return ArrayBuffer.isView(values);
}

/** Decodes the memory form of `count` elements; what it points to in the library's memory is copied, not freed. */
export function decodeValues(
  module: LibraryModule,
  type: Hdf5Type,
  bytes: Uint8Array,
  place: StoragePlace,
): Hdf5Values {
  const count = type.itemBytes === 0 ? 0 : Math.floor(bytes.length / type.itemBytes);
  switch (type.kind) {
    case "integer":
    case "enum":
    case "reference":
    case "float": {
      if (type.kind === "float" && type.itemBytes === 2) return float16(bytes);
      return new (numbersConstructor(type))(bytes.slice().buffer);
    }
    case "string": {
      if (type.variable) {
        const pointers = new Uint32Array(bytes.slice().buffer);
        return Array.from(pointers, (pointer) => decodeText(terminated(module.HEAPU8, pointer), type.utf8, place));
      }
      return Array.from({ length: count }, (_, i) =>
        decodeText(
          unpadded(bytes.subarray(i * type.itemBytes, (i + 1) * type.itemBytes), type.padding),
          type.utf8,
          place,
        ),
      );
    }
    case "list": {
      const pairs = new Uint32Array(bytes.slice().buffer);
      return Array.from({ length: pairs.length / 2 }, (_, i) => {
        const pointer = pairs[2 * i + 1] as number;
        const length = (pairs[2 * i] as number) * type.element.itemBytes;
        return decodeValues(module, type.element, module.HEAPU8.slice(pointer, pointer + length), place);
      });
    }
    case "array": {
      const each = type.itemBytes;
      return Array.from({ length: count }, (_, i) =>
        decodeValues(module, type.element, bytes.subarray(i * each, (i + 1) * each), place),
      );
    }
    case "compound":
      return {
        fields: new Map(
          type.members.map((member) => {
            const size = member.type.itemBytes;
            const packed = new Uint8Array(count * size);
            for (let i = 0; i < count; i++) {
              const start = i * type.itemBytes + member.offset;
              packed.set(bytes.subarray(start, start + size), i * size);
            }
            return [member.name, decodeValues(module, member.type, packed, place)];
          }),
        ),
      };
  }
}

/** Frees what the memory form of elements points to. */
export function freePointers(module: LibraryModule, type: Hdf5Type, bytes: Uint8Array): void {
  if (!holdsPointers(type)) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + type.itemBytes <= bytes.length; start += type.itemBytes) {
    if (type.kind === "compound") {
      for (const { offset, type: inner } of type.members) {
        freePointers(module, inner, bytes.subarray(start + offset, start + offset + inner.itemBytes));
      }
    } else {
      const pointer = view.getUint32(start + (type.kind === "list" ? 4 : 0), true);
      if (pointer !== 0) module._free(pointer);
    }
  }
}

function terminated(memory: Uint8Array, pointer: number): Uint8Array {
  if (pointer === 0) return new Uint8Array(0);
  const end = memory.indexOf(0, pointer);
  return memory.subarray(pointer, end < 0 ? memory.length : end);
}

/** Padding 0 ends at the first NUL, 1 has NULs at the end, 2 has blanks at the end. */
function unpadded(bytes: Uint8Array, padding: number): Uint8Array {
  if (padding === 0) {
    const end = bytes.indexOf(0);
    return end < 0 ? bytes : bytes.subarray(0, end);
  }
  // Writers that announce blanks often pad with NUL all the same.
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || (padding === 2 && bytes[end - 1] === 0x20))) end--;
  return bytes.subarray(0, end);
}

/** Texts marked UTF-8 must be valid. Texts marked ASCII that are neither are taken as Latin-1, as old writers meant it. */
function decodeText(bytes: Uint8Array, utf8: boolean, place: StoragePlace): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    if (!utf8) return Buffer.from(bytes).toString("latin1");
    throw storageError(place, "invalid-text", "a text is not valid UTF-8");
  }
}

function float16(bytes: Uint8Array): Float32Array {
  const halves = new Uint16Array(bytes.slice().buffer);
  return Float32Array.from(halves, (half) => {
    const sign = (half & 0x8000) === 0 ? 1 : -1;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
