import { UsageError } from "../../base/errors.js";
import { type ChunkedVolume, chunkBox, copyOverlap, gridIndexes, touchedChunks } from "./chunked-volume.js";
import { allocate, elementCount, type Volume, type VolumeBlock, type VolumeData } from "./volume.js";

export interface BlocksOptions {
  /** Bytes of decoded chunks kept while later blocks still need them (default 192 MiB). */
  readonly memoryBytes?: number;
}

const MEMORY_BYTES = 192 * 1024 ** 2;
const PARALLEL_READS = 4;

/**
 * A volume in blocks of one shape, aligned to its origin and cut at its end, whatever the grid in which it is stored. The
 * order is that of the axes, but a channel axis (`c`; the first of four where the axes are not stated) runs fastest:
 * all channels of a place come one after another. Stored chunks are decoded once, and given up behind the last block
 * that needs them; a second time only where those still needed pass `memoryBytes`.
 * The chunks of the next block are read while one is in use. Memory: `memoryBytes`, two blocks and their chunks.
 * @throws {UsageError} `usage/block-shape`
 * @throws {FormatError} for broken bytes, when the block is reached.
 */
export async function* blocksOf(
  volume: Volume,
  blockShape: readonly number[],
  { memoryBytes = MEMORY_BYTES }: BlocksOptions = {},
): AsyncGenerator<VolumeBlock> {
  const { shape } = volume;
  if (blockShape.length !== shape.length || blockShape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new UsageError(
      "block-shape",
      `blocks of ${blockShape.join(" x ")} for ${volume.name} (${shape.join(" x ")})`,
      {
        fields: { blockShape, shape },
        wayOut: `Give ${shape.length} positive whole numbers.`,
      },
    );
  }
  const grid = new BlockGrid(volume, blockShape);
  const chunks = new LiveChunks(volume, grid, memoryBytes);
  let position = 0;
  let next: Promise<VolumeBlock> | undefined;
  try {
    for (const index of grid.indexes()) {
      const started = chunks.block(grid.box(index));
      started.catch(() => {});
      if (next !== undefined) {
        yield await next;
        chunks.release(position);
        position += 1;
      }
      next = started;
    }
    if (next !== undefined) yield await next;
  } finally {
    await chunks.settle();
  }
}

interface Box {
  readonly origin: readonly number[];
  readonly shape: readonly number[];
}

/** The blocks of a volume and their order. */
class BlockGrid {
  /** Axes from slowest to fastest. */
  readonly #order: readonly number[];
  readonly #shape: readonly number[];
  readonly #blockShape: readonly number[];
  readonly #counts: readonly number[];

  constructor({ shape, axes }: Volume, blockShape: readonly number[]) {
    const channel = axes === undefined ? (shape.length === 4 ? 0 : -1) : axes.indexOf("c");
    const others = shape.map((_, axis) => axis).filter((axis) => axis !== channel);
    this.#order = channel < 0 ? others : [...others, channel];
    this.#shape = shape;
    this.#blockShape = blockShape;
    this.#counts = this.#order.map((axis) => Math.ceil((shape[axis] as number) / (blockShape[axis] as number)));
  }

