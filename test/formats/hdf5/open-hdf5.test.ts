import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { hdf5Library } from "../../../src/formats/hdf5/hdf5-library.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";
import { writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import { realData } from "../../support/real-data.js";

const numbers = Float64Array.from({ length: 200 * 130 }, (_, i) => i % 977);
const sample = writeHdf5({
  datasets: {
    "a/x": { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6), attributes: { unit: "µm", n: Int32Array.of(4) } },
    "a/b/names": { shape: [3], data: ["AVAL", "", "wörld"] },
    fixed: { shape: [2], data: { fixedTexts: ["ab", "c"] } },
    chunked: {
      shape: [200, 130],
      data: numbers,
      chunks: [7, 11],
      filters: [
        { id: 2, values: [8] },
        { id: 1, values: [6] },
      ],
    },
    pairs: { shape: [2], data: { compound: { real: Float64Array.of(1, 2), imag: Float64Array.of(3, 4) } } },
    references: { shape: [2], data: { references: ["a/x", "a"] } },
    scalar: { shape: [], data: BigInt64Array.of(-5n) },
    nothing: { shape: [0, 4], data: new Float32Array(0) },
  },
  groups: { "": { title: "sample" }, empty: {} },
  links: { soft: { soft: "/a/x" }, relative: { soft: "a" }, "a/up": { hard: "" }, lost: { soft: "/nowhere" } },
});

