import { chunkedVolume, cutChunk } from "../../../src/formats/volume/chunked-volume.js";
import { copyBox, rowMajorStrides } from "../../../src/formats/volume/copy-box.js";
import {
  allocate,
  elementCount,
  type Volume,
  type VolumeData,
  type VolumeType,
} from "../../../src/formats/volume/volume.js";

/** A volume over an array in memory, stored in chunks, that counts how often each is asked for. */
export function memoryVolume(
  { shape, type, data }: { readonly shape: readonly number[]; readonly type: VolumeType; readonly data: VolumeData },
  {
    chunks,
    axes,
    spacing,
  }: { readonly chunks: readonly number[]; readonly axes?: string; readonly spacing?: readonly number[] },
): { readonly volume: Volume; readonly decoded: Map<string, number> } {
  const decoded = new Map<string, number>();
  const strides = rowMajorStrides(shape);
  const array = {
    name: "memory",
    file: "memory",
    shape,
    type,
    chunkShape: chunks,
    close: async () => {},
    chunk: async (index: readonly number[]) => {
      decoded.set(index.join("."), (decoded.get(index.join(".")) ?? 0) + 1);
      const padded = allocate(type, elementCount(chunks));
      const origin = index.map((at, axis) => at * (chunks[axis] as number));
      const size = origin.map((from, axis) => Math.min(chunks[axis] as number, (shape[axis] as number) - from));
      const offset = origin.reduce((sum, from, axis) => sum + from * (strides[axis] as number), 0);
      const to = { data: padded, offset: 0, strides: rowMajorStrides(chunks) };
      copyBox({ data, offset, strides }, to, size);
      return cutChunk({ shape, chunkShape: chunks, type }, index, { data: padded, strides: rowMajorStrides(chunks) });
    },
  };
  return { volume: chunkedVolume(array, { axes, spacing, attributes: {} }), decoded };
}
