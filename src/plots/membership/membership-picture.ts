import { type Picture, type PictureStyle, svgDocument } from "../picture.js";
import { countOf, countText, tickText } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt, textWidth, wrapPieces } from "../text.js";
import type { Theme } from "../theme.js";
import { controlPanel } from "./control-panel.js";
import { controlWords } from "./control-words.js";
import { gatePanel, orderedBaselines } from "./gate-panel.js";
import {
  areaText,
  claimStatement,
  gateBadge,
  gateStatement,
  headlineText,
  intervalText,
  shareText,
} from "./gate-words.js";
import { BLIND_DASH, LOSS_DASH, membershipColours } from "./membership-colours.js";
import type { MembershipData, RateFacts } from "./membership-data.js";
import { type Badge, ROOM } from "./plot-frame.js";
import { type DrawnCurve, lowRatePanel, rocPanel } from "./roc-panel.js";
import { scoreHistogram } from "./score-histogram.js";

const MARGIN = 16;
const GAP = 24;
const FOOT_SIZE = 8.5;
/** Widths from which three panels, or two, stand side by side. */
const THREE = 1000;
const TWO = 620;
const LARGEST_SIDE = 560;
const LEGEND_LINE = 16;

/**
 * One run under attack: what may be claimed and what the gate says, ROC curves, scores of members and non-members, every
 * blind baseline against its chance, and the controls. What the gate says stands first, and on every panel of the attack
 * where it does not pass.
 */
export function membershipPicture(data: MembershipData, { theme, width }: PictureStyle): Picture {
  const inner = width - 2 * MARGIN;
  const head = header(data, width, theme);
  const columns = inner >= THREE ? 3 : inner >= TWO ? 2 : 1;
  const column = (inner - GAP * (columns - 1)) / columns;
  const at = (index: number) => MARGIN + index * (column + GAP);
  const side = Math.min(LARGEST_SIDE, column - ROOM.left - 6);
  const text = gateBadge(data.gate);
  const badge: Badge | undefined = text === undefined ? undefined : { text, alarm: data.gate.all.status === "fail" };
  const entries = legendEntries(data, theme);
  const roc = {
    width: column,
    side,
    curves: entries.map(({ curve }) => curve).reverse(),
    nonmembers: data.headline.nonmembers,
    badge,
    theme,
  };
  const below = ROOM.top + side + ROOM.bottom;
  const parts: string[] = [];
  let y = head.height;
  parts.push(rocPanel({ ...roc, x: MARGIN, y }));
  if (columns === 1) y += below + 8;
  parts.push(lowRatePanel({ ...roc, x: at(columns === 1 ? 0 : 1), y }));
  const legendWidth = columns === 3 ? 2 * column + GAP : inner;
  const legend = curveLegend(entries, { x: MARGIN, y: y + below + 4, width: legendWidth, theme });
  parts.push(legend.svg);
  const histogram = (x: number, top: number, height: number) =>
    scoreHistogram({ ...histogramWords(data), x, y: top, width: column, height, scores: data.scores, badge, theme });
  if (columns === 3) parts.push(histogram(at(2), y, side));
  y += below + legend.height + 20;
  const low = Math.min(side, 240);
  const controls = (x: number, top: number, panelWidth: number) =>
    controlPanel({ x, y: top, width: panelWidth, height: Math.min(low, 210), controls: data.controls, theme });
  const gate = (top: number, panelWidth: number) =>
    gatePanel({ x: MARGIN, y: top, width: panelWidth, gate: data.gate, headline: data.headline, badge, theme });
  if (columns === 3) {
    const drawnGate = gate(y, 2 * column + GAP);
    const drawnControls = controls(at(2), y, column);
    parts.push(drawnGate.svg, drawnControls.svg);
    y += Math.max(drawnGate.height, drawnControls.height) + 12;
  } else {
    const drawnGate = gate(y, inner);
    parts.push(drawnGate.svg);
    y += drawnGate.height + 16;
    parts.push(histogram(MARGIN, y, low));
    if (columns === 1) y += ROOM.top + low + ROOM.bottom + 16;
    const drawnControls = controls(at(columns - 1), y, column);
    parts.push(drawnControls.svg);
    y += Math.max(columns === 2 ? ROOM.top + low + ROOM.bottom : 0, drawnControls.height) + 12;
  }
  const notes = pictureNotes(data);
  const words = [...readingGuide(data), ...data.notes].join("; ").split(" ");
  const lines = wrapPieces(words, " ", inner, FOOT_SIZE);
  const foot = lines.map((line, index) =>
    textAt(MARGIN, y + 4 + index * 12, line, { size: FOOT_SIZE, fill: theme.muted }),
  );
  const height = Math.ceil(y + lines.length * 12 + MARGIN / 2);
  const svg = svgDocument({
    width,
    height,
    title: `Membership inference on ${data.run.id}`,
    description: description(data),
    theme,
    children: [head.svg, ...parts, group({}, foot)],
  });
  return { svg, width, height, rows: 1 + data.others.length + (data.blind === undefined ? 0 : 1), notes };
}

