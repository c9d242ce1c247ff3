import { FormatError } from "../../base/errors.js";
import { type ByteSource, readBytes } from "./byte-source.js";

/** Address that HDF5 writes where there is none. */
export const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Where the HDF5 data of a file begin; addresses inside count from there. */
export interface Superblock {
  readonly base: number;
  readonly version: number;
}

/** One message of an object header: a property of a dataset or group. */
export interface HeaderMessage {
  readonly type: number;
  readonly shared: boolean;
  readonly data: DataView;
}

export const MESSAGE = { datatype: 3, externalFiles: 7, layout: 8, continuation: 16 } as const;

const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const MAXIMUM_BLOCKS = 4096;

/** Offset of the HDF5 signature: 0, or behind a user block of 512, 1024, … bytes; null when it is no HDF5 file. */
export function findSignature(source: ByteSource): number | null {
  const found = new Uint8Array(8);
  for (let offset = 0; offset + 8 <= source.size; offset = offset === 0 ? 512 : offset * 2) {
    if (source.read(found, offset) === 8 && SIGNATURE.every((byte, i) => found[i] === byte)) return offset;
  }
  return null;
}

/**
 * Finds and reads the superblock.
 * @throws {FormatError} `format/wrong-format`, `format/truncated`, `format/unsupported-version`.
 */
export function readSuperblock(source: ByteSource, file: string): Superblock {
  const start = findSignature(source);
  if (start === null) {
    throw new FormatError("wrong-format", `${file}: this is no HDF5 file: it has no HDF5 signature`, {
      fields: { file, bytes: source.size },
      wayOut: source.size === 0 ? "The file is empty: fetch it again." : "Give an HDF5 file.",
    });
  }
  const view = dataView(readBytes(source, file, start, 48));
  const version = view.getUint8(8);
  const sizes = version < 2 ? [view.getUint8(13), view.getUint8(14)] : [view.getUint8(9), view.getUint8(10)];
  if (version > 3 || sizes[0] !== 8 || sizes[1] !== 8) {
    throw new FormatError(
      "unsupported-version",
      `${file}: superblock ${version} with ${sizes.join("- and ")}-byte addresses`,
      {
        fields: { file, version },
        wayOut: "Rewrite the file with h5repack.",
      },
    );
  }
  const fields = version === 0 ? 24 : version === 1 ? 28 : 12;
  const endOffset = fields + 16;
  const addresses = dataView(readBytes(source, file, start + fields, 24));
  const base = Number(addresses.getBigUint64(0, true));
  const end = Number(addresses.getBigUint64(endOffset - fields, true));
  if (end > source.size || base > source.size) {
    throw new FormatError("truncated", `${file}: the file says it ends at byte ${end}, it has ${source.size}`, {
      fields: { file, expected: end, bytes: source.size },
      wayOut: "Fetch the file again: it ends too early.",
    });
  }
  return { base, version };
}

/**
 * The messages of the object header at `address`, through all its continuation blocks, each of which must lie in the file.
 * @throws {FormatError} `format/hdf5-invalid`, `format/truncated`.
 */
export function readObjectHeader(
  source: ByteSource,
  superblock: Superblock,
  place: { readonly file: string; readonly path: string },
  address: bigint,
): HeaderMessage[] {
  const fail = (message: string) =>
    new FormatError("hdf5-invalid", `${place.file}: ${place.path}: ${message}`, {
      fields: { file: place.file, dataset: place.path },
    });
  const at = (relative: bigint, length: number): DataView => {
    if (relative >= BigInt(source.size)) throw fail(`address ${relative} is outside of the file`);
    return dataView(readBytes(source, place.file, superblock.base + Number(relative), length));
  };
  const start = at(address, 16);
  const blocks: { start: bigint; length: number }[] = [];
  const newForm = start.getUint32(0) === 0x4f484452; // "OHDR"
  let ordered = false;
  if (newForm) {
    const flags = start.getUint8(5);
    ordered = (flags & 4) !== 0;
    const skipped = 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
    const width = 1 << (flags & 3);
    const sizeField = at(address + BigInt(skipped), width);
    const length = width === 8 ? Number(sizeField.getBigUint64(0, true)) : unsigned(sizeField, width);
    blocks.push({ start: address + BigInt(skipped + width), length });
  } else {
    if (start.getUint8(0) !== 1) throw fail(`there is no object header at address ${address}`);
    blocks.push({ start: address + 16n, length: start.getUint32(8, true) });
  }
  const messages: HeaderMessage[] = [];
  const visited = new Set<bigint>();
  for (const block of blocks) {
    if (visited.has(block.start) || blocks.length > MAXIMUM_BLOCKS) throw fail("the object header runs in a circle");
    visited.add(block.start);
    const view = at(block.start, block.length);
    const head = newForm ? (ordered ? 6 : 4) : 8;
    for (let offset = 0; offset + head <= view.byteLength; ) {
      const type = newForm ? view.getUint8(offset) : view.getUint16(offset, true);
      const size = view.getUint16(offset + (newForm ? 1 : 2), true);
      const flags = view.getUint8(offset + (newForm ? 3 : 4));
      if (offset + head + size > view.byteLength) throw fail("a message of the object header passes its block");
      const data = new DataView(view.buffer, view.byteOffset + offset + head, size);
      messages.push({ type, shared: (flags & 2) !== 0, data });
      if (type === MESSAGE.continuation && size >= 16) {
        const length = Number(data.getBigUint64(8, true));
        const from = data.getBigUint64(0, true);
        // The new form frames a block with a 4-byte signature and a 4-byte checksum.
        blocks.push(newForm ? { start: from + 4n, length: length - 8 } : { start: from, length });
      }
      offset += head + size;
    }
  }
  return messages;
}

function unsigned(view: DataView, width: number): number {
  return width === 1 ? view.getUint8(0) : width === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
}

/** A view of exactly these bytes. */
export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
