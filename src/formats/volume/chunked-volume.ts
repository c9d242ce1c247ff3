import { FormatError } from "../../base/errors.js";
import { copyBox, rowMajorStrides } from "./copy-box.js";
import {
  allocate,
  elementBytes,
  elementCount,
  type Volume,
  type VolumeBlock,
  type VolumeData,
  type VolumeType,
} from "./volume.js";

/** An array stored in a regular grid of chunks, the last ones cut where the array ends. */
export interface ChunkedArray {
  readonly name: string;
  /** Name of the file in errors. */
  readonly file: string;
  readonly shape: readonly number[];
  readonly type: VolumeType;
  readonly chunkShape: readonly number[];
  /** Values of the chunk with that index in the grid, in C order, cut at the end; undefined where all are zero. */
  chunk(index: readonly number[]): Promise<VolumeData | undefined>;
  close(): Promise<void>;
}

/** A volume that also gives its stored chunks one by one, undivided and not kept. */
export interface ChunkedVolume extends Volume {
  /** Values of the chunk with that index in the grid of `blockShape`, cut at the end; undefined where all are zero. */
  chunk(index: readonly number[]): Promise<VolumeData | undefined>;
}

/** What a file says of an array besides its values. */
export type VolumeFacts = Pick<Volume, "axes" | "spacing" | "attributes">;

/** Decoded bytes that {@link Volume.read} keeps. */
const CACHE_BYTES = 64 * 1024 ** 2;
const ENTRY_BYTES = 256;
/** Chunks decoded at the same time, and the bytes they may take together. */
const PARALLEL_CHUNKS = 4;
const PARALLEL_BYTES = 64 * 1024 ** 2;

/** A {@link Volume} over a grid of chunks. Memory: up to four chunks in work, and the cache of `read`. */
export function chunkedVolume(array: ChunkedArray, facts: VolumeFacts): ChunkedVolume {
  const { shape, type, chunkShape, name, file } = array;
  const cache = new ChunkCache(CACHE_BYTES);
  const chunkBytes = elementCount(chunkShape) * elementBytes(type);
  const parallel = Math.max(1, Math.min(PARALLEL_CHUNKS, Math.floor(PARALLEL_BYTES / chunkBytes)));
  let zeros: VolumeData | undefined;
  const blockAt = async (index: readonly number[]): Promise<VolumeBlock> => {
    const { origin, size } = chunkBox(array, index);
    const data = await array.chunk(index);
    if (data !== undefined) return { origin, shape: size, data };
    // Most blocks of a sparse volume are empty: they share their values.
    zeros ??= allocate(type, elementCount(chunkShape));
    return { origin, shape: size, data: zeros.subarray(0, elementCount(size)) };
  };
  return {
    name,
    shape,
    type,
    ...facts,
    blockShape: chunkShape,
    blocks: () =>
      inOrder(gridIndexes(shape.map((size, i) => Math.ceil(size / (chunkShape[i] as number)))), blockAt, parallel),
    read: async (origin, size) => {
      checkBox({ name, file, shape }, origin, size);
      const out = allocate(type, elementCount(size));
      const copy = async (index: readonly number[]): Promise<void> => {
        const box = chunkBox(array, index);
        const data = await cache.get(index.join("."), () => array.chunk(index));
        if (data !== undefined)
          copyOverlap({ origin: box.origin, shape: box.size, data }, { origin, shape: size, data: out });
      };
      for await (const _ of inOrder(touchedChunks(chunkShape, origin, size), copy, parallel));
      return out;
    },
    chunk: (index) => array.chunk(index),
    close: () => {
      cache.clear();
      return array.close();
    },
  };
}

/** The box of a chunk, cut at the end of the array. */
export function chunkBox(array: Pick<ChunkedArray, "shape" | "chunkShape">, index: readonly number[]) {
  const origin = index.map((position, i) => position * (array.chunkShape[i] as number));
  const size = origin.map((from, i) => Math.min(array.chunkShape[i] as number, (array.shape[i] as number) - from));
  return { origin, size };
}

/** Values of chunks that end at the array's end, from those of a whole stored chunk with any layout. */
export function cutChunk(
  array: Pick<ChunkedArray, "shape" | "chunkShape" | "type">,
  index: readonly number[],
  stored: { readonly data: VolumeData; readonly strides: readonly number[] },
): VolumeData {
  const { size } = chunkBox(array, index);
  const whole = size.every((length, i) => length === array.chunkShape[i]);
  if (whole && rowMajorStrides(array.chunkShape).every((stride, i) => stride === stored.strides[i])) return stored.data;
  const out = allocate(array.type, elementCount(size));
  const to = { data: out, offset: 0, strides: rowMajorStrides(size) };
  copyBox({ data: stored.data, offset: 0, strides: stored.strides }, to, size);
  return out;
}

