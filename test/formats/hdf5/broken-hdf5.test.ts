import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import { UNDEFINED_ADDRESS, u16, u32, u64 } from "../../../src/sample-data/hdf5-messages.js";
import { writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";

const numbers = Float64Array.from({ length: 64 }, (_, i) => i + 1);
const contiguous = writeHdf5({ datasets: { x: { shape: [64], data: numbers } } });
const chunked = writeHdf5({ datasets: { x: { shape: [64], data: numbers, chunks: [64] } } });
const deflated = writeHdf5({
  datasets: { x: { shape: [64], data: numbers, chunks: [64], filters: [{ id: 1, values: [6] }] } },
});
const texts = writeHdf5({ datasets: { x: { shape: [2], data: ["AVAL", "AVAR"] } } });

async function readAll(bytes: Uint8Array, limits: Partial<Limits> = {}): Promise<unknown> {
  const file = await openHdf5(bytes, { file: "broken.h5", limits: { ...DEFAULT_LIMITS, ...limits } });
  try {
    return file.list().map(({ path }) => {
      const dataset = file.dataset(path);
      return dataset.type.kind === "string" ? dataset.readStrings() : dataset.read();
    });
  } finally {
    file.close();
  }
}

async function failure(bytes: Uint8Array, limits: Partial<Limits> = {}): Promise<{ tag: string; message: string }> {
  const result = await readAll(bytes, limits).then(
    (values) => ({ tag: "none", message: JSON.stringify(values) }),
    (error) => error,
  );
  return result as { tag: string; message: string };
}

/** A copy with bytes replaced, at an offset or where `find` is. */
function patched(bytes: Uint8Array, at: number | Uint8Array, patch: Uint8Array, shift = 0): Uint8Array {
  const copy = Buffer.from(bytes);
  const offset = typeof at === "number" ? at : copy.indexOf(at);
  expect(offset).toBeGreaterThanOrEqual(0);
  copy.set(patch, offset + shift);
  return copy;
}

/** The dataspace of one axis of 64. */
const shapeOf64 = Buffer.concat([Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]), u64(64)]);

