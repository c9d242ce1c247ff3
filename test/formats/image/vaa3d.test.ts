import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openVaa3d } from "../../../src/formats/image/vaa3d/open-vaa3d.js";
import { PACKED_MAGIC } from "../../../src/formats/image/vaa3d/vaa3d-header.js";
import { allocate, elementCount, type VolumeType } from "../../../src/formats/volume/volume.js";
import { randomBelow } from "../../engine/random-below.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { npyElements } from "../volume-npy/npy-file.js";
import { expectOnlyFormatErrors } from "./mutations.js";
import { packBits, vaa3dHeader } from "./vaa3d-file.js";
import { numbers, wholeVolume } from "./whole-volume.js";

const path = join(temporaryDirectory(), "stack.v3draw");
const open = (bytes: Uint8Array) => {
  writeFileSync(path, bytes);
  return openVaa3d(path, { file: "stack.v3draw" });
};
const read = async (bytes: Uint8Array) => {
  const volume = await open(bytes);
  try {
    return { ...volume, values: numbers(await wholeVolume(volume)) };
  } finally {
    await volume.close();
  }
};

const CODES: readonly (readonly [number, VolumeType])[] = [
  [1, "uint8"],
  [2, "uint16"],
  [4, "float32"],
];

describe("v3draw stacks", () => {
  it("come back as they were, in both byte orders and both widths of sizes", async () => {
    const aStack = fc.record({
      code: fc.constantFrom(...CODES),
      sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 4 }),
      order: fc.constantFrom("L", "B"),
      sizeBytes: fc.constantFrom(2 as const, 4 as const),
    });
    await fc.assert(
      fc.asyncProperty(aStack, async ({ code: [code, type], sizes, order, sizeBytes }) => {
        const values = allocate(type, elementCount(sizes));
        for (let i = 0; i < values.length; i++) values[i] = (i * 7 + 1) % (code === 1 ? 256 : 1000);
        const stored = npyElements(values, sizes, { fortran: false, bigEndian: order === "B", type });
        const result = await read(Buffer.concat([vaa3dHeader({ code, sizes, order, sizeBytes }), stored]));
        expect(result).toMatchObject({ type, shape: [...sizes].reverse(), axes: "czyx", values: numbers(values) });
      }),
    );
  });
});

describe("v3dpbd stacks", () => {
  it("come back as they were packed, with any mixture of codes", async () => {
    const aStack = fc.record({
      width: fc.constantFrom(1 as const, 2 as const),
      bigEndian: fc.boolean(),
      steps: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -4, max: 5 }), fc.integer({ min: 0, max: 65535 })), {
        minLength: 1,
        maxLength: 400,
      }),
      seed: fc.integer({ min: 0, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(aStack, async ({ width, bigEndian, steps, seed }) => {
        const most = width === 1 ? 256 : 65536;
        let value = 0;
        const values = steps.map((step) => {
          value = (value + step + most) % most;
          return value;
        });
        const below = randomBelow(seed);
        const packed = packBits(values, { width, bigEndian, choose: () => below(4) > 0 });
        const sizes = [values.length, 1, 1, 1];
        const header = vaa3dHeader({ magic: PACKED_MAGIC, code: width, sizes, order: bigEndian ? "B" : "L" });
        expect((await read(Buffer.concat([header, packed]))).values).toEqual(values);
      }),
      { numRuns: 200 },
    );
  });

  it("longer than a piece come out whole, and boxes are read forwards and backwards", async () => {
    const values = Array.from({ length: 600_000 }, (_, i) => (i >> 3) & 255);
    const sizes = [1000, 600, 1, 1];
    const volume = await open(
      Buffer.concat([vaa3dHeader({ magic: PACKED_MAGIC, code: 1, sizes }), packBits(values, { width: 1 })]),
    );
    expect(numbers(await volume.read([0, 0, 599, 990], [1, 1, 1, 10]))).toEqual(values.slice(-10));
    expect(numbers(await volume.read([0, 0, 0, 0], [1, 1, 1, 10]))).toEqual(values.slice(0, 10));
    expect(numbers(await wholeVolume(volume))).toEqual(values);
    await volume.close();
  });
});

describe("hostile Vaa3D stacks", () => {
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const raw = (sizes: number[], code = 1) => Buffer.concat([vaa3dHeader({ code, sizes }), data]);
  const packed = (sizes: number[], bytes: number[], code = 1) =>
    Buffer.concat([vaa3dHeader({ magic: PACKED_MAGIC, code, sizes }), Buffer.from(bytes)]);
  it.each<[string, Uint8Array, string]>([
    ["another magic", Buffer.alloc(60, 65), "vaa3d-invalid"],
    [
      "another byte order",
      Buffer.concat([vaa3dHeader({ code: 1, sizes: [6, 1, 1, 1], order: "X" }), data]),
      "vaa3d-invalid",
    ],
    ["an unknown type", raw([6, 1, 1, 1], 3), "vaa3d-unsupported"],
    ["a negative size", raw([-6, -1, 1, 1]), "vaa3d-invalid"],
    ["a size of zero", raw([6, 0, 1, 1]), "vaa3d-invalid"],
    ["more voxels than bytes", raw([7, 1, 1, 1]), "truncated"],
    ["fewer voxels than bytes", raw([5, 1, 1, 1]), "lying-size"],
    ["endless sizes", raw([2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, 9]), "too-large"],
    ["a cut header", raw([6, 1, 1, 1]).subarray(0, 30), "truncated"],
    ["packed floats", packed([1, 1, 1, 1], [0, 1], 4), "vaa3d-unsupported"],
    ["a code that ends early", packed([3, 1, 1, 1], [2, 1]), "truncated"],
    ["too few packed voxels", packed([9, 1, 1, 1], [2, 1, 2, 3]), "truncated"],
    ["too many packed voxels", packed([2, 1, 1, 1], [2, 1, 2, 3]), "lying-size"],
    ["an unused code", packed([4, 1, 1, 1], [100, 1, 2, 3, 4], 2), "vaa3d-invalid"],
    ["more than so few bytes can hold", packed([900, 900, 9, 1], [255, 1]), "compression-ratio"],
  ])("with %s are refused", async (_what, bytes, problem) => {
    await expect(read(bytes)).rejects.toMatchObject({ tag: `format/${problem}`, fields: { file: "stack.v3draw" } });
  });

  it("when damaged end in a FormatError or are read", async () => {
    const files = [
      raw([3, 2, 1, 1]),
      packed([5, 2, 1, 1], [1, 9, 8, 36, 0x1b, 131, 7]),
      packed([3, 1, 1, 1], [0, 1, 2, 224, 1, 2], 2),
    ];
    for (const [seed, bytes] of files.entries()) {
      await expectOnlyFormatErrors({ bytes, path, seed, open: (at) => openVaa3d(at, { file: "stack.v3draw" }) });
    }
  });
});
