import { sha256 } from "../../base/hash.js";
import { elementBytes, over, type VolumeData, type VolumeType } from "./volume.js";
import { isAllZero } from "./zero-bytes.js";

/** How the values of a block are stored in a table. */
export type BlockCodec = "raw" | "zero";

/** A block as a table holds it. */
export interface StoredBlock {
  readonly codec: BlockCodec;
  /** Size when decoded. */
  readonly bytes: number;
  /** Hash of the decoded bytes. */
  readonly sha256: string;
  /** Little-endian values in C order; empty when all of them are zero. */
  readonly data: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const hashesOfZeros = new Map<number, string>();

/** Values as a table stores them, without a copy. Cost: one pass, and the hash of what is not zero. */
export function encodeBlock(data: VolumeData): StoredBlock {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (isAllZero(bytes)) {
    let hash = hashesOfZeros.get(bytes.length);
    if (hash === undefined) {
      hash = sha256(bytes);
      hashesOfZeros.set(bytes.length, hash);
    }
    return { codec: "zero", bytes: bytes.length, sha256: hash, data: EMPTY };
  }
  return { codec: "raw", bytes: bytes.length, sha256: sha256(bytes), data: bytes };
}

/**
 * The values of a stored block. Copies where the bytes are not aligned.
 * @throws {RangeError} when the bytes are not those of `length` values.
 */
export function decodeBlock(type: VolumeType, codec: string, data: Uint8Array, length: number): VolumeData {
  const size = length * elementBytes(type);
  if (codec === "zero") return over(type, new ArrayBuffer(size), 0, length);
  if (codec !== "raw") throw new RangeError(`unknown codec ${codec}`);
  if (data.byteLength !== size) throw new RangeError(`${data.byteLength} bytes are not ${length} values of ${type}`);
  if (data.byteOffset % elementBytes(type) === 0) return over(type, data.buffer, data.byteOffset, length);
  return over(type, data.slice().buffer, 0, length);
}
