import type { ByteSource } from "./byte-source.js";
import { dataView } from "./object-header.js";

/** "GCOL", version 1, three zeros: the start of a global heap, where texts and lists of variable length lie. */
const SIGNATURE = Buffer.from("GCOL\x01\0\0\0", "latin1");
const MAXIMUM_HEAP_BYTES = 1024 ** 3;

/**
 * Watches what the HDF5 library reads of a file for damaged global heaps. The library (1.14.6) never comes back from a
 * heap that has an object of no size, and nothing can stop it from outside, so such a heap must not reach it.
 */
export class HeapGuard {
  private readonly source: ByteSource;
  private readonly seen = new Set<number>();
  private damaged: number | null = null;
  private strict = false;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** Looks for heaps in bytes read from `position`. False: these bytes must not be handed on. */
  admits(bytes: Uint8Array, position: number): boolean {
    this.search(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), position);
    // A start may lie across the borders of two reads.
    for (const border of [position, position + bytes.length]) {
      const from = Math.max(0, border - SIGNATURE.length + 1);
      const around = Buffer.alloc(2 * SIGNATURE.length - 2);
      this.search(around.subarray(0, this.source.read(around, from)), from);
    }
    return !this.strict || this.damaged === null;
  }

  private search(bytes: Buffer, position: number): void {
    for (let at = bytes.indexOf(SIGNATURE); at >= 0; at = bytes.indexOf(SIGNATURE, at + 1)) this.meet(position + at);
  }

  /** Runs a call in which the library reads heaps. `onDamage` is called where it met a damaged one. */
  during<T>(call: () => T, onDamage: (address: number) => Error): T {
    if (this.damaged !== null) throw onDamage(this.damaged);
    this.strict = true;
    try {
      return call();
    } catch (cause) {
      throw this.damaged === null ? cause : onDamage(this.damaged);
    } finally {
      this.strict = false;
    }
  }

  private meet(address: number): void {
    if (this.seen.has(address)) return;
    this.seen.add(address);
    if (!isSoundHeap(this.source, address)) this.damaged ??= address;
  }
}

/** Whether the objects of a heap follow each other up to its end. A heap beyond the end of the file is left to the library. */
function isSoundHeap(source: ByteSource, address: number): boolean {
  const header = new Uint8Array(16);
  if (source.read(header, address) < 16) return true;
  const size = Number(dataView(header).getBigUint64(8, true));
  if (address + size > source.size) return true;
  if (size < 16 || size > MAXIMUM_HEAP_BYTES) return false;
  const heap = new Uint8Array(size);
  source.read(heap, address);
  const view = dataView(heap);
  for (let at = 16; at + 16 <= size; ) {
    const objectBytes = Number(view.getBigUint64(at + 8, true));
    // Object 0 is the free space; its size includes its header.
    const step = view.getUint16(at, true) === 0 ? objectBytes : 16 + Math.ceil(objectBytes / 8) * 8;
    if (step < 16 || at + step > size) return false;
    at += step;
  }
  return true;
}
