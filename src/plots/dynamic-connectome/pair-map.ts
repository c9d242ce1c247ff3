import { type ColourMap, type MapEnd, sequentialMap } from "../colour-map.js";
import type { Theme, ThemeName } from "../theme.js";

const STEPS = 64;

/** From almost the ground to the strongest, along lines of lightness and chroma of OKLab. */
const ENDS: Readonly<Record<ThemeName, { readonly zero: MapEnd; readonly most: readonly [MapEnd, MapEnd] }>> = {
  light: {
    zero: { lightness: 0.985, chroma: 0.004, hue: 245 },
    most: [
      { lightness: 0.27, chroma: 0.12, hue: 268 },
      { lightness: 0.33, chroma: 0.12, hue: 28 },
    ],
  },
  dark: {
    zero: { lightness: 0.2, chroma: 0.01, hue: 255 },
    most: [
      { lightness: 0.94, chroma: 0.05, hue: 220 },
      { lightness: 0.94, chroma: 0.08, hue: 90 },
    ],
  },
  print: {
    zero: { lightness: 0.985, chroma: 0, hue: 250 },
    most: [
      { lightness: 0.12, chroma: 0.04, hue: 265 },
      { lightness: 0.12, chroma: 0.04, hue: 30 },
    ],
  },
};

/** Colours of pair factors from 0 to the largest: neurons that go together, and those that go opposite ways. */
export function pairMaps(theme: Theme): readonly [together: ColourMap, opposite: ColourMap] {
  const { zero, most } = ENDS[theme.name];
  const [together, opposite] = most;
  return [
    sequentialMap({ ...zero, hue: together.hue }, together, STEPS),
    sequentialMap({ ...zero, hue: opposite.hue }, opposite, STEPS),
  ];
}