/** The values of a chunk that was never written, undefined for zeros. */
export function filledChunk(
  array: Pick<ChunkedArray, "shape" | "chunkShape" | "type">,
  index: readonly number[],
  fill: number | bigint,
): VolumeData | undefined {
  if (fill === 0 || fill === 0n) return undefined;
  const out = allocate(array.type, elementCount(chunkBox(array, index).size));
  (out as Uint8Array).fill(fill as number);
  return out;
}

/** @throws {FormatError} `format/box` */
export function checkBox(
  { name, file, shape }: { readonly name: string; readonly file: string; readonly shape: readonly number[] },
  origin: readonly number[],
  size: readonly number[],
): void {
  const inside = shape.every((length, i) => {
    const from = origin[i] ?? -1;
    const count = size[i] ?? -1;
    return Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= length;
  });
  if (inside && origin.length === shape.length && size.length === shape.length) return;
  throw new FormatError(
    "box",
    `${name}: a box of ${size.join(" x ")} from ${origin.join(", ")} is not inside of ${shape.join(" x ")}`,
    { fields: { file, origin, box: size, shape } },
  );
}

/** Copies what two blocks have in common from the first to the second. */
export function copyOverlap(from: VolumeBlock, to: VolumeBlock): void {
  const start = from.origin.map((first, i) => Math.max(first, to.origin[i] as number));
  const size = start.map((first, i) => {
    const ends = [from, to].map((block) => (block.origin[i] as number) + (block.shape[i] as number));
    return Math.min(...ends) - first;
  });
  if (size.some((length) => length <= 0)) return;
  const place = ({ origin, shape, data }: VolumeBlock) => {
    const strides = rowMajorStrides(shape);
    const offset = start.reduce((sum, first, i) => sum + (first - (origin[i] as number)) * (strides[i] as number), 0);
    return { data, offset, strides };
  };
  copyBox(place(from), place(to), size);
}

/** Every index of a grid, the last axis fastest. */
export function* gridIndexes(counts: readonly number[]): Generator<number[]> {
  if (counts.some((count) => count <= 0)) return;
  const index = counts.map(() => 0);
  for (;;) {
    yield [...index];
    let axis = counts.length - 1;
    for (; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (counts[axis] as number)) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Indexes of the chunks that a box touches. */
export function* touchedChunks(
  chunkShape: readonly number[],
  origin: readonly number[],
  size: readonly number[],
): Generator<number[]> {
  if (size.some((length) => length === 0)) return;
  const first = origin.map((from, i) => Math.floor(from / (chunkShape[i] as number)));
  const counts = origin.map(
    (from, i) => Math.floor((from + (size[i] as number) - 1) / (chunkShape[i] as number)) - (first[i] as number) + 1,
  );
  for (const index of gridIndexes(counts)) yield index.map((position, i) => position + (first[i] as number));
}

/** Results in the order of their inputs, with a bounded number in work. What is in work at an error is waited for. */
export async function* inOrder<Input, Output>(
  inputs: Iterable<Input>,
  work: (input: Input) => Promise<Output>,
  parallel: number,
): AsyncGenerator<Output> {
  const pending: Promise<Output>[] = [];
  try {
    for (const input of inputs) {
      const started = work(input);
      started.catch(() => {});
      pending.push(started);
      if (pending.length >= parallel) yield await (pending.shift() as Promise<Output>);
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<Output>);
  } finally {
    await Promise.allSettled(pending);
  }
}

/** Decoded chunks, the least recently used given up first. Two questions for one chunk share one decoding. */
class ChunkCache {
  readonly #limit: number;
  readonly #entries = new Map<string, { readonly data: Promise<VolumeData | undefined>; bytes: number }>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string, load: () => Promise<VolumeData | undefined>): Promise<VolumeData | undefined> {
    const found = this.#entries.get(key);
    if (found !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, found);
      return found.data;
    }
    const entry = { data: load(), bytes: 0 };
    this.#entries.set(key, entry);
    entry.data.then(
      (data) => {
        if (this.#entries.get(key) !== entry) return;
        // What only says "zeros" takes a little, too.
        entry.bytes = (data?.byteLength ?? 0) + ENTRY_BYTES;
        this.#bytes += entry.bytes;
        this.#evict();
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.data;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #evict(): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#limit) return;
      if (bytes === 0) continue;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }
}