interface LegendEntry {
  readonly curve: DrawnCurve;
  readonly name: string;
  readonly result: string;
}

/** The headline attack first: it is drawn last. */
function legendEntries({ headline, others, blind, gate }: MembershipData, theme: Theme): LegendEntry[] {
  const colours = membershipColours(theme);
  const beside = gate.all.auc === null ? "blind: not run" : `blind ${shareText(gate.all.auc)}`;
  const entries: LegendEntry[] = [
    {
      curve: { curve: headline.curve, colour: colours.attack, dash: undefined, width: 2, band: true },
      name: headline.name,
      result: `AUC ${areaText(headline.auc, headline.interval)} (${beside})`,
    },
  ];
  if (blind !== undefined) {
    entries.push({
      curve: { curve: blind.curve, colour: colours.blind, dash: BLIND_DASH, width: 2, band: true },
      name: `${blind.name}, a blind baseline`,
      result: `AUC ${areaText(blind.auc, blind.interval)}`,
    });
  }
  for (const other of others) {
    entries.push({
      curve: { curve: other.curve, colour: colours.loss, dash: LOSS_DASH, width: 1.5, band: true },
      name: other.name,
      result: `AUC ${areaText(other.auc, other.interval)}`,
    });
  }
  return entries;
}

function curveLegend(
  entries: readonly LegendEntry[],
  { x, y, width, theme }: { readonly x: number; readonly y: number; readonly width: number; readonly theme: Theme },
): { readonly svg: string; readonly height: number } {
  const size = 10;
  const drawn = entries.flatMap(({ curve, name, result }, index) => {
    const middle = y + (index + 0.5) * LEGEND_LINE;
    const line = new PathData()
      .move(x, middle)
      .line(x + 30, middle)
      .toString();
    const label = fitText(name, width - 38 - textWidth(result, size) - 14, size);
    return [
      element("path", {
        d: line,
        stroke: curve.colour,
        "stroke-width": curve.width,
        "stroke-dasharray": curve.dash,
        fill: "none",
      }),
      textAt(x + 38, baseline(middle, size), label, { size, fill: theme.text }),
      textAt(x + 38 + textWidth(label, size) + 14, baseline(middle, size), result, { size, fill: theme.muted }),
    ];
  });
  return { svg: group({}, drawn), height: 4 + entries.length * LEGEND_LINE };
}

function histogramWords({ headline }: MembershipData) {
  const rate = headline.rates.find(({ fpr, threshold }) => fpr === 0.1 && threshold !== null);
  return { title: "Scores", xTitle: `score of ${headline.name}`, threshold: rate?.threshold ?? null };
}

function header(data: MembershipData, width: number, theme: Theme): { readonly svg: string; readonly height: number } {
  const inner = width - 2 * MARGIN;
  const parts = [
    textAt(MARGIN, 26, fitText(`Membership inference: ${data.run.id}`, inner, 15, true), {
      size: 15,
      fill: theme.text,
      bold: true,
    }),
  ];
  let y = 43;
  const put = (lines: readonly string[], size: number, step: number, fill: string, bold: boolean) => {
    for (const line of lines) {
      parts.push(textAt(MARGIN, y, line, { size, fill, bold }));
      y += step;
    }
  };
  put(wrapPieces(facts(data), "  ·  ", inner, 10), 10, 14, theme.muted, false);
  const banner = gateBanner(data, { y: y - 4, width: inner, theme });
  parts.push(banner.svg);
  y += banner.height + 16;
  const sentence = `${headlineText(data)}. ${claimStatement(data)}`.split(" ");
  put(wrapPieces(sentence, " ", inner / 1.14, 13), 13, 18, theme.text, true);
  const failed = controlWords(data.controls).flatMap(({ text, state }) => (state === "fails" ? text.split(" ") : []));
  put(wrapPieces(failed, " ", inner / 1.14, 12), 12, 17, membershipColours(theme).failed, true);
  put(wrapPieces(details(data), "  ·  ", inner, 10), 10, 14, theme.muted, false);
  return { svg: group({}, parts), height: y + 6 };
}

/** What the gate says, over the whole width: filled where it does not pass. */
function gateBanner(
  { gate }: MembershipData,
  { y, width, theme }: { readonly y: number; readonly width: number; readonly theme: Theme },
): { readonly svg: string; readonly height: number } {
  const { status } = gate.all;
  const colours = membershipColours(theme);
  const passes = status === "pass";
  const quiet = { ground: theme.panel, text: theme.text, edge: theme.axis };
  const { ground, text, edge } = passes ? quiet : status === "fail" ? colours.alarm : colours.caution;
  const size = passes ? 11 : 13;
  const lines = wrapPieces(gateStatement(gate).split(" "), " ", (width - 24) / (passes ? 1 : 1.14), size);
  const height = lines.length * (size + 5) + 12;
  return {
    svg: group({}, [
      element("rect", {
        x: MARGIN,
        y,
        width,
        height,
        rx: 3,
        fill: ground,
        stroke: edge,
        "stroke-width": passes ? 1 : 2,
      }),
      ...lines.map((line, index) =>
        textAt(MARGIN + 12, y + 6 + size + index * (size + 5), line, { size, fill: text, bold: !passes }),
      ),
    ]),
    height,
  };
}

