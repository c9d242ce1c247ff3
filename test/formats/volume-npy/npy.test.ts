import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openNpy, parseNpy } from "../../../src/formats/volume/npy.js";
import { allocate, elementCount } from "../../../src/formats/volume/volume.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { expectOnlyFormatErrors } from "../image/mutations.js";
import { numbers, wholeVolume } from "../image/whole-volume.js";
import { zipFile } from "../image/zip-file.js";
import { NPY_CODES, npyElements, npyFile } from "./npy-file.js";

const folder = temporaryDirectory();
const path = join(folder, "array.npy");
const open = (bytes: Uint8Array, options: { key?: string; limits?: typeof DEFAULT_LIMITS } = {}) => {
  writeFileSync(path, bytes);
  return openNpy(path, { file: "array.npy", ...options });
};

const anArray = fc
  .record({
    code: fc.constantFrom(...NPY_CODES),
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 0, maxLength: 4 }),
    fortran: fc.boolean(),
    bigEndian: fc.boolean(),
    version: fc.constantFrom(1 as const, 2 as const, 3 as const),
    seed: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ code: [code, type], shape, seed, ...rest }) => {
    const values = allocate(type, elementCount(shape));
    for (let i = 0; i < values.length; i++) {
      const value = (i * 37 + seed) % 120;
      values[i] = type.endsWith("64") && !type.startsWith("float") ? BigInt(value) : value;
    }
    const order = code.endsWith("1") ? "|" : rest.bigEndian ? ">" : "<";
    const elements = npyElements(values, shape, { ...rest, type });
    const bytes = npyFile({ descr: `'${order}${code}'`, shape, elements, ...rest });
    return { bytes, values, shape, type };
  });

