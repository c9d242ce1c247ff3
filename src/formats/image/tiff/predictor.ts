import { mustSwap, swapBytes } from "../byte-order.js";

export interface RowLayout {
  /** Elements from one sample to the same of the next pixel. */
  readonly stride: number;
  /** Elements per row. */
  readonly row: number;
  readonly elementBytes: number;
  readonly littleEndian: boolean;
}

/**
 * Turns the unpacked bytes of a strip or tile into elements in the byte order of this machine, in place.
 * Source: TIFF 6.0, section 14 (predictor 2), and TIFF Technical Note 3 (predictor 3).
 */
export function undoPredictor(bytes: Uint8Array, predictor: 1 | 2 | 3, layout: RowLayout): void {
  const { stride, row, elementBytes, littleEndian } = layout;
  if (predictor === 3) {
    for (let at = 0; at < bytes.length; at += row * elementBytes) {
      gatherFloats(bytes.subarray(at, at + row * elementBytes), stride, elementBytes);
    }
    return;
  }
  if (mustSwap(littleEndian)) swapBytes(bytes, elementBytes);
  if (predictor === 1) return;
  const elements = integers(bytes, elementBytes);
  for (let at = 0; at < elements.length; at += row) {
    if (elements instanceof BigUint64Array) {
      for (let i = at + stride; i < at + row; i++) {
        elements[i] = (elements[i] as bigint) + (elements[i - stride] as bigint);
      }
    } else {
      for (let i = at + stride; i < at + row; i++) {
        elements[i] = (elements[i] as number) + (elements[i - stride] as number);
      }
    }
  }
}

function integers({ buffer, byteOffset, byteLength }: Uint8Array, width: number) {
  const length = byteLength / width;
  if (width === 1) return new Uint8Array(buffer, byteOffset, length);
  if (width === 2) return new Uint16Array(buffer, byteOffset, length);
  if (width === 4) return new Uint32Array(buffer, byteOffset, length);
  return new BigUint64Array(buffer, byteOffset, length);
}

/** A row of floats is stored as differences of bytes: all first bytes, highest first, then all second ones, and so on. */
function gatherFloats(row: Uint8Array, stride: number, width: number): void {
  for (let i = stride; i < row.length; i++) row[i] = (row[i] as number) + (row[i - stride] as number);
  const planes = row.slice();
  const count = row.length / width;
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < width; byte++) row[i * width + byte] = planes[byte * count + i] as number;
  }
  if (mustSwap(false)) swapBytes(row, width);
}
