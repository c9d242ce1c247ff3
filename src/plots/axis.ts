import { niceTicks, type Scale, tickText } from "./scale.js";
import { element, group, PathData } from "./svg.js";
import { baseline, textAt, textWidth } from "./text.js";
import type { Theme } from "./theme.js";

export const TICK_SIZE = 9;

/** An axis below a panel: line, ticks, numbers that do not touch, and what it shows. 32 px high. */
export function bottomAxis(axis: {
  readonly scale: Scale;
  readonly y: number;
  readonly title: string;
  readonly theme: Theme;
}): string {
  const { scale, y, title, theme } = axis;
  const left = scale.at(scale.minimum);
  const right = scale.at(scale.maximum);
  const ticks = horizontalTicks(scale);
  const lines = new PathData().move(left, y).line(right, y);
  for (const tick of ticks) lines.move(scale.at(tick), y).line(scale.at(tick), y + 4);
  const style = { size: TICK_SIZE, fill: theme.text, anchor: "middle" } as const;
  return group({}, [
    element("path", { d: lines.toString(), fill: "none", stroke: theme.axis }),
    ...ticks.map((tick) => textAt(scale.at(tick), y + 14, tickText(tick), style)),
    textAt((left + right) / 2, y + 28, title, { ...style, size: 10 }),
  ]);
}

/** Ticks whose numbers have room side by side. */
export function horizontalTicks(scale: Scale): number[] {
  const width = Math.abs(scale.at(scale.maximum) - scale.at(scale.minimum));
  for (let most = Math.max(2, Math.floor(width / 60)); most > 1; most--) {
    const ticks = niceTicks(scale.minimum, scale.maximum, most);
    const widest = Math.max(0, ...ticks.map((tick) => textWidth(tickText(tick), TICK_SIZE)));
    if (ticks.length < 2 || width / (ticks.length - 1) > widest + 12) return ticks;
  }
  return niceTicks(scale.minimum, scale.maximum, 1);
}

/** Lines across panels at the ticks of an axis, as path data. */
export function verticalGrid(scale: Scale, top: number, bottom: number): string {
  const lines = new PathData();
  for (const tick of horizontalTicks(scale)) lines.move(scale.at(tick), top).line(scale.at(tick), bottom);
  return lines.toString();
}

/** An axis left of a low panel, with two or three numbers. */
export function leftAxis(axis: { readonly scale: Scale; readonly x: number; readonly theme: Theme }): string {
  const { scale, x, theme } = axis;
  const height = Math.abs(scale.at(scale.maximum) - scale.at(scale.minimum));
  const ticks = niceTicks(scale.minimum, scale.maximum, Math.max(3, Math.floor(height / 14)));
  const lines = new PathData().move(x, scale.at(scale.maximum)).line(x, scale.at(scale.minimum));
  for (const tick of ticks) lines.move(x - 3, scale.at(tick)).line(x, scale.at(tick));
  const style = { size: 8, fill: theme.muted, anchor: "end" } as const;
  return group({}, [
    element("path", { d: lines.toString(), fill: "none", stroke: theme.axis, "stroke-width": 0.75 }),
    ...ticks.map((tick) => textAt(x - 5, baseline(scale.at(tick), 8), tickText(tick), style)),
  ]);
}
