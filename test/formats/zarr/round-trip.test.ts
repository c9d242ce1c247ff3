import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { blocksOf } from "../../../src/formats/volume/block-reader.js";
import {
  allocate,
  elementCount,
  type Volume,
  type VolumeBlock,
  type VolumeData,
} from "../../../src/formats/volume/volume.js";
import { listZarr } from "../../../src/formats/zarr/list-zarr.js";
import { openZarr } from "../../../src/formats/zarr/open-zarr.js";
import { writeZarrArray, type ZarrCodec, type ZarrForm, zarrFiles } from "../../../src/sample-data/zarr-writer.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { arbitraryGrid, boxIn, bytesOf, counted, sliceOf, VOLUME_TYPES, writeFiles } from "./zarr-fixtures.js";

const root = temporaryDirectory();
const newFolder = () => mkdtempSync(join(root, "store-"));

const arbitraryForm = fc.record({
  version: fc.constantFrom<2 | 3>(2, 3),
  codec: fc.constantFrom<ZarrCodec>("raw", "gzip", "zlib", "blosc", "zstd", "lz4"),
  order: fc.constantFrom<"C" | "F">("C", "F"),
  bigEndian: fc.boolean(),
  separator: fc.constantFrom<"." | "/">(".", "/"),
  sharded: fc.boolean(),
});

/** Blocks put together; every voxel must come exactly once. */
async function assemble(volume: Volume, blocks: AsyncIterable<VolumeBlock>): Promise<VolumeData> {
  const out = allocate(volume.type, elementCount(volume.shape));
  const seen = new Uint8Array(out.length);
  for await (const { origin, shape, data } of blocks) {
    expect(data.length).toBe(elementCount(shape));
    for (let i = 0; i < data.length; i++) {
      let rest = i;
      let position = 0;
      let stride = 1;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const length = shape[axis] as number;
        position += ((rest % length) + (origin[axis] as number)) * stride;
        rest = Math.floor(rest / length);
        stride *= volume.shape[axis] as number;
      }
      expect(seen[position]).toBe(0);
      seen[position] = 1;
      (out as Uint8Array)[position] = data[i] as number;
    }
  }
  expect(seen.every((times) => times === 1)).toBe(true);
  return out;
}

