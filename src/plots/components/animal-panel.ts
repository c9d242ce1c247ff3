import { bottomAxis } from "../axis.js";
import { linearScale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import type { Theme } from "../theme.js";
import type { ComponentData } from "./components-data.js";
import { rowNames } from "./row-names.js";

const LARGEST_ROW = 22;
const AXIS_HEIGHT = 32;

/** Animals as bars, filled where they are above half of the largest, else hollow, with a line at that half. */
export function animalPanel(options: {
  readonly component: ComponentData;
  readonly names: readonly string[];
  readonly title: string;
  readonly x: number;
  readonly top: number;
  readonly width: number;
  /** Height to be filled, axis included. */
  readonly height: number;
  readonly theme: Theme;
}): string {
  const { component, names, title, x, top, width, height, theme } = options;
  const values = component.animals;
  const row = Math.min(LARGEST_ROW, (height - AXIS_HEIGHT) / Math.max(1, values.length));
  const bottom = top + row * values.length;
  const labels = rowNames({ names, x, top, row, room: width / 2, theme });
  const left = x + labels.width;
  const largest = values.reduce((most, value) => (value > most ? value : most), 0);
  const scale = linearScale([0, largest > 0 ? largest : 1], [left, x + width - 6]);
  const half = largest / 2;
  const full = new PathData();
  const low = new PathData();
  values.forEach((value, index) => {
    if (!(value > 0)) return;
    const gap = Math.min(2, row * 0.15);
    const path = value > half ? full : low;
    path.rectangle(left, top + index * row + gap, scale.at(value) - left, row - 2 * gap);
  });
  const halfX = scale.at(half);
  return group({}, [
    element("rect", { x: left, y: top, width: x + width - left, height: bottom - top, fill: theme.panel }),
    labels.svg,
    full.isEmpty ? "" : element("path", { d: full.toString(), fill: theme.line }),
    low.isEmpty ? "" : element("path", { d: low.toString(), fill: theme.panel, stroke: theme.line }),
    largest > 0
      ? element("path", {
          d: `M${halfX.toFixed(1)} ${top.toFixed(1)}V${bottom.toFixed(1)}`,
          stroke: theme.axis,
          "stroke-dasharray": "4 3",
        })
      : "",
    bottomAxis({ scale, y: bottom, title, theme }),
  ]);
}