const folder = mkdtempSync(join(tmpdir(), "hdf5-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("openHdf5", () => {
  it("lists each group once and follows no link", async () => {
    const file = await openHdf5(sample, { file: "sample.h5" });
    const kinds = Object.fromEntries(file.list().map(({ path, kind }) => [path, kind]));
    expect(kinds).toEqual({
      "/a": "group",
      "/a/b": "group",
      "/a/b/names": "dataset",
      "/a/up": "repeated",
      "/a/x": "dataset",
      "/chunked": "dataset",
      "/empty": "group",
      "/fixed": "dataset",
      "/lost": "soft-link",
      "/nothing": "dataset",
      "/pairs": "dataset",
      "/references": "dataset",
      "/relative": "soft-link",
      "/scalar": "dataset",
      "/soft": "soft-link",
    });
    expect([file.kindOf("/lost"), file.kindOf("relative"), file.kindOf("/a/up/a/x")]).toEqual([
      null,
      "group",
      "dataset",
    ]);
    file.close();
  });

  it("reads values of each kind", async () => {
    const file = await openHdf5(sample, { file: "sample.h5" });
    expect(file.dataset("/a/x")).toMatchObject({ shape: [2, 3], chunks: null, filters: [] });
    expect(file.dataset("soft").read()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(file.dataset("relative/b/names").readStrings()).toEqual(["AVAL", "", "wörld"]);
    expect(file.dataset("fixed").readStrings()).toEqual(["ab", "c"]);
    expect(file.dataset("pairs").readCompound().fields.get("imag")).toEqual(Float64Array.of(3, 4));
    expect(file.dataset("references").read()).toEqual(BigUint64Array.of(file.addressOf("a/x"), file.addressOf("a")));
    expect(file.dataset("scalar")).toMatchObject({ shape: [] });
    expect(file.dataset("scalar").read()).toEqual(BigInt64Array.of(-5n));
    expect(file.dataset("nothing").read()).toEqual(new Float32Array(0));
    expect(file.attribute("/a/x", "unit")).toEqual({ shape: [], values: ["µm"] });
    expect(file.attribute("/", "title")?.values).toEqual(["sample"]);
    expect(file.attribute("/", "absent")).toBeNull();
    file.close();
  });

  it("gives the same slice as the whole, for contiguous and chunked data", async () => {
    const plain = writeHdf5({ datasets: { chunked: { shape: [200, 130], data: numbers } } });
    const files = await Promise.all([sample, plain].map((bytes) => openHdf5(bytes, { file: "sample.h5" })));
    for (const file of files) {
      const dataset = file.dataset("chunked");
      expect(dataset.read()).toEqual(numbers);
      fc.assert(
        fc.property(fc.nat(199), fc.nat(129), fc.nat(20), fc.nat(20), (row, column, height, width) => {
          const count = [Math.min(height, 200 - row), Math.min(width, 130 - column)] as const;
          const expected = Array.from({ length: count[0] }, (_, i) =>
            Array.from(numbers.subarray((row + i) * 130 + column, (row + i) * 130 + column + count[1])),
          ).flat();
          expect(Array.from(dataset.read({ start: [row, column], count }) as Float64Array)).toEqual(expected);
        }),
        { numRuns: 30 },
      );
      expect(() => dataset.read({ start: [199, 0], count: [2, 1] })).toThrow(
        expect.objectContaining({ tag: "format/out-of-range" }),
      );
      file.close();
    }
  });

  it("reads arrays and texts of more than one block in the right order", async () => {
    const long = Float64Array.from({ length: 9_000_000 }, (_, i) => i);
    const texts = Array.from({ length: 10_000 }, (_, i) => `cell ${i}`);
    const bytes = writeHdf5({
      datasets: { long: { shape: [3, 3_000_000], data: long }, texts: { shape: [100, 100], data: texts } },
    });
    const file = await openHdf5(bytes, { file: "long.h5" });
    const read = file.dataset("long").read() as Float64Array;
    expect(Buffer.from(read.buffer).equals(Buffer.from(long.buffer))).toBe(true);
    expect(file.dataset("texts").readStrings()).toEqual(texts);
    file.close();
  });

  it("reads by path what it reads from memory", async () => {
    const path = join(folder, "sample.h5");
    writeFileSync(path, sample);
    const file = await openHdf5(path, { file: "sample.h5" });
    expect(file.dataset("chunked").read()).toEqual(numbers);
    file.close();
    file.close();
    expect(() => file.dataset("chunked")).toThrow("sample.h5 is closed");
  });

  it("writes the same bytes for the same input", () => {
    const write = () =>
      writeHdf5({ datasets: { x: { shape: [2], data: Float32Array.of(1, 2) }, y: { shape: [1], data: ["a"] } } });
    expect(Buffer.from(write()).equals(Buffer.from(write()))).toBe(true);
  });

  it("leaves nothing behind after a thousand files", async () => {
    const { module } = await hdf5Library();
    const before = { streams: module.FS.streams.filter(Boolean).length, memory: 0 };
    for (let i = 0; i < 1000; i++) {
      const file = await openHdf5(sample, { file: "sample.h5" });
      file.dataset("a/x").read();
      file.dataset("a/b/names").readStrings();
      file.close();
      if (i === 100) before.memory = module.HEAPU8.length;
    }
    const library = await hdf5Library();
    expect(library.module).toBe(module);
    expect(library.openFiles.size).toBe(0);
    expect(module.FS.streams.filter(Boolean)).toHaveLength(before.streams);
    expect(module.HEAPU8.length).toBe(before.memory);
  });

  it("reads what the HDF5 library itself writes", async () => {
    await hdf5Library();
    const h5wasm = await import("h5wasm");
    const written = new h5wasm.File("/written.h5", "w");
    const names = Array.from({ length: 50 }, (_, i) => "x".repeat(i));
    written.create_dataset({ name: "names", data: names, shape: [50], chunks: [7], maxshape: [null] });
    written.create_dataset({ name: "short", data: ["ab", "cdef"], dtype: "S4" });
    const data = Float32Array.from({ length: 100 }, (_, i) => i);
    written.create_dataset({
      name: "grown",
      data,
      shape: [10, 10],
      chunks: [3, 4],
      maxshape: [null, 10],
      compression: "gzip",
    });
    (written.get("grown") as InstanceType<typeof h5wasm.Dataset>).resize([12, 10]);
    written.create_group("group").create_attribute("title", "hi");
    written.close();
    const bytes = (h5wasm.FS as unknown as { readFile(path: string): Uint8Array }).readFile("/written.h5");
    const file = await openHdf5(bytes, { file: "written.h5" });
    expect(file.dataset("names").readStrings()).toEqual(names);
    expect(file.dataset("names").readStrings({ start: [5], count: [2] })).toEqual(["xxxxx", "xxxxxx"]);
    expect(file.dataset("short").readStrings()).toEqual(["ab", "cdef"]);
    expect(Array.from(file.dataset("grown").read() as Float32Array)).toEqual([...data, ...new Array(20).fill(0)]);
    expect(file.attribute("group", "title")?.values).toEqual(["hi"]);
    file.close();
  });
});

const data = realData();

describe.skipIf(!data.present)(`real HDF5 files${data.reason}`, () => {
  it("gives 4051 chemical and 1650 gap pairs of the atlas connectome", async () => {
    const file = await openHdf5(data.path("Randi2023", "aconnectome_default.h5"), { file: "aconnectome_default.h5" });
    const nonZero = (name: string) => (file.dataset(name).read() as Float64Array).filter((value) => value !== 0).length;
    expect(file.dataset("chem").shape).toEqual([300, 300]);
    expect([nonZero("chem"), nonZero("gap")]).toEqual([4051, 1650]);
    file.close();
  });

  it.each([
    ["swf415_no_id/2022-01-16-01-data.h5", 799, 130, 38],
    ["swf702_with_id/2022-07-26-31-data.h5", 800, 146, 34],
    ["swf702_with_id/2022-07-26-38-data.h5", 800, 141, 29],
    ["swf702_with_id/2022-07-27-31-data.h5", 800, 145, 20],
    ["swf702_with_id/2022-07-27-45-data.h5", 800, 140, 25],
    ["swf702_with_id/2022-08-02-31-data.h5", 800, 130, 33],
  ])("gives shapes and values of the recording %s", async (name, frames, cells, reversals) => {
    const file = await openHdf5(data.path("Dag2023", ...name.split("/")), { file: name });
    const traces = file.dataset("gcamp/traces_array_F_F20");
    expect(traces.shape).toEqual([frames, cells]);
    expect((traces.read() as Float64Array).every(Number.isFinite)).toBe(true);
    expect(file.dataset("behavior/reversal_events").shape).toEqual([2, reversals]);
    expect(file.dataset("gcamp/idx_splits").read()).toBeInstanceOf(BigInt64Array);
    file.close();
  });
});
