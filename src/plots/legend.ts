import { hexColour } from "./colour.js";
import type { ColourMap } from "./colour-map.js";
import { element, group, PathData } from "./svg.js";
import { baseline, textAt, textWidth } from "./text.js";
import type { Theme } from "./theme.js";

const SIZE = 9;
export const BAR_HEIGHT = 10;
/** Height of {@link colourBar}: title, bar, numbers. */
export const COLOUR_BAR_HEIGHT = 40;

/** A horizontal bar of a colour map with its title above and numbers below. */
export function colourBar(bar: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly map: ColourMap;
  readonly title: string;
  /** Where numbers stand (0 to 1 along the bar) and what they say. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly theme: Theme;
}): string {
  const { x, y, width, map, title, ticks, theme } = bar;
  const top = y + 15;
  const bottom = top + BAR_HEIGHT;
  const step = width / map.length;
  const slices = map.map((colour, index) =>
    // Each slice reaches under the next: no seams.
    element("rect", {
      x: x + index * step,
      y: top,
      width: Math.min(width - index * step, step + 0.6),
      height: BAR_HEIGHT,
      fill: hexColour(colour),
    }),
  );
  const marks = new PathData();
  for (const tick of ticks) marks.move(x + tick.at * width, bottom).line(x + tick.at * width, bottom + 3);
  const style = { size: SIZE, fill: theme.text, anchor: "middle" } as const;
  return group({}, [
    textAt(x, y + 9, title, { size: 10, fill: theme.text }),
    ...slices,
    element("rect", { x, y: top, width, height: BAR_HEIGHT, fill: "none", stroke: theme.axis, "stroke-width": 0.5 }),
    element("path", { d: marks.toString(), stroke: theme.axis, fill: "none" }),
    ...ticks.map((tick) => textAt(x + tick.at * width, bottom + 12, tick.label, style)),
  ]);
}

export interface Swatch {
  readonly fill: string;
  readonly label: string;
  readonly stroke?: string;
}

/** Filled boxes with what they stand for, in lines from `x` to `right`; says how high it became. */
export function swatches(legend: {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly items: readonly Swatch[];
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number } {
  const { items, theme, right } = legend;
  const line = 16;
  let x = legend.x;
  let y = legend.y;
  const drawn: string[] = [];
  for (const { fill, label, stroke } of items) {
    const width = 16 + textWidth(label, SIZE) + 14;
    if (x > legend.x && x + width > right) {
      x = legend.x;
      y += line;
    }
    const box = { x, y: y + 1, width: 12, height: BAR_HEIGHT, stroke: stroke ?? theme.axis, "stroke-width": 0.5 };
    drawn.push(element("rect", { ...box, fill }));
    drawn.push(textAt(x + 16, baseline(y + 1 + BAR_HEIGHT / 2, SIZE), label, { size: SIZE, fill: theme.text }));
    x += width;
  }
  return { svg: group({}, drawn), height: items.length === 0 ? 0 : y + line - legend.y };
}
