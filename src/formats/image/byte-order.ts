import { endianness } from "node:os";

/** Whether bytes in that order must be turned for this machine. */
export function mustSwap(littleEndian: boolean): boolean {
  return littleEndian !== (endianness() === "LE");
}

/** Turns the byte order of elements of 2, 4 or 8 bytes, in place. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (elementBytes === 2) view.swap16();
  else if (elementBytes === 4) view.swap32();
  else if (elementBytes === 8) view.swap64();
}
