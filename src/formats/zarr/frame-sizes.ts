/*
 * Checks of what compressed frames claim, before a decoder allocates it. Each answers what is wrong, or undefined.
 */

const BLOSC_HEADER = 16;
const ZSTD_MAGIC = 0xfd2fb528;
const ZSTD_BLOCK = 128 * 1024;
/** Windows beyond this are not read: the decoder would allocate them. */
const ZSTD_WINDOW = 128 * 1024 ** 2;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The 16-byte header of Blosc 1: versions, flags, type size, then sizes of data, block and frame. */
export function checkBlosc(bytes: Uint8Array, most: number): string | undefined {
  if (bytes.length < BLOSC_HEADER) return `end after ${bytes.length} bytes`;
  const view = viewOf(bytes);
  const [decoded, block, frame] = [view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
  if (decoded > most) return `claim ${decoded} bytes, more than the ${most} of a chunk`;
  if (frame !== bytes.length) return `are ${bytes.length} bytes, their header says ${frame}`;
  if (decoded > 0 && (block === 0 || block > Math.max(decoded, most))) return `claim blocks of ${block} bytes`;
  return undefined;
}

/** numcodecs puts the decoded size in front of the LZ4 block. */
export function checkLz4(bytes: Uint8Array, most: number): string | undefined {
  if (bytes.length < 5) return `end after ${bytes.length} bytes`;
  const decoded = viewOf(bytes).getUint32(0, true);
  return decoded > most ? `claim ${decoded} bytes, more than the ${most} of a chunk` : undefined;
}

/**
 * Walks all frames and their blocks (RFC 8878 section 3.1.1). A frame need not state its size; what its blocks can give
 * at most is bounded then.
 */
export function checkZstd(bytes: Uint8Array, most: number): string | undefined {
  const view = viewOf(bytes);
  let at = 0;
  let total = 0;
  const ends = `end in the middle, after ${bytes.length} bytes`;
  while (at < bytes.length) {
    if (at + 6 > bytes.length) return ends;
    const magic = view.getUint32(at, true);
    if (magic >>> 4 === 0x184d2a5) {
      if (at + 8 > bytes.length) return ends;
      at += 8 + view.getUint32(at + 4, true);
      if (at > bytes.length) return ends;
      continue;
    }
    if (magic !== ZSTD_MAGIC) return "have no zstd frame where one should begin";
    const head = frameHeader(view, at + 4);
    if (head === undefined) return ends;
    if (head.window > ZSTD_WINDOW && head.window > most) return `claim a window of ${head.window} bytes`;
    const body = walkBlocks(bytes, head.end);
    if (body === undefined) return ends;
    if (body.damaged) return "have a block of no known kind";
    const size = head.content ?? body.most;
    // Where it is not stated, a short last block and small flushed ones make the bound too high.
    total += size;
    const allowed = head.content === undefined ? Math.max(4 * most, 16 * 1024 ** 2) : most;
    if (total > allowed) return `claim ${total} bytes, more than the ${most} of a chunk`;
    at = body.end + (head.checksum ? 4 : 0);
    if (at > bytes.length) return ends;
  }
  return bytes.length === 0 ? ends : undefined;
}

function frameHeader(view: DataView, start: number) {
  const descriptor = view.getUint8(start);
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  const contentBytes = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number;
  const end = start + 1 + (single ? 0 : 1) + dictionary + contentBytes;
  if (end > view.byteLength) return undefined;
  const at = end - contentBytes;
  const content =
    contentBytes === 0
      ? undefined
      : contentBytes === 1
        ? view.getUint8(at)
        : contentBytes === 2
          ? view.getUint16(at, true) + 256
          : contentBytes === 4
            ? view.getUint32(at, true)
            : Number(view.getBigUint64(at, true));
  const exponent = single ? 0 : view.getUint8(start + 1);
  const base = 2 ** (10 + (exponent >>> 3));
  const window = single ? (content ?? 0) : base + (base / 8) * (exponent & 7);
  return { end, content, window, checksum: (descriptor & 4) !== 0 };
}

function walkBlocks(bytes: Uint8Array, start: number): { end: number; most: number; damaged: boolean } | undefined {
  let at = start;
  let most = 0;
  for (;;) {
    if (at + 3 > bytes.length) return undefined;
    const header = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    const kind = (header >>> 1) & 3;
    const size = header >>> 3;
    if (kind === 3) return { end: at, most, damaged: true };
    most += kind === 2 ? ZSTD_BLOCK : size;
    at += 3 + (kind === 1 ? 1 : size);
    if (at > bytes.length) return undefined;
    if ((header & 1) === 1) return { end: at, most, damaged: false };
  }
}
