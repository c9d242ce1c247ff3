import { describe, expect, it } from "vitest";
import { hexColour, isDark, luminance, oklch, type Rgb } from "../../src/plots/colour.js";
import { mapIndex } from "../../src/plots/colour-map.js";
import { THEMES } from "../../src/plots/theme.js";

/** OKLab of an sRGB colour (Ottosson 2020). */
function oklab([red, green, blue]: Rgb): [number, number, number] {
  const [r, g, b] = [red, green, blue].map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function steps(map: readonly Rgb[], every: number): number[] {
  const points = map.filter((_, index) => index % every === 0).map(oklab);
  return points.slice(1).map((point, index) => {
    const before = points[index] as [number, number, number];
    return Math.hypot(...point.map((value, axis) => value - (before[axis] as number)));
  });
}

describe("colours", () => {
  it("of OKLCh are those of its author's tables", () => {
    expect(hexColour(oklch(1, 0, 0))).toBe("#ffffff");
    expect(hexColour(oklch(0.62796, 0.25768, 29.234))).toBe("#ff0000");
    expect(hexColour(oklch(0.45201, 0.31321, 264.052))).toBe("#0000ff");
  });

  it("know whether white or black reads better on them", () => {
    expect(["#000000", "#ffffff", "#4a6fa5", "#f4e3d3"].map(isDark)).toEqual([true, false, true, false]);
  });
});

describe.each(Object.values(THEMES))("the maps of $name", ({ name, diverging, sequential }) => {
  const half = (diverging.length - 1) / 2;

  it("step evenly, as people see it, on either side of the middle", () => {
    for (const side of [diverging.slice(0, half + 1), diverging.slice(half)]) {
      const sizes = steps(side, 16);
      expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.25);
    }
    for (const map of sequential) {
      const sizes = steps(map, 3);
      expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.7);
    }
  });

  it("are ordered by lightness where a reader needs it", () => {
    const light = diverging.map(luminance);
    const falling = (values: readonly number[]) =>
      values.every((value, index) => index === 0 || value <= (values[index - 1] as number));
    if (name === "print") expect(falling(light)).toBe(true);
    else if (name === "light") expect(falling(light.slice(half))).toBe(true);
    else expect(falling(light.slice(0, half))).toBe(true);
    for (const map of sequential) {
      const values = map.map(luminance);
      expect(falling(name === "dark" ? values.reverse() : values)).toBe(true);
    }
  });

  it("hold the last index back for missing values", () => {
    expect(diverging.length).toBe(255);
    expect([-99, -3, 0, 3, 99].map((value) => mapIndex(value, -3, 3, diverging.length))).toEqual([0, 0, 127, 254, 254]);
  });
});