describe("Zarr", () => {
  it("gives back every value, type, order, codec, version and grid; any box; any grid of blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryGrid,
        arbitraryForm,
        fc.constantFrom(...VOLUME_TYPES),
        fc.nat(),
        async (grid, given, type, seed) => {
          const { shape, chunks } = grid;
          const { sharded, ...options } = given;
          const shards = sharded && given.version === 3 ? chunks.map((size) => size * 2) : undefined;
          const form: ZarrForm = {
            ...options,
            path: "volumes/raw",
            chunks,
            ...(shards === undefined ? {} : { shards }),
          };
          const data = counted(type, shape, seed);
          const folder = newFolder();
          writeFiles(folder, await zarrFiles(form, { shape, type, data }));
          const volume = await openZarr(folder, { file: "sample.zarr", key: "volumes/raw" });
          expect({ shape: volume.shape, type: volume.type }).toEqual({ shape, type });
          expect(bytesOf(await assemble(volume, volume.blocks()))).toEqual(bytesOf(data));
          expect(bytesOf(await assemble(volume, blocksOf(volume, grid.other)))).toEqual(bytesOf(data));
          const { origin, size } = boxIn(shape, grid.cuts);
          const expected = sliceOf({ data, shape, type }, origin, size);
          expect(bytesOf(await volume.read(origin, size))).toEqual(bytesOf(expected));
          await volume.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is written the same from a source in blocks as from an array", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryGrid, fc.constantFrom<2 | 3>(2, 3), async ({ shape, chunks, other }, version) => {
        const data = counted("uint16", shape);
        const form: ZarrForm = { version, path: "a", chunks };
        const [one, two] = [newFolder(), newFolder()];
        writeFiles(one, await zarrFiles({ ...form, chunks: other }, { shape, type: "uint16", data }));
        const source = await openZarr(one, { file: "one.zarr" });
        await writeZarrArray(two, form, source);
        const written = await openZarr(two, { file: "two.zarr" });
        expect(written.blockShape).toEqual(chunks);
        expect(
          bytesOf(
            await written.read(
              shape.map(() => 0),
              shape,
            ),
          ),
        ).toEqual(bytesOf(data));
      }),
      { numRuns: 25 },
    );
  });

  it("gives the fill value where no chunk is stored", async () => {
    const cases = [
      { type: "uint64", fill: 18446744073709551557n },
      { type: "int64", fill: -9223372036854775807n },
      { type: "float32", fill: Number.NaN },
      { type: "float64", fill: Number.NEGATIVE_INFINITY },
      { type: "int16", fill: -7 },
      { type: "uint8", fill: 0 },
    ] as const;
    for (const version of [2, 3] as const) {
      for (const { type, fill } of cases) {
        const shape = [5, 3];
        const data = allocate(type, 15);
        (data as Uint8Array).fill(fill as number);
        const folder = newFolder();
        const files = await zarrFiles(
          { version, path: "a", chunks: [2, 2], fill, skipFill: true },
          { shape, type, data },
        );
        expect(files.filter(({ path }) => /\d$/.test(path))).toEqual([]);
        writeFiles(folder, files);
        const volume = await openZarr(folder, { file: "f.zarr" });
        expect(await volume.read([0, 0], shape)).toEqual(data);
        expect(await assemble(volume, volume.blocks())).toEqual(data);
      }
    }
  });

  it("reads booleans as 0 and 1", async () => {
    const folder = newFolder();
    const metadata = {
      zarr_format: 2,
      shape: [4],
      chunks: [4],
      dtype: "|b1",
      compressor: null,
      filters: null,
      order: "C",
      fill_value: false,
    };
    writeFiles(folder, [
      { path: ".zarray", bytes: Buffer.from(JSON.stringify(metadata)) },
      { path: "0", bytes: Uint8Array.of(0, 1, 255, 0) },
    ]);
    const volume = await openZarr(folder, { file: "mask.zarr" });
    expect(await volume.read([0], [4])).toEqual(Uint8Array.of(0, 1, 1, 0));
  });

  it("undoes the filters shuffle and delta", async () => {
    const folder = newFolder();
    const metadata = { zarr_format: 2, shape: [4], chunks: [4], dtype: "<u2", order: "C", fill_value: 0 };
    const write = (name: string, filters: object[], bytes: Uint8Array) =>
      writeFiles(folder, [
        { path: `${name}/.zarray`, bytes: Buffer.from(JSON.stringify({ ...metadata, filters, compressor: null })) },
        { path: `${name}/0`, bytes },
      ]);
    write("shuffle", [{ id: "shuffle", elementsize: 2 }], Uint8Array.of(1, 2, 3, 4, 0, 0, 1, 1));
    write("delta", [{ id: "delta", dtype: "<u2", astype: "<u2" }], bytesOf(Uint16Array.of(5, 1, 1, 65535)));
    const shuffled = await openZarr(folder, { file: "f", key: "shuffle" });
    expect(await shuffled.read([0], [4])).toEqual(Uint16Array.of(1, 2, 259, 260));
    const differences = await openZarr(folder, { file: "f", key: "delta" });
    expect(await differences.read([0], [4])).toEqual(Uint16Array.of(5, 6, 7, 6));
  });

  it("lists arrays of nested groups and what cannot be read", async () => {
    const folder = newFolder();
    const array = { shape: [2, 2], type: "uint8", data: Uint8Array.of(1, 2, 3, 4) } as const;
    writeFiles(folder, await zarrFiles({ path: "volumes/raw", chunks: [2, 2] }, array));
    writeFiles(folder, await zarrFiles({ path: "b/c/d", version: 3, chunks: [1, 2] }, array));
    writeFiles(folder, [
      { path: "text/.zarray", bytes: Buffer.from('{"zarr_format":2,"shape":[1],"chunks":[1],"dtype":"<U8"}') },
    ]);
    const arrays = await listZarr(folder, { file: "s.zarr" });
    expect(arrays.map(({ key, shape, type }) => [key, shape, type])).toEqual([
      ["b/c/d", [2, 2], "uint8"],
      ["text", undefined, undefined],
      ["volumes/raw", [2, 2], "uint8"],
    ]);
    expect(arrays[1]?.fault).toMatch(/values of type "<U8" are not read/);
    writeFiles(folder, await zarrFiles({ path: "1/2/3/4/5/6/7/8/9/10", chunks: [2, 2] }, array));
    const shallow = listZarr(folder, { limits: { ...DEFAULT_LIMITS, depth: 8 } });
    await expect(shallow).rejects.toMatchObject({ tag: "format/limit" });
    const narrow = listZarr(folder, { limits: { ...DEFAULT_LIMITS, entries: 8 } });
    await expect(narrow).rejects.toMatchObject({ tag: "format/limit" });
  });
});
