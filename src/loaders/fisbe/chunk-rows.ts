import { encodeBlock } from "../../formats/volume/block-data.js";
import type { VolumeBlock, VolumeType } from "../../formats/volume/volume.js";

/** Size of a stored block on c, z, y, x: 512 KiB of 16-bit values. */
export const STORED_BLOCK = [1, 64, 64, 64] as const;

/** Columns that all tables of blocks share. */
export interface BlockColumns<T extends string> {
  readonly origin_c: number;
  readonly origin_z: number;
  readonly origin_y: number;
  readonly origin_x: number;
  readonly shape: readonly number[];
  readonly array_shape: readonly number[];
  readonly dtype: T;
  readonly codec: "raw" | "zero";
  readonly bytes: bigint;
  readonly sha256: string;
  readonly data: Uint8Array | null;
}

/** A block on c, z, y, x as a row. Without data its place, size and hash are kept. */
export function blockColumns<T extends VolumeType>(options: {
  readonly block: VolumeBlock;
  readonly type: T;
  readonly arrayShape: readonly number[];
  readonly withData: boolean;
}): BlockColumns<T> {
  const { block, type, arrayShape, withData } = options;
  const [c, z, y, x] = block.origin as [number, number, number, number];
  const stored = encodeBlock(block.data);
  return {
    origin_c: c,
    origin_z: z,
    origin_y: y,
    origin_x: x,
    shape: [...block.shape],
    array_shape: [...arrayShape],
    dtype: type,
    codec: stored.codec,
    bytes: BigInt(stored.bytes),
    sha256: stored.sha256,
    data: withData ? stored.data : null,
  };
}
