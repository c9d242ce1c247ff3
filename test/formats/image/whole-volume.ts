import { expect } from "vitest";
import { copyShared } from "../../../src/formats/image/block-grid.js";
import { allocate, elementCount, type Volume, type VolumeData } from "../../../src/formats/volume/volume.js";

/** All elements of a volume, from its blocks, which must cover every element once. */
export async function wholeVolume(volume: Volume): Promise<VolumeData> {
  const { shape, type } = volume;
  const origin = shape.map(() => 0);
  const data = allocate(type, elementCount(shape));
  const seen = new Uint8Array(data.length);
  for await (const block of volume.blocks()) {
    expect(block.data).toHaveLength(elementCount(block.shape));
    copyShared(block, { origin, shape, data });
    const here = new Uint8Array(data.length);
    copyShared({ ...block, data: new Uint8Array(block.data.length).fill(1) }, { origin, shape, data: here });
    for (let i = 0; i < here.length; i++) seen[i] = (seen[i] as number) + (here[i] as number);
  }
  expect(seen.every((times) => times === 1)).toBe(true);
  return data;
}

/** Plain numbers, for comparisons. */
export function numbers(data: VolumeData): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Sum, smallest and largest of a volume, block by block. */
export async function summary(volume: Volume): Promise<{ sum: number; min: number; max: number; count: number }> {
  const result = { sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, count: 0 };
  for await (const { data } of volume.blocks()) {
    for (const value of data) {
      const number = Number(value);
      result.sum += number;
      if (number < result.min) result.min = number;
      if (number > result.max) result.max = number;
    }
    result.count += data.length;
  }
  return result;
}
