import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { listZarr } from "../../../src/formats/zarr/list-zarr.js";
import { openZarr } from "../../../src/formats/zarr/open-zarr.js";
import { type ZarrFile, type ZarrForm, zarrFiles } from "../../../src/sample-data/zarr-writer.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { buildZip, type ZipPart } from "../archive/build-zip.js";
import { counted } from "./zarr-fixtures.js";

const root = temporaryDirectory();
const array = { shape: [5, 6], type: "uint16", data: counted("uint16", [5, 6]) } as const;
const raw: ZarrForm = { path: "volumes/raw", chunks: [2, 4] };

const below = (prefix: string, files: readonly ZarrFile[]): ZipPart[] =>
  files.map(({ path, bytes }) => ({ name: prefix + path, content: bytes, method: 0 }));

function zipOf(...parts: (readonly ZipPart[])[]): string {
  const path = join(mkdtempSync(join(root, "zip-")), "store.zip");
  writeFileSync(path, buildZip(parts.flat()));
  return path;
}

const open = (path: string, key?: string) => openZarr(path, { file: "store.zip", key });

describe("Zarr in a zip archive", () => {
  it.each(["", "sample_crop.zarr/", "a/b/sample.zarr/"])("is found below %j", async (prefix) => {
    const path = zipOf(below(prefix, await zarrFiles(raw, array)));
    const volume = await open(path, "volumes/raw");
    expect(await volume.read([0, 0], [5, 6])).toEqual(array.data);
    await volume.close();
    const alone = await open(path);
    expect(await alone.read([0, 0], [5, 6])).toEqual(array.data);
    await alone.close();
    expect((await listZarr(path)).map(({ key }) => key)).toEqual(["volumes/raw"]);
  });

  it("reads shards", async () => {
    const path = zipOf(below("", await zarrFiles({ ...raw, version: 3, shards: [4, 8] }, array)));
    const volume = await open(path);
    expect(await volume.read([0, 0], [5, 6])).toEqual(array.data);
    await volume.close();
  });

  it("takes arrays beside each other as one store, though no group is stored", async () => {
    const files = [...(await zarrFiles(raw, array)), ...(await zarrFiles({ ...raw, path: "volumes/gt" }, array))];
    const path = zipOf(
      below(
        "",
        files.filter(({ path: name }) => !name.endsWith(".zgroup")),
      ),
    );
    expect((await listZarr(path)).map(({ key }) => key)).toEqual(["gt", "raw"]);
  });

  it("asks which of several stores, and takes the answer in the key", async () => {
    const files = await zarrFiles(raw, array);
    const path = zipOf(below("one.zarr/", files), below("two.zarr/", files));
    await expect(open(path, "volumes/raw")).rejects.toMatchObject({
      tag: "format/several-stores",
      fields: { stores: ["one.zarr", "two.zarr"] },
    });
    const volume = await open(path, "two.zarr/volumes/raw");
    expect(await volume.read([0, 0], [5, 6])).toEqual(array.data);
    await volume.close();
    const alone = await open(path, "one.zarr");
    expect(alone.shape).toEqual([5, 6]);
    await alone.close();
  });

  it("refuses archives without a store, and all that the zip reader refuses", async () => {
    await expect(open(zipOf([{ name: "table.csv", content: "a,b\n" }]))).rejects.toMatchObject({
      tag: "format/no-array",
    });
    const escaping = zipOf([{ name: "../raw/.zarray", content: "{}" }]);
    await expect(open(escaping)).rejects.toMatchObject({ tag: "format/unsafe-path" });
    const files = await zarrFiles({ ...raw, codec: "raw" }, array);
    const lying = below("", files).map((part) => (part.name.endsWith("0.0") ? { ...part, statedChecksum: 1 } : part));
    const volume = await open(zipOf(lying));
    await expect(volume.read([0, 0], [5, 6])).rejects.toMatchObject({ tag: "format/checksum" });
    await volume.close();
    const bomb = zipOf(below("", files), [{ name: "zeros", content: Buffer.alloc(30_000_000) }]);
    const limits = { ...DEFAULT_LIMITS, ratio: 100 };
    await expect(openZarr(bomb, { file: "b.zip", limits })).rejects.toMatchObject({ tag: "format/compression-ratio" });
  });

  it("bounds a member that inflates to more than a chunk can have", async () => {
    const files = await zarrFiles({ ...raw, codec: "raw" }, array);
    const parts = below("", files).map((part) =>
      part.name.endsWith("0.0") ? { ...part, content: Buffer.alloc(5_000_000), method: 8 } : part,
    );
    const volume = await open(zipOf(parts));
    await expect(volume.read([0, 0], [5, 6])).rejects.toMatchObject({ tag: "format/too-large" });
    await volume.close();
  });
});
