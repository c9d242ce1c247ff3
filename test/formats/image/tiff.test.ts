import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openTiff } from "../../../src/formats/image/tiff/open-tiff.js";
import { allocate, elementBytes, elementCount } from "../../../src/formats/volume/volume.js";
import { randomBelow } from "../../engine/random-below.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { NPY_CODES, npyElements } from "../volume-npy/npy-file.js";
import { expectOnlyFormatErrors } from "./mutations.js";
import { greyFields, type TiffFieldValues, type TiffPageParts, tiffFile } from "./tiff-file.js";
import { TIFFFILE_FILES } from "./tifffile-files.js";
import { numbers, wholeVolume } from "./whole-volume.js";

const path = join(temporaryDirectory(), "image.tif");
const open = (bytes: Uint8Array, limits = DEFAULT_LIMITS) => {
  writeFileSync(path, bytes);
  return openTiff(path, { file: "image.tif", limits });
};
const read = async (bytes: Uint8Array, limits = DEFAULT_LIMITS) => {
  const volume = await open(bytes, limits);
  try {
    return { ...volume, values: numbers(await wholeVolume(volume)) };
  } finally {
    await volume.close();
  }
};
const grey = (width: number, height: number, values: readonly number[], description?: string): TiffPageParts => ({
  fields: greyFields(width, height, description === undefined ? {} : { description }),
  blocks: [Uint8Array.from(values)],
});

describe("TIFF files written by tifffile", () => {
  it.each(TIFFFILE_FILES)("$name", async ({ base64, shape, type, axes, spacing, seed }) => {
    const bytes = gunzipSync(Buffer.from(base64, "base64"));
    const volume = await open(bytes);
    expect(volume).toMatchObject({ shape, type, axes });
    expect(volume.spacing).toEqual(spacing?.map((step) => step ?? undefined));
    const below = seed === undefined ? undefined : randomBelow(seed);
    const expected = Array.from({ length: elementCount(shape) }, (_, i) => below?.(120) ?? (i * 7) % 120);
    expect(numbers(await wholeVolume(volume))).toEqual(expected);
    const last = shape.map((size) => size - 1);
    expect(
      numbers(
        await volume.read(
          last,
          last.map(() => 1),
        ),
      ),
    ).toEqual(expected.slice(-1));
    await volume.close();
  });
});

