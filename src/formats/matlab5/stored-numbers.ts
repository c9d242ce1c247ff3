import type { MatlabNumbers, MatlabNumericClass } from "../matlab/matlab-value.js";
import { ELEMENT, type Element, type ElementSource, elementError } from "./element.js";

type NumbersConstructor = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): MatlabNumbers;
  new (length: number): MatlabNumbers;
};

const STORAGE: ReadonlyMap<number, NumbersConstructor> = new Map<number, NumbersConstructor>([
  [ELEMENT.int8, Int8Array],
  [ELEMENT.uint8, Uint8Array],
  [ELEMENT.int16, Int16Array],
  [ELEMENT.uint16, Uint16Array],
  [ELEMENT.int32, Int32Array],
  [ELEMENT.uint32, Uint32Array],
  [ELEMENT.single, Float32Array],
  [ELEMENT.double, Float64Array],
  [ELEMENT.int64, BigInt64Array],
  [ELEMENT.uint64, BigUint64Array],
]);

const CLASSES: Readonly<Record<MatlabNumericClass, NumbersConstructor>> = {
  double: Float64Array,
  single: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** How many numbers an element holds, before anything is allocated. */
export function storedCount(source: ElementSource, element: Element): number {
  const storage = STORAGE.get(element.type);
  if (storage === undefined) {
    throw elementError(source, "bad-tag", `element type ${element.type} at byte ${element.start} holds no numbers`, {
      type: element.type,
      offset: element.start,
    });
  }
  const bytes = element.end - element.start;
  if (bytes % storage.BYTES_PER_ELEMENT !== 0) {
    throw elementError(
      source,
      "bad-length",
      `${bytes} bytes are no whole number of elements of ${storage.BYTES_PER_ELEMENT} bytes`,
      { bytes, elementBytes: storage.BYTES_PER_ELEMENT, offset: element.start },
    );
  }
  return bytes / storage.BYTES_PER_ELEMENT;
}

/** Bytes of one number of a class in memory. */
export function classBytes(numericClass: MatlabNumericClass): number {
  return CLASSES[numericClass].BYTES_PER_ELEMENT;
}

/**
 * The numbers of an element in the typed array of a class. MATLAB stores the numbers of any class in the smallest type
 * that holds them, so a double matrix is often stored as int8.
 * @throws {FormatError} `format/lossy-storage` when a stored number does not fit the class.
 */
export function readNumbers(source: ElementSource, element: Element, numericClass: MatlabNumericClass): MatlabNumbers {
  storedCount(source, element);
  return convertNumbers(source, copyStored(source, element), numericClass);
}

/**
 * Numbers in the typed array of a class; the same array where it is that already.
 * @throws {FormatError} `format/lossy-storage` when a number does not fit the class.
 */
export function convertNumbers(
  source: Pick<ElementSource, "file" | "variable">,
  stored: MatlabNumbers,
  numericClass: MatlabNumericClass,
): MatlabNumbers {
  const target = CLASSES[numericClass];
  if (stored instanceof target) return stored as MatlabNumbers;
  const out = new target(stored.length);
  if (out instanceof BigInt64Array || out instanceof BigUint64Array) {
    for (let i = 0; i < stored.length; i++) {
      const number = stored[i] as number | bigint;
      if (typeof number === "number" && !Number.isInteger(number)) throw lossy(source, number, numericClass);
      out[i] = BigInt(number);
      if (out[i] !== BigInt(number)) throw lossy(source, number, numericClass);
    }
    return out;
  }
  for (let i = 0; i < stored.length; i++) {
    const number = stored[i] as number | bigint;
    const plain = Number(number);
    out[i] = plain;
    const same = typeof number === "bigint" ? BigInt(plain) === number && out[i] === plain : Object.is(out[i], plain);
    if (!same) throw lossy(source, number, numericClass);
  }
  return out;
}

function copyStored(source: ElementSource, element: Element): MatlabNumbers {
  const storage = STORAGE.get(element.type) as NumbersConstructor;
  const copy = Buffer.from(new ArrayBuffer(element.end - element.start));
  copy.set(source.bytes.subarray(element.start, element.end));
  if (!source.littleEndian) {
    if (storage.BYTES_PER_ELEMENT === 2) copy.swap16();
    else if (storage.BYTES_PER_ELEMENT === 4) copy.swap32();
    else if (storage.BYTES_PER_ELEMENT === 8) copy.swap64();
  }
  return new storage(copy.buffer as ArrayBuffer);
}

function lossy(source: Pick<ElementSource, "file" | "variable">, number: number | bigint, numericClass: string): Error {
  return elementError(source, "lossy-storage", `the stored number ${number} does not fit class ${numericClass}`, {
    value: String(number),
    class: numericClass,
  });
}
