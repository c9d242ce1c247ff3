import { type ByteSource, readBytes } from "./byte-source.js";
import { checkChunks } from "./chunk-index.js";
import { checkListDescriptors, checkTextType } from "./list-descriptors.js";
import { type HeaderMessage, MESSAGE, readObjectHeader, type Superblock, UNDEFINED_ADDRESS } from "./object-header.js";
import { type StoragePlace, storageError } from "./place.js";

interface StorageQuestion {
  readonly source: ByteSource;
  readonly superblock: Superblock;
  readonly place: StoragePlace;
  /** Address of the dataset's object header. */
  readonly address: bigint;
  /** What is about to be read; without it only the kind of storage is checked. */
  readonly values?: StoredValues;
}

export interface StoredValues {
  readonly shape: readonly number[];
  /** Bytes of one value in memory. */
  readonly itemBytes: number;
  readonly filters: readonly number[];
  /** Bytes of an element where each value is a text or list of varying length, else null. */
  readonly listElementBytes: number | null;
}

/**
 * Checks, before anything is allocated, that the values of a dataset lie in this file. The library would give fill values
 * where they do not, or read another file.
 * @throws {FormatError} `format/external-storage`, `format/virtual-dataset`, `format/truncated`, `format/unwritten`,
 * `format/unsupported-type`, `format/hdf5-invalid`.
 */
export function checkStorage(question: StorageQuestion): void {
  try {
    checkMessages(question);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw storageError(question.place, "hdf5-invalid", "a message of its object header is too short");
  }
}

function checkMessages(question: StorageQuestion): void {
  const { source, superblock, place, address } = question;
  const messages = readObjectHeader(source, superblock, place, address);
  if (messages.some((message) => message.type === MESSAGE.externalFiles)) {
    throw storageError(place, "external-storage", "its values are in another file", "Rewrite it with h5repack.");
  }
  const layout = messages.find((message) => message.type === MESSAGE.layout);
  if (layout === undefined || layout.shared) throw storageError(place, "hdf5-invalid", "it has no data layout");
  checkLayout(question, layout.data);
  const datatype = messages.find((message) => message.type === MESSAGE.datatype);
  if (datatype !== undefined) checkDatatype(question, resolveShared(question, datatype));
}

function checkLayout({ source, superblock, place, values }: StorageQuestion, layout: DataView): void {
  const bytes = values === undefined ? 0 : values.shape.reduce((product, size) => product * size, values.itemBytes);
  const version = layout.getUint8(0);
  const old = version < 3;
  if (version > 4 || layout.byteLength < 3) {
    throw storageError(place, "hdf5-invalid", `data layout version ${version} is not known`);
  }
  const layoutClass = layout.getUint8(old ? 2 : 1);
  if (layoutClass === 3) {
    throw storageError(place, "virtual-dataset", "it is a view of other datasets", "Rewrite it with h5repack.");
  }
  if (layoutClass > 3) throw storageError(place, "hdf5-invalid", `data layout class ${layoutClass} is not known`);
  if (bytes === 0) return;
  const inspect = (found: Uint8Array): void => {
    const elementBytes = values?.listElementBytes ?? null;
    if (elementBytes !== null) checkListDescriptors(found, { place, elementBytes, fileBytes: source.size });
  };
  if (layoutClass === 0) {
    const start = old ? layout.byteLength : 4;
    inspect(new Uint8Array(layout.buffer, layout.byteOffset + start, Math.max(0, layout.byteLength - start)));
    return;
  }
  const offset = old ? 8 : layoutClass === 1 ? 2 : version === 3 ? 3 : chunkIndexOffset(layout, place);
  if (layout.byteLength < offset + 8) throw storageError(place, "hdf5-invalid", "its data layout is too short");
  const address = layout.getBigUint64(offset, true);
  if (address === UNDEFINED_ADDRESS) {
    throw storageError(
      place,
      "unwritten",
      `its ${bytes} bytes were never written`,
      "Every value would be a made-up fill value.",
    );
  }
  // For chunked data the address is that of the index, of which at least 8 bytes must be there.
  const end = superblock.base + Number(address) + (layoutClass === 1 ? bytes : 8);
  if (end > source.size) {
    throw storageError(
      place,
      "truncated",
      `its values would end at byte ${end}, the file has ${source.size}`,
      "Fetch the file again: it ends too early.",
    );
  }
  // Later versions have other indexes, of which the library alone makes sense.
  if (layoutClass === 2 && version <= 3 && values !== undefined) {
    const sizes = chunkSizes(layout, version, values.shape.length, place);
    checkChunks({ ...values, ...sizes, source, superblock, place, root: address, inspect });
  }
  if (layoutClass === 1 && version >= 3) {
    const stored = Number(layout.getBigUint64(10, true));
    if (stored < bytes)
      throw storageError(place, "truncated", `${stored} bytes are stored for ${bytes} bytes of values`);
    if (values?.listElementBytes != null) {
      inspect(readBytes(source, place.file, superblock.base + Number(address), stored));
    }
  }
}