describe("TIFF stacks", () => {
  it("come back as they were, in every type, byte order and cut", async () => {
    const aStack = fc.record({
      type: fc.constantFrom(...NPY_CODES.map(([, type]) => type)),
      shape: fc.tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
      rows: fc.integer({ min: 1, max: 9 }),
      bigEndian: fc.boolean(),
      big: fc.boolean(),
      deflate: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(aStack, async ({ type, shape, rows, bigEndian, big, deflate }) => {
        const values = allocate(type, elementCount(shape));
        for (let i = 0; i < values.length; i++) values[i] = /^u?int64$/.test(type) ? BigInt(i % 100) : i % 100;
        const stored = npyElements(values, shape, { fortran: false, bigEndian, type });
        const [pages, height, width] = shape;
        const rowBytes = width * elementBytes(type);
        const parts = Array.from({ length: pages }, (_, page): TiffPageParts => {
          const format = type.startsWith("u") ? 1 : type.startsWith("i") ? 2 : 3;
          const fields = greyFields(width, height, {
            bits: 8 * elementBytes(type),
            format,
            compression: deflate ? 8 : 1,
          });
          const blocks: Uint8Array[] = [];
          for (let row = 0; row < height; row += rows) {
            const from = (page * height + row) * rowBytes;
            const strip = stored.subarray(from, from + Math.min(rows, height - row) * rowBytes);
            blocks.push(deflate ? deflateSync(strip) : strip);
          }
          const stripRows: TiffFieldValues = [278, 4, [rows]];
          return { fields: [...fields.filter(([tag]) => tag !== 278), stripRows], blocks };
        });
        const result = await read(tiffFile(parts, { bigEndian, big }));
        expect(result).toMatchObject({ type, shape, axes: "zyx", values: numbers(values) });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['{"shape": [2, 3, 1, 2]}', "czyx", [2, 3, 1, 2]],
    ['{"shape": [2, 3, 1, 2], "axes": "ZCYX"}', "zcyx", [2, 3, 1, 2]],
    ['{"shape": [6, 1, 2]}', "zyx", [6, 1, 2]],
    ['{"shape": [2, 3, 1, 2], "axes": "QQYX"}', "czyx", [2, 3, 1, 2]],
    ['{"shape": [2, 2, 1, 2]}', "zyx", [6, 1, 2]],
    ['{"shape": [2, 3, 2, 1]}', "zyx", [6, 1, 2]],
    ['{"shape": "large"}', "zyx", [6, 1, 2]],
    ["{not JSON", "zyx", [6, 1, 2]],
  ])("of six pages described as %s have the axes %s", async (description, axes, shape) => {
    const pages = Array.from({ length: 6 }, (_, page) =>
      grey(2, 1, [2 * page, 2 * page + 1], page === 0 ? description : undefined),
    );
    const values = Array.from({ length: 12 }, (_, i) => i);
    expect(await read(tiffFile(pages))).toMatchObject({ axes, shape, values });
  });

  it("larger than a block come in rows of one page, and boxes across them are read", async () => {
    const [width, height] = [5000, 4000];
    const strip = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) strip.fill(y % 251, y * width, (y + 1) * width);
    const volume = await open(tiffFile([{ fields: greyFields(width, height), blocks: [strip] }]));
    expect(volume.blockShape).toEqual([3355, 5000]);
    expect(numbers(await volume.read([3353, 4990], [4, 1]))).toEqual([3353, 3354, 3355, 3356].map((y) => y % 251));
    const sizes: number[] = [];
    for await (const { data } of volume.blocks()) sizes.push(data.length);
    expect(sizes).toEqual([3355 * width, 645 * width]);
    await volume.close();
  });

  it("pass over reduced copies, and leave out tiles that are not stored", async () => {
    const reduced: TiffPageParts = { fields: [[254, 4, [1]], ...greyFields(1, 1)], blocks: [Uint8Array.of(9)] };
    const volume = await read(tiffFile([grey(2, 1, [1, 2]), reduced, grey(2, 1, [3, 4])]));
    expect(volume).toMatchObject({ shape: [2, 1, 2], values: [1, 2, 3, 4] });
    const sparse: TiffFieldValues[] = [
      [256, 4, [16]],
      [257, 4, [16]],
      [258, 3, [8]],
      [259, 3, [8]],
      [322, 4, [16]],
      [323, 4, [16]],
      [324, 4, [0]],
      [325, 4, [0]],
    ];
    const zeros = await read(tiffFile([{ fields: sparse, blocks: [], tiled: true }]));
    expect(new Set(zeros.values)).toEqual(new Set([0]));
  });

  it("of ImageJ with one directory go on behind its page", async () => {
    const first = grey(
      2,
      2,
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      "ImageJ=1.54f\nimages=3\nslices=3\nunit=micron\nspacing=0.5\n",
    );
    expect(await read(tiffFile([first]))).toMatchObject({
      shape: [3, 2, 2],
      axes: "zyx",
      spacing: [0.5, undefined, undefined],
      values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    });
    const short = grey(2, 2, [1, 2, 3, 4], "ImageJ=1.54f\nimages=99\nslices=99\n");
    await expect(read(tiffFile([short]))).rejects.toMatchObject({ tag: "format/truncated" });
  });
});

const ome = (pixels: string, inside = "", attributes = "") =>
  `<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" ${attributes}><Image ID="Image:0"><Pixels DimensionOrder="XYZCT" SizeX="2" SizeY="1" ${pixels}>${inside}</Pixels></Image><Image ID="Image:1"><Pixels SizeX="9"/></Image></OME>`;
const omeFile = (xml: string) => tiffFile([grey(2, 1, [1, 2], xml), grey(2, 1, [3, 4]), grey(2, 1, [5, 6])]);

describe("OME-TIFF files", () => {
  it("find the pages of their planes by TiffData", async () => {
    const data = '<TiffData IFD="2" FirstZ="0"/><TiffData IFD="0" FirstZ="1" PlaneCount="2"/>';
    const volume = await read(omeFile(ome('SizeZ="3" SizeC="1" SizeT="1" PhysicalSizeZ="1.5"', data)));
    expect(volume).toMatchObject({ axes: "zyx", values: [5, 6, 1, 2, 3, 4], spacing: [1.5, undefined, undefined] });
  });

  it("have the names of their channels", async () => {
    const channels = '<Channel ID="Channel:0" Name="A &amp; B"/><Channel ID="Channel:1"/><Channel/><TiffData/>';
    const volume = await read(omeFile(ome('SizeZ="1" SizeC="3" SizeT="1"', channels)));
    expect(volume).toMatchObject({
      axes: "cyx",
      shape: [3, 1, 2],
      attributes: { channels: ["A & B", "Channel:1", ""], images: 2 },
    });
  });

  it("may name themselves, but not other files", async () => {
    const named = (uuid: string) =>
      ome(
        'SizeZ="3" SizeC="1" SizeT="1"',
        `<TiffData PlaneCount="3" IFD="0"><UUID FileName="a.tif">${uuid}</UUID></TiffData>`,
        'UUID="urn:uuid:1"',
      );
    expect((await read(omeFile(named("urn:uuid:1")))).values).toEqual([1, 2, 3, 4, 5, 6]);
    await expect(read(omeFile(named("urn:uuid:2")))).rejects.toMatchObject({ tag: "format/ome-unsupported" });
  });

  it.each([
    ["no sizes", ome(""), "ome-invalid"],
    ["a size of zero", ome('SizeZ="0" SizeC="1" SizeT="1"'), "ome-invalid"],
    ["endless sizes", ome('SizeZ="999999999" SizeC="999" SizeT="99"'), "ome-invalid"],
    ["more planes than pages", ome('SizeZ="4" SizeC="1" SizeT="1"'), "missing-page"],
    ["planes on no page", ome('SizeZ="3" SizeC="1" SizeT="1"', '<TiffData IFD="0"/>'), "missing-page"],
    ["pages beyond the file", ome('SizeZ="1" SizeC="1" SizeT="1"', '<TiffData IFD="7"/>'), "missing-page"],
    ["planes beyond the sizes", ome('SizeZ="3" SizeC="1" SizeT="1"', '<TiffData IFD="0" FirstZ="3"/>'), "ome-invalid"],
    ["too many planes", ome('SizeZ="3" SizeC="1" SizeT="1"', '<TiffData IFD="0" PlaneCount="9"/>'), "ome-invalid"],
    ["numbers that are none", ome('SizeZ="3" SizeC="1" SizeT="1"', '<TiffData IFD="-1"/>'), "ome-invalid"],
    ["another size of planes", ome('SizeZ="3" SizeC="1" SizeT="1"').replace('SizeX="2"', 'SizeX="3"'), "tiff-invalid"],
    ["another order", ome('SizeZ="3" SizeC="1" SizeT="1"').replace("XYZCT", "ZYXCT"), "ome-invalid"],
    ["XML that breaks off", "<?xml version='1.0'?><OME><Image><Pixels ", "ome-invalid"],
    ["entities", `<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY a "b">]><OME/>`, "ome-invalid"],
  ])("with %s are refused", async (_what, xml, problem) => {
    await expect(read(omeFile(xml))).rejects.toMatchObject({ tag: `format/${problem}`, fields: { file: "image.tif" } });
  });
});

describe("hostile TIFF files", () => {
  const fields = (changes: readonly TiffFieldValues[], base = greyFields(4, 2)): TiffFieldValues[] => {
    const tags = new Set(changes.map(([tag]) => tag));
    return [...base.filter(([tag]) => !tags.has(tag)), ...changes];
  };
  const eight = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const page = (changes: readonly TiffFieldValues[], block: Uint8Array = eight) =>
    tiffFile([{ fields: fields(changes), blocks: [block] }]);
  const deflated = [259, 3, [8]] as const;
  it.each<[string, Uint8Array, string]>([
    ["another byte order", Buffer.from("XX*\0\x08\0\0\0"), "tiff-invalid"],
    ["another version", Buffer.from("II+\x01\x08\0\0\0"), "tiff-invalid"],
    ["no page", Buffer.from("II*\0\0\0\0\0"), "tiff-invalid"],
    ["a directory beyond the end", Buffer.from("II*\0\xff\xff\0\0", "latin1"), "truncated"],
    ["pages in a circle", tiffFile([grey(2, 1, [1, 2]), grey(2, 1, [1, 2])], { loop: true }), "tiff-invalid"],
    ["pages of two sizes", tiffFile([grey(2, 1, [1, 2]), grey(1, 2, [1, 2])]), "pages-differ"],
    ["no width", tiffFile([{ fields: greyFields(4, 2).slice(1), blocks: [eight] }]), "tiff-invalid"],
    ["a width of zero", page([[256, 4, [0]]]), "tiff-invalid"],
    [
      "endless pages",
      page([
        [256, 4, [2 ** 32 - 1]],
        [257, 4, [2 ** 32 - 1]],
        [278, 4, [2 ** 32 - 1]],
      ]),
      "too-large",
    ],
    [
      "far more elements than bytes",
      page([
        [256, 4, [60000]],
        [257, 4, [60000]],
        [278, 4, [60000]],
      ]),
      "compression-ratio",
    ],
    ["more elements than bytes", page([[256, 4, [400]]]), "truncated"],
    ["endless samples", page([[277, 3, [65535]]]), "tiff-invalid"],
    [
      "half floats",
      page([
        [258, 3, [16]],
        [339, 3, [3]],
      ]),
      "tiff-unsupported",
    ],
    ["single bits", page([[258, 3, [1]]]), "tiff-unsupported"],
    ["JPEG", page([[259, 3, [7]]]), "tiff-unsupported"],
    ["reversed bits", page([[266, 3, [2]]]), "tiff-unsupported"],
    ["a predictor of bytes for integers", page([deflated, [317, 3, [3]]], deflateSync(eight)), "tiff-unsupported"],
    ["strips of no rows", page([[278, 4, [0]]]), "tiff-invalid"],
    ["fewer strips than rows need", page([[278, 4, [1]]]), "tiff-invalid"],
    ["strips beyond the end", page([[273, 4, [2 ** 31]]]), "truncated"],
    [
      "tiles of no size",
      page([
        [322, 4, [0]],
        [323, 4, [0]],
        [324, 4, [8]],
        [325, 4, [8]],
      ]),
      "tiff-invalid",
    ],
    [
      "endless tiles",
      page([deflated, [322, 4, [2 ** 31]], [323, 4, [2 ** 31]], [324, 4, [8]], [325, 4, [8]]]),
      "too-large",
    ],
    ["text for numbers", page([[256, 2, [65, 65, 65, 0]]]), "tiff-invalid"],
    ["Deflate that is none", page([deflated]), "tile"],
    ["Deflate that ends early", page([deflated], deflateSync(eight).subarray(0, 6)), "tile"],
    ["a Deflate bomb", page([deflated], deflateSync(Buffer.alloc(1 << 24))), "tile"],
    ["LZW with undefined codes", page([[259, 3, [5]]], Uint8Array.of(0x80, 0x7f, 0xff, 0xff, 0xff)), "tile"],
    ["LZW that ends early", page([[259, 3, [5]]], Uint8Array.of(0x80, 0x0b)), "tile"],
    ["PackBits that end early", page([[259, 3, [32773]]], Uint8Array.of(3, 1, 2)), "tile"],
  ])("with %s are refused", async (_what, bytes, problem) => {
    await expect(read(bytes)).rejects.toMatchObject({ tag: `format/${problem}`, fields: { file: "image.tif" } });
  });

  it("with more pages than allowed are refused", async () => {
    const bytes = tiffFile([grey(1, 1, [1]), grey(1, 1, [2]), grey(1, 1, [3])]);
    await expect(read(bytes, { ...DEFAULT_LIMITS, entries: 2 })).rejects.toMatchObject({
      tag: "format/too-many-entries",
    });
  });

  const damaged = [
    "LZW, predictor",
    "Deflate, floats",
    "PackBits",
    "tiles, LZW",
    "BigTIFF, Deflate",
    "OME-TIFF, T",
    "ImageJ h",
  ];
  const files = TIFFFILE_FILES.filter(({ name }) => damaged.some((start) => name.startsWith(start)));
  it.each(files.map(({ name, base64 }, seed) => [name, base64, seed] as const))(
    "when damaged end in a FormatError or are read: %s",
    async (_name, base64, seed) => {
      const bytes = gunzipSync(Buffer.from(base64, "base64"));
      await expectOnlyFormatErrors({ bytes, path, seed, open: (at) => openTiff(at, { file: "image.tif" }) });
    },
  );
});
