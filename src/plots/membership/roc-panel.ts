import { linearScale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import type { Theme } from "../theme.js";
import { decades, logScale } from "./log-scale.js";
import type { CurvePoint } from "./membership-data.js";
import { type Badge, emptyPlot, type PlotArea, panelTitle, plotFrame, plotOutline, ROOM } from "./plot-frame.js";

/** A curve and how it is drawn. */
export interface DrawnCurve {
  readonly curve: readonly CurvePoint[];
  readonly colour: string;
  readonly dash: string | undefined;
  readonly width: number;
  /** Whether its 95 % band is filled. */
  readonly band: boolean;
}

export interface RocPanel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Length of a side of the plot. */
  readonly side: number;
  /** In the order of drawing: the last is on top. */
  readonly curves: readonly DrawnCurve[];
  readonly nonmembers: number;
  readonly badge: Badge | undefined;
  readonly theme: Theme;
}

/** Where a point of a tie stands between its neighbours, so that a straight line bends as it must on a log scale. */
const STEPS = [0.02, 0.06, 0.15, 0.3, 0.5, 0.75, 1];

/** ROC curves with bands and the diagonal of chance. */
export function rocPanel(panel: RocPanel): string {
  const { x, y, side } = panel;
  const [left, top] = [x + ROOM.left, y + ROOM.top];
  const scales = { x: linearScale([0, 1], [left, left + side]), y: linearScale([0, 1], [top + side, top]) };
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => ({ value, text: String(value) }));
  return drawPanel(panel, { left, top, width: side, height: side, ...scales }, ticks, "ROC", false);
}

/**
 * The same on logarithmic axes, for low false-positive rates (Carlini et al. 2022). Rates below one non-member, which
 * cannot be estimated, have a darker ground.
 */
export function lowRatePanel(panel: RocPanel): string {
  const { x, y, side, nonmembers } = panel;
  const [left, top] = [x + ROOM.left, y + ROOM.top];
  const least = leastRate(nonmembers);
  const scales = { x: logScale([least, 1], [left, left + side]), y: logScale([least, 1], [top + side, top]) };
  const ticks = decades(least, 1).map((value) => ({ value, text: String(value) }));
  return drawPanel(panel, { left, top, width: side, height: side, ...scales }, ticks, "ROC, low rates", true);
}

/** Lowest rate of the logarithmic axes: the power of ten at or below one non-member, .01 to .00001. */
export function leastRate(nonmembers: number): number {
  const exponent = Math.floor(Math.log10(1 / Math.max(1, nonmembers)) + 1e-9);
  return Number(`1e${Math.max(-5, Math.min(-2, exponent))}`);
}

function drawPanel(
  panel: RocPanel,
  area: PlotArea,
  ticks: readonly { readonly value: number; readonly text: string }[],
  title: string,
  logarithmic: boolean,
): string {
  const { x, y, width, curves, nonmembers, badge, theme } = panel;
  const { left, top, height } = area;
  const drawn = curves.filter(({ curve }) => curve.length > 0);
  const zone = logarithmic && nonmembers > 0 ? area.x.at(1 / nonmembers) - left : 0;
  const chance = new PathData()
    .move(area.x.at(area.x.minimum), area.y.at(area.y.minimum))
    .line(area.x.at(1), area.y.at(1));
  return group({}, [
    panelTitle({ x, y, width, title, badge, theme }),
    plotFrame({
      area,
      xTicks: ticks,
      yTicks: ticks,
      xTitle: "false-positive rate",
      yTitles: ["true-positive rate"],
      theme,
    }),
    element("path", { d: chance.toString(), fill: "none", stroke: theme.muted, "stroke-dasharray": "1 3" }),
    ...drawn.filter(({ band }) => band).map((curve) => drawBand(curve, area, logarithmic)),
    zone > 0.5
      ? element("rect", { x: left, y: top, width: zone, height, fill: theme.axis, "fill-opacity": "0.18" })
      : "",
    ...drawn.map((curve) => drawLine(curve, area, logarithmic)),
    drawn.length === 0 ? emptyPlot(area, "no curve: one class only", theme) : "",
    plotOutline(area, theme),
  ]);
}

function drawLine({ curve, colour, dash, width }: DrawnCurve, area: PlotArea, logarithmic: boolean): string {
  const points = logarithmic ? bent(curve) : curve;
  return element("path", {
    d: pathOf(points.map(({ fpr, tpr }) => [area.x.at(fpr), area.y.at(tpr)])),
    fill: "none",
    stroke: colour,
    "stroke-width": width,
    "stroke-dasharray": dash,
    "stroke-linejoin": "round",
  });
}

function drawBand({ curve, colour }: DrawnCurve, area: PlotArea, logarithmic: boolean): string {
  const points = logarithmic ? bent(curve) : curve;
  const upper = thinned(points.map(({ fpr, high }) => [area.x.at(fpr), area.y.at(high)]));
  const lower = thinned(points.map(({ fpr, low }) => [area.x.at(fpr), area.y.at(low)]));
  return element("path", { d: `${pathOf([...upper, ...lower.reverse()])}z`, fill: colour, "fill-opacity": "0.14" });
}

/** A curve with points added on its sloping lines. */
function bent(curve: readonly CurvePoint[]): CurvePoint[] {
  return curve.flatMap((point, index) => {
    const before = curve[index - 1];
    if (before === undefined || before.fpr === point.fpr || before.tpr === point.tpr) return [point];
    return STEPS.map((share) => ({
      fpr: before.fpr + (point.fpr - before.fpr) * share,
      tpr: before.tpr + (point.tpr - before.tpr) * share,
      low: before.low + (point.low - before.low) * share,
      high: before.high + (point.high - before.high) * share,
    }));
  });
}

type Place = readonly [x: number, y: number];

function pathOf(places: readonly Place[]): string {
  const path = new PathData();
  for (const [index, [x, y]] of thinned(places).entries()) {
    if (index === 0) path.move(x, y);
    else path.line(x, y);
  }
  return path.toString();
}

/** Places to a tenth of a px, without those on a horizontal or vertical line between their neighbours. */
export function thinned(places: readonly Place[]): Place[] {
  const kept: Place[] = [];
  for (const place of places) {
    const [x, y] = [Math.round(place[0] * 10) / 10, Math.round(place[1] * 10) / 10];
    const [last, before] = [kept.at(-1), kept.at(-2)];
    if (last !== undefined && last[0] === x && last[1] === y) continue;
    if (before !== undefined && last !== undefined && goesOn(before, last, [x, y])) kept.pop();
    kept.push([x, y]);
  }
  return kept;
}

/** Whether `b` lies between `a` and `c` on a horizontal or vertical line. */
function goesOn(a: Place, b: Place, c: Place): boolean {
  return (
    [0, 1].some((k) => a[k] === b[k] && b[k] === c[k]) &&
    (b[0] - a[0]) * (c[0] - b[0]) >= 0 &&
    (b[1] - a[1]) * (c[1] - b[1]) >= 0
  );
}
