import { compareCodeUnits } from "../../base/canonical-json.js";
import { bottomAxis, verticalGrid } from "../axis.js";
import { linearScale, type Scale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import { areaText, probabilityText, statusWords } from "./gate-words.js";
import { marker } from "./markers.js";
import { type MembershipColours, membershipColours } from "./membership-colours.js";
import type { AttackFacts, GateFacts, GateResult } from "./membership-data.js";
import { type Badge, panelTitle } from "./plot-frame.js";

const ROW = 19;
const SIZE = 9.5;
const TOP = 40;
const BOTTOM = 36;
/** Widths of the columns of text; the plot has what is left, the words of the state what it leaves. */
const NAME = 92;
const AREA = 122;
/** Without intervals, where the panel is narrow. */
const AREA_ALONE = 46;
const NARROW = 580;
const P = 46;
const LEAST_STATUS = 108;
const WIDEST_STATUS = 320;

export interface GatePanel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly gate: GateFacts;
  readonly headline: AttackFacts;
  readonly badge: Badge | undefined;
  readonly theme: Theme;
}

/** Baselines with the largest area first, those without one last. */
export function orderedBaselines({ baselines }: GateFacts): GateResult[] {
  return [...baselines].sort((a, b) => (b.auc ?? -1) - (a.auc ?? -1) || compareCodeUnits(a.name, b.name));
}

/**
 * The gate as rows: the attack, every blind baseline against its own chance, and all of them as one test, with the state
 * of each in words.
 */
export function gatePanel(panel: GatePanel): { readonly svg: string; readonly height: number } {
  const { x, y, width, gate, headline, badge, theme } = panel;
  const colours = membershipColours(theme);
  const baselines = orderedBaselines(gate);
  const status = Math.min(WIDEST_STATUS, Math.max(LEAST_STATUS, 0.3 * width));
  const areaWidth = width < NARROW ? AREA_ALONE : AREA;
  const plot = Math.max(40, width - NAME - areaWidth - P - status - 24);
  const left = x + NAME;
  const columns: Columns = {
    name: x,
    plot: left,
    area: left + plot + 12,
    p: left + plot + 12 + areaWidth,
    end: x + width,
  };
  const scale = areaScale([...baselines, gate.all], headline, [left + 6, left + plot - 6]);
  const rowY = (row: number) => y + TOP + (row + 0.5) * ROW;
  const rows = baselines.length + 2;
  const bottom = y + TOP + rows * ROW;
  const head = { size: 9, fill: theme.muted } as const;
  const drawRow = (result: GateResult, row: number, name: string) =>
    gateRow({ result, y: rowY(row), name, scale, columns, theme, colours });
  const svg = group({}, [
    panelTitle({ x, y, width, title: "The gate: what can be told without the model", badge, theme }),
    element("rect", { x: left, y: y + TOP, width: plot, height: rows * ROW, fill: theme.panel }),
    textAt(columns.name, y + 33, "baseline", head),
    textAt(columns.area, y + 33, areaWidth === AREA ? "AUC [95 %]" : "AUC", head),
    textAt(columns.p, y + 33, "p", head),
    textAt(columns.p + P, y + 33, "state", head),
    element("path", { d: verticalGrid(scale, y + TOP, bottom), fill: "none", stroke: theme.grid }),
    element("path", {
      d: rules(x, columns.end, [y + TOP, rowY(0.5), bottom - ROW, bottom]),
      stroke: theme.grid,
      fill: "none",
    }),
    chanceLine(scale, y + TOP, bottom, theme),
    attackRow({ headline, y: rowY(0), bottom, scale, columns, theme, colours }),
    ...baselines.map((result, index) => drawRow(result, index + 1, result.name)),
    drawRow(gate.all, rows - 1, "all together"),
    bottomAxis({ scale, y: bottom, title: "AUC", theme }),
  ]);
  return { svg, height: TOP + rows * ROW + BOTTOM };
}

interface Columns {
  readonly name: number;
  readonly plot: number;
  readonly area: number;
  readonly p: number;
  readonly end: number;
}

function areaIn({ area, p }: Columns, auc: number | null, interval: AttackFacts["interval"]): string {
  return auc !== null && p - area < AREA ? areaText(auc, null) : areaText(auc, interval);
}

