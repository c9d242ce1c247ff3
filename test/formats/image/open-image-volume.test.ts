import { readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openImageVolume } from "../../../src/formats/image/open-image-volume.js";
import { PACKED_MAGIC } from "../../../src/formats/image/vaa3d/vaa3d-header.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { npyFile } from "../volume-npy/npy-file.js";
import { expectOnlyFormatErrors } from "./mutations.js";
import { niftiFile } from "./nifti-file.js";
import { greyFields, tiffFile } from "./tiff-file.js";
import { vaa3dHeader } from "./vaa3d-file.js";
import { numbers, wholeVolume } from "./whole-volume.js";
import { zipFile } from "./zip-file.js";

const path = join(temporaryDirectory(), "volume");
const open = (bytes: Uint8Array, limits = DEFAULT_LIMITS) => {
  writeFileSync(path, bytes);
  return openImageVolume(path, { file: "volume", limits });
};
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("neurotables-image-")).length;

const data = Uint8Array.of(1, 2, 3, 4);
const tiff = tiffFile([{ fields: greyFields(2, 2), blocks: [data] }]);
const nifti = niftiFile({ datatype: 2, dim: [2, 2, 1], data });
const FILES: readonly (readonly [string, Uint8Array])[] = [
  ["TIFF", tiff],
  ["TIFF, big endian", tiffFile([{ fields: greyFields(2, 2), blocks: [data] }], { bigEndian: true })],
  ["BigTIFF", tiffFile([{ fields: greyFields(2, 2), blocks: [data] }], { big: true })],
  ["NRRD", Buffer.concat([Buffer.from("NRRD0001\ntype: uchar\ndimension: 2\nsizes: 2 2\nencoding: raw\n\n"), data])],
  ["NIfTI", nifti],
  ["NIfTI, gzipped", gzipSync(nifti)],
  ["NIfTI-2", niftiFile({ version: 2, bigEndian: true, datatype: 2, dim: [2, 2, 1], data })],
  ["v3draw", Buffer.concat([vaa3dHeader({ code: 1, sizes: [2, 2, 1, 1] }), data])],
  [
    "v3dpbd",
    Buffer.concat([vaa3dHeader({ magic: PACKED_MAGIC, code: 1, sizes: [2, 2, 1, 1] }), Buffer.from([3, ...data])]),
  ],
  ["npy", npyFile({ descr: "'|u1'", shape: [2, 2], elements: data })],
];

describe("image volumes", () => {
  it.each(FILES)("are told by their first bytes: %s, alone and in an archive", async (_name, bytes) => {
    const volume = await open(bytes);
    expect(numbers(await wholeVolume(volume))).toEqual([1, 2, 3, 4]);
    await volume.close();
    const zipped = await open(zipFile({ "some/volume": bytes }));
    expect(zipped.name).toBe("volume: some/volume");
    expect(numbers(await wholeVolume(zipped))).toEqual([1, 2, 3, 4]);
    await zipped.close();
  });

  it("in an archive leave no file behind, opened or refused", async () => {
    const before = leftovers();
    const volume = await open(zipFile({ "a.tif": tiff }));
    expect(leftovers()).toBe(before + 1);
    await volume.close();
    await expect(open(zipFile({ "a.tif": tiff.subarray(0, 50) }))).rejects.toMatchObject({
      tag: expect.stringMatching(/^format\//),
    });
    expect(leftovers()).toBe(before);
  });

  it.each<[string, Uint8Array, string]>([
    ["text", Buffer.from("what is this"), "not-an-image"],
    ["gzipped text", gzipSync(Buffer.from("what is this")), "not-an-image"],
    ["two files in an archive", zipFile({ "a.tif": tiff, "b.tif": tiff }), "not-an-image"],
    ["an archive in an archive", zipFile({ "a.zip": zipFile({ "a.tif": tiff }) }), "not-an-image"],
    ["text in an archive", zipFile({ "a.txt": Buffer.from("what is this") }), "not-an-image"],
    [
      "a detached header in an archive",
      zipFile({
        "a.nhdr": Buffer.from("NRRD0004\ntype: uchar\ndimension: 1\nsizes: 1\nencoding: raw\ndata file: b\n"),
      }),
      "unreadable",
    ],
    ["half of a pair", niftiFile({ datatype: 2, dim: [2, 2, 1], data, magic: "ni1\0" }), "nifti-unsupported"],
    ["nothing", new Uint8Array(0), "empty"],
  ])("are not %s", async (_what, bytes, problem) => {
    await expect(open(bytes)).rejects.toMatchObject({
      tag: `format/${problem}`,
      fields: { file: expect.stringContaining("volume") },
    });
  });

  it("in an archive stay below the limits", async () => {
    const bomb = zipFile({ "a.tif": Buffer.alloc(1 << 22) });
    await expect(open(bomb, { ...DEFAULT_LIMITS, bytes: 1 << 20 })).rejects.toMatchObject({ tag: "format/too-large" });
    await expect(open(bomb, { ...DEFAULT_LIMITS, ratio: 100 })).rejects.toMatchObject({
      tag: "format/compression-ratio",
    });
  });

  it("when damaged end in a FormatError or are read", async () => {
    const before = leftovers();
    const files = [zipFile({ "a.tif": tiff }), gzipSync(nifti)];
    for (const [seed, bytes] of files.entries()) {
      await expectOnlyFormatErrors({ bytes, path, seed, open: (at) => openImageVolume(at, { file: "volume" }) });
    }
    expect(leftovers()).toBe(before);
    expect(gunzipSync(files[1] as Uint8Array)).toHaveLength(nifti.length);
  });
});
