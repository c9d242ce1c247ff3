import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openZarr } from "../../../src/formats/zarr/open-zarr.js";
import { zarrFiles } from "../../../src/sample-data/zarr-writer.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { writeFiles } from "./zarr-fixtures.js";

const root = temporaryDirectory();
const array = { shape: [1, 2, 3], type: "uint8", data: new Uint8Array(6) } as const;
const axes = [
  { name: "c", type: "channel" },
  { name: "y", type: "space", unit: "nanometer" },
  { name: "x", type: "space", unit: "millimeter" },
];
const scale = (steps: unknown) => [
  { type: "translation", translation: [1, 1, 1] },
  { type: "scale", scale: steps },
];
const multiscales = (image: object) => [
  { axes, datasets: [{ path: "0", coordinateTransformations: scale([1, 440, 2]) }], ...image },
];

async function openWith(version: 2 | 3, attributes: object, path = "image/0") {
  const folder = mkdtempSync(join(root, "store-"));
  writeFiles(folder, await zarrFiles({ version, path, chunks: [1, 2, 3] }, array));
  const group = { zarr_format: 3, node_type: "group", attributes: { ome: attributes } };
  writeFiles(folder, [
    version === 2
      ? { path: "image/.zattrs", bytes: Buffer.from(JSON.stringify(attributes)) }
      : { path: "image/zarr.json", bytes: Buffer.from(JSON.stringify(group)) },
  ]);
  return openZarr(folder, { file: "ome.zarr", key: path });
}

describe("axes of an OME-Zarr image", () => {
  it.each([2, 3] as const)("have letters and micrometres, version %i", async (version) => {
    const volume = await openWith(version, { multiscales: multiscales({}) });
    expect(volume.axes).toBe("cyx");
    expect(volume.spacing).toEqual([undefined, 0.44, 2000]);
  });

  it("multiply the scale of the image and of the dataset, in groups further up too", async () => {
    const datasets = [{ path: "levels/0", coordinateTransformations: scale([1, 100, 1]) }];
    const attributes = { multiscales: multiscales({ datasets, coordinateTransformations: scale([1, 3, 5]) }) };
    const volume = await openWith(2, attributes, "image/levels/0");
    expect(volume.spacing?.[1]).toBeCloseTo(0.3, 12);
    expect(volume.spacing?.[2]).toBe(5000);
  });

  it("may have long names and no unit", async () => {
    const named = [{ name: "channel" }, { name: "Y" }, { name: "x", unit: "unit" }];
    const volume = await openWith(2, { multiscales: multiscales({ axes: named }) });
    expect(volume.axes).toBe("cyx");
    expect(volume.spacing).toBeUndefined();
  });

  it.each<[string, object]>([
    ["of another dataset", { datasets: [{ path: "1" }] }],
    ["of another rank", { axes: axes.slice(1) }],
    ["that are no list", { axes: "cyx" }],
    ["without datasets", { datasets: 3 }],
  ])("are not taken from axes %s", async (_, image) => {
    const volume = await openWith(2, { multiscales: multiscales(image) });
    expect([volume.axes, volume.spacing]).toEqual([undefined, undefined]);
  });

  it.each<[string, unknown]>([
    ["negative steps", [1, -1, 1]],
    ["texts", ["1", "1", "1"]],
    ["another rank", [1, 1]],
  ])("have no spacing with %s", async (_, steps) => {
    const datasets = [{ path: "0", coordinateTransformations: scale(steps) }];
    const volume = await openWith(2, { multiscales: multiscales({ datasets }) });
    expect([volume.axes, volume.spacing]).toEqual(["cyx", undefined]);
  });

  it("come from dimension names where there is no image", async () => {
    const folder = mkdtempSync(join(root, "store-"));
    writeFiles(
      folder,
      await zarrFiles({ version: 3, path: "a", chunks: [1, 2, 3], dimensionNames: ["z", "y", "x"] }, array),
    );
    const form = {
      path: "b",
      chunks: [1, 2, 3],
      attributes: { _ARRAY_DIMENSIONS: ["z", "y", "z"], dim_neurons: [2, 3] },
    };
    writeFiles(folder, await zarrFiles(form, array));
    expect((await openZarr(folder, { file: "f", key: "a" })).axes).toBe("zyx");
    const twice = await openZarr(folder, { file: "f", key: "b" });
    expect(twice.axes).toBeUndefined();
    expect(twice.attributes.dim_neurons).toEqual([2, 3]);
  });
});
