import { LoadError } from "../../base/errors.js";
import { decodeBlock } from "../../formats/volume/block-data.js";
import { elementCount, type VolumeBlock, type VolumeSource, type VolumeType } from "../../formats/volume/volume.js";
import type { RowFilter, TableSource } from "../../tables/table-io.js";

/** The columns of a table of blocks that a stage reads. */
interface ChunkColumns {
  readonly origin_c: number;
  readonly origin_z: number;
  readonly origin_y: number;
  readonly origin_x: number;
  readonly shape: ArrayLike<number>;
  readonly array_shape: ArrayLike<number>;
  readonly dtype: VolumeType;
  readonly codec: string;
  readonly data: Uint8Array | null;
}

const PLACE = ["origin_c", "origin_z", "origin_y", "origin_x", "shape", "array_shape", "dtype", "codec"] as const;

/** Which rows of the table are the volume's: column → value. */
export type ChunkFilter = RowFilter;

/**
 * Volumes that a table of blocks holds, each as a {@link VolumeSource} on c, z, y, x, in the order of the rows: by z, y,
 * x, then channel. Nothing is held but the row group being read (some 32 MiB).
 * @returns undefined when no row has these values.
 * @throws {LoadError} `load/no-voxels` when the rows carry no data, `load/chunk` for a block that does not fit its row.
 */
export async function chunkVolume(table: TableSource, filter: ChunkFilter): Promise<VolumeSource | undefined> {
  const name = `${table.contract.dataset}.${table.contract.table}: ${Object.values(filter).join("/")}`;
  for await (const row of table.rows<ChunkColumns>(PLACE, filter)) {
    const shape = Array.from(row.array_shape);
    return {
      name,
      shape,
      type: row.dtype,
      async *blocks() {
        for await (const chunk of table.rows<ChunkColumns>([...PLACE, "data"], filter)) yield blockOf(chunk, name);
      },
    };
  }
  return undefined;
}

function blockOf(row: ChunkColumns, name: string): VolumeBlock {
  const shape = Array.from(row.shape);
  const origin = [row.origin_c, row.origin_z, row.origin_y, row.origin_x];
  if (row.data === null) {
    throw new LoadError("no-voxels", `${name}: the table holds no voxels, only where they are`, {
      fields: { volume: name },
      wayOut: "Let the load step store them: `with: { data: true }`.",
    });
  }
  try {
    return { origin, shape, data: decodeBlock(row.dtype, row.codec, row.data, elementCount(shape)) };
  } catch (cause) {
    throw new LoadError("chunk", `${name}: the block at [${origin.join(", ")}]: ${(cause as Error).message}`, {
      fields: { volume: name, origin },
      cause,
    });
  }
}

/** A {@link VolumeSource} without its channel axis, where that has one step: for functions of three axes. */
export function withoutChannel(source: VolumeSource): VolumeSource {
  if (source.shape.length !== 4 || source.shape[0] !== 1) return source;
  return {
    ...source,
    shape: source.shape.slice(1),
    async *blocks() {
      for await (const block of source.blocks()) {
        yield { origin: block.origin.slice(1), shape: block.shape.slice(1), data: block.data };
      }
    },
  };
}
