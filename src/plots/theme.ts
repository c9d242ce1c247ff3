import { hexColour, oklch } from "./colour.js";
import { type ColourMap, divergingMap, sequentialMap } from "./colour-map.js";

export const THEME_NAMES = ["light", "dark", "print"] as const;

export type ThemeName = (typeof THEME_NAMES)[number];

/** Everything that looks different on paper, on a light and on a dark screen. */
export interface Theme {
  readonly name: ThemeName;
  readonly background: string;
  /** Behind data. */
  readonly panel: string;
  readonly text: string;
  readonly muted: string;
  readonly axis: string;
  readonly grid: string;
  readonly line: string;
  /** Ground of intervals behind a line. */
  readonly shade: string;
  readonly mark: string;
  /** Fill of intervals of one kind. */
  readonly event: string;
  /** Fill where there is no value; `print` also hatches it with `missingHatch`. */
  readonly missing: string;
  readonly missingHatch: string | undefined;
  /** A cell that is there but has no weight; lighter (on dark grounds darker) than the weakest weight. */
  readonly unweighted: string;
  /** Fills that are told apart, in black and white too on `print`. */
  readonly categories: readonly string[];
  /** Below, at and above the mean. On `print` lightness falls all the way, so that a copy in grey keeps the order. */
  readonly diverging: ColourMap;
  /** Weak to strong, of two kinds of thing. */
  readonly sequential: readonly [ColourMap, ColourMap];
  /** Neuron types, muted: sensory, interneuron, motor, modulatory, pharyngeal, other. */
  readonly bands: readonly string[];
}

/** Steps of the maps: the last of 256 values is left for "no value". */
const DIVERGING_STEPS = 255;
const SEQUENTIAL_STEPS = 24;

const tints = (lightness: number, chroma: number, hues: readonly number[]) =>
  hues.map((hue) => hexColour(oklch(lightness, chroma, hue)));
const greys = (...lightness: readonly number[]) => lightness.map((value) => hexColour(oklch(value, 0, 0)));

const BAND_HUES = [145, 255, 25, 85, 320, 0];

const LIGHT: Theme = {
  name: "light",
  background: "#ffffff",
  panel: "#ffffff",
  text: "#16191d",
  muted: "#5a6169",
  axis: "#8b929a",
  grid: "#e3e6ea",
  line: "#23405f",
  shade: "#f4e3d3",
  mark: "#7b2d8b",
  event: "#d98032",
  missing: "#b4b8bd",
  missingHatch: undefined,
  unweighted: "#bcc0c5",
  categories: tints(0.72, 0.12, [55, 240, 150, 350, 100, 290, 195, 20]),
  diverging: divergingMap(
    { lightness: 0.42, chroma: 0.15, hue: 258 },
    0.975,
    { lightness: 0.42, chroma: 0.16, hue: 28 },
    DIVERGING_STEPS,
  ),
  sequential: [
    sequentialMap(
      { lightness: 0.78, chroma: 0.09, hue: 245 },
      { lightness: 0.27, chroma: 0.12, hue: 268 },
      SEQUENTIAL_STEPS,
    ),
    sequentialMap(
      { lightness: 0.8, chroma: 0.11, hue: 60 },
      { lightness: 0.33, chroma: 0.12, hue: 28 },
      SEQUENTIAL_STEPS,
    ),
  ],
  bands: [...tints(0.8, 0.08, BAND_HUES.slice(0, 5)), "#c3c7cc"],
};

const DARK: Theme = {
  name: "dark",
  background: "#14171b",
  panel: "#1b1f24",
  text: "#eceff2",
  muted: "#a2a9b1",
  axis: "#6d757e",
  grid: "#2a2f36",
  line: "#9cc4ee",
  shade: "#4a3524",
  mark: "#e0a3ee",
  event: "#d08a45",
  missing: "#6a7078",
  missingHatch: undefined,
  unweighted: "#5d636b",
  categories: tints(0.7, 0.12, [55, 240, 150, 350, 100, 290, 195, 20]),
  diverging: divergingMap(
    { lightness: 0.84, chroma: 0.11, hue: 230 },
    0.16,
    { lightness: 0.84, chroma: 0.13, hue: 68 },
    DIVERGING_STEPS,
  ),
  sequential: [
    sequentialMap(
      { lightness: 0.5, chroma: 0.11, hue: 255 },
      { lightness: 0.94, chroma: 0.05, hue: 220 },
      SEQUENTIAL_STEPS,
    ),
    sequentialMap(
      { lightness: 0.52, chroma: 0.12, hue: 40 },
      { lightness: 0.94, chroma: 0.08, hue: 90 },
      SEQUENTIAL_STEPS,
    ),
  ],
  bands: [...tints(0.5, 0.08, BAND_HUES.slice(0, 5)), "#555b62"],
};

const PRINT: Theme = {
  name: "print",
  background: "#ffffff",
  panel: "#ffffff",
  text: "#000000",
  muted: "#3c3c3c",
  axis: "#000000",
  grid: "#dcdcdc",
  line: "#000000",
  shade: "#e4e4e4",
  mark: "#000000",
  event: "#5a5a5a",
  missing: "#ffffff",
  missingHatch: "#6e6e6e",
  unweighted: "#c4c4c4",
  categories: greys(0.88, 0.72, 0.56, 0.42, 0.95, 0.8, 0.64, 0.49),
  diverging: divergingMap(
    { lightness: 0.98, chroma: 0.03, hue: 240 },
    0.76,
    { lightness: 0.2, chroma: 0.07, hue: 28 },
    DIVERGING_STEPS,
  ),
  sequential: [
    sequentialMap(
      { lightness: 0.64, chroma: 0.08, hue: 250 },
      { lightness: 0.12, chroma: 0.04, hue: 265 },
      SEQUENTIAL_STEPS,
    ),
    sequentialMap(
      { lightness: 0.64, chroma: 0.1, hue: 45 },
      { lightness: 0.12, chroma: 0.04, hue: 30 },
      SEQUENTIAL_STEPS,
    ),
  ],
  bands: greys(0.92, 0.78, 0.64, 0.85, 0.71, 0.57),
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = { light: LIGHT, dark: DARK, print: PRINT };
