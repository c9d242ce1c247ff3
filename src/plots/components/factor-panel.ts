import { linePath } from "../activity/behaviour-tracks.js";
import { stimulusMarks } from "../activity/stimulus-marks.js";
import { clippedSpan } from "../activity/time-panel.js";
import { leftAxis } from "../axis.js";
import { behaviourTracks, reversalShades, stimuliOf, stimulusBars } from "../dynamic-connectome/behaviour-parts.js";
import type { Behaviour } from "../dynamic-connectome/run-data.js";
import {
  blockGrounds,
  blockNames,
  blockOutlines,
  TIME_AXIS_HEIGHT,
  type TimeBlock,
  timeAxis,
} from "../dynamic-connectome/time-blocks.js";
import { linearScale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { textAt } from "../text.js";
import type { ComponentData } from "./components-data.js";

/** Lowest plot of a factor. */
const LEAST_PLOT = 70;
const STRIP = 5;

/** A time factor and what it is drawn with. */
export interface FactorPanel {
  readonly component: ComponentData;
  readonly blocks: readonly TimeBlock[];
  readonly behaviour: Behaviour;
  readonly names: ReadonlyMap<string, string>;
  readonly top: number;
  /** Height to be filled, axis included; more is taken where that is too little. */
  readonly height: number;
}

/** The time factor over reversals, with its active intervals above it and behaviour below. */
export function factorPanel(panel: FactorPanel): {
  readonly svg: string;
  readonly height: number;
  readonly key: readonly string[];
  readonly notes: readonly string[];
} {
  const { component, blocks, behaviour, names, top } = panel;
  const [first] = blocks;
  if (first === undefined) return { svg: "", height: 0, key: [], notes: [] };
  const { theme } = first.panel;
  let y = top;
  const labels = blockNames(blocks, y, names);
  y += labels.height;
  const shared = first.bins.animal === null;
  const marks = shared ? stimulusMarks(first.panel, y, stimuliOf(first, behaviour)) : undefined;
  y += marks?.height ?? 0;
  const bars = shared ? "" : stimulusBars(blocks, behaviour, y);
  if (bars !== "") y += 4;
  const strip = intervalStrip(component, blocks, y);
  y += strip === "" ? 0 : STRIP + 2;
  // Behaviour is drawn twice: once for its height.
  const below = behaviourTracks(blocks, behaviour, 0).height;
  const plotHeight = Math.max(LEAST_PLOT, top + panel.height - TIME_AXIS_HEIGHT - below - y);
  const bottom = y + plotHeight;
  const plot = factorPlot(component, blocks, behaviour, { top: y, bottom });
  const tracks = behaviourTracks(blocks, behaviour, bottom);
  const end = bottom + tracks.height;
  const guides = guideLines(marks?.guides ?? [], y, end);
  return {
    svg: group({}, [
      labels.svg,
      marks?.svg ?? "",
      bars,
      strip,
      plot,
      tracks.svg,
      guides === "" ? "" : element("path", { d: guides, stroke: theme.mark, ...GUIDE }),
      timeAxis(blocks, end),
    ]),
    height: end + TIME_AXIS_HEIGHT - top,
    key: [
      ...labels.key,
      ...(marks === undefined || marks.key.length === 0 ? [] : [`stimuli: ${marks.key.join(", ")}`]),
    ],
    notes: marks?.notes ?? [],
  };
}

const GUIDE = { "stroke-width": 0.6, "stroke-dasharray": "3 3", "stroke-opacity": 0.7 } as const;

function guideLines(xs: readonly number[], top: number, bottom: number): string {
  const path = new PathData();
  for (const x of xs) path.move(x, top).line(x, bottom);
  return path.toString();
}

/** Bars over the times in which the component is above half its maximum. */
function intervalStrip({ intervals }: ComponentData, blocks: readonly TimeBlock[], y: number): string {
  const theme = blocks[0]?.panel.theme;
  if (intervals === null || theme === undefined) return "";
  const path = new PathData();
  for (const { bins, panel } of blocks) {
    for (const { animal, startS, endS } of intervals) {
      if (bins.animal !== null && animal !== bins.animal) continue;
      const span = clippedSpan(panel, startS, endS);
      if (span !== undefined && span.width > 0) path.rectangle(span.x, y, Math.max(0.8, span.width), STRIP);
    }
  }
  return path.isEmpty ? " " : element("path", { d: path.toString(), fill: theme.line });
}

function factorPlot(
  { time }: ComponentData,
  blocks: readonly TimeBlock[],
  behaviour: Behaviour,
  { top, bottom }: { readonly top: number; readonly bottom: number },
): string {
  const [first] = blocks as readonly [TimeBlock];
  const { theme, left } = first.panel;
  const largest = time.reduce((most, value) => (value > most ? value : most), 0);
  const range = [0, largest > 0 ? largest : 1] as const;
  const scale = linearScale(range, [bottom - 1, top + 3]);
  const half = new PathData();
  const drawn = blocks.flatMap(({ bins, panel }) => {
    half.move(panel.left, scale.at(range[1] / 2)).line(panel.right, scale.at(range[1] / 2));
    const values = time.subarray(bins.firstBin, bins.firstBin + bins.timesS.length);
    const line = linePath({ panel, values, timesS: bins.timesS, place: (value) => scale.at(value), range });
    if (line === "") return [];
    return [
      ...areas(line, scale.at(0)).map((d) => element("path", { d, fill: theme.line, "fill-opacity": 0.22 })),
      element("path", { d: line, fill: "none", stroke: theme.line, "stroke-width": 1, "stroke-linejoin": "round" }),
    ];
  });
  return group({}, [
    blockGrounds(blocks, top, bottom),
    reversalShades(blocks, behaviour, { top, bottom }),
    largest > 0
      ? element("path", { d: half.toString(), stroke: theme.axis, "stroke-width": 0.75, "stroke-dasharray": "4 3" })
      : "",
    ...drawn,
    blockOutlines(blocks, top, bottom),
    leftAxis({ scale, x: left, theme }),
    textAt(left - 38, (top + bottom) / 2, "time factor", {
      size: 10,
      fill: theme.text,
      anchor: "middle",
      rotate: -90,
    }),
  ]);
}

/** The ground below each unbroken piece of a line. */
function areas(line: string, base: number): string[] {
  return line
    .split("M")
    .filter((piece) => piece.includes("L"))
    .map((piece) => {
      const points = piece.split("L");
      const x = (point: string | undefined) => (point ?? "").split(" ")[0];
      const floor = String(Math.round(base * 100) / 100);
      return `M${piece}L${x(points.at(-1))} ${floor}L${x(points[0])} ${floor}z`;
    });
}