describe("broken HDF5 files", () => {
  it("ends too early, wherever it is cut: never zeros", async () => {
    for (const whole of [contiguous, deflated, texts]) {
      for (const length of [40, 95, 97, 300, 607, whole.length - 300, whole.length - 8, whole.length - 1]) {
        expect(await failure(whole.slice(0, length))).toMatchObject({ tag: "format/truncated" });
      }
      // The same with a superblock that says the file ends where it was cut.
      for (const length of [104, 200, whole.length - 16]) {
        const cut = patched(whole.slice(0, length), 40, u64(length));
        expect((await failure(cut)).tag).toMatch(/^format\/(hdf5-invalid|truncated)$/);
      }
    }
  });

  it.each([
    ["nothing at all", new Uint8Array(0), "wrong-format"],
    ["another format", Buffer.from("PK\u0003\u0004".padEnd(2000, "x")), "wrong-format"],
    ["addresses of 4 bytes", patched(contiguous, 13, Uint8Array.of(4)), "unsupported-version"],
    ["a root that is no object", patched(contiguous, 64, u64(8)), "hdf5-invalid"],
    ["a root beyond the end", patched(contiguous, 64, u64(1 << 20)), "hdf5-invalid"],
    [
      "contiguous data beyond the end",
      patched(contiguous, Buffer.from([3, 1, 96, 0, 0]), u64(contiguous.length - 8), 2),
      "hdf5-invalid",
    ],
    ["more values than bytes stored", patched(contiguous, shapeOf64, u64(65), 8), "truncated"],
    [
      "data that were never written",
      patched(contiguous, Buffer.from([3, 1, 96, 0, 0]), u64(UNDEFINED_ADDRESS), 2),
      "unwritten",
    ],
    ["20 GB of values in a small file", patched(contiguous, shapeOf64, u64(2_500_000_000), 8), "hdf5-invalid"],
    [
      "20 GB of values and of storage",
      patched(
        patched(contiguous, shapeOf64, u64(2_500_000_000), 8),
        Buffer.from([3, 1, 96, 0, 0]),
        u64(20_000_000_000),
        10,
      ),
      "hdf5-invalid",
    ],
    ["2^64 values", patched(contiguous, shapeOf64, Buffer.alloc(8, 0xff), 8), "hdf5-invalid"],
    ["20 GB of values in one chunk", patched(chunked, shapeOf64, u64(2_500_000_000), 8), "limit"],
    ["chunks of 16 GB", patched(chunked, Buffer.from([64, 0, 0, 0, 8, 0, 0, 0]), u32(2 ** 31), 0), "hdf5-invalid"],
    ["a chunk outside of the file", patched(chunked, Buffer.from("TREE"), u64(1 << 20), 24 + 24), "truncated"],
    ["a chunk without address", patched(chunked, Buffer.from("TREE"), u64(UNDEFINED_ADDRESS), 24 + 24), "truncated"],
    ["a chunk shorter than it must be", patched(chunked, Buffer.from("TREE"), u32(100), 24), "hdf5-invalid"],
    ["an index without entries", patched(chunked, Buffer.from("TREE"), u16(0), 6), "unwritten"],
    ["an index that is none", patched(chunked, Buffer.from("TREE"), Buffer.from("THREE"), 0), "hdf5-invalid"],
    ["compressed data that are damaged", patched(deflated, 110, Buffer.alloc(8, 0xff)), "hdf5-invalid"],
    ["a chunk that inflates to less", patched(deflated, 96, deflateSync(Buffer.alloc(100))), "hdf5-invalid"],
    ["a chunk that inflates to far more", patched(deflated, 96, deflateSync(Buffer.alloc(20_000))), "hdf5-invalid"],
    ["a heap with an object of no size", patched(texts, Buffer.from("GCOL"), Buffer.alloc(16), 16), "hdf5-invalid"],
    ["a text that claims 2 GB", patched(texts, Buffer.concat([u32(4), u64(96)]), u32(2 ** 31 - 1)), "hdf5-invalid"],
    [
      "texts of characters of 1 GB",
      patched(texts, Buffer.from([0x19, 1, 1, 0, 16, 0, 0, 0]), u32(2 ** 30), 12),
      "hdf5-invalid",
    ],
    ["texts that are not in the heap", patched(texts, Buffer.concat([u32(4), u64(96)]), u64(104), 4), "hdf5-invalid"],
  ])("%s", async (_name, bytes, problem) => {
    const error = await failure(bytes);
    expect(error).toMatchObject({ tag: `format/${problem}` });
    expect(error.message).toContain("broken.h5");
  });

  it("refuses a large shape of which hardly a chunk was written", async () => {
    const filler = { shape: [64_000], data: new Float64Array(64_000) };
    const datasets = { filler, x: { shape: [64], data: numbers, chunks: [64] } };
    const grown = (length: number) => patched(writeHdf5({ datasets }), shapeOf64, u64(length), 8);
    const { tag, message } = await failure(grown(100_000_000));
    expect({ tag, message }).toMatchObject({
      tag: "format/limit",
      message: expect.stringContaining("/x: shape 100000000"),
    });
    expect(message).toContain("1562500 chunks, 1 of which were written");
    const [, x] = (await readAll(grown(6400))) as [Float64Array, Float64Array];
    expect([x.length, x[63], x[64]]).toEqual([6400, 64, 0]);
  });

  it("names dataset and filter where a filter is not available", async () => {
    const bytes = writeHdf5({
      datasets: { "a/x": { shape: [4], data: numbers.slice(0, 4), chunks: [4], filters: [{ id: 32017 }] } },
    });
    const file = await openHdf5(bytes, { file: "broken.h5" });
    expect(() => file.dataset("a/x").read()).toThrow(
      expect.objectContaining({
        tag: "format/unsupported-filter",
        fields: { file: "broken.h5", dataset: "/a/x", filter: 32017 },
      }),
    );
    file.close();
  });

  it("does not read other files through links, external storage or virtual datasets", async () => {
    const names = Buffer.concat([Buffer.from("HEAP\0\0\0\0", "latin1"), u64(0), u64(0), u64(0)]);
    const external = Buffer.concat([Buffer.from([1, 0, 0, 0]), u16(1), u16(1), u64(96), u64(0), u64(0), u64(512)]);
    const bytes = writeHdf5({
      datasets: {
        stored: { shape: [64], data: numbers, messages: [{ type: 7, data: external }] },
        names: { shape: [names.length], data: Uint8Array.from(names) },
      },
      links: { out: { externalFile: "/etc/passwd", path: "/x" }, through: { soft: "/out/y" } },
    });
    const virtual = patched(contiguous, Buffer.from([3, 1, 96, 0, 0]), Buffer.from([4, 3]));
    const [file, views] = await Promise.all([bytes, virtual].map((each) => openHdf5(each, { file: "broken.h5" })));
    expect(file?.list().find(({ path }) => path === "/out")?.kind).toBe("external-link");
    for (const path of ["out", "out/y", "through"]) {
      expect(() => file?.dataset(path)).toThrow(expect.objectContaining({ tag: "format/external-link" }));
    }
    expect(() => file?.dataset("stored")).toThrow(expect.objectContaining({ tag: "format/external-storage" }));
    expect(() => views?.dataset("x")).toThrow(expect.objectContaining({ tag: "format/virtual-dataset" }));
    file?.close();
    views?.close();
  });

  it("does not let a text of 2 GB in an attribute take memory", async () => {
    const bytes = writeHdf5({ datasets: {}, groups: { "": { MATLAB_fields: { lists: ["alpha"] } } } });
    const file = await openHdf5(patched(bytes, Buffer.concat([u32(5), u64(96)]), u32(2 ** 31 - 1)), {
      file: "broken.h5",
    });
    expect(() => file.attribute("/", "MATLAB_fields")).toThrow(
      expect.objectContaining({ tag: "format/hdf5-invalid", message: expect.stringContaining("2147483647 bytes") }),
    );
    file.close();
  });

  it("ends where links run in a circle", async () => {
    const bytes = writeHdf5({
      datasets: { "a/x": { shape: [1], data: Float64Array.of(1) } },
      links: { "a/b": { hard: "a" }, "a/up": { hard: "" }, loop: { soft: "/loop" }, ring: { soft: "/a/b/up/ring" } },
    });
    const file = await openHdf5(bytes, { file: "broken.h5" });
    expect(
      file
        .list()
        .filter(({ kind }) => kind === "repeated")
        .map(({ path }) => path),
    ).toEqual(["/a/b", "/a/up"]);
    for (const path of ["loop", "ring"]) {
      expect(() => file.dataset(path)).toThrow(expect.objectContaining({ tag: "format/link-loop" }));
    }
    file.close();
  });

  it("refuses what passes the limits", async () => {
    const deep = writeHdf5({ datasets: { "a/b/c/d/e/x": { shape: [1], data: Float64Array.of(1) } } });
    expect(await failure(deep, { depth: 3 })).toMatchObject({ tag: "format/limit" });
    expect(await failure(deep, { entries: 3 })).toMatchObject({ tag: "format/limit" });
    expect(await failure(contiguous, { cells: 63 })).toMatchObject({ tag: "format/limit" });
    expect(await failure(contiguous, { bytes: 100 })).toMatchObject({ tag: "format/limit" });
  });

  it("refuses number types whose bits mean something else", async () => {
    const half = patched(contiguous, Buffer.from([0, 0, 64, 0, 52, 11, 0, 52]), u16(32), 2);
    const bias = patched(contiguous, Buffer.from([52, 11, 0, 52, 0xff, 0x03]), u32(1000), 4);
    for (const bytes of [half, bias]) expect(await failure(bytes)).toMatchObject({ tag: "format/unsupported-type" });
  });

  it("goes on with good files after broken ones", async () => {
    for (let i = 0; i < 300; i++) await failure(patched(contiguous, 64, u64(8 * (i % 12))));
    expect(await readAll(contiguous)).toEqual([numbers]);
  });
});
