import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementCount, type VolumeSource } from "../../../src/formats/volume/volume.js";
import { blockColumns } from "../../../src/loaders/fisbe/chunk-rows.js";
import { chunkVolume, withoutChannel } from "../../../src/stages/volumes/chunk-volume.js";
import type { Row } from "../../../src/tables/contract.js";
import { memorySource } from "../../support/memory-tables.js";
import { memoryVolume } from "../../support/memory-volume.js";

const TYPES = ["uint8", "uint16", "uint32"] as const;
type StoredType = (typeof TYPES)[number];

/** Rows of a table of blocks that holds the volume under a name. */
async function chunkRows(source: VolumeSource, sample: string, withData = true): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const block of source.blocks()) {
    const type = source.type as StoredType;
    rows.push({
      sample_id: sample,
      array: "raw",
      ...blockColumns({ block, type, arrayShape: source.shape, withData }),
    });
  }
  return rows;
}

/** All values of a volume in C order; fails where blocks overlap or leave gaps. */
async function valuesOf(source: VolumeSource): Promise<number[]> {
  const [, depth, height, width] = source.shape as [number, number, number, number];
  const values = new Array<number>(elementCount(source.shape)).fill(-1);
  for await (const { origin, shape, data } of source.blocks()) {
    for (let i = 0; i < data.length; i++) {
      const x = (origin[3] as number) + (i % (shape[3] as number));
      const row = Math.floor(i / (shape[3] as number));
      const y = (origin[2] as number) + (row % (shape[2] as number));
      const plane = Math.floor(row / (shape[2] as number));
      const z = (origin[1] as number) + (plane % (shape[1] as number));
      const c = (origin[0] as number) + Math.floor(plane / (shape[1] as number));
      const at = ((c * depth + z) * height + y) * width + x;
      expect(values[at]).toBe(-1);
      values[at] = Number(data[i]);
    }
  }
  return values;
}

const side = fc.integer({ min: 1, max: 7 });
const volumes = fc
  .record({
    shape: fc.tuple(fc.integer({ min: 1, max: 3 }), side, side, side),
    blocks: fc.tuple(fc.integer({ min: 1, max: 2 }), side, side, side),
    type: fc.constantFrom(...TYPES),
    sparse: fc.boolean(),
  })
  .chain(({ shape, blocks, type, sparse }) =>
    fc.record({
      shape: fc.constant(shape),
      blocks: fc.constant(blocks),
      type: fc.constant(type),
      values: fc.array(sparse ? fc.constant(0) : fc.nat(255), {
        minLength: elementCount(shape),
        maxLength: elementCount(shape),
      }),
    }),
  );

describe("chunkVolume", () => {
  it("gives back what was stored, zeros too, whatever stands in the table beside it", async () => {
    await fc.assert(
      fc.asyncProperty(volumes, async ({ shape, blocks, type, values }) => {
        const source = memoryVolume(shape, values, { type, blockShape: blocks });
        const other = memoryVolume([1, 2, 2, 2], new Array(8).fill(9), { type: "uint8" });
        const rows = [...(await chunkRows(other, "a")), ...(await chunkRows(source, "b"))];
        const found = await chunkVolume(memorySource(rows), { sample_id: "b", array: "raw" });
        expect(found).toMatchObject({ shape: [...shape], type });
        expect(await valuesOf(found as VolumeSource)).toEqual(values);
        // A second pass reads the same.
        expect(await valuesOf(found as VolumeSource)).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  it("is undefined where no row has these values", async () => {
    const rows = await chunkRows(memoryVolume([1, 1, 1, 2], [1, 2], { type: "uint8" }), "a");
    expect(await chunkVolume(memorySource(rows), { sample_id: "b" })).toBeUndefined();
    expect(await chunkVolume(memorySource([]), {})).toBeUndefined();
  });

  const drain = async (rows: readonly Row[]) => {
    const source = await chunkVolume(memorySource(rows, { dataset: "fisbe", table: "chunk" }), {
      sample_id: "a",
      array: "raw",
    });
    for await (const block of (source as VolumeSource).blocks()) expect(block.data.length).toBeGreaterThan(0);
  };
  const stored = () => chunkRows(memoryVolume([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], { type: "uint16" }), "a");

  it("names the parameter where voxels are not stored", async () => {
    const rows = await chunkRows(memoryVolume([1, 1, 1, 2], [1, 2], { type: "uint8" }), "a", false);
    await expect(drain(rows)).rejects.toMatchObject({
      tag: "load/no-voxels",
      message: "fisbe.chunk: a/raw: the table holds no voxels, only where they are",
      wayOut: expect.stringContaining("data: true"),
    });
  });

  it.each([
    ["too few bytes", { data: new Uint8Array(15) }, "15 bytes are not 8 values of uint16"],
    ["too many bytes", { data: new Uint8Array(32) }, "32 bytes are not 8 values of uint16"],
    ["another type", { dtype: "uint32" }, "16 bytes are not 8 values of uint32"],
    ["another shape", { shape: [1, 2, 2, 3] }, "16 bytes are not 12 values of uint16"],
    ["an unknown codec", { codec: "zstd" }, "unknown codec zstd"],
  ])("refuses a block with %s, and says which", async (_, change, message) => {
    const rows = (await stored()).map((row) => ({ ...row, ...change }));
    await expect(drain(rows)).rejects.toMatchObject({
      tag: "load/chunk",
      message: `fisbe.chunk: a/raw: the block at [0, 0, 0, 0]: ${message}`,
    });
  });

  it("reads bytes that lie at odd places", async () => {
    const rows = (await stored()).map((row) => {
      const odd = new Uint8Array(17);
      odd.set(row.data as Uint8Array, 1);
      return { ...row, data: odd.subarray(1) };
    });
    const source = (await chunkVolume(memorySource(rows), { sample_id: "a" })) as VolumeSource;
    expect(await valuesOf(source)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe("withoutChannel", () => {
  it("drops the channel axis of one step, and no other", async () => {
    const values = Array.from({ length: 12 }, (_, i) => i);
    const flat = withoutChannel(memoryVolume([1, 2, 2, 3], values, { type: "uint8", blockShape: [1, 1, 2, 2] }));
    expect(flat.shape).toEqual([2, 2, 3]);
    const blocks: number[][] = [];
    for await (const { origin, shape } of flat.blocks()) blocks.push([...origin, ...shape]);
    expect(blocks).toEqual([
      [0, 0, 0, 1, 2, 2],
      [0, 0, 2, 1, 2, 1],
      [1, 0, 0, 1, 2, 2],
      [1, 0, 2, 1, 2, 1],
    ]);
    const two = memoryVolume([2, 1, 2, 3], values, { type: "uint8" });
    expect(withoutChannel(two)).toBe(two);
    const three = memoryVolume([2, 2, 3], values, { type: "uint8" });
    expect(withoutChannel(three)).toBe(three);
  });
});
