import { horizontalTicks } from "../axis.js";
import { countOf, linearScale, niceTicks, tickText } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import { membershipColours } from "./membership-colours.js";
import type { ClassScores } from "./membership-data.js";
import { type Badge, emptyPlot, type PlotArea, panelTitle, plotFrame, plotOutline, ROOM } from "./plot-frame.js";

/** Most bins. */
const MOST_BINS = 32;

/** Bins of equal width with round edges; the last holds its upper edge too. */
export interface ScoreBins {
  readonly edges: readonly number[];
  /** Share of each class in each bin; 0 for a class of none. */
  readonly members: readonly number[];
  readonly nonmembers: readonly number[];
  /** Scores that are no finite numbers. */
  readonly left: number;
}

/** Undefined where there is no finite score. */
export function scoreBins(scores: ClassScores): ScoreBins | undefined {
  const finite = (values: readonly number[]) => values.filter((value) => Number.isFinite(value));
  const [members, nonmembers] = [finite(scores.members), finite(scores.nonmembers)];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of [members, nonmembers]) {
    for (const value of values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (least > most) return undefined;
  const edges = roundEdges(least, most);
  const left = scores.members.length + scores.nonmembers.length - members.length - nonmembers.length;
  return { edges, members: shares(members, edges), nonmembers: shares(nonmembers, edges), left };
}

/** Ticks of a span, and one step more on each side where the span goes beyond them. */
function roundEdges(least: number, most: number): number[] {
  const ticks = niceTicks(least, most, MOST_BINS - 2);
  const step = (ticks[1] ?? Number.NaN) - (ticks[0] ?? 0);
  if (!(step > 0)) {
    const half = Math.max(0.5, Math.abs(least) * 1e-6);
    return [least - half, least + half];
  }
  const digits = Math.max(0, 2 - Math.floor(Math.log10(step)));
  const [first, last] = [ticks[0] as number, ticks.at(-1) as number];
  const round = (value: number) => (digits <= 100 ? Number(value.toFixed(digits)) : value);
  return [...(first > least ? [round(first - step)] : []), ...ticks, ...(last < most ? [round(last + step)] : [])];
}

function shares(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    let bin = 0;
    while (bin < counts.length - 1 && value >= (edges[bin + 1] as number)) bin++;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count) => (values.length === 0 ? 0 : count / values.length));
}

/** Scores of members upwards and of non-members downwards, each as shares of its class. */
export function scoreHistogram(panel: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly scores: ClassScores;
  readonly title: string;
  readonly xTitle: string;
  /** Marked by a dashed line. */
  readonly threshold: number | null;
  readonly badge: Badge | undefined;
  readonly theme: Theme;
}): string {
  const { x, y, width, height, scores, title, xTitle, threshold, badge, theme } = panel;
  const colours = membershipColours(theme);
  const [left, top] = [x + ROOM.left, y + ROOM.top];
  const plotWidth = width - ROOM.left - 6;
  const bins = scoreBins(scores);
  const edges = bins?.edges ?? [0, 1];
  const most = bins === undefined ? 1 : Math.max(...bins.members, ...bins.nonmembers) * 1.08;
  const across = linearScale([edges[0] as number, edges.at(-1) as number], [left, left + plotWidth]);
  const area: PlotArea = {
    left,
    top,
    width: plotWidth,
    height,
    x: across,
    y: linearScale([-most, most], [top + height, top]),
  };
  const steps = niceTicks(0, most, Math.max(2, Math.floor(height / 70))).filter((value) => value > 0);
  const below = steps.map((value) => -value).reverse();
  const bars = (values: readonly number[], sign: 1 | -1) => {
    const path = new PathData();
    values.forEach((value, bin) => {
      if (value === 0) return;
      const [from, to] = [across.at(edges[bin] as number), across.at(edges[bin + 1] as number)];
      const [a, b] = [area.y.at(0), area.y.at(sign * value)];
      path.rectangle(from, Math.min(a, b), to - from, Math.abs(a - b));
    });
    return path.toString();
  };
  const shape = { stroke: theme.panel, "stroke-width": 0.75 };
  const showsThreshold = threshold !== null && threshold >= across.minimum && threshold <= across.maximum;
  return group({}, [
    panelTitle({ x, y, width, title, badge, theme }),
    plotFrame({
      area,
      xTicks: horizontalTicks(across).map((value) => ({ value, text: tickText(value) })),
      yTicks: [...below, 0, ...steps].map((value) => ({ value, text: tickText(Math.abs(value)) })),
      xTitle,
      yTitles: [
        fitting([`share of ${countOf(scores.members.length, "member")}`, "members"], height / 2),
        fitting([`of ${countOf(scores.nonmembers.length, "non-member")}`, "non-members"], height / 2),
      ],
      theme,
    }),
    bins === undefined ? emptyPlot(area, "no scores", theme) : "",
    bins === undefined ? "" : element("path", { d: bars(bins.members, 1), fill: colours.attack, ...shape }),
    bins === undefined ? "" : element("path", { d: bars(bins.nonmembers, -1), fill: colours.nonmember, ...shape }),
    element("path", {
      d: new PathData()
        .move(left, area.y.at(0))
        .line(left + plotWidth, area.y.at(0))
        .toString(),
      stroke: theme.axis,
      fill: "none",
    }),
    showsThreshold
      ? element("path", {
          d: new PathData()
            .move(across.at(threshold), top)
            .line(across.at(threshold), top + height)
            .toString(),
          stroke: theme.text,
          "stroke-dasharray": "4 3",
          fill: "none",
        })
      : "",
    plotOutline(area, theme),
  ]);
}

/** The first text that has room along half of an axis, or the last. */
function fitting(texts: readonly [string, string], room: number): string {
  return textWidth(texts[0], 10) <= room - 8 ? texts[0] : texts[1];
}
