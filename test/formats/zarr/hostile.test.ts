import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { openZarr } from "../../../src/formats/zarr/open-zarr.js";
import { type ZarrCodec, zarrFiles } from "../../../src/sample-data/zarr-writer.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { counted, writeFiles } from "./zarr-fixtures.js";

const root = temporaryDirectory();
const newFolder = () => mkdtempSync(join(root, "store-"));
const v2 = {
  zarr_format: 2,
  shape: [4, 4],
  chunks: [2, 2],
  dtype: "<u2",
  compressor: null,
  filters: null,
  order: "C",
  fill_value: 0,
};
const v3 = {
  zarr_format: 3,
  node_type: "array",
  shape: [4, 4],
  data_type: "uint16",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [2, 2] } },
  chunk_key_encoding: { name: "default" },
  fill_value: 0,
  codecs: [{ name: "bytes", configuration: { endian: "little" } }],
};
const sharding = (configuration: object) => ({
  codecs: [
    {
      name: "sharding_indexed",
      configuration: { chunk_shape: [1, 1], codecs: v3.codecs, index_codecs: v3.codecs, ...configuration },
    },
  ],
});

async function openDocument(name: ".zarray" | "zarr.json", document: string, limits: Partial<Limits> = {}) {
  const folder = newFolder();
  writeFiles(folder, [{ path: `volumes/raw/${name}`, bytes: Buffer.from(document) }]);
  return openZarr(folder, { file: "sample.zarr", key: "volumes/raw", limits: { ...DEFAULT_LIMITS, ...limits } });
}

