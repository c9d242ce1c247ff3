import { describe, expect, it } from "vitest";
import { openImageVolume } from "../../../src/formats/image/open-image-volume.js";
import { realData } from "../../support/real-data.js";
import { weightedSums } from "./whole-volume.js";

const data = realData("fisbe");

// Sums of a = tifffile.imread(file) (tifffile 2026.3.3): a.sum() and a times its first and last index.
describe.skipIf(!data.present)(`real TIFF files${data.reason}`, () => {
  it.each([
    ["vaa3d_formats/123stack16.tif", [3, 5, 3], "uint16", "zyx", undefined, [1769445, 2162655, 1900515]],
    ["snt/ddaC.tif", [744, 800], "uint8", "yx", [0.835001, 0.835001], [14787705, 5513184405, 5519870760]],
    ["viv/multi-channel.ome.tif", [3, 167, 439], "int8", "cyx", undefined, [10445323, 10444990, 2302584083]],
    ["rivulet/test.tif.zip", [119, 415, 409], "uint8", "zyx", undefined, [2117234, 58079271, 328571328]],
  ])("%s", async (file, shape, type, axes, spacing, sums) => {
    const volume = await openImageVolume(data.path(file), { file });
    expect(volume).toMatchObject({ shape, type, axes });
    expect(volume.spacing?.map((step) => step && Number(step.toFixed(6)))).toEqual(spacing);
    expect(await weightedSums(volume)).toEqual(sums);
    await volume.close();
  });
});