  *indexes(): Generator<number[]> {
    for (const ordered of gridIndexes(this.#counts)) {
      const index = new Array<number>(ordered.length);
      for (const [i, axis] of this.#order.entries()) index[axis] = ordered[i] as number;
      yield index;
    }
  }

  box(index: readonly number[]): Box {
    const origin = index.map((position, axis) => position * (this.#blockShape[axis] as number));
    const shape = origin.map((from, axis) =>
      Math.min(this.#blockShape[axis] as number, (this.#shape[axis] as number) - from),
    );
    return { origin, shape };
  }

  /** Position in the order of the last block that touches a box. */
  lastPosition({ origin, shape }: Box): number {
    const last = origin.map((from, axis) =>
      Math.floor((from + (shape[axis] as number) - 1) / (this.#blockShape[axis] as number)),
    );
    return this.#order.reduce((sum, axis, i) => sum * (this.#counts[i] as number) + (last[axis] as number), 0);
  }
}

interface LiveChunk {
  readonly key: string;
  readonly last: number;
  /** Undefined where all values are zero. */
  readonly data: Promise<VolumeBlock | undefined>;
  bytes: number;
  /** Blocks in work that need it. */
  users: number;
}

/** Decoded chunks that blocks to come still need. */
class LiveChunks {
  readonly #volume: Volume;
  readonly #grid: BlockGrid;
  readonly #limit: number;
  /** The least recently used first. */
  readonly #live = new Map<string, LiveChunk>();
  readonly #ending = new Map<number, string[]>();
  readonly #slots = new Slots(PARALLEL_READS);
  #bytes = 0;

  constructor(volume: Volume, grid: BlockGrid, limit: number) {
    this.#volume = volume;
    this.#grid = grid;
    this.#limit = limit;
  }

  async block(box: Box): Promise<VolumeBlock> {
    const chunks = Array.from(touchedChunks(this.#volume.blockShape, box.origin, box.shape), (index) =>
      this.#chunk(index),
    );
    let out: VolumeBlock | undefined;
    const zeros = (): VolumeBlock => ({ ...box, data: allocate(this.#volume.type, elementCount(box.shape)) });
    const copies = chunks.map(async (chunk) => {
      const from = await chunk.data;
      if (from === undefined) return;
      if (chunks.length === 1 && isSameBox(from, box)) {
        out = from;
        return;
      }
      out ??= zeros();
      copyOverlap(from, out);
    });
    try {
      await Promise.all(copies);
    } finally {
      for (const chunk of chunks) chunk.users -= 1;
      this.#evict();
    }
    return out ?? zeros();
  }

  /** Gives up what no block behind this position needs. */
  release(position: number): void {
    for (const key of this.#ending.get(position) ?? []) this.#drop(key);
    this.#ending.delete(position);
  }

  async settle(): Promise<void> {
    await Promise.allSettled([...this.#live.values()].map((chunk) => chunk.data));
  }

  #chunk(index: readonly number[]): LiveChunk {
    const key = index.join(".");
    const found = this.#live.get(key);
    if (found !== undefined) {
      this.#live.delete(key);
      this.#live.set(key, found);
      found.users += 1;
      return found;
    }
    const { blockShape, shape } = this.#volume;
    const { origin, size } = chunkBox({ shape, chunkShape: blockShape }, index);
    const read = async (): Promise<VolumeBlock | undefined> => {
      const data = await this.#read(index, { origin, size });
      return data === undefined ? undefined : { origin, shape: size, data };
    };
    const last = this.#grid.lastPosition({ origin, shape: size });
    const chunk: LiveChunk = { key, last, data: read(), bytes: 0, users: 1 };
    chunk.data.then(
      (block) => {
        if (this.#live.get(key) !== chunk || block === undefined) return;
        chunk.bytes = block.data.byteLength;
        this.#bytes += chunk.bytes;
      },
      () => {},
    );
    this.#live.set(key, chunk);
    const ending = this.#ending.get(last);
    if (ending === undefined) this.#ending.set(last, [key]);
    else ending.push(key);
    return chunk;
  }

  #read(index: readonly number[], { origin, size }: ReturnType<typeof chunkBox>): Promise<VolumeData | undefined> {
    const volume = this.#volume;
    const chunked = "chunk" in volume ? (volume as ChunkedVolume) : undefined;
    return this.#slots.run<VolumeData | undefined>(() => chunked?.chunk(index) ?? volume.read(origin, size));
  }

  #drop(key: string): void {
    const chunk = this.#live.get(key);
    if (chunk === undefined) return;
    this.#live.delete(key);
    this.#bytes -= chunk.bytes;
  }

  #evict(): void {
    for (const chunk of this.#live.values()) {
      if (this.#bytes <= this.#limit) return;
      if (chunk.users === 0 && chunk.bytes > 0) this.#drop(chunk.key);
    }
  }
}

function isSameBox(a: Box, b: Box): boolean {
  return a.origin.every((from, i) => from === b.origin[i]) && a.shape.every((size, i) => size === b.shape[i]);
}

/** Runs so many tasks at once; the others wait in line. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
