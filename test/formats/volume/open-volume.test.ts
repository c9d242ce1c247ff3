import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listArraysOf, openVolume } from "../../../src/formats/volume/open-volume.js";
import { writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import { zarrFiles } from "../../../src/sample-data/zarr-writer.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { buildZip } from "../archive/build-zip.js";
import { writeFiles } from "../zarr/zarr-fixtures.js";

const root = temporaryDirectory();
const values = Uint16Array.of(1, 2, 3, 4, 5, 6);
const array = { shape: [2, 3], type: "uint16", data: values } as const;
const files = await zarrFiles({ path: "volumes/raw", chunks: [2, 2] }, array);

function npy(): Uint8Array {
  const text = "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117).concat("\n");
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
  return Buffer.concat([head, Buffer.from(text), Buffer.from(values.buffer)]);
}

/** Files whose names say nothing, or something wrong. */
function place(content: Uint8Array, name: string): string {
  const path = join(mkdtempSync(join(root, "file-")), name);
  writeFileSync(path, content);
  return path;
}

const folder = mkdtempSync(join(root, "folder-"));
writeFiles(folder, files);
const PLACES: readonly [string, string, string][] = [
  ["a Zarr folder", folder, "volumes/raw"],
  [
    "a Zarr archive",
    place(buildZip(files.map(({ path, bytes }) => ({ name: path, content: bytes }))), "store.tif"),
    "volumes/raw",
  ],
  [
    "HDF5",
    place(writeHdf5({ datasets: { "volumes/raw": { shape: [2, 3], data: values } } }), "labels.zarr"),
    "volumes/raw",
  ],
  ["NumPy", place(npy(), "labels.hdf"), ""],
  ["a NumPy archive", place(buildZip([{ name: "labels.npy", content: npy() }]), "labels"), "labels"],
];

describe("openVolume", () => {
  it.each(PLACES)("tells %s by its content, and names its axes when asked", async (_, path, key) => {
    const volume = await openVolume(path);
    expect([volume.shape, volume.type]).toEqual([[2, 3], "uint16"]);
    expect(await volume.read([0, 0], [2, 3])).toEqual(values);
    await volume.close();
    const view = await openVolume(path, { axes: "xy", ...(key === "" ? {} : { key }) });
    expect([view.shape, view.axes]).toEqual([[1, 1, 3, 2], "czyx"]);
    expect(await view.read([0, 0, 0, 0], [1, 1, 3, 2])).toEqual(Uint16Array.of(1, 4, 2, 5, 3, 6));
    await view.close();
    expect((await listArraysOf(path)).map((found) => found.key)).toEqual([key]);
  });

  it.each(PLACES)("refuses axes that do not fit %s", async (_, path) => {
    await expect(openVolume(path, { axes: "czyx" })).rejects.toMatchObject({ tag: "usage/axes" });
  });

  it("says what is wrong with what cannot be opened", async () => {
    const none = join(root, "none");
    await expect(openVolume(none)).rejects.toMatchObject({
      tag: "format/unreadable",
      message: expect.stringMatching(/^none: /),
    });
    await expect(openVolume(place(new Uint8Array(0), "empty.zarr"))).rejects.toMatchObject({ tag: "format/empty" });
    const bare = join(root, "bare");
    mkdirSync(bare);
    await expect(openVolume(bare, { file: "here" })).rejects.toMatchObject({
      tag: "format/no-array",
      message: expect.stringMatching(/^here: /),
    });
  });
});
