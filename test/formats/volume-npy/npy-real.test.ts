import { describe, expect, it } from "vitest";
import { openNpy } from "../../../src/formats/volume/npy.js";
import { realData } from "../../support/real-data.js";
import { weightedSums } from "../image/whole-volume.js";

const data = realData("fisbe");

// Sums from NumPy 2.4.6: np.load(file)[key].sum().
describe.skipIf(!data.present)(`real NumPy files${data.reason}`, () => {
  it.each([
    ["training_sample2_raw.npy", undefined, [250, 250, 250], "uint8", 2031651896],
    ["training_sample2_groundtruth.npz", "labels", [250, 250, 250], "uint16", 3730973385],
    ["training_sample2_groundtruth.npz", "body_ids", [526], "int64", 41879635],
    ["published_segmentation_training_sample2.npz", "segmentation", [250, 250, 250], "uint8", 871013686],
  ])("%s, %s", async (name, key, shape, type, sum) => {
    const file = `ffn_fib25/${name}`;
    const volume = await openNpy(data.path(file), { file, ...(key === undefined ? {} : { key }) });
    expect([volume.shape, volume.type]).toEqual([shape, type]);
    expect((await weightedSums(volume))[0]).toBe(sum);
    await volume.close();
  });
});
