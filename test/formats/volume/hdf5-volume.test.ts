import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import { listHdf5Arrays } from "../../../src/formats/hdf5-volume/list-hdf5-arrays.js";
import { openHdf5Volume } from "../../../src/formats/hdf5-volume/open-hdf5-volume.js";
import { allocate, elementCount, type VolumeType } from "../../../src/formats/volume/volume.js";
import { type WriteHdf5Dataset, writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { arbitraryGrid, boxIn, bytesOf, counted, sliceOf } from "../zarr/zarr-fixtures.js";

const root = temporaryDirectory();
const TYPES: readonly VolumeType[] = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"];
const FILTERS = {
  none: [],
  deflate: [{ id: 1, values: [1] }],
  both: [
    { id: 2, values: [4] },
    { id: 1, values: [1] },
  ],
} as const;

function fileOf(datasets: Readonly<Record<string, WriteHdf5Dataset>>, change = (bytes: Uint8Array) => bytes): string {
  const path = join(mkdtempSync(join(root, "hdf-")), "labels.hdf");
  writeFileSync(path, change(writeHdf5({ datasets })));
  return path;
}

describe("HDF5 volumes", () => {
  it("give back every value, any box, whatever chunks and filters", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryGrid,
        fc.constantFrom(...TYPES),
        fc.constantFrom("contiguous", "none", "deflate", "both"),
        async ({ shape, chunks, cuts }, type, storage) => {
          const data = counted(type, shape);
          const cut = chunks.map((size, axis) => Math.min(size, shape[axis] as number));
          const chunked =
            storage === "contiguous" ? {} : { chunks: cut, filters: FILTERS[storage as keyof typeof FILTERS] };
          const dataset = { shape, data: data as Uint8Array, ...chunked };
          const volume = await openHdf5Volume(fileOf({ "volumes/labels": dataset }), {
            file: "l.hdf",
            key: "volumes/labels",
          });
          expect([volume.shape, volume.type]).toEqual([shape, type]);
          if (storage !== "contiguous") expect(volume.blockShape).toEqual(cut);
          expect(
            bytesOf(
              await volume.read(
                shape.map(() => 0),
                shape,
              ),
            ),
          ).toEqual(bytesOf(data));
          const { origin, size } = boxIn(shape, cuts);
          expect(bytesOf(await volume.read(origin, size))).toEqual(
            bytesOf(sliceOf({ data, shape, type }, origin, size)),
          );
          const out = allocate(type, elementCount(shape));
          let covered = 0;
          for await (const block of volume.blocks()) {
            expect(bytesOf(block.data)).toEqual(bytesOf(await volume.read(block.origin, block.shape)));
            covered += block.data.length;
          }
          expect(covered).toBe(out.length);
          await volume.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it("give zeros of chunks that are all alike, without mixing them up", async () => {
    const data = new Int32Array(64 * 8);
    data.set([7, 8, 9], 300);
    const dataset = { shape: [64, 8], data, chunks: [8, 8], filters: FILTERS.deflate };
    const volume = await openHdf5Volume(fileOf({ labels: dataset }), { file: "l.hdf" });
    for (let times = 0; times < 2; times++) expect(await volume.read([0, 0], [64, 8])).toEqual(data);
    for await (const block of volume.blocks()) block.data.fill(1 as never);
    expect(await volume.read([0, 0], [64, 8])).toEqual(data);
    await volume.close();
  });

  it("are listed, and have attributes, axes and spacing", async () => {
    const attributes = {
      axistags: JSON.stringify({ axes: [{ key: "z" }, { key: "y" }] }),
      element_size_um: Float64Array.of(0.5, 0.25),
    };
    const path = fileOf({
      "volumes/b": { shape: [2, 2], data: Uint16Array.of(1, 2, 3, 4), attributes },
      "volumes/a": { shape: [3], data: Float32Array.of(1, 2, 3) },
      names: { shape: [1], data: ["x"] },
    });
    expect(await listHdf5Arrays(path)).toEqual([
      { key: "volumes/a", shape: [3], type: "float32" },
      { key: "volumes/b", shape: [2, 2], type: "uint16" },
    ]);
    const volume = await openHdf5Volume(path, { file: "l.hdf", key: "/volumes/b" });
    expect([volume.axes, volume.spacing]).toEqual(["zy", [0.5, 0.25]]);
    expect(volume.attributes.element_size_um).toEqual([0.5, 0.25]);
    await volume.close();
    const open = (key?: string) => openHdf5Volume(path, { file: "l.hdf", key });
    await expect(open()).rejects.toMatchObject({ tag: "format/several-arrays" });
    await expect(open("volumes/c")).rejects.toMatchObject({
      tag: "format/missing-array",
      message: expect.stringMatching(/did you mean/),
    });
    await expect(open("volumes")).rejects.toMatchObject({ message: expect.stringMatching(/there is a group/) });
    await expect(open("names")).rejects.toMatchObject({ tag: "format/unexpected-type" });
  });

  const labels = Uint16Array.from({ length: 256 }, (_, i) => (i * 2654435761) >>> 16);
  const chunked = { shape: [16, 16], data: labels, chunks: [16, 8], filters: FILTERS.deflate };

  it("refuse damaged and cut chunks with their place", async () => {
    const intact = writeHdf5({ datasets: { labels: chunked } });
    const start = Buffer.from(intact).indexOf(Buffer.from([0x78, 0x9c]));
    const first = start >= 0 ? start : Buffer.from(intact).indexOf(Buffer.from([0x78, 0x01]));
    expect(first).toBeGreaterThan(0);
    const damaged = (bytes: Uint8Array) => {
      bytes.fill(0xff, first + 2, first + 40);
      return bytes;
    };
    const volume = await openHdf5Volume(fileOf({ labels: chunked }, damaged), { file: "l.hdf" });
    await expect(volume.read([0, 0], [16, 16])).rejects.toMatchObject({
      tag: "format/chunk-damaged",
      message: expect.stringMatching(/^l\.hdf: \/labels: chunk 0\.[01] is damaged/),
    });
    await volume.close();
    const cut = fileOf({ labels: chunked }, (bytes) => bytes.subarray(0, bytes.length - 100));
    await expect(openHdf5Volume(cut, { file: "l.hdf" })).rejects.toMatchObject({ tag: "format/truncated" });
  });

  it("refuse an index whose nodes lead back", async () => {
    const many = { shape: [200, 2], data: new Uint8Array(400), chunks: [1, 1], filters: FILTERS.deflate };
    const looped = (bytes: Uint8Array) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      // The root is the node of level 1; its second child becomes its first.
      let at = -1;
      do at = buffer.indexOf("TREE", at + 1);
      while (buffer[at + 4] !== 1 || buffer[at + 5] !== 1);
      const keyBytes = 8 + 8 * 3;
      const child = buffer.readBigUInt64LE(at + 24 + keyBytes);
      buffer.writeBigUInt64LE(child, at + 24 + 2 * keyBytes + 8);
      return bytes;
    };
    const path = fileOf({ labels: many }, looped);
    const refusal = { tag: "format/hdf5-invalid", message: expect.stringMatching(/is there twice/) };
    await expect(openHdf5Volume(path, { file: "l.hdf" })).rejects.toMatchObject(refusal);
    const opened = await openHdf5(path, { file: "l.hdf" });
    expect(() => opened.dataset("/labels").read()).toThrowError(expect.objectContaining(refusal));
    opened.close();
  });

  it("obey the limit of bytes, not that of cells", async () => {
    const path = fileOf({ labels: chunked });
    const open = (limits: object) => openHdf5Volume(path, { file: "l.hdf", limits: { ...DEFAULT_LIMITS, ...limits } });
    await expect(open({ bytes: 100 })).rejects.toMatchObject({ tag: "format/limit" });
    const volume = await open({ cells: 10 });
    expect(await volume.read([0, 0], [16, 16])).toEqual(labels);
    await volume.close();
  });
});
