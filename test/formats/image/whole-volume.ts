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

/** Sum of a volume, and the sum of value times index along the slowest and the fastest axis, from its blocks. */
export async function weightedSums(volume: Volume): Promise<[number, number, number]> {
  const sums: [number, number, number] = [0, 0, 0];
  for await (const { data, origin, shape } of volume.blocks()) {
    const fastest = shape.at(-1) as number;
    const perSlowest = data.length / (shape[0] as number);
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      sums[0] += value;
      sums[1] += value * ((origin[0] as number) + Math.floor(i / perSlowest));
      sums[2] += value * ((origin.at(-1) as number) + (i % fastest));
    }
  }
  return sums;
}
