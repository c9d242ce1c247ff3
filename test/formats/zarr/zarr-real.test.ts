import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { blocksOf } from "../../../src/formats/volume/block-reader.js";
import type { Volume } from "../../../src/formats/volume/volume.js";
import { openZarr } from "../../../src/formats/zarr/open-zarr.js";
import { realData } from "../../support/real-data.js";
import { bytesOf } from "./zarr-fixtures.js";

const data = realData("fisbe");
const CASES = [
  "perfect_overlap_multichannel",
  "gt_overlap_pred_flattened",
  "splits",
  "merges",
  "partly_labelled",
  "dim_neurons",
  "mixed_realistic",
  "real_crop_flattened",
];

async function whole(volume: Volume): Promise<string> {
  const digest = sha256(
    bytesOf(
      await volume.read(
        volume.shape.map(() => 0),
        volume.shape,
      ),
    ),
  );
  await volume.close();
  return digest;
}

/** Values of a NumPy file: its header is a text that ends in a line feed. */
function npyValues(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.subarray(10 + bytes.readUInt16LE(8));
}

describe.skipIf(!data.present)(`real Zarr stores${data.reason}`, () => {
  it("equal the NumPy arrays of the reference cases, in all codecs", async () => {
    let compared = 0;
    for (const name of CASES) {
      for (const array of ["gt_instances", "pred_labels"]) {
        const expected = sha256(npyValues(data.path("reference", name, `${array}.npy`)));
        for (const codec of ["blosc", "gzip", "raw"]) {
          const path = data.path("reference", name, `${array}.${codec}.zarr`);
          if (!existsSync(path)) continue;
          expect(await whole(await openZarr(path, { file: basename(path), key: `volumes/${array}` }))).toBe(expected);
          compared += 1;
        }
      }
    }
    expect(compared).toBe(8 * 2 * 3 - 4);
  });

  it("hold the same crop in the folder and in the archive, with the known sum", async () => {
    const crop = "JRC_SS05008-20160318_24_B2_crop";
    const open = (ending: string, key: string) =>
      openZarr(data.path("fisbe_crop", `${crop}.${ending}`), { file: crop, key });
    for (const key of ["volumes/raw", "volumes/gt_instances"]) {
      expect(await whole(await open("zip", key))).toBe(await whole(await open("zarr", key)));
    }
    const raw = await open("zip", "volumes/raw");
    let sum = 0;
    let most = 0;
    for await (const { data: values } of blocksOf(raw, [1, 16, 16, 16])) {
      for (const value of values as Uint16Array) {
        sum += value;
        most = Math.max(most, value);
      }
    }
    expect([raw.shape, raw.type, sum, most]).toEqual([[3, 50, 50, 50], "uint16", 15_790_591, 3287]);
    await raw.close();
  });

  it("have the axes of OME-Zarr", async () => {
    const volume = await openZarr(data.path("viv", "ome-zarr", "blobs_image_v04.ome.zarr"), { file: "blobs" });
    expect([volume.shape, volume.type, volume.axes, volume.spacing]).toEqual([
      [3, 12, 12],
      "float64",
      "cyx",
      undefined,
    ]);
    const values = await volume.read([0, 0, 0], [3, 12, 12]);
    expect(Number(values[0])).toBeCloseTo(0.9961637412008311, 15);
  });
});
