import { describe, expect, it } from "vitest";
import { listHdf5Arrays } from "../../../src/formats/hdf5-volume/list-hdf5-arrays.js";
import { openHdf5Volume } from "../../../src/formats/hdf5-volume/open-hdf5-volume.js";
import { openVolume } from "../../../src/formats/volume/open-volume.js";
import type { Volume } from "../../../src/formats/volume/volume.js";
import { realData } from "../../support/real-data.js";

const data = realData("fisbe");

async function labelSizes(volume: Volume): Promise<number[]> {
  const sizes: number[] = [];
  for await (const { data: labels } of volume.blocks()) {
    for (const label of labels as Int32Array) if (label !== 0) sizes[label] = (sizes[label] ?? 0) + 1;
  }
  await volume.close();
  return sizes.filter((size) => size > 0);
}

describe.skipIf(!data.present)(`real HDF5 label volumes${data.reason}`, () => {
  const path = data.path("fisbe_duan_pred", "R14A02-20180905_65_A6.hdf");

  it("have the known sizes by label", async () => {
    const volume = await openHdf5Volume(path, { file: "R14A02.hdf", key: "volumes/gmm_label_cleaned" });
    expect([volume.shape, volume.type, volume.blockShape]).toEqual([[385, 685, 686], "int32", [13, 43, 43]]);
    const expected = [1446, 40562, 62319, 1094, 1495, 1923, 1134, 128, 1225, 34230, 32];
    expect(await labelSizes(volume)).toEqual(expected);
  }, 60_000);

  it("are listed", async () => {
    const arrays = await listHdf5Arrays(path);
    expect(arrays.map(({ key, type }) => [key, type])).toEqual([
      ["volumes/gmm_image", "uint8"],
      ["volumes/gmm_label", "int32"],
      ["volumes/gmm_label_cleaned", "int32"],
    ]);
  });

  it("may have one channel per instance", async () => {
    const volume = await openVolume(data.path("ppp_bbbc010", "C03.hdf"), { key: "vote_instances", axes: "czyx" });
    expect([volume.shape[1], volume.shape[2], volume.shape[3], volume.type]).toEqual([1, 520, 696, "uint16"]);
    for await (const { origin, data: values } of volume.blocks()) {
      if (origin.length === 4 && volume.blockShape[0] === 1) {
        const expected = (origin[0] as number) + 1;
        expect((values as Uint16Array).every((value) => value === 0 || value === expected)).toBe(true);
      }
    }
    await volume.close();
  });
});