const BASIS = {
  randomised: "labels drawn by lot",
  temporal: "labels by date",
  "known-corpus": "labels of a known corpus",
  trap: "labels by injected traps",
} as const;

function facts({ run, experiment, headline }: MembershipData): string[] {
  const { design, labelBasis, clusters, folds, exposure, training } = experiment;
  const trained = {
    members: `trained on ${tickText(exposure * 100)} % of each member`,
    others: "not trained on the members",
    elsewhere: "trained elsewhere",
  }[training];
  return [
    `model ${run.model} (${run.backend}), windows of ${countText(run.context)} tokens`,
    `${design} design, ${BASIS[labelBasis]}`,
    trained,
    `${countOf(headline.members, "member")}, ${countOf(headline.nonmembers, "non-member")}, ${countOf(clusters, "cluster")}, ${countOf(folds, "fold")}`,
  ];
}

/** Numbers that qualify the headline. */
function details({ headline }: MembershipData): string[] {
  const { clusterInterval, rates, excess, excessInterval, missing, tried } = headline;
  return [
    `headline attack: ${headline.name}, of ${countOf(tried, "attack")} tried`,
    ...(clusterInterval === null ? [] : [`AUC over clusters${intervalText(clusterInterval)}`]),
    ...rates.map((rate) => rateText(rate, headline.nonmembers)),
    ...(excess === null
      ? []
      : [
          `beyond the blind baselines ${excess < 0 ? "−" : "+"}${shareText(Math.abs(excess))}${signedInterval(excessInterval)}`,
        ]),
    ...(missing === 0 ? [] : [`${countOf(missing, "unit")} without a score`]),
  ];
}

function signedInterval(interval: readonly [number, number] | null): string {
  return intervalText(interval).replaceAll("-", "−");
}

function rateText({ fpr, rate, interval }: RateFacts, nonmembers: number): string {
  const name = `TPR at FPR ${tickText(fpr * 100)} %`;
  return rate === null
    ? `${name} not estimable from ${countOf(nonmembers, "non-member")}`
    : `${name} ${shareText(rate)}${intervalText(interval)}`;
}

/** How to read the panels. */
function readingGuide({ headline, gate, blind, controls, scores }: MembershipData): string[] {
  const { permutations } = gate.all;
  const threshold = headline.rates.find(({ fpr, threshold: at }) => fpr === 0.1 && at !== null);
  return [
    "all folds pooled, every unit scored by models that were not fitted on it",
    "bands and intervals: 95 %, of curves for each point alone (Clopper–Pearson)",
    ...(headline.curve.length > 0 ? ["darker ground: below one non-member, where no rate can be estimated"] : []),
    ...(threshold !== undefined && scores.members.length > 0
      ? ["dashed in Scores: what 10 % of non-members reach"]
      : []),
    ...(permutations > 0
      ? [`grey bars: chance, mean to 95 % quantile of ${countText(permutations)} permutations of the labels`]
      : []),
    ...(gate.baselines.some(({ name, auc }) => name === "single_feature" && auc !== null)
      ? [
          "single_feature is the best of very many terms, so high by chance too; the largest AUC of all together leaves it out",
        ]
      : []),
    ...(blind === undefined ? ["no blind curve: no baseline was run"] : []),
    ...(controls.some(({ mean }) => mean !== null) ? ["controls: mean over fresh splits ± 2 standard errors"] : []),
  ];
}

/** What must not be overlooked, for those who do not see the picture. */
function pictureNotes(data: MembershipData): string[] {
  return [
    ...(data.gate.all.status === "pass" ? [] : [gateStatement(data.gate)]),
    ...controlWords(data.controls).flatMap(({ text, state }) => (state === "passes" ? [] : [text])),
    ...data.notes,
  ];
}

function description(data: MembershipData): string {
  const { gate, headline } = data;
  const baselines = orderedBaselines(gate)
    .filter(({ auc }) => auc !== null)
    .map(({ name, auc }) => `${name} ${shareText(auc as number)}`);
  const list = baselines.length === 0 ? "no blind baseline was run" : `blind baselines: ${baselines.join(", ")}`;
  const controls = controlWords(data.controls)
    .map(({ text }) => text)
    .join(" ");
  return `${gateStatement(gate)} ${headline.name}: ${headlineText(data)}. ${claimStatement(data)} ROC curves, scores of members and non-members, the gate (${list}) and controls. ${controls}`;
}
