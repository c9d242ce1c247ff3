import { describe, expect, it } from "vitest";
import { openNrrd } from "../../../src/formats/image/nrrd/open-nrrd.js";
import { realData } from "../../support/real-data.js";
import { weightedSums } from "./whole-volume.js";

const data = realData("fisbe");

// Sums of a = nrrd.read(file)[0].T (pynrrd 1.1.3): a.sum() and a times its first and last index.
describe.skipIf(!data.present)(`real NRRD files${data.reason}`, () => {
  const microns = [1.399999976158142, 1.399999976158142, 1.399999976158142];
  it.each([
    [
      "nat_formats/FCWB_2um_mask.nrrd",
      [54, 164, 282],
      [2, 2.000002145767212, 1.9999995231628418],
      [147633015, 4240646685, 20762711745],
    ],
    ["nat_formats/FruMARCM-F000002_seg001_03-acrop.nrrd", [82, 150, 124], undefined, [131835, 4162875, 10292055]],
    ["nat_formats/LHMask.nrrd", [50, 50, 50], microns, [28669, 647190, 752547]],
    ["nat_formats/LHMask.nhdr", [50, 50, 50], microns, [28669, 647190, 752547]],
    ["itkwasm_nrrd/tooth.nrrd", [161, 94, 103], undefined, [160814065, 13861062791, 8241405607]],
  ])("%s", async (file, shape, spacing, sums) => {
    const volume = await openNrrd(data.path(file), { file });
    expect(volume).toMatchObject({ shape, type: "uint8", axes: "zyx" });
    expect(volume.spacing).toEqual(spacing);
    expect(await weightedSums(volume)).toEqual(sums);
    await volume.close();
  });

  it("give single boxes", async () => {
    const file = "itkwasm_nrrd/tooth.nrrd";
    const volume = await openNrrd(data.path(file), { file });
    expect(await volume.read([80, 47, 51], [1, 1, 1])).toEqual(Uint8Array.of(154));
    await volume.close();
  });
});
