import { FormatError } from "../../base/errors.js";
import {
  allocate,
  elementBytes,
  elementCount,
  type Volume,
  type VolumeBlock,
  type VolumeData,
  type VolumeType,
} from "../volume/volume.js";
import { type Box, blockBox, blockGrid, copyShared, reverseAxes, touchedBlocks } from "./block-grid.js";

const CACHE_BYTES = 64 * 1024 * 1024;

/** Decodes blocks of one array; a reader is used by one caller at a time. */
export interface BlockReader {
  /** The elements of a block, in C order. They may be overwritten by the next call unless the reader was made to keep. */
  block(index: number, box: Box): Promise<VolumeData>;
  /** Called once after the last block: checks what only the end of the data can tell. */
  finish?(): Promise<void>;
  close(): Promise<void>;
}

export interface GridVolumeOptions {
  /** Name of the file in errors. */
  readonly file: string;
  /** For messages: the file and, where it holds several arrays, the one. */
  readonly name: string;
  /** In storage order, slowest first. */
  readonly shape: readonly number[];
  readonly blockShape: readonly number[];
  readonly type: VolumeType;
  /** Storage order is Fortran order: the volume's axes are those of `shape`, `blockShape`, reversed. */
  readonly columnMajor?: boolean;
  /** In the order of the volume. */
  readonly axes: string | undefined;
  readonly spacing: readonly (number | undefined)[] | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `keep`: every block in memory of its own. */
  readonly reader: (options: { readonly keep: boolean }) => BlockReader;
  readonly close: () => Promise<void>;
}

/** A {@link Volume} over whatever can decode the blocks of a grid. Memory: one block, and 64 MiB of those read last. */
export function gridVolume(options: GridVolumeOptions): Volume {
  const { type, columnMajor = false } = options;
  const grid = blockGrid(options.shape, options.blockShape);
  const ordered = (values: readonly number[]): readonly number[] => (columnMajor ? [...values].reverse() : values);
  const shape = ordered(options.shape);
  const inOrder = (data: VolumeData, stored: readonly number[]): VolumeData => {
    if (!columnMajor || stored.length < 2) return data;
    const turned = allocate(type, data.length);
    reverseAxes(data, stored, turned);
    return turned;
  };

  async function* blocks(): AsyncGenerator<VolumeBlock> {
    const reader = options.reader({ keep: false });
    try {
      for (let index = 0; index < grid.total; index++) {
        const box = blockBox(grid, index);
        const data = inOrder(await reader.block(index, box), box.shape);
        yield { origin: ordered(box.origin), shape: ordered(box.shape), data };
      }
      await reader.finish?.();
    } finally {
      await reader.close();
    }
  }

  const cache = new BlockCache();
  let reader: BlockReader | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const readBlock = async (index: number, box: Box): Promise<VolumeData> => {
    reader ??= options.reader({ keep: true });
    try {
      return await reader.block(index, box);
    } catch (error) {
      // A stream that broke cannot go on: the next box starts again.
      await reader.close();
      reader = undefined;
      throw error;
    }
  };
  const readBox = async (box: Box): Promise<VolumeData> => {
    const data = allocate(type, elementCount(box.shape));
    for (const index of touchedBlocks(grid, box)) {
      const held = blockBox(grid, index);
      let block = cache.get(index);
      if (block === undefined) {
        block = await readBlock(index, held);
        cache.set(index, block);
      }
      copyShared({ ...held, data: block }, { ...box, data });
    }
    return inOrder(data, box.shape);
  };

  return {
    name: options.name,
    shape,
    type,
    axes: options.axes,
    spacing: options.spacing,
    attributes: options.attributes,
    blockShape: ordered(options.blockShape),
    blocks,
    read: (origin, size) => {
      checkBox({ file: options.file, name: options.name, shape, type }, { origin, shape: size });
      const result = queue.then(() => readBox({ origin: ordered(origin), shape: ordered(size) }));
      queue = result.catch(() => {});
      return result;
    },
    close: async () => {
      await queue;
      await reader?.close();
      reader = undefined;
      await options.close();
    },
  };
}

function checkBox(
  { file, name, shape, type }: { file: string; name: string; shape: readonly number[]; type: VolumeType },
  box: Box,
): void {
  const fits =
    box.origin.length === shape.length &&
    box.shape.length === shape.length &&
    shape.every((size, axis) => {
      const [from, length] = [box.origin[axis] as number, box.shape[axis] as number];
      return (
        Number.isSafeInteger(from) && Number.isSafeInteger(length) && from >= 0 && length >= 0 && from + length <= size
      );
    });
  if (fits && elementCount(box.shape) * elementBytes(type) <= Number.MAX_SAFE_INTEGER) return;
  throw new FormatError(
    "box",
    `${name}: the box at [${box.origin}] of shape [${box.shape}] reaches beyond the shape [${shape}]`,
    { fields: { file, origin: [...box.origin], box: [...box.shape], shape: [...shape] } },
  );
}

/** The blocks used last, up to {@link CACHE_BYTES}, at least one. */
class BlockCache {
  readonly #blocks = new Map<number, VolumeData>();
  #bytes = 0;

  get(index: number): VolumeData | undefined {
    const block = this.#blocks.get(index);
    if (block !== undefined) {
      this.#blocks.delete(index);
      this.#blocks.set(index, block);
    }
    return block;
  }

  set(index: number, block: VolumeData): void {
    this.#blocks.set(index, block);
    this.#bytes += block.byteLength;
    for (const [oldest, { byteLength }] of this.#blocks) {
      if (this.#bytes <= CACHE_BYTES || oldest === index) return;
      this.#blocks.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