function areaScale(results: readonly GateResult[], headline: AttackFacts, range: readonly [number, number]): Scale {
  const values = [...results, headline].flatMap(({ auc, interval }) => [auc ?? 0.5, interval?.[0] ?? 0.5]);
  const means = results.flatMap(({ chance }) => (chance === null ? [] : [chance.mean]));
  const least = Math.min(0.4, ...values, ...means);
  return linearScale([Math.max(0, Math.floor(least * 10 + 1e-9) / 10), 1], range);
}

function rules(left: number, right: number, places: readonly number[]): string {
  const path = new PathData();
  for (const place of places) path.move(left, place).line(right, place);
  return path.toString();
}

function chanceLine(scale: Scale, top: number, bottom: number, theme: Theme): string {
  const d = new PathData().move(scale.at(0.5), top).line(scale.at(0.5), bottom).toString();
  return element("path", { d, fill: "none", stroke: theme.muted, "stroke-dasharray": "1 3" });
}

/** The attack, and its area as a line through all rows below. */
function attackRow(row: {
  readonly headline: AttackFacts;
  readonly y: number;
  readonly bottom: number;
  readonly scale: Scale;
  readonly columns: Columns;
  readonly theme: Theme;
  readonly colours: MembershipColours;
}): string {
  const { headline, y, bottom, scale, columns, theme, colours } = row;
  const { auc, interval } = headline;
  const style = { size: SIZE, fill: colours.attack, bold: true } as const;
  const texts = [
    textAt(columns.name, baseline(y, SIZE), "the attack", style),
    textAt(columns.area, baseline(y, SIZE), areaIn(columns, auc, interval), { size: SIZE, fill: theme.text }),
  ];
  if (auc === null) return group({}, texts);
  const through = new PathData().move(scale.at(auc), y).line(scale.at(auc), bottom).toString();
  return group({}, [
    element("path", { d: through, fill: "none", stroke: colours.attack, "stroke-dasharray": "4 3" }),
    interval === null ? "" : whisker(scale, interval, y, colours.attack),
    marker("square", scale.at(auc), y, colours.attack, theme.panel),
    ...texts,
  ]);
}

function whisker(scale: Scale, [low, high]: readonly [number, number], y: number, colour: string): string {
  const d = new PathData().move(scale.at(low), y).line(scale.at(high), y).toString();
  return element("path", { d, fill: "none", stroke: colour, "stroke-width": 1.5 });
}

function gateRow(row: {
  readonly result: GateResult;
  readonly y: number;
  readonly name: string;
  readonly scale: Scale;
  readonly columns: Columns;
  readonly theme: Theme;
  readonly colours: MembershipColours;
}): string {
  const { result, y, name, scale, columns, theme, colours } = row;
  const { auc, interval, chance, p, status } = result;
  const decides = result.name === "all";
  const failed = status === "fail";
  const fill = failed ? colours.failed : theme.text;
  const bold = failed || decides;
  const text = (x: number, width: number, content: string, isBold: boolean) =>
    textAt(x, baseline(y, SIZE), fitText(content, width, SIZE, isBold), { size: SIZE, fill, bold: isBold });
  const parts: string[] = [];
  if (chance !== null) {
    const [from, to] = [scale.at(chance.mean), scale.at(Math.min(1, chance.q95))];
    parts.push(
      element("rect", {
        x: from,
        y: y - 5,
        width: Math.max(0.5, to - from),
        height: 10,
        fill: colours.nonmember,
        "fill-opacity": "0.45",
      }),
      element("path", {
        d: new PathData()
          .move(from, y - 6)
          .line(from, y + 6)
          .toString(),
        stroke: theme.muted,
        fill: "none",
      }),
    );
  }
  if (interval !== null) parts.push(whisker(scale, interval, y, colours.blind));
  if (auc !== null) parts.push(marker(decides ? "diamond" : "circle", scale.at(auc), y, colours.blind, theme.panel));
  const words = statusWords(result);
  const tells = result.tells === undefined ? "" : decides ? ` · most by ${result.tells}` : ` · "${result.tells}"`;
  const room = columns.end - columns.p - P;
  parts.push(
    text(columns.name, NAME - 8, name, bold),
    ...(auc === null ? [] : [text(columns.area, columns.p - columns.area - 6, areaIn(columns, auc, interval), bold)]),
    ...(p === null ? [] : [text(columns.p, P - 4, probabilityText(p), bold)]),
  );
  const strong = status !== "pass" && status !== "warn";
  // Which of all tells most stands above too: half of its name says nothing.
  const whole = !decides || textWidth(`${words}${tells}`, SIZE, true) <= room;
  parts.push(text(columns.p + P, room, whole ? `${words}${tells}` : words, bold || strong));
  return group({}, parts);
}
