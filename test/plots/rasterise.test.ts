import { describe, expect, it } from "vitest";
import { activityPicture } from "../../src/plots/activity/activity-picture.js";
import { rasterise } from "../../src/plots/rasterise.js";
import { THEMES } from "../../src/plots/theme.js";
import { decodePng } from "./support/decode-png.js";
import { opaquePixels } from "./support/opaque-pixels.js";
import { syntheticActivity } from "./support/synthetic-activity.js";

const data = syntheticActivity({ seed: 7, rois: 4, labelled: 3, frames: 40, dtS: 0.5, stimuli: 1 });

describe("a PNG of a picture", () => {
  it("has two pixels for each px, and the same bytes every time", async () => {
    const picture = activityPicture(data, { theme: THEMES.light, width: 500 });
    const png = await rasterise(picture);
    const { width, height, chunks } = decodePng(png);
    expect({ width, height }).toEqual({ width: 1000, height: 2 * picture.height });
    expect((chunks.get("pHYs") as Buffer).readUInt32BE(0)).toBe(7559);
    expect((await rasterise(picture)).equals(png)).toBe(true);
  });

  it("has the ground of the theme, letters, and sharp cells of the heat map", async () => {
    const picture = activityPicture(data, { theme: THEMES.dark, width: 500 });
    const { width, at } = opaquePixels(await rasterise(picture));
    expect(at(2, 2)).toEqual([0x14, 0x17, 0x1b]);
    let bright = 0;
    for (let y = 24; y < 56; y++) for (let x = 0; x < width; x++) if (at(x, y)[0] > 220) bright += 1;
    expect(bright).toBeGreaterThan(500);
    const [, x = "", y = "", cellWidth = ""] =
      /<image x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/.exec(picture.svg) ?? [];
    const row = Math.round(2 * Number(y)) + 6;
    const cells = new Set<string>();
    for (let at2 = Math.ceil(2 * Number(x)) + 2; at2 < 2 * (Number(x) + Number(cellWidth)) - 2; at2++) {
      cells.add(at(at2, row).join());
    }
    // 40 samples and no mixture of neighbours, but for the dashed line of one stimulus.
    expect(cells.size).toBeLessThanOrEqual(44);
    expect(at(Math.ceil(2 * Number(x)) + 4, row)).toEqual(at(Math.ceil(2 * Number(x)) + 4, row + 8));
  });

  it("is refused when it would be enormous", async () => {
    const picture = { svg: "<svg/>", width: 6000, height: 9000, rows: 0, notes: [] };
    await expect(rasterise(picture)).rejects.toMatchObject({ tag: "plot/too-large", exitCode: 2 });
  });
});
