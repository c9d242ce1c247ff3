import { describe, expect, it } from "vitest";
import { luvFromSrgb } from "../../../src/compute/colour/luv.js";

/** scikit-image 0.19.3 `rgb2luv`. */
const PUBLISHED = [
  { rgb: [0, 0, 0], luv: [0, 0, 0] },
  { rgb: [1, 1, 1], luv: [100, -0.000549500237842504, 0.007667209400868957] },
  { rgb: [0.2, 0.5, 0.7], luv: [50.972036354885105, -28.383587243949425, -50.2796537632894] },
  { rgb: [0.01, 0.02, 0.005], luv: [1.1739232965557278, -0.4201255518502467, 0.9156403495441157] },
  { rgb: [1, 0, 0], luv: [53.240587943744885, 175.01447356288767, 37.756173739350885] },
  { rgb: [0, 0, 1], luv: [32.29567256501352, -9.404918867928064, -130.3370458870368] },
  { rgb: [0.03, 0.04, 0.2], luv: [4.6041866345199765, -1.1570803974696666, -12.786908013913132] },
] as const;

describe("luvFromSrgb", () => {
  it.each(PUBLISHED)("gives scikit-image's value for $rgb", ({ rgb, luv }) => {
    const found = luvFromSrgb(rgb[0], rgb[1], rgb[2]);
    for (const [i, value] of luv.entries()) expect(found[i]).toBeCloseTo(value, 9);
  });
});
