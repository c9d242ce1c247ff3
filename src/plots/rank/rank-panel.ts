import { marker } from "../membership/markers.js";
import {
  emptyPlot,
  type PlotArea,
  panelTitle,
  plotFrame,
  plotOutline,
  ROOM,
  type Tick,
} from "../membership/plot-frame.js";
import { linearScale, niceTicks, tickText } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import type { Theme } from "../theme.js";

/** Width of the ground of the chosen rank. */
export const CHOSEN_WIDTH = 18;

/** A curve over ranks as it is drawn; null values are left out, and the line is broken there. */
export interface DrawnCurve {
  readonly points: readonly (readonly [rank: number, value: number | null])[];
  readonly look: CurveLook;
}

export interface CurveLook {
  readonly colour: string;
  readonly dash: string | undefined;
  readonly shape: "circle" | "square" | "triangle" | "diamond";
}

/** A fit beside a curve. */
export interface DrawnStart {
  readonly rank: number;
  readonly value: number;
  /** Px beside its rank. */
  readonly shift: number;
  readonly colour: string;
  readonly stuck: boolean;
}

/** A value that a rank has to reach. */
export interface Limit {
  readonly value: number;
  readonly dash: string;
}

/** One quantity over the ranks. */
export interface RankPanel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly yTitle: string;
  /** The values that the axis spans at least, and that it does not leave. */
  readonly span: readonly [low: number | undefined, high: number | undefined];
  readonly clip: boolean;
  readonly ranks: readonly number[];
  readonly curves: readonly DrawnCurve[];
  readonly starts: readonly DrawnStart[];
  readonly limits: readonly Limit[];
  readonly chosen: number | undefined;
  /** What is said where there is no value at all. */
  readonly empty: string;
  readonly theme: Theme;
}

/** A panel over ranks: curves, fits, limits as lines of dashes, the chosen rank as a ground. */
export function rankPanel(panel: RankPanel): string {
  const { x, y, width, height, title, yTitle, ranks, curves, limits, chosen, theme } = panel;
  const [low, high] = valueSpan(panel);
  const [left, top] = [x + ROOM.left, y + ROOM.top];
  const plot = { left, top, width: width - ROOM.left, height };
  const [first, last] = [Math.min(...ranks), Math.max(...ranks)];
  const area: PlotArea = {
    ...plot,
    x: linearScale([first - 0.5, last + 0.5], [left, left + plot.width]),
    y: linearScale([low, high], [top + height - 5, top + 5]),
  };
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const any = curves.some(({ points }) => points.some(([, value]) => value !== null));
  const ticks = (values: readonly number[]): Tick[] => values.map((value) => ({ value, text: tickText(value) }));
  return group({}, [
    panelTitle({ x: left, y, width: plot.width, title, badge: undefined, theme }),
    plotFrame({
      area,
      xTicks: ticks(rankTicks(ranks, plot.width)),
      yTicks: ticks(niceTicks(low, high, Math.max(3, Math.floor(height / 28)))),
      xTitle: "rank (number of components)",
      yTitles: [yTitle],
      theme,
    }),
    chosen === undefined ? "" : chosenBand(chosen, area, theme),
    ...limits.map(({ value, dash }) => limitLine(area, value, dash, theme)),
    any ? "" : emptyPlot(area, panel.empty, theme),
    ...panel.starts.map((start) => startDot(start, area, within, theme)),
    ...curves.flatMap((curve) => drawnCurve(curve, area, within, theme)),
    plotOutline(area, theme),
  ]);
}

function chosenBand(chosen: number, { x, top, height }: PlotArea, theme: Theme): string {
  const width = Math.min(CHOSEN_WIDTH, 0.8 * (x.at(1) - x.at(0)));
  return element("rect", { x: x.at(chosen) - width / 2, y: top, width, height, fill: theme.shade });
}

function limitLine({ left, width, y }: PlotArea, value: number, dash: string, theme: Theme): string {
  const d = new PathData()
    .move(left, y.at(value))
    .line(left + width, y.at(value))
    .toString();
  return element("path", { d, stroke: theme.axis, "stroke-dasharray": dash });
}

/** From the lowest to the highest value with some air, or as the panel says. */
function valueSpan({ curves, starts, span, clip, limits }: RankPanel): [number, number] {
  const values = [
    ...curves.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value]))),
    ...starts.map(({ value }) => value),
    ...limits.map(({ value }) => value),
  ];
  const [least, most] = span;
  if (clip && least !== undefined && most !== undefined) return [least, most];
  const low = Math.min(...values, ...(least === undefined ? [] : [least]));
  const high = Math.max(...values, ...(most === undefined ? [] : [most]));
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const air = high > low ? 0.04 * (high - low) : 0.5;
  return [least === undefined ? low - air : low, most === undefined ? high + air : high];
}

/** Every rank where they have room, else every second, fifth, tenth. */
function rankTicks(ranks: readonly number[], width: number): number[] {
  const [first, last] = [Math.min(...ranks), Math.max(...ranks)];
  const step = [1, 2, 5, 10, 20, 50, 100].find((size) => ((last - first) / size + 1) * 22 <= width) ?? 200;
  const ticks: number[] = [];
  for (let rank = Math.ceil(first / step) * step; rank <= last; rank += step) ticks.push(rank);
  return ticks;
}

function startDot(start: DrawnStart, area: PlotArea, within: (value: number) => number, theme: Theme): string {
  const { rank, value, shift, colour, stuck } = start;
  return element("circle", {
    cx: area.x.at(rank) + shift,
    cy: area.y.at(within(value)),
    r: 2.2,
    fill: stuck ? theme.panel : colour,
    "fill-opacity": stuck ? undefined : 0.45,
    stroke: stuck ? colour : undefined,
  });
}

function drawnCurve(
  { points, look }: DrawnCurve,
  area: PlotArea,
  within: (value: number) => number,
  theme: Theme,
): string[] {
  const path = new PathData();
  const marks: string[] = [];
  let pen = false;
  for (const [rank, value] of points) {
    if (value === null) {
      pen = false;
      continue;
    }
    const [x, y] = [area.x.at(rank), area.y.at(within(value))];
    if (pen) path.line(x, y);
    else path.move(x, y);
    pen = true;
    marks.push(marker(look.shape, x, y, look.colour, theme.panel));
  }
  if (path.isEmpty) return [];
  const line = { fill: "none", stroke: look.colour, "stroke-width": 1.5, "stroke-dasharray": look.dash };
  return [element("path", { d: path.toString(), ...line }), ...marks];
}