describe("Zarr metadata that lie", () => {
  it.each<[string, string, object | string]>([
    ["a gigantic shape", "limit", { shape: [2 ** 40, 2 ** 40], chunks: [1, 1] }],
    ["gigantic chunks", "limit", { chunks: [2 ** 30, 2 ** 30] }],
    ["too many chunks", "limit", { shape: [2 ** 15, 2 ** 15], chunks: [1, 1] }],
    ["negative chunks", "zarr-metadata", { chunks: [-2, -2] }],
    ["chunks of no length", "zarr-metadata", { chunks: [0, 2] }],
    ["a broken chunk", "zarr-metadata", { chunks: [1.5, 2] }],
    ["chunks of another rank", "zarr-metadata", { chunks: [2, 2, 2] }],
    ["a shape that is no number", "zarr-metadata", JSON.stringify(v2).replace("[4,4]", "[NaN,4]")],
    ["a shape beyond all numbers", "zarr-metadata", JSON.stringify(v2).replace("[4,4]", "[1e999,4]")],
    ["a shape of texts", "zarr-metadata", { shape: ["4", "4"] }],
    ["no axes", "zarr-metadata", { shape: [], chunks: [] }],
    ["no shape", "zarr-metadata", { shape: undefined }],
    ["an empty shape", "zarr-metadata", { shape: [0, 4] }],
    ["another format", "zarr-metadata", { zarr_format: 1 }],
    ["texts", "unsupported-type", { dtype: "<U8" }],
    ["half floats", "unsupported-type", { dtype: "<f2" }],
    ["a structure", "unsupported-type", { dtype: [["a", "<u2"]] }],
    ["no byte order", "unsupported-type", { dtype: "|u2" }],
    ["an unknown codec", "unsupported-codec", { compressor: { id: "lzma" } }],
    ["a codec without name", "unsupported-codec", { compressor: "gzip" }],
    ["an unknown filter", "unsupported-codec", { filters: [{ id: "quantize", digits: 3, dtype: "<f4" }] }],
    ["a filter of another type", "unsupported-codec", { filters: [{ id: "delta", dtype: "<u4" }] }],
    ["another order", "zarr-metadata", { order: "A" }],
    ["another separator", "zarr-metadata", { dimension_separator: "/../" }],
    ["a fill value that does not fit", "zarr-metadata", { fill_value: 70_000 }],
    ["a text as fill value", "zarr-metadata", { fill_value: "zero" }],
    ["no JSON", "json-syntax", "{shape"],
    ["no object", "zarr-metadata", "[1]"],
    ["nothing", "empty", ""],
    ["deep nesting", "too-deep", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`],
  ])("refuses version 2 with %s", async (_, tag, change) => {
    const document = typeof change === "string" ? change : JSON.stringify({ ...v2, ...change });
    await expect(openDocument(".zarray", document)).rejects.toMatchObject({
      tag: `format/${tag}`,
      message: expect.stringMatching(/^sample\.zarr: volumes\/raw/),
    });
  });

  it.each<[string, string, object]>([
    ["a gigantic shape", "limit", { shape: [2 ** 40, 2 ** 40] }],
    [
      "gigantic chunks",
      "limit",
      { chunk_grid: { name: "regular", configuration: { chunk_shape: [2 ** 30, 2 ** 30] } } },
    ],
    ["another grid", "zarr-metadata", { chunk_grid: { name: "rectilinear" } }],
    ["another key encoding", "zarr-metadata", { chunk_key_encoding: { name: "hashed" } }],
    ["another type", "unsupported-type", { data_type: "complex64" }],
    ["an extension type", "unsupported-type", { data_type: { name: "numpy.datetime64" } }],
    ["an unknown codec", "unsupported-codec", { codecs: [...v3.codecs, { name: "pcodec" }] }],
    ["no bytes codec", "zarr-metadata", { codecs: [] }],
    ["two bytes codecs", "unsupported-codec", { codecs: [...v3.codecs, ...v3.codecs] }],
    [
      "a transpose that is none",
      "zarr-metadata",
      { codecs: [{ name: "transpose", configuration: { order: [0, 0] } }, ...v3.codecs] },
    ],
    ["shards that chunks do not divide", "zarr-metadata", sharding({ chunk_shape: [2, 3] })],
    ["chunks larger than shards", "zarr-metadata", sharding({ chunk_shape: [4, 4] })],
    ["a shard in a shard", "unsupported-codec", sharding(sharding({}))],
    ["an index in front", "unsupported-codec", sharding({ index_location: "start" })],
    ["a compressed index", "unsupported-codec", sharding({ index_codecs: [...v3.codecs, { name: "gzip" }] })],
    ["a storage transformer", "zarr-metadata", { storage_transformers: [{ name: "indirection" }] }],
    ["a field that must be understood", "zarr-metadata", { shadow: { must_understand: true } }],
    ["too few dimension names", "zarr-metadata", { dimension_names: ["x"] }],
  ])("refuses version 3 with %s", async (_, tag, change) => {
    await expect(openDocument("zarr.json", JSON.stringify({ ...v3, ...change }))).rejects.toMatchObject({
      tag: `format/${tag}`,
      message: expect.stringMatching(/^sample\.zarr: volumes\/raw/),
    });
  });

  it("obeys the limits it is given", async () => {
    await expect(openDocument(".zarray", JSON.stringify(v2), { bytes: 31 })).rejects.toMatchObject({
      tag: /too-large|limit/,
    });
    await expect(openDocument(".zarray", JSON.stringify(v2), { cells: 3 })).rejects.toMatchObject({
      fields: { file: expect.anything() },
    });
    await expect(openDocument(".zarray", JSON.stringify(v2), { entries: 3 })).rejects.toMatchObject({
      tag: "format/limit",
    });
  });
});

describe("Zarr chunks that lie", () => {
  /** A store of one chunk per codec whose bytes are changed. */
  async function readChanged(codec: ZarrCodec, change: (bytes: Buffer) => Uint8Array) {
    const folder = newFolder();
    const array = { shape: [8, 8], type: "uint16", data: counted("uint16", [8, 8]) } as const;
    writeFiles(folder, await zarrFiles({ path: "volumes/raw", chunks: [8, 8], codec }, array));
    const path = join(folder, "volumes/raw/0.0");
    writeFileSync(path, change(readFileSync(path)));
    const volume = await openZarr(folder, { file: "sample.zarr", key: "volumes/raw" });
    return volume.read([0, 0], [8, 8]);
  }
  const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 9);
  const setWord = (at: number, value: number) => (bytes: Buffer) => {
    bytes.writeUInt32LE(value, at);
    return bytes;
  };

  it.each<[string, ZarrCodec, string, (bytes: Buffer) => Uint8Array]>([
    ["too short", "raw", "chunk-size", cut],
    ["too long", "raw", "chunk-size", (bytes) => Buffer.concat([bytes, bytes])],
    ["half an element", "raw", "chunk-size", (bytes) => bytes.subarray(1)],
    ["empty", "raw", "chunk-size", () => Buffer.alloc(0)],
    ["far too long", "raw", "too-large", () => Buffer.alloc(3_000_000)],
    ["cut off", "gzip", "truncated", cut],
    ["cut off", "zlib", "truncated", cut],
    ["empty", "gzip", "truncated", () => Buffer.alloc(0)],
    ["damaged", "gzip", "chunk-damaged", (bytes) => bytes.fill(0xff, 10, 40)],
    ["no gzip", "gzip", "chunk-damaged", () => Buffer.from("not gzip at all")],
    ["too short inside", "gzip", "chunk-size", () => gzipSync(Buffer.alloc(100))],
    ["a little too long inside", "gzip", "chunk-size", () => gzipSync(Buffer.alloc(130))],
    ["a bomb", "gzip", "chunk-size", () => gzipSync(Buffer.alloc(50_000_000))],
    ["cut off", "blosc", "chunk-damaged", cut],
    ["only a header", "blosc", "chunk-damaged", (bytes) => bytes.subarray(0, 12)],
    ["a bomb", "blosc", "chunk-damaged", setWord(4, 0xfffffff0)],
    ["blocks of no length", "blosc", "chunk-damaged", setWord(8, 0)],
    ["another length", "blosc", "chunk-damaged", setWord(12, 99)],
    ["cut off", "zstd", "chunk-damaged", cut],
    ["no zstd", "zstd", "chunk-damaged", () => Buffer.from("no zstd frame")],
    ["a bomb", "lz4", "chunk-damaged", setWord(0, 0x7fffffff)],
    ["shorter", "lz4", "chunk-size", setWord(0, 20)],
  ])("%s (%s)", async (_, codec, tag, change) => {
    await expect(readChanged(codec, change)).rejects.toMatchObject({
      tag: expect.stringMatching(codec === "lz4" && tag === "chunk-size" ? /chunk-(size|damaged)/ : tag),
      message: expect.stringMatching(/^sample\.zarr: volumes\/raw(: chunk |\/)0\.0/),
    });
  });

  it("refuses a zstd frame of endless blocks", async () => {
    // A frame without stated size, with blocks that repeat one byte 128 KiB each.
    const block = Buffer.from([0x02 | ((131072 << 3) & 0xff), (131072 >> 5) & 0xff, (131072 >> 13) & 0xff, 0]);
    const frame = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]),
      ...new Array<Buffer>(2000).fill(block),
    ]);
    frame[frame.length - 4] = (frame[frame.length - 4] as number) | 1;
    await expect(readChanged("zstd", () => frame)).rejects.toMatchObject({ message: /claim 262144000 bytes/ });
  });

  it("refuses shards whose index or chunks are damaged", async () => {
    const array = { shape: [4, 4], type: "uint16", data: counted("uint16", [4, 4]) } as const;
    const form = { version: 3, path: "", chunks: [2, 2], shards: [4, 4], codec: "raw" } as const;
    const files = await zarrFiles(form, array);
    const shard = Buffer.from(files.find(({ path }) => path === "c/0/0")?.bytes as Uint8Array);
    const read = async (bytes: Uint8Array) => {
      const folder = newFolder();
      writeFiles(folder, [...files.filter(({ path }) => path === "zarr.json"), { path: "c/0/0", bytes }]);
      const volume = await openZarr(folder, { file: "s.zarr" });
      return volume.read([0, 0], [4, 4]);
    };
    expect(await read(shard)).toEqual(array.data);
    const flipped = Buffer.from(shard);
    flipped[40] = 200;
    await expect(read(flipped)).rejects.toMatchObject({ tag: "format/checksum" });
    await expect(read(shard.subarray(4))).rejects.toMatchObject({ tag: "format/truncated" });
    await expect(read(shard.subarray(-30))).rejects.toMatchObject({ tag: "format/truncated" });
  });
});

describe("Zarr folders that lead elsewhere", () => {
  const array = { shape: [2, 2], type: "uint8", data: Uint8Array.of(1, 2, 3, 4) } as const;

  it("refuses links out of the store, follows those inside", async () => {
    const [outside, folder] = [newFolder(), newFolder()];
    writeFiles(outside, await zarrFiles({ path: "secret", chunks: [2, 2] }, array));
    writeFiles(folder, await zarrFiles({ path: "own", chunks: [2, 1], codec: "raw" }, array));
    symlinkSync(join(outside, "secret"), join(folder, "linked"));
    symlinkSync("own", join(folder, "inside"));
    await expect(openZarr(folder, { file: "s.zarr", key: "linked" })).rejects.toMatchObject({
      tag: "format/unsafe-path",
    });
    const inside = await openZarr(folder, { file: "s.zarr", key: "inside" });
    expect(await inside.read([0, 0], [2, 2])).toEqual(array.data);
    mkdirSync(join(folder, "chunked"));
    writeFileSync(join(folder, "chunked/.zarray"), readFileSync(join(folder, "own/.zarray")));
    symlinkSync(join(outside, "secret/0.0"), join(folder, "chunked/0.0"));
    const chunked = await openZarr(folder, { file: "s.zarr", key: "chunked" });
    await expect(chunked.read([0, 0], [1, 1])).rejects.toMatchObject({ tag: "format/unsafe-path" });
  });

  it.each(["../other", "a/../../b", "a/./b", "a\\b", "a\0b"])("refuses the key %j", async (key) => {
    await expect(openZarr(newFolder(), { file: "s.zarr", key })).rejects.toMatchObject({ tag: "format/unsafe-path" });
  });

  it("does not wait for a named pipe", async () => {
    const folder = newFolder();
    writeFiles(folder, await zarrFiles({ path: "", chunks: [2, 2] }, array));
    execFileSync("sh", ["-c", "rm 0.0 && mkfifo 0.0"], { cwd: folder });
    const volume = await openZarr(folder, { file: "s.zarr" });
    await expect(volume.read([0, 0], [2, 2])).rejects.toMatchObject({ tag: "format/not-a-file" });
  });

  it("says what there is where an array is missing", async () => {
    const folder = newFolder();
    writeFiles(folder, await zarrFiles({ path: "volumes/raw", chunks: [2, 2] }, array));
    const open = (key?: string) => openZarr(folder, { file: "s.zarr", key });
    await expect(open("volumes/rwa")).rejects.toMatchObject({
      tag: "format/missing-array",
      message: expect.stringMatching(/did you mean "volumes\/raw"\?.*volumes\/raw \(2 x 2, uint8\)/),
    });
    await expect(open("volumes")).rejects.toMatchObject({
      message: expect.stringMatching(/there is a group, not an array/),
    });
    expect((await open()).name).toBe("s.zarr: volumes/raw");
    writeFiles(folder, await zarrFiles({ path: "volumes/gt", chunks: [2, 2] }, array));
    await expect(open()).rejects.toMatchObject({ tag: "format/several-arrays" });
    await expect(openZarr(newFolder(), { file: "e.zarr" })).rejects.toMatchObject({ tag: "format/no-array" });
    await expect(openZarr(join(folder, "none"), { file: "n.zarr" })).rejects.toMatchObject({
      tag: "format/unreadable",
    });
  });

  it("refuses boxes beyond the array", async () => {
    const folder = newFolder();
    writeFiles(folder, await zarrFiles({ path: "", chunks: [2, 2] }, array));
    const volume = await openZarr(folder, { file: "s.zarr" });
    for (const [origin, size] of [
      [
        [0, 1],
        [2, 2],
      ],
      [
        [-1, 0],
        [1, 1],
      ],
      [[0], [2]],
      [
        [0, 0],
        [1.5, 1],
      ],
      [
        [0, 0],
        [1, Number.NaN],
      ],
    ]) {
      await expect(volume.read(origin as number[], size as number[])).rejects.toMatchObject({ tag: "format/box" });
    }
    expect((await volume.read([0, 0], [0, 2])).length).toBe(0);
  });
});
