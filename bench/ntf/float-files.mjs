import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

const ARRAYS = { float64: Float64Array, float32: Float32Array };
/** Bytes written at once: a call may not write more than 2 GiB. */
const CHUNK = 2 ** 26;

/** Writes numbers as they lie in memory. */
export function writeFloats(path, numbers) {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const file = openSync(path, "w");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(CHUNK, bytes.length - at));
  } finally {
    closeSync(file);
  }
}

/** @param {"float64" | "float32"} type */
export function readFloats(path, type) {
  const bytes = readFileSync(path);
  const array = ARRAYS[type];
  const length = bytes.length / array.BYTES_PER_ELEMENT;
  if (bytes.byteOffset % array.BYTES_PER_ELEMENT === 0) return new array(bytes.buffer, bytes.byteOffset, length);
  return new array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Writes the same numbers in both types; multiples of 2⁻²⁴ in [0, 1) are the same in both. @returns paths by type */
export function writeBoth(path, numbers) {
  const paths = { float64: `${path}.f64`, float32: `${path}.f32` };
  writeFloats(paths.float64, numbers);
  writeFloats(paths.float32, Float32Array.from(numbers));
  return paths;
}
