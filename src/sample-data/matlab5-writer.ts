import { deflateSync } from "node:zlib";
import type { MatlabNumbers, MatlabValue } from "../formats/matlab/matlab-value.js";
import { ELEMENT } from "../formats/matlab5/element.js";

export interface WriteMatlab5Options {
  readonly variables: readonly (readonly [name: string, value: MatlabValue])[];
  /** Compress each variable, as `save -v7` does. */
  readonly compress?: boolean;
  /** Byte order, little-endian by default. */
  readonly bigEndian?: boolean;
  /** Store numbers in the smallest integer type that holds them, as MATLAB does. On by default. */
  readonly smallestStorage?: boolean;
}

const CLASS_NUMBERS = {
  cell: 1,
  struct: 2,
  char: 4,
  sparse: 5,
  double: 6,
  single: 7,
  int8: 8,
  uint8: 9,
  int16: 10,
  uint16: 11,
  int32: 12,
  uint32: 13,
  int64: 14,
  uint64: 15,
} as const;

/** Bytes of a MATLAB 5 file. The same values give the same bytes: the header carries no date. */
export function writeMatlab5(options: WriteMatlab5Options): Uint8Array {
  const encoder = new Matlab5Encoder(options.bigEndian ?? false, options.smallestStorage ?? true);
  const parts = [encoder.fileHeader()];
  for (const [name, value] of options.variables) {
    const variable = encoder.matrix(name, value);
    parts.push(options.compress ? encoder.compressed(variable) : variable);
  }
  return new Uint8Array(Buffer.concat(parts));
}

class Matlab5Encoder {
  private readonly bigEndian: boolean;
  private readonly smallestStorage: boolean;

  constructor(bigEndian: boolean, smallestStorage: boolean) {
    this.bigEndian = bigEndian;
    this.smallestStorage = smallestStorage;
  }

  fileHeader(): Buffer {
    const header = Buffer.alloc(128, 0x20);
    header.write("MATLAB 5.0 MAT-file, sample data", "latin1");
    header.fill(0, 116, 124);
    this.words(2, [0x0100]).copy(header, 124);
    header.write(this.bigEndian ? "MI" : "IM", 126, "latin1");
    return header;
  }

  compressed(variable: Buffer): Buffer {
    const data = deflateSync(variable);
    return Buffer.concat([this.words(4, [ELEMENT.compressed, data.length]), data]);
  }

  matrix(name: string, value: MatlabValue): Buffer {
    const classNumber = value.kind === "numeric" ? CLASS_NUMBERS[value.class] : this.classNumber(value);
    const complex = "imaginary" in value && value.imaginary !== null;
    const logical = value.kind === "logical" || (value.kind === "sparse" && value.class === "logical");
    const flags = classNumber | (complex ? 0x0800 : 0) | (logical ? 0x0200 : 0);
    const entries = value.kind === "sparse" ? value.real.length : 0;
    return this.element(
      ELEMENT.matrix,
      Buffer.concat([
        this.element(ELEMENT.uint32, this.words(4, [flags, entries])),
        this.element(ELEMENT.int32, this.words(4, value.dims)),
        this.element(ELEMENT.int8, Buffer.from(name, "utf8")),
        ...this.content(value),
      ]),
    );
  }

  private classNumber(value: MatlabValue): number {
    if (value.kind === "logical") return CLASS_NUMBERS.uint8;
    return CLASS_NUMBERS[value.kind as "cell" | "struct" | "char" | "sparse"];
  }

