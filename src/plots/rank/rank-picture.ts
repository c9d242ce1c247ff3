import type { Flag } from "../dynamic-connectome/run-header.js";
import { footLines, MARGIN, runHeader } from "../dynamic-connectome/run-header.js";
import { choiceWords, runFacts, runFlags } from "../dynamic-connectome/run-words.js";
import { ROOM } from "../membership/plot-frame.js";
import { type Picture, type PictureStyle, svgDocument } from "../picture.js";
import { countOf, tickText } from "../scale.js";
import type { Theme } from "../theme.js";
import { type LegendLine, lineLegend } from "./line-legend.js";
import type { RankCurve, RankData, RankPoint, StartPoint } from "./rank-data.js";
import {
  type CurveLook,
  type DrawnCurve,
  type DrawnStart,
  type Limit,
  type RankPanel,
  rankPanel,
} from "./rank-panel.js";

const GAP = 28;
const LEAST_PANEL = 300;
const PLOT_HEIGHT = 210;
/** Px between the dots of starts of one rank. */
const DOT_STEP = 5;

/**
 * What speaks for each rank and against it: errors of every start, the core consistency, how well starts agree, the
 * nuclear score; the chosen rank through all of them, and a control as a second line.
 */
export function rankPicture(data: RankData, { theme, width }: PictureStyle): Picture {
  const { run, curve, controls } = data;
  const flags = [...runFlags(run, []), ...stabilityFlag(data)];
  const head = runHeader({ title: `Rank of ${run.id}`, facts: runFacts(run, []), flags, width, theme });
  const inner = width - 2 * MARGIN;
  const columns = inner >= 4 * LEAST_PANEL + 3 * GAP ? 4 : inner >= 2 * LEAST_PANEL + GAP ? 2 : 1;
  const panelWidth = (inner - (columns - 1) * GAP) / columns;
  const rowHeight = ROOM.top + PLOT_HEIGHT + ROOM.bottom + 14;
  const looks = curveLooks(controls.length, theme);
  const legend = lineLegend({
    x: MARGIN,
    y: head.height,
    right: width - MARGIN,
    items: legendItems(data, looks, theme),
    theme,
  });
  const top = head.height + legend.height + 8;
  const panels = quantities(data, looks, panelWidth - ROOM.left).map((quantity, index) =>
    rankPanel({
      ...quantity,
      x: MARGIN + (index % columns) * (panelWidth + GAP),
      y: top + Math.floor(index / columns) * rowHeight,
      width: panelWidth,
      height: PLOT_HEIGHT,
      ranks: [curve, ...controls].flatMap(({ ranks }) => ranks.map(({ rank }) => rank)),
      chosen: run.rank?.rank,
      theme,
    }),
  );
  const y = top + Math.ceil(panels.length / columns) * rowHeight + 8;
  const sentences = [...readingGuide(data), ...data.notes];
  const foot = footLines({ sentences, x: MARGIN, y, width: inner, theme });
  const height = Math.ceil(y + foot.height + MARGIN / 2);
  const svg = svgDocument({
    width,
    height,
    title: `Rank of ${run.id}`,
    description: description(data),
    theme,
    children: [head.svg, legend.svg, ...panels, foot.svg],
  });
  return { svg, width, height, rows: curve.ranks.length, notes: [...flags.map(({ text }) => text), ...data.notes] };
}

/** The run first, then its controls. */
function curveLooks(controls: number, theme: Theme): CurveLook[] {
  const others: CurveLook[] = [
    { colour: theme.event, dash: "6 3", shape: "square" },
    { colour: theme.event, dash: "2 2", shape: "triangle" },
  ];
  return [{ colour: theme.line, dash: undefined, shape: "circle" }, ...others.slice(0, controls)];
}

function chosenPoint({ run, curve }: RankData): RankPoint | undefined {
  return curve.ranks.find(({ rank }) => rank === run.rank?.rank);
}

function stabilityFlag(data: RankData): Flag[] {
  const { run, limits } = data;
  if (run.rank?.reproducible !== false) return [];
  const stability = chosenPoint(data)?.stability ?? null;
  const value = stability === null ? "" : ` (stability ${stability.toFixed(2)}${limitText(limits.reproducible)})`;
  return [
    { text: `NOT REPRODUCIBLE: at rank ${run.rank.rank} other starts find other components${value}`, alarm: true },
  ];
}

function limitText(limit: number | undefined): string {
  return limit === undefined ? "" : `, the limit is ${tickText(limit)}`;
}

type Quantity = Omit<RankPanel, "x" | "y" | "width" | "height" | "ranks" | "chosen" | "theme">;