describe("npy arrays", () => {
  it("come back as they were, in every type, order, byte order and version", async () => {
    await fc.assert(
      fc.asyncProperty(anArray, async ({ bytes, values, shape, type }) => {
        expect(parseNpy(bytes, { file: "a.npy" })).toEqual({ shape, type, data: values });
        const volume = await open(bytes);
        expect([volume.shape, volume.type]).toEqual([shape, type]);
        expect(await wholeVolume(volume)).toEqual(values);
        expect(
          await volume.read(
            shape.map(() => 0),
            shape,
          ),
        ).toEqual(values);
        await volume.close();
      }),
      { numRuns: 150 },
    );
  });

  // np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)).tobytes("F"), NumPy 1.24.2.
  it("in Fortran order have NumPy's shape and values, in slabs of the last axis", async () => {
    const elements = Buffer.from("000000030001000400020005", "hex");
    const volume = await open(npyFile({ descr: "'>i2'", shape: [2, 3], fortran: true, elements }));
    expect(volume.shape).toEqual([2, 3]);
    expect(numbers(await wholeVolume(volume))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(numbers(await volume.read([1, 0], [1, 2]))).toEqual([3, 4]);
    expect(numbers(await volume.read([0, 2], [2, 1]))).toEqual([2, 5]);
    await volume.close();
  });

  it("larger than a block come in several, and boxes across them are read", async () => {
    const shape = [20, 1024, 1024];
    const elements = new Uint8Array(elementCount(shape));
    for (let i = 0; i < elements.length; i++) elements[i] = (i >> 20) + (i & 7);
    for (const fortran of [false, true]) {
      const stored = fortran ? [...shape].reverse() : shape;
      const volume = await open(npyFile({ descr: "'|u1'", shape: stored, elements, fortran }));
      expect(volume.blockShape).toEqual(fortran ? [1024, 1024, 16] : [16, 1024, 1024]);
      const sizes: number[] = [];
      for await (const block of volume.blocks()) sizes.push(block.data.length);
      expect(sizes).toEqual([16 << 20, 4 << 20]);
      const box = fortran ? await volume.read([5, 3, 14], [1, 1, 5]) : await volume.read([14, 3, 5], [5, 1, 1]);
      expect(numbers(box)).toEqual(Array.from({ length: 5 }, (_, i) => 14 + i + 5));
      await volume.close();
    }
  });

  it("without elements have no blocks, scalars have one", async () => {
    const none = await open(npyFile({ descr: "'<f4'", shape: [0, 3], elements: new Uint8Array(0) }));
    expect(numbers(await wholeVolume(none))).toEqual([]);
    expect(await none.read([0, 0], [0, 3])).toEqual(new Float32Array(0));
    await none.close();
    const scalar = await open(npyFile({ descr: "'|b1'", shape: [], elements: Uint8Array.of(1) }));
    expect(numbers(await wholeVolume(scalar))).toEqual([1]);
    await scalar.close();
  });

  it("refuse boxes beyond the shape", async () => {
    const volume = await open(npyFile({ descr: "'|u1'", shape: [2, 2], elements: Uint8Array.of(1, 2, 3, 4) }));
    for (const [origin, shape] of [
      [
        [0, 1],
        [1, 2],
      ],
      [
        [-1, 0],
        [1, 1],
      ],
      [[0], [1]],
      [
        [0, 0.5],
        [1, 1],
      ],
    ] as const) {
      expect(() => volume.read(origin, shape)).toThrow(expect.objectContaining({ tag: "format/box" }));
    }
    await volume.close();
  });
});

describe("npz archives", () => {
  const array = (values: number[], shape = [values.length]) =>
    npyFile({ descr: "'|u1'", shape, elements: Uint8Array.from(values) });

  it("give their members by key, streamed", async () => {
    const archive = zipFile({ "a.npy": array([1, 2, 3]), "b.npy": array([4, 5, 6, 7], [2, 2]) });
    for (const key of ["b", "b.npy"]) {
      const volume = await open(archive, { key });
      expect(volume.name).toBe("array.npy: b.npy");
      expect(volume.shape).toEqual([2, 2]);
      expect(numbers(await wholeVolume(volume))).toEqual([4, 5, 6, 7]);
      expect(numbers(await volume.read([1, 0], [1, 2]))).toEqual([6, 7]);
      expect(numbers(await volume.read([0, 0], [1, 1]))).toEqual([4]);
      await volume.close();
    }
    await expect(open(archive)).rejects.toMatchObject({ tag: "format/missing-entry", fields: { entries: ["a", "b"] } });
    await expect(open(archive, { key: "c" })).rejects.toMatchObject({ tag: "format/missing-entry" });
  });

  it("of one member need no key", async () => {
    const volume = await open(zipFile({ "arr_0.npy": array([9]) }));
    expect(numbers(await wholeVolume(volume))).toEqual([9]);
    await volume.close();
  });

  it("refuse members shorter than their header states, and pickled ones", async () => {
    await expect(open(zipFile({ "a.npy": array([1, 2], [3]) }))).rejects.toMatchObject({ tag: "format/truncated" });
    const pickled = npyFile({ descr: "'|O'", shape: [1], elements: Buffer.from("cposix\nsystem\n") });
    await expect(open(zipFile({ "a.npy": pickled }))).rejects.toMatchObject({ tag: "format/npy-object" });
  });
});

describe("hostile npy files", () => {
  const elements = new Uint8Array(16);
  const refused: readonly (readonly [string, Uint8Array, string])[] = [
    ["objects", npyFile({ descr: "'|O'", shape: [1], elements }), "npy-object"],
    ["structures", npyFile({ descr: "[('x', '<f8'), ('y', '<f8')]", shape: [1], elements }), "npy-object"],
    ["complex numbers", npyFile({ descr: "'<c8'", shape: [2], elements }), "npy-type"],
    ["half floats", npyFile({ descr: "'<f2'", shape: [2], elements }), "npy-type"],
    ["text", npyFile({ descr: "'<U4'", shape: [1], elements }), "npy-type"],
    ["no byte order", npyFile({ descr: "'|i4'", shape: [1], elements }), "npy-type"],
    ["more elements than bytes", npyFile({ descr: "'<f8'", shape: [3], elements }), "truncated"],
    ["endless shapes", npyFile({ descr: "'<f8'", shape: [2 ** 40, 2 ** 40], elements }), "too-large"],
    ["negative sizes", npyFile({ descr: "'<f8'", shape: [-1], elements }), "npy-invalid"],
    ["expressions", npyFile({ descr: "__import__('os')", shape: [1], elements }), "npy-invalid"],
    ["version 9", Buffer.from("934e554d5059090076000000", "hex"), "npy-invalid"],
    ["a header beyond the end", Buffer.from("934e554d50590100760000000000", "hex"), "truncated"],
    ["an endless header", Buffer.from("934e554d50590200ffffff7f0000", "hex"), "npy-invalid"],
    ["another magic", Buffer.from("not an array at all"), "npy-invalid"],
    ["nothing", new Uint8Array(0), "empty"],
  ];
  it.each(refused)("with %s are refused", async (_what, bytes, problem) => {
    await expect(open(bytes)).rejects.toMatchObject({ tag: `format/${problem}`, fields: { file: "array.npy" } });
    if (bytes.length > 0) {
      expect(() => parseNpy(bytes, { file: "array.npy" })).toThrow(
        expect.objectContaining({ tag: `format/${problem}` }),
      );
    }
  });

  it("beyond the cells that may be in memory are refused whole, but streamed", async () => {
    const bytes = npyFile({ descr: "'|u1'", shape: [16], elements });
    const limits = { ...DEFAULT_LIMITS, cells: 15 };
    expect(() => parseNpy(bytes, { file: "a.npy", limits })).toThrow(
      expect.objectContaining({ tag: "format/too-large" }),
    );
    await (await open(bytes, { limits })).close();
  });

  it("when damaged end in a FormatError or are read", async () => {
    const bytes = npyFile({ descr: "'<u2'", shape: [2, 4], elements });
    await expectOnlyFormatErrors({ bytes, path, seed: 1, open: (at) => openNpy(at, { file: "array.npy" }) });
    const archive = zipFile({ "a.npy": bytes });
    await expectOnlyFormatErrors({ bytes: archive, path, seed: 2, open: (at) => openNpy(at, { file: "array.npz" }) });
  });
});
