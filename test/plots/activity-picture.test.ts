import { describe, expect, it } from "vitest";
import { activityPicture } from "../../src/plots/activity/activity-picture.js";
import { THEMES } from "../../src/plots/theme.js";
import { goldenSvg } from "./support/golden-svg.js";
import { syntheticActivity } from "./support/synthetic-activity.js";
import { clashes } from "./support/text-boxes.js";

const tiny = () => syntheticActivity({ seed: 7, rois: 4, labelled: 3, frames: 40, dtS: 0.5, stimuli: 1 });
const large = () =>
  syntheticActivity({ seed: 2, rois: 150, labelled: 150, frames: 4000, dtS: 0.5, stimuli: 30, states: true });

describe("the picture of a recording", () => {
  it.each(Object.values(THEMES))("is the one kept, in $name", async (theme) => {
    const picture = activityPicture(tiny(), { theme, width: 500 });
    await expect(goldenSvg(picture.svg)).toMatchFileSnapshot(`golden/activity-${theme.name}.svg`);
    expect(picture.rows).toBe(4);
  });

  it("is the same, byte for byte, every time", () => {
    const style = { theme: THEMES.light, width: 1000 };
    expect(activityPicture(large(), style).svg).toBe(activityPicture(large(), style).svg);
  });

  it("of 150 neurons and 4,000 samples is below 1 MB and says what a pixel is", () => {
    const picture = activityPicture(large(), { theme: THEMES.light, width: 1000 });
    expect(picture.svg.length).toBeLessThan(1e6);
    expect(picture.notes).toEqual(["each pixel is the mean of 2 or 3 samples"]);
  });

  it("has no texts that touch, whatever it shows", () => {
    const cases = [
      tiny(),
      large(),
      syntheticActivity({ seed: 3, rois: 60, labelled: 0, frames: 300, dtS: 0.6, stimuli: 0 }),
      syntheticActivity({ seed: 4, rois: 80, labelled: 30, frames: 900, dtS: 0.25, stimuli: 8, states: true }),
      { ...tiny(), neurons: undefined, channels: [], events: [], stimuli: [], frameTimesS: [] },
    ];
    for (const data of cases) {
      for (const width of [500, 1000, 1800]) {
        expect(clashes(activityPicture(data, { theme: THEMES.light, width }))).toEqual([]);
      }
    }
  });

  it("escapes what sources call things", () => {
    const data = tiny();
    const [first, ...rest] = data.traces;
    const traces = [{ ...(first as (typeof data.traces)[number]), label: null, rawLabel: "<script>&\u0007" }, ...rest];
    const { svg } = activityPicture({ ...data, traces }, { theme: THEMES.light, width: 600 });
    expect(svg).toContain("&lt;script&gt;&amp;\ufffd");
    expect(svg).not.toContain("<script");
  });

  it("survives a recording of one sample without anything", () => {
    const data = syntheticActivity({ seed: 1, rois: 1, labelled: 0, frames: 1, dtS: 1, stimuli: 0 });
    const picture = activityPicture(
      { ...data, recording: { ...data.recording, durationS: null } },
      { theme: THEMES.print, width: 500 },
    );
    expect(picture.svg).toContain("duration not known");
    expect(picture.svg).not.toContain("NaN");
  });
});