  private content(value: MatlabValue): Buffer[] {
    switch (value.kind) {
      case "numeric":
        return [this.numbers(value.real), ...(value.imaginary === null ? [] : [this.numbers(value.imaginary)])];
      case "logical":
        return [this.numbers(value.values)];
      case "char":
        return [this.element(ELEMENT.uint16, this.words(2, value.units))];
      case "cell":
        return value.cells.map((cell) => this.matrix("", cell));
      case "struct":
        return this.struct(value.fields);
      case "sparse":
        return [
          this.element(ELEMENT.int32, this.words(4, value.rowIndices)),
          this.element(ELEMENT.int32, this.words(4, value.columnStarts)),
          this.numbers(value.real),
          ...(value.imaginary === null ? [] : [this.numbers(value.imaginary)]),
        ];
    }
  }

  private struct(fields: ReadonlyMap<string, readonly MatlabValue[]>): Buffer[] {
    const width = Math.max(8, ...[...fields.keys()].map((name) => Buffer.byteLength(name) + 1));
    const names = Buffer.alloc(width * fields.size);
    for (const [i, name] of [...fields.keys()].entries()) names.write(name, i * width, "utf8");
    const parts = [this.element(ELEMENT.int32, this.words(4, [width])), this.element(ELEMENT.int8, names)];
    const columns = [...fields.values()];
    for (let i = 0; i < (columns[0]?.length ?? 0); i++) {
      for (const column of columns) parts.push(this.matrix("", column[i] as MatlabValue));
    }
    return parts;
  }

  private numbers(numbers: MatlabNumbers): Buffer {
    if (this.smallestStorage && numbers instanceof Float64Array && numbers.length > 0) {
      const fits = (low: number, high: number) =>
        numbers.every((x) => Number.isInteger(x) && !Object.is(x, -0) && x >= low && x <= high);
      if (fits(0, 255)) return this.element(ELEMENT.uint8, Buffer.from(Uint8Array.from(numbers)));
      if (fits(-32768, 32767)) return this.element(ELEMENT.int16, this.words(2, numbers));
      if (fits(-(2 ** 31), 2 ** 31 - 1)) return this.element(ELEMENT.int32, this.words(4, numbers));
    }
    const bytes = Buffer.from(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    if (this.bigEndian && numbers.BYTES_PER_ELEMENT === 2) bytes.swap16();
    if (this.bigEndian && numbers.BYTES_PER_ELEMENT === 4) bytes.swap32();
    if (this.bigEndian && numbers.BYTES_PER_ELEMENT === 8) bytes.swap64();
    return this.element(storageType(numbers), bytes);
  }

  private element(type: number, data: Buffer): Buffer {
    if (data.length > 0 && data.length <= 4 && type !== ELEMENT.matrix) {
      const small = Buffer.alloc(8);
      this.words(4, [(data.length << 16) | type]).copy(small);
      data.copy(small, 4);
      return small;
    }
    const padding = Buffer.alloc((8 - (data.length % 8)) % 8);
    return Buffer.concat([this.words(4, [type, data.length]), data, padding]);
  }

  private words(size: 2 | 4, numbers: Iterable<number>): Buffer {
    const list = [...numbers];
    const out = Buffer.alloc(list.length * size);
    for (const [i, number] of list.entries()) {
      if (size === 2) out.writeUInt16LE(number & 0xffff, i * 2);
      else out.writeUInt32LE(number >>> 0, i * 4);
    }
    if (!this.bigEndian) return out;
    return size === 2 ? out.swap16() : out.swap32();
  }
}

function storageType(numbers: MatlabNumbers): number {
  if (numbers instanceof Float64Array) return ELEMENT.double;
  if (numbers instanceof Float32Array) return ELEMENT.single;
  if (numbers instanceof Int8Array) return ELEMENT.int8;
  if (numbers instanceof Uint8Array) return ELEMENT.uint8;
  if (numbers instanceof Int16Array) return ELEMENT.int16;
  if (numbers instanceof Uint16Array) return ELEMENT.uint16;
  if (numbers instanceof Int32Array) return ELEMENT.int32;
  if (numbers instanceof Uint32Array) return ELEMENT.uint32;
  if (numbers instanceof BigInt64Array) return ELEMENT.int64;
  return ELEMENT.uint64;
}
