import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { SampleFile } from "../sample-sources.js";
import type { SyntheticVolume } from "./synthetic-volume.js";

const compress = promisify(gzip);
const utf8 = new TextEncoder();

/** An array of a store, with what is needed to write it. */
interface StoredArray {
  readonly path: string;
  readonly type: "<u2" | "|u1";
  readonly shape: readonly [number, number, number, number];
  readonly chunks: readonly [number, number, number, number];
  readonly read: (z0: number, z1: number) => Uint16Array | Uint8Array;
}

/** Progress of a volume: `done` of `total` chunks. */
export type VolumeProgress = (progress: { readonly done: number; readonly total: number }) => void;

/**
 * The files of a volume as a Zarr 2 store in the layout of FISBe: `.zgroup`, `volumes/.zgroup`, `volumes/raw` (uint16)
 * and `volumes/gt_instances` (uint8, with the attribute `dim_neurons`), gzip level 1, all chunks, two channels to a
 * chunk. Paths are below `root`. Memory: one row of chunks along z, 0.3 GB for a full volume, whose files come one by
 * one. The values are the same on every machine; the compressed bytes are those of the zlib of this Node.
 */
export async function* volumeFiles(
  volume: SyntheticVolume,
  root: string,
  onProgress: VolumeProgress = () => {},
): AsyncGenerator<SampleFile> {
  const arrays = arraysOf(volume);
  const total = arrays.reduce(
    (sum, { shape, chunks }) => sum + shape.reduce((n, size, i) => n * Math.ceil(size / (chunks[i] as number)), 1),
    0,
  );
  let done = 0;
  yield json(`${root}/.zgroup`, { zarr_format: 2 });
  yield json(`${root}/volumes/.zgroup`, { zarr_format: 2 });
  for (const array of arrays) {
    const folder = `${root}/volumes/${array.path}`;
    yield json(`${folder}/.zarray`, {
      chunks: array.chunks,
      compressor: { id: "gzip", level: 1 },
      dtype: array.type,
      fill_value: 0,
      filters: null,
      order: "C",
      shape: array.shape,
      zarr_format: 2,
    });
    if (array.path === "gt_instances") yield json(`${folder}/.zattrs`, { dim_neurons: volume.dimNeurons });
    for await (const { path, bytes } of chunkFiles(array)) {
      yield { path: `${folder}/${path}`, bytes };
      onProgress({ done: ++done, total });
    }
  }
}

function arraysOf(volume: SyntheticVolume): StoredArray[] {
  const { shape, instanceCount } = volume;
  const chunksOf = (channels: number, thickness: number) =>
    [Math.min(2, channels), even(shape[0], thickness), even(shape[1], 100), even(shape[2], 100)] as const;
  return [
    { path: "raw", type: "<u2", shape: [3, ...shape], chunks: chunksOf(3, 25), read: volume.readRaw },
    {
      path: "gt_instances",
      type: "|u1",
      shape: [instanceCount, ...shape],
      chunks: chunksOf(instanceCount, 50),
      read: volume.readInstances,
    },
  ];
}

/** The size of the fewest equal chunks that are no larger than `most`. */
function even(size: number, most: number): number {
  return Math.ceil(size / Math.ceil(size / most));
}

/** Chunks in order of z, channel, y, x, whatever order they are compressed in. */
async function* chunkFiles(array: StoredArray): AsyncGenerator<SampleFile> {
  const { shape, chunks } = array;
  const count = (axis: 0 | 1 | 2 | 3) => Math.ceil(shape[axis] / chunks[axis]);
  for (let z = 0; z < count(1); z++) {
    const slab = array.read(z * chunks[1], Math.min(shape[1], (z + 1) * chunks[1]));
    for (let c = 0; c < count(0); c++) {
      const names: string[] = [];
      const packed: Promise<Uint8Array>[] = [];
      for (let y = 0; y < count(2); y++) {
        for (let x = 0; x < count(3); x++) {
          names.push(`${c}.${z}.${y}.${x}`);
          packed.push(compressed(cut(array, slab, [c, z, y, x])));
        }
      }
      const bytes = await Promise.all(packed);
      for (let i = 0; i < names.length; i++) yield { path: names[i] as string, bytes: bytes[i] as Uint8Array };
    }
  }
}

/** The bytes of one chunk, little-endian; beyond the array zeros. */
function cut(
  { shape, chunks }: StoredArray,
  slab: Uint16Array | Uint8Array,
  [c, z, y, x]: readonly [number, number, number, number],
): Uint8Array {
  const [channels, depth, height, width] = shape;
  const [ofChannels, ofDepth, ofHeight, ofWidth] = chunks;
  const thickness = Math.min(depth, (z + 1) * ofDepth) - z * ofDepth;
  const size = slab.BYTES_PER_ELEMENT;
  const out = new Uint8Array(ofChannels * ofDepth * ofHeight * ofWidth * size);
  const bytes = new Uint8Array(slab.buffer, slab.byteOffset, slab.byteLength);
  const rows = Math.min(ofHeight, height - y * ofHeight);
  const length = Math.min(ofWidth, width - x * ofWidth) * size;
  for (let channel = 0; channel < Math.min(ofChannels, channels - c * ofChannels); channel++) {
    for (let plane = 0; plane < thickness; plane++) {
      for (let row = 0; row < rows; row++) {
        const line = ((c * ofChannels + channel) * thickness + plane) * height + y * ofHeight + row;
        const from = (line * width + x * ofWidth) * size;
        out.set(bytes.subarray(from, from + length), ((channel * ofDepth + plane) * ofHeight + row) * ofWidth * size);
      }
    }
  }
  return out;
}

async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = await compress(bytes, { level: 1 });
  // Byte 9 of the header names the operating system; 255 is "unknown" (RFC 1952), the same everywhere.
  packed[9] = 255;
  return packed;
}

function json(path: string, value: unknown): SampleFile {
  return { path, bytes: utf8.encode(JSON.stringify(value, undefined, 4)) };
}