function quantities({ curve, controls, limits }: RankData, looks: readonly CurveLook[], plotWidth: number): Quantity[] {
  const all = [curve, ...controls];
  const drawn = (value: (point: RankPoint) => number | null): DrawnCurve[] =>
    all
      .map(({ ranks }, index) => ({
        points: ranks.map((point) => [point.rank, value(point)] as const),
        look: looks[index] as CurveLook,
      }))
      .reverse();
  const heldOut = drawn(({ heldOutError }) => heldOutError).map(({ points, look }) => ({
    points,
    look: { ...look, dash: HELD_OUT_DASH, shape: "diamond" as const },
  }));
  const plain = { starts: [], span: [undefined, undefined], clip: false, limits: [], empty: "no value" } as const;
  const one = "one start: how well starts agree is not known";
  return [
    {
      ...plain,
      title: "Error",
      yTitle: "relative error",
      curves: [...heldOut, ...drawn(({ bestError }) => bestError)],
      starts: all.flatMap((each, index) => startDots(each, (looks[index] as CurveLook).colour, plotWidth)),
    },
    {
      ...plain,
      title: "Core consistency (CORCONDIA)",
      yTitle: "%, below 0 drawn at 0",
      span: [0, 100],
      clip: true,
      curves: drawn(({ corcondia }) => corcondia),
      limits: limitOf(limits.corcondia, RULE_DASH),
    },
    {
      ...plain,
      title: "Stability",
      yTitle: "factor match of the starts",
      span: [0, 1],
      clip: true,
      curves: drawn(({ stability }) => stability),
      limits: [...limitOf(limits.stability, RULE_DASH), ...limitOf(limits.reproducible, REPRODUCIBLE_DASH)],
      empty: one,
    },
    {
      ...plain,
      title: "Nuclear score",
      yTitle: "score of the pair factor",
      curves: drawn(({ nuclearScore }) => nuclearScore),
    },
  ];
}

const HELD_OUT_DASH = "1.5 2.5";
const RULE_DASH = "5 3";
const REPRODUCIBLE_DASH = "1 3";

function limitOf(value: number | undefined, dash: string): Limit[] {
  return value === undefined ? [] : [{ value, dash }];
}

/** Starts of one rank side by side, in their order. */
function startDots({ starts, ranks }: RankCurve, colour: string, plotWidth: number): DrawnStart[] {
  const perRank = plotWidth / Math.max(1, ranks.length);
  const byRank = new Map<number, StartPoint[]>();
  for (const start of [...starts].sort((a, b) => a.rank - b.rank || a.start - b.start)) {
    byRank.set(start.rank, [...(byRank.get(start.rank) ?? []), start]);
  }
  return [...byRank].flatMap(([rank, same]) => {
    const step = Math.min(DOT_STEP, (0.6 * perRank) / same.length);
    return same.map(({ error, stuck }, place) => {
      return { rank, value: error, shift: (place - (same.length - 1) / 2) * step, colour, stuck };
    });
  });
}

function legendItems(
  { run, curve, controls, limits }: RankData,
  looks: readonly CurveLook[],
  theme: Theme,
): LegendLine[] {
  const names = [curve, ...controls].map(({ runId }, index) => {
    const label = index === 0 ? runId : `control ${runId}`;
    return { label, ...(looks[index] as CurveLook) };
  });
  const all = [curve, ...controls];
  const held = all.some(({ ranks }) => ranks.some(({ heldOutError }) => heldOutError !== null));
  const [fits, stuck] = [
    all.some(({ starts }) => starts.length > 0),
    all.some(({ starts }) => starts.some((s) => s.stuck)),
  ];
  const limited = limits.corcondia !== undefined || limits.stability !== undefined;
  return [
    ...names,
    ...(fits ? [{ label: "error of each start", colour: theme.line, dot: "filled" as const }] : []),
    ...(stuck ? [{ label: "a start that got stuck", colour: theme.line, dot: "hollow" as const }] : []),
    ...(held
      ? [{ label: "error of held-out entries", colour: theme.line, dash: HELD_OUT_DASH, shape: "diamond" as const }]
      : []),
    ...(run.rank === undefined
      ? []
      : [{ label: `rank ${run.rank.rank}: ${choiceWords(run.rank)}`, colour: theme.shade, width: 12 }]),
    ...(limited ? [{ label: "limit of the rule", colour: theme.axis, dash: RULE_DASH, width: 1 }] : []),
    ...(limits.reproducible === undefined
      ? []
      : [{ label: "below: not reproducible", colour: theme.axis, dash: REPRODUCIBLE_DASH, width: 1 }]),
  ];
}

function readingGuide({ curve, controls, limits }: RankData): string[] {
  const rule = [
    ...(limits.corcondia === undefined ? [] : [`core consistency of at least ${tickText(limits.corcondia)} %`]),
    ...(limits.stability === undefined ? [] : [`stability of at least ${tickText(limits.stability)}`]),
  ];
  const clipped = [curve, ...controls].some(({ ranks }) => ranks.some(({ corcondia }) => (corcondia ?? 0) < 0));
  return [
    ...(rule.length === 0 ? [] : [`the rule: the largest rank with ${rule.join(" and ")}`]),
    ...(clipped ? ["core consistencies below 0 are drawn at 0, the table has them as they are"] : []),
    "stability: mean factor match score of the other starts to the best",
    "the nuclear score need not level off at the right rank",
  ];
}

function description(data: RankData): string {
  const { run, curve, controls } = data;
  const point = chosenPoint(data);
  const chosen =
    run.rank === undefined ? "no rank is chosen" : `rank ${run.rank.rank} is chosen, ${choiceWords(run.rank)}`;
  const error = point === undefined ? "" : `, with relative error ${tickText(point.bestError)}`;
  const beside = controls.length === 0 ? "" : `, beside ${countOf(controls.length, "control")}`;
  return `Error, core consistency, stability and nuclear score of ${countOf(curve.ranks.length, "rank")}${beside}: ${chosen}${error}.`;
}
