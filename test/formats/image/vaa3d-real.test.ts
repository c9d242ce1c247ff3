import { describe, expect, it } from "vitest";
import { openVaa3d } from "../../../src/formats/image/vaa3d/open-vaa3d.js";
import { realData } from "../../support/real-data.js";
import { numbers, weightedSums, wholeVolume } from "./whole-volume.js";

const data = realData("fisbe");

describe.skipIf(!data.present)(`real Vaa3D stacks${data.reason}`, () => {
  // Sums of numpy.frombuffer(bytes[43:]).reshape(sizes[::-1]): all, and times the first and last index.
  it.each([
    ["L1DS1_crop_straight_crop.v3draw", [2, 6, 61, 51], [1049523, 608680, 27024654]],
    ["L1DS1_crop_straight_crop_slice.v3draw", [2, 1, 61, 51], [175539, 102674, 4539137]],
  ])("%s", async (name, shape, sums) => {
    const file = `nat_formats/${name}`;
    const volume = await openVaa3d(data.path(file), { file });
    expect(volume).toMatchObject({ shape, type: "uint8", axes: "czyx" });
    expect(await weightedSums(volume)).toEqual(sums);
    await volume.close();
  });

  it.each(["123stack16", "testSliceDiffBoundary"])("%s is the same packed and unpacked", async (name) => {
    const [raw, packed] = await Promise.all(
      ["v3draw", "v3dpbd"].map(async (extension) => {
        const file = `vaa3d_formats/${name}.${extension}`;
        const volume = await openVaa3d(data.path(file), { file });
        const result = { shape: volume.shape, type: volume.type, values: numbers(await wholeVolume(volume)) };
        await volume.close();
        return result;
      }),
    );
    expect(packed).toEqual(raw);
    expect(raw?.type).toBe("uint16");
  });
});
