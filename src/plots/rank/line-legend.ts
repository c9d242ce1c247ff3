import { marker } from "../membership/markers.js";
import { element, group, PathData } from "../svg.js";
import { baseline, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import type { CurveLook } from "./rank-panel.js";

const SIZE = 9.5;
const LINE = 17;
const SAMPLE = 28;

export interface LegendLine {
  readonly label: string;
  readonly colour: string;
  readonly dash?: string | undefined;
  readonly width?: number;
  readonly shape?: CurveLook["shape"];
  /** A dot instead of a line. */
  readonly dot?: "filled" | "hollow";
}

/** Lines and dots with what they stand for, from `x` to `right`. */
export function lineLegend(legend: {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly items: readonly LegendLine[];
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number } {
  const { items, right, theme } = legend;
  let { x, y } = legend;
  const drawn: string[] = [];
  for (const { label, colour, dash, width = 1.5, shape, dot } of items) {
    const wide = SAMPLE + 6 + textWidth(label, SIZE) + 18;
    if (x > legend.x && x + wide > right) {
      x = legend.x;
      y += LINE;
    }
    const middle = y + LINE / 2;
    if (dot === undefined) {
      const d = new PathData()
        .move(x, middle)
        .line(x + SAMPLE, middle)
        .toString();
      drawn.push(element("path", { d, stroke: colour, "stroke-width": width, "stroke-dasharray": dash, fill: "none" }));
      if (shape !== undefined) drawn.push(marker(shape, x + SAMPLE / 2, middle, colour, theme.background));
    } else {
      const fill = dot === "filled" ? { fill: colour, "fill-opacity": 0.45 } : { fill: theme.panel, stroke: colour };
      drawn.push(element("circle", { cx: x + SAMPLE / 2, cy: middle, r: 2.2, ...fill }));
    }
    drawn.push(textAt(x + SAMPLE + 6, baseline(middle, SIZE), label, { size: SIZE, fill: theme.text }));
    x += wide;
  }
  return { svg: group({}, drawn), height: items.length === 0 ? 0 : y + LINE - legend.y };
}
