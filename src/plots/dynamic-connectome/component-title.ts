import { type Badge, badgeWidth, drawBadge } from "../membership/plot-frame.js";
import { element, group } from "../svg.js";
import { fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import type { ComponentFacts } from "./run-data.js";
import { componentFacts } from "./run-words.js";

/** Height of {@link componentTitle}. */
export const COMPONENT_TITLE_HEIGHT = 24;

const SIZE = 12;

/** The line above a component: its number, what of it is measured, and whether other starts find it again. */
export function componentTitle(title: {
  readonly facts: ComponentFacts;
  readonly more: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly theme: Theme;
}): string {
  const { facts, more, x, y, width, theme } = title;
  const name = `Component ${facts.component}`;
  const badge = reproducibilityBadge(facts);
  const badgeX = x + textWidth(name, SIZE, true) + 10;
  const factsX = badge === undefined ? badgeX : badgeX + badgeWidth(badge) + 10;
  const words = [...componentFacts(facts), ...more].join("  ·  ");
  return group({}, [
    element("path", { d: `M${x} ${y}H${x + width}`, stroke: theme.grid }),
    textAt(x, y + 17, name, { size: SIZE, fill: theme.text, bold: true }),
    badge === undefined ? "" : drawBadge(badge, badgeX + badgeWidth(badge), y + 5, theme),
    textAt(factsX, y + 17, fitText(words, x + width - factsX, 10), { size: 10, fill: theme.muted }),
  ]);
}

/** Nothing where it is reproducible. */
export function reproducibilityBadge({ reproducible, match }: ComponentFacts): Badge | undefined {
  if (reproducible === true) return undefined;
  if (reproducible === false) return { text: "NOT REPRODUCIBLE", alarm: true };
  return { text: match === null ? "ONE START" : "REPRODUCIBILITY NOT STATED", alarm: false };
}