/** Lengths of a chunk along the axes, and bytes of one element in the file: lists have another size in memory. */
function chunkSizes(layout: DataView, version: number, rank: number, place: StoragePlace) {
  const count = layout.getUint8(version < 3 ? 1 : 2);
  const offset = version < 3 ? 16 : 11;
  if (count !== rank + 1) throw storageError(place, "hdf5-invalid", `chunks of ${count - 1} axes for ${rank} axes`);
  const sizes = Array.from({ length: count }, (_, i) => layout.getUint32(offset + 4 * i, true));
  if (sizes.includes(0)) throw storageError(place, "hdf5-invalid", "a chunk of no length");
  return { chunks: sizes.slice(0, -1), itemBytes: sizes[rank] as number };
}

function chunkIndexOffset(layout: DataView, place: StoragePlace): number {
  const flags = layout.getUint8(2);
  const dimensions = layout.getUint8(3);
  const width = layout.getUint8(4);
  const index = 5 + dimensions * width;
  if (index >= layout.byteLength) throw storageError(place, "hdf5-invalid", "its data layout is too short");
  const kind = layout.getUint8(index);
  const parameters = kind === 1 ? ((flags & 2) === 0 ? 0 : 12) : kind === 2 ? 0 : kind === 3 ? 1 : kind === 4 ? 5 : 6;
  return index + 1 + parameters;
}

/** Number types whose bits mean something else than their size says would be read wrongly without a word. */
function checkDatatype({ place }: StorageQuestion, datatype: DataView | null): void {
  if (datatype === null || datatype.byteLength < 8) return;
  checkTextType(datatype, place);
  const typeClass = datatype.getUint8(0) & 15;
  const size = datatype.getUint32(4, true);
  const bits = datatype.getUint8(1);
  if (typeClass === 0 && datatype.byteLength >= 12) {
    const offset = datatype.getUint16(8, true);
    const precision = datatype.getUint16(10, true);
    if (offset !== 0 || precision !== size * 8 || ![1, 2, 4, 8].includes(size)) {
      throw storageError(place, "unsupported-type", `integers of ${precision} bits in ${size} bytes are not read`);
    }
  }
  if (typeClass === 1 && datatype.byteLength >= 20) {
    const form = [
      datatype.getUint16(8, true),
      datatype.getUint16(10, true),
      ...[12, 13, 14, 15].map((offset) => datatype.getUint8(offset)),
      datatype.getUint32(16, true),
    ].join(" ");
    if ((bits & 0x40) !== 0 || form !== IEEE_FORMS.get(size)) {
      throw storageError(
        place,
        "unsupported-type",
        `floating-point numbers of ${size} bytes that are not IEEE 754 are not read`,
      );
    }
  }
}

/** Bit offset, precision, exponent offset and size, mantissa offset and size, exponent bias. */
const IEEE_FORMS: ReadonlyMap<number, string> = new Map([
  [2, "0 16 10 5 0 10 15"],
  [4, "0 32 23 8 0 23 127"],
  [8, "0 64 52 11 0 52 1023"],
]);

/** The type itself, where the message only points to a named type. */
function resolveShared(question: StorageQuestion, message: HeaderMessage): DataView | null {
  if (!message.shared) return message.data;
  const version = message.data.getUint8(0);
  const offset = version === 1 ? 8 : 2;
  const inHeap = version === 3 && message.data.getUint8(1) === 1;
  if (inHeap || message.data.byteLength < offset + 8) return null;
  const target = message.data.getBigUint64(offset, true);
  const named = readObjectHeader(question.source, question.superblock, question.place, target);
  return named.find((entry) => entry.type === MESSAGE.datatype && !entry.shared)?.data ?? null;
}
