import { isDark } from "../colour.js";
import type { Swatch } from "../legend.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt, textWidth } from "../text.js";
import type { EventSpan } from "./activity-data.js";
import { clippedSpan, NOTHING, type Part, type TimePanel } from "./time-panel.js";

const LANE_HEIGHT = 10;
const LANE_PITCH = 14;
const MOST_LANES = 6;
export const LANE_NAME_SIZE = 9;
const STATE_SIZE = 7.5;

/** Whether an event is an interval in which the animal moves backwards. */
export function isReversal(event: EventSpan): boolean {
  return /^revers/i.test(event.name);
}

/** Names of the lanes: reversals first, then by name. */
export function laneNames(events: readonly EventSpan[]): string[] {
  const names = [...new Set(events.map((event) => event.name))].sort();
  const reversal = names.filter((name) => isReversal({ name, startS: null, endS: null, value: null }));
  return [...reversal, ...names.filter((name) => !reversal.includes(name))];
}

/** One lane for each name of events: intervals as bars, points as ticks; named states are told apart by fill. */
export function eventLanes(
  panel: TimePanel,
  top: number,
  events: readonly EventSpan[],
): Part & { readonly swatches: readonly Swatch[] } {
  const names = laneNames(events);
  if (names.length === 0) return { ...NOTHING, swatches: [] };
  const shown = names.slice(0, MOST_LANES);
  const fills = stateFills(panel, events);
  const lanes = shown.map((name, index) =>
    lane({
      panel,
      y: top + index * LANE_PITCH,
      name,
      events: events.filter((event) => event.name === name),
      fills,
    }),
  );
  const left = names.slice(MOST_LANES);
  return {
    svg: group({}, lanes),
    height: shown.length * LANE_PITCH + 4,
    swatches: [...fills].map(([value, fill]) => ({ label: value, fill })),
    notes: left.length === 0 ? [] : [`events not drawn: ${left.join(", ")}`],
  };
}

/** Fills of the named intervals; what is said of a point is no state. States beyond the fills of the theme share the last one. */
function stateFills({ theme }: TimePanel, events: readonly EventSpan[]): ReadonlyMap<string, string> {
  const values = [
    ...new Set(events.flatMap(({ value, endS }) => (value === null || endS === null ? [] : [value]))),
  ].sort();
  const last = theme.categories.length - 1;
  return new Map(values.map((value, index) => [value, theme.categories[Math.min(index, last)] as string]));
}

function lane(options: {
  readonly panel: TimePanel;
  readonly y: number;
  readonly name: string;
  readonly events: readonly EventSpan[];
  readonly fills: ReadonlyMap<string, string>;
}): string {
  const { panel, y, name, events, fills } = options;
  const { theme, left, right } = panel;
  const bars = new Map<string, PathData>();
  const points = new PathData();
  const inside: string[] = [];
  for (const { startS, endS, value } of events) {
    const start = startS ?? (endS === null ? undefined : panel.scale.minimum);
    const span = start === undefined ? undefined : clippedSpan(panel, start, endS ?? start);
    if (span === undefined) continue;
    if (endS === null) {
      points.move(span.x, y).line(span.x, y + LANE_HEIGHT);
      continue;
    }
    const fill = (value === null ? undefined : fills.get(value)) ?? theme.event;
    if (!bars.has(fill)) bars.set(fill, new PathData());
    // A short interval is still seen.
    bars.get(fill)?.rectangle(span.x, y, Math.max(0.6, span.width), LANE_HEIGHT);
    if (value === null || textWidth(value, STATE_SIZE) + 4 > span.width) continue;
    const style = { size: STATE_SIZE, fill: isDark(fill) ? "#ffffff" : "#000000", anchor: "middle" } as const;
    inside.push(textAt(span.x + span.width / 2, baseline(y + LANE_HEIGHT / 2, STATE_SIZE), value, style));
  }
  const middle = y + LANE_HEIGHT / 2;
  const place = { x: left, y, width: right - left, height: LANE_HEIGHT };
  return group({}, [
    element("rect", { ...place, fill: theme.panel, stroke: theme.grid, "stroke-width": 0.75 }),
    ...[...bars].map(([fill, data]) => element("path", { d: data.toString(), fill })),
    ...inside,
    points.isEmpty ? "" : element("path", { d: points.toString(), stroke: theme.mark, "stroke-width": 1.6 }),
    textAt(left - 6, baseline(middle, LANE_NAME_SIZE), fitText(name, left - 14, LANE_NAME_SIZE), {
      size: LANE_NAME_SIZE,
      fill: theme.text,
      anchor: "end",
    }),
  ]);
}
