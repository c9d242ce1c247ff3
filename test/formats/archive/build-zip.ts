import { crc32, deflateRawSync } from "node:zlib";

/** One member of a zip built for a test; what is not given is right, what is given may lie. */
export interface ZipPart {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** Stored (0) or deflated (8, default); others are written as stated over stored bytes. */
  readonly method?: number;
  readonly flags?: number;
  readonly externalAttributes?: number;
  readonly statedBytes?: number;
  readonly statedCompressedBytes?: number;
  readonly statedChecksum?: number;
  readonly localName?: string;
  readonly localOffset?: number;
  /** Compressed bytes as they are, instead of the content deflated. */
  readonly raw?: Uint8Array;
}

/** Bytes of a zip archive; `statedEntries` may differ from the number of parts. */
export function buildZip(
  parts: readonly ZipPart[],
  options: { statedEntries?: number; comment?: string } = {},
): Buffer {
  const chunks: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const content = Buffer.from(part.content as Uint8Array);
    const method = part.method ?? 8;
    const data = Buffer.from(part.raw ?? (method === 8 ? deflateRawSync(content) : content));
    const name = Buffer.from(part.name);
    const localName = Buffer.from(part.localName ?? part.name);
    const numbers = {
      checksum: part.statedChecksum ?? crc32(content),
      compressed: part.statedCompressedBytes ?? data.length,
      bytes: part.statedBytes ?? content.length,
    };
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(part.flags ?? 0x800, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(numbers.checksum, 14);
    local.writeUInt32LE(numbers.compressed, 18);
    local.writeUInt32LE(numbers.bytes, 22);
    local.writeUInt16LE(localName.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE((3 << 8) | 20, 4);
    central.writeUInt16LE(20, 6);
    central.writeUInt16LE(part.flags ?? 0x800, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(numbers.checksum, 16);
    central.writeUInt32LE(numbers.compressed, 20);
    central.writeUInt32LE(numbers.bytes, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE((part.externalAttributes ?? 0o100644 * 65536) >>> 0, 38);
    central.writeUInt32LE(part.localOffset ?? offset, 42);
    directory.push(central, name);
    chunks.push(local, localName, data);
    offset += local.length + localName.length + data.length;
  }
  const central = Buffer.concat(directory);
  const comment = Buffer.from(options.comment ?? "");
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(options.statedEntries ?? parts.length, 8);
  end.writeUInt16LE(options.statedEntries ?? parts.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...chunks, central, end, comment]);
}
