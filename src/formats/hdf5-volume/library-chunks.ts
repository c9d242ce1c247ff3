import type { Hdf5Dataset } from "../hdf5/hdf5-dataset.js";
import type { ChunkedArray } from "../volume/chunked-volume.js";
import { elementBytes, over, type VolumeType } from "../volume/volume.js";

/** Bytes of the boxes that are asked of the library, where chunks are smaller; a call costs as much as many values. */
const BOX_BYTES = 4 * 1024 ** 2;
const BOX_CHUNKS = 1024;

/** Boxes of whole chunks, or of rows where the values lie in one piece, read by the HDF5 library on this thread. */
export function libraryChunks(
  dataset: Hdf5Dataset,
  { shape, type }: { readonly shape: readonly number[]; readonly type: VolumeType },
): Pick<ChunkedArray, "chunkShape" | "chunk"> {
  const chunkShape = boxShape(dataset.chunks ?? shape.map(() => 1), shape, elementBytes(type));
  return {
    chunkShape,
    chunk: async (index) => {
      const start = index.map((position, axis) => position * (chunkShape[axis] as number));
      const count = start.map((from, axis) => Math.min(chunkShape[axis] as number, (shape[axis] as number) - from));
      const values = dataset.read({ start, count });
      // Booleans are an enumeration of signed bytes.
      return over(type, values.buffer, values.byteOffset, values.length);
    },
  };
}

/** Multiples of the chunks, grown along the fastest axes first. */
function boxShape(chunks: readonly number[], shape: readonly number[], itemBytes: number): number[] {
  const box = chunks.map((size, axis) => Math.min(size, shape[axis] as number));
  let bytes = box.reduce((product, size) => product * size, itemBytes);
  let pieces = 1;
  for (let axis = box.length - 1; axis >= 0; axis--) {
    const size = chunks[axis] as number;
    const wanted = Math.ceil((shape[axis] as number) / size);
    const most = bytes >= BOX_BYTES ? 1 : Math.floor(BOX_BYTES / bytes);
    // Values in one piece have no chunks that cost memory.
    const chunked = chunks.some((length) => length > 1);
    const times = Math.max(1, Math.min(wanted, most, chunked ? Math.floor(BOX_CHUNKS / pieces) : wanted));
    box[axis] = Math.min(size * times, shape[axis] as number);
    bytes = box.reduce((product, length) => product * length, itemBytes);
    pieces *= times;
    if (times < wanted) break;
  }
  return box;
}
