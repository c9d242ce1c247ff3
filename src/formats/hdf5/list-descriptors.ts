import { dataView, type HeaderMessage } from "./object-header.js";
import type { StoragePlace } from "./place.js";
import { storageError } from "./place.js";

/** In the file, a text or list of varying length is its length, the address of a heap, and an index in it. */
const DESCRIPTOR_BYTES = 16;
const LIST_CLASS = 9;

/**
 * Checks that no text or list claims to be larger than the file. The library allocates what they claim before it looks.
 * @throws {FormatError} `format/hdf5-invalid`
 */
export function checkListDescriptors(
  bytes: Uint8Array,
  list: { readonly place: StoragePlace; readonly elementBytes: number; readonly fileBytes: number },
): void {
  const view = dataView(bytes);
  for (let at = 0; at + DESCRIPTOR_BYTES <= bytes.length; at += DESCRIPTOR_BYTES) {
    const claimed = view.getUint32(at, true) * list.elementBytes;
    if (claimed > list.fileBytes) {
      throw storageError(
        list.place,
        "hdf5-invalid",
        `a text or list claims ${claimed} bytes in a file of ${list.fileBytes}`,
      );
    }
  }
}

/** A text of varying length is a list of characters, which must be of one byte: the library multiplies by what they claim. */
export function checkTextType(datatype: DataView, place: StoragePlace): void {
  const isText =
    datatype.byteLength >= 2 && (datatype.getUint8(0) & 15) === LIST_CLASS && (datatype.getUint8(1) & 15) === 1;
  if (!isText || (datatype.byteLength >= 16 && datatype.getUint32(12, true) === 1)) return;
  throw storageError(place, "hdf5-invalid", "its texts have characters that are not of one byte");
}

/** Checks the descriptors of an attribute that lies in the object header itself; others are in a heap of their own. */
export function checkAttributeLists(
  messages: readonly HeaderMessage[],
  name: string,
  list: { readonly place: StoragePlace; readonly elementBytes: number; readonly fileBytes: number },
): void {
  for (const { type, data } of messages) {
    if (type !== 12 || data.byteLength < 8) continue;
    const version = data.getUint8(0);
    const pad = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
    const [nameBytes, typeBytes, spaceBytes] = [2, 4, 6].map((at) => data.getUint16(at, true)) as [
      number,
      number,
      number,
    ];
    const nameAt = version < 3 ? 8 : 9;
    const typeAt = nameAt + pad(nameBytes);
    const valuesAt = typeAt + pad(typeBytes) + pad(spaceBytes);
    if (valuesAt > data.byteLength || nameBytes === 0 || typeBytes === 0) continue;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (Buffer.from(bytes.subarray(nameAt, nameAt + nameBytes - 1)).toString() !== name) continue;
    const datatype = new DataView(data.buffer, data.byteOffset + typeAt, typeBytes);
    if ((datatype.getUint8(0) & 15) !== LIST_CLASS) continue;
    checkTextType(datatype, list.place);
    checkListDescriptors(bytes.subarray(valuesAt), list);
  }
}
