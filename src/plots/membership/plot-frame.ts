import type { Scale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import { membershipColours } from "./membership-colours.js";

/** Room around the plot of a panel: title above, numbers and titles of the axes. */
export const ROOM = { top: 26, left: 46, bottom: 34 } as const;

const TICK_SIZE = 9;
const TITLE_SIZE = 11;
const BADGE_SIZE = 8.5;

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Where a plot is, and how its values map to places. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Scale;
  readonly y: Scale;
}

/** Title of a panel, with a mark at its right end where the gate does not pass. */
export function panelTitle(panel: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly title: string;
  readonly badge: Badge | undefined;
  readonly theme: Theme;
}): string {
  const { x, y, width, title, badge, theme } = panel;
  const room = badge === undefined ? 0 : badgeWidth(badge) + 10;
  const text = fitText(title, width - room, TITLE_SIZE, true);
  return group({}, [
    textAt(x, y + 12, text, { size: TITLE_SIZE, fill: theme.text, bold: true }),
    badge === undefined ? "" : drawBadge(badge, x + width, y, theme),
  ]);
}

/** Words that a panel cannot be shown without. */
export interface Badge {
  readonly text: string;
  readonly alarm: boolean;
}

/** Width of {@link drawBadge}. */
export function badgeWidth({ text }: Badge): number {
  return textWidth(text, BADGE_SIZE, true) + 12;
}

/** A badge, 15 px high, that ends at `right`. */
export function drawBadge(badge: Badge, right: number, y: number, theme: Theme): string {
  const width = badgeWidth(badge);
  const colours = membershipColours(theme)[badge.alarm ? "alarm" : "caution"];
  const x = right - width;
  return group({}, [
    element("rect", { x, y: y + 1, width, height: 15, rx: 2, fill: colours.ground, stroke: colours.edge }),
    textAt(x + width / 2, baseline(y + 8.5, BADGE_SIZE), badge.text, {
      size: BADGE_SIZE,
      fill: colours.text,
      anchor: "middle",
      bold: true,
    }),
  ]);
}

/** Ground, grid, ticks, numbers and titles of a plot; what is drawn on it comes after. */
export function plotFrame(frame: {
  readonly area: PlotArea;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly xTitle: string;
  /** One title in the middle, or one for each half from the top. */
  readonly yTitles: readonly string[];
  readonly theme: Theme;
}): string {
  const { area, xTicks, yTicks, xTitle, yTitles, theme } = frame;
  const { left, top, width, height, x, y } = area;
  const bottom = top + height;
  const [grid, ticks] = [new PathData(), new PathData()];
  for (const { value } of xTicks) {
    grid.move(x.at(value), top).line(x.at(value), bottom);
    ticks.move(x.at(value), bottom).line(x.at(value), bottom + 4);
  }
  for (const { value } of yTicks) {
    grid.move(left, y.at(value)).line(left + width, y.at(value));
    ticks.move(left - 4, y.at(value)).line(left, y.at(value));
  }
  const number = { size: TICK_SIZE, fill: theme.text } as const;
  const part = height / yTitles.length;
  return group({}, [
    element("rect", { x: left, y: top, width, height, fill: theme.panel }),
    element("path", { d: grid.toString(), fill: "none", stroke: theme.grid }),
    element("path", { d: ticks.toString(), fill: "none", stroke: theme.axis }),
    ...xTicks.map(({ value, text }) => textAt(x.at(value), bottom + 14, text, { ...number, anchor: "middle" })),
    ...yTicks.map(({ value, text }) =>
      textAt(left - 6, baseline(y.at(value), TICK_SIZE), text, { ...number, anchor: "end" }),
    ),
    textAt(left + width / 2, bottom + 28, fitText(xTitle, width + ROOM.left, 10), {
      size: 10,
      fill: theme.text,
      anchor: "middle",
    }),
    ...yTitles.map((title, index) =>
      textAt(left - ROOM.left + 10, top + part * (index + 0.5), fitText(title, part - 8, 10), {
        size: 10,
        fill: theme.text,
        anchor: "middle",
        rotate: -90,
      }),
    ),
  ]);
}

/** The outline, drawn last. */
export function plotOutline({ left, top, width, height }: PlotArea, theme: Theme): string {
  return element("rect", { x: left, y: top, width, height, fill: "none", stroke: theme.axis });
}

/** Says in an empty plot why it is empty. */
export function emptyPlot({ left, top, width, height }: PlotArea, reason: string, theme: Theme): string {
  return textAt(left + width / 2, baseline(top + height / 2, 10), fitText(reason, width - 8, 10), {
    size: 10,
    fill: theme.muted,
    anchor: "middle",
  });
}
