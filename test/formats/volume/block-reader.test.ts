import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../../../src/formats/volume/block-reader.js";
import { reorderAxes } from "../../../src/formats/volume/transpose-volume.js";
import type { Volume, VolumeBlock } from "../../../src/formats/volume/volume.js";
import { bytesOf, counted, sliceOf } from "../zarr/zarr-fixtures.js";
import { memoryVolume } from "./memory-volume.js";

const sizes = (most: number) => fc.array(fc.integer({ min: 1, max: most }), { minLength: 4, maxLength: 4 });

async function collect(blocks: AsyncIterable<VolumeBlock>): Promise<VolumeBlock[]> {
  const found: VolumeBlock[] = [];
  for await (const { origin, shape, data } of blocks) found.push({ origin, shape, data: data.slice() });
  return found;
}

describe("blocksOf", () => {
  it("gives every block of the grid in its order, and decodes each chunk once", async () => {
    await fc.assert(
      fc.asyncProperty(sizes(6), sizes(4), sizes(7), async (shape, chunks, blockShape) => {
        const data = counted("uint16", shape);
        const { volume, decoded } = memoryVolume({ shape, type: "uint16", data }, { chunks, axes: "czyx" });
        const blocks = await collect(blocksOf(volume, blockShape));
        const origins: number[][] = [];
        const steps = (axis: number) =>
          Array.from(
            { length: Math.ceil((shape[axis] as number) / (blockShape[axis] as number)) },
            (_, i) => i * (blockShape[axis] as number),
          );
        for (const z of steps(1))
          for (const y of steps(2)) for (const x of steps(3)) for (const c of steps(0)) origins.push([c, z, y, x]);
        expect(blocks.map(({ origin }) => origin)).toEqual(origins);
        for (const block of blocks) {
          expect(block.shape).toEqual(
            block.origin.map((from, axis) => Math.min(blockShape[axis] as number, (shape[axis] as number) - from)),
          );
          const expected = sliceOf({ data, shape, type: "uint16" }, block.origin, block.shape);
          expect(bytesOf(block.data)).toEqual(bytesOf(expected));
        }
        expect([...decoded.values()].every((times) => times === 1)).toBe(true);
        expect(decoded.size).toBe(
          shape.reduce((count, size, axis) => count * Math.ceil(size / (chunks[axis] as number)), 1),
        );
      }),
    );
  });

  it("gives the same blocks when the chunks do not fit into its memory", async () => {
    const shape = [2, 9, 9, 9];
    const data = counted("int32", shape);
    const { volume, decoded } = memoryVolume({ shape, type: "int32", data }, { chunks: [1, 4, 4, 4] });
    const all = await collect(blocksOf(volume, [1, 3, 3, 3]));
    expect(Math.max(...decoded.values())).toBe(1);
    expect(await collect(blocksOf(volume, [1, 3, 3, 3], { memoryBytes: 1000 }))).toEqual(all);
    expect(Math.max(...decoded.values())).toBeGreaterThan(2);
  });

  it("takes the channel axis as the fastest, wherever it lies", async () => {
    const { volume } = memoryVolume(
      { shape: [2, 2, 2], type: "uint8", data: counted("uint8", [2, 2, 2]) },
      { chunks: [2, 2, 2], axes: "ycx" },
    );
    const blocks = await collect(blocksOf(volume, [1, 1, 2]));
    expect(blocks.map(({ origin }) => origin)).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [1, 1, 0],
    ]);
  });

  it("reads volumes that only give boxes, and views of others", async () => {
    const shape = [4, 5, 6];
    const data = counted("float64", shape);
    const { volume } = memoryVolume({ shape, type: "float64", data }, { chunks: [3, 3, 3] });
    const { chunk: _, ...boxes } = volume as Volume & { chunk: unknown };
    const plain = await collect(blocksOf(volume, [2, 4, 4]));
    expect(await collect(blocksOf(boxes, [2, 4, 4]))).toEqual(plain);
    const view = await collect(blocksOf(reorderAxes(volume, "zyx"), [1, 2, 4, 4]));
    expect(view.map(({ data: values }) => values)).toEqual(plain.map(({ data: values }) => values));
  });

  it("stops at a chunk that cannot be read, and when the reader stops", async () => {
    const { volume } = memoryVolume({ shape: [8], type: "uint8", data: counted("uint8", [8]) }, { chunks: [2] });
    const broken: Volume & { chunk(index: readonly number[]): Promise<Uint8Array> } = {
      ...volume,
      chunk: async ([index]) => {
        if (index === 2) throw new Error("broken");
        return Uint8Array.of(1, 2);
      },
    };
    const seen: number[] = [];
    const read = async () => {
      for await (const { origin } of blocksOf(broken, [2])) seen.push(origin[0] as number);
    };
    await expect(read()).rejects.toThrow("broken");
    expect(seen).toEqual([0, 2]);
    for await (const { origin } of blocksOf(volume, [1])) if (origin[0] === 3) break;
  });

  it("refuses block shapes that are none", async () => {
    const { volume } = memoryVolume(
      { shape: [8, 8], type: "uint8", data: counted("uint8", [8, 8]) },
      { chunks: [2, 2] },
    );
    for (const blockShape of [[2], [0, 2], [1.5, 2], [2, 2, 2]]) {
      await expect(collect(blocksOf(volume, blockShape))).rejects.toMatchObject({ tag: "usage/block-shape" });
    }
  });
});
