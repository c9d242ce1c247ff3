import { compareCodeUnits } from "../../base/canonical-json.js";
import { linearScale, niceTicks, tickText } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt, textWidth, wrapPieces } from "../text.js";
import type { Theme } from "../theme.js";
import { controlWords, EXPOSURE, orderedControls } from "./control-words.js";
import { type MarkerShape, marker } from "./markers.js";
import { membershipColours } from "./membership-colours.js";
import type { ControlFacts } from "./membership-data.js";
import { emptyPlot, type PlotArea, panelTitle, plotFrame, plotOutline, ROOM } from "./plot-frame.js";

const LINE = 14;
const SIZE = 9.5;
/** Most attacks that are told apart. */
const MOST_SERIES = 4;

/**
 * Controls as a curve: the area of attacks where members were not trained on (negative), and after training on a rising
 * share of them (positive: on all), with two standard errors; below it whether they came out as they must.
 */
export function controlPanel(panel: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Of the plot. */
  readonly height: number;
  readonly controls: readonly ControlFacts[];
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number } {
  const { x, y, width, height, theme } = panel;
  const [left, top] = [x + ROOM.left, y + ROOM.top];
  const controls = orderedControls(panel.controls);
  const columns = controlColumns(controls);
  const plotWidth = width - ROOM.left - 6;
  const shown = controls.filter(({ mean }) => mean !== null);
  const lows = shown.map(({ mean, se }) => (mean as number) - 2 * (se ?? 0));
  const least = Math.max(0, Math.floor(Math.min(0.4, ...lows) * 10 + 1e-9) / 10);
  const area: PlotArea = {
    left,
    top,
    width: plotWidth,
    height,
    x: linearScale([-0.5, Math.max(1, columns.length) - 0.5], [left, left + plotWidth]),
    y: linearScale([least, 1.02], [top + height, top]),
  };
  const attacks = [...new Set(shown.map(({ attack }) => attack))].sort(compareCodeUnits);
  const series = seriesOf(attacks.slice(0, MOST_SERIES), theme);
  const chance = new PathData()
    .move(left, area.y.at(0.5))
    .line(left + plotWidth, area.y.at(0.5))
    .toString();
  const drawn = series.map((one, index) =>
    drawSeries({ ...one, shift: (index - (series.length - 1) / 2) * 7, columns, controls: shown, area, theme }),
  );
  const legendY = top + height + ROOM.bottom + 2;
  const legend = legendLines(series, x, legendY, x + width, theme);
  const words = controlWords(controls);
  const textY = legendY + legend.height + 8;
  const { failed } = membershipColours(theme);
  const lines = words.flatMap(({ text, state }) => {
    const strong = state === "fails" || state === "not_run";
    const pieces = wrapPieces(text.split(" "), " ", width / (strong ? 1.14 : 1), SIZE);
    return pieces.map((line) => ({ line, strong, fill: state === "fails" ? failed : theme.text }));
  });
  const svg = group({}, [
    panelTitle({ x, y, width, title: "Controls: freshly trained models", badge: undefined, theme }),
    plotFrame({
      area,
      xTicks: columns.map(({ label }, value) => ({ value, text: fitText(label, plotWidth / columns.length - 6, 9) })),
      yTicks: niceTicks(least, 1, Math.max(3, Math.floor(height / 30))).map((value) => ({
        value,
        text: tickText(value),
      })),
      xTitle: "share of members' tokens trained on",
      yTitles: ["AUC"],
      theme,
    }),
    element("path", { d: chance, fill: "none", stroke: theme.muted, "stroke-dasharray": "1 3" }),
    ...drawn,
    shown.length === 0 ? emptyPlot(area, "not run", theme) : "",
    plotOutline(area, theme),
    legend.svg,
    ...lines.map(({ line, strong, fill }, index) =>
      textAt(x, textY + index * LINE, line, { size: SIZE, fill, bold: strong }),
    ),
  ]);
  return { svg, height: textY + lines.length * LINE - y };
}

interface Column {
  readonly control: string;
  readonly label: string;
}

/** The negative control, then exposures, rising; the positive control is the highest of them. */
function controlColumns(controls: readonly ControlFacts[]): Column[] {
  const names = [...new Set(controls.map(({ control }) => control))];
  const exposures = names
    .flatMap((control) => {
      const share = control.startsWith(EXPOSURE) ? Number(control.slice(EXPOSURE.length)) : Number.NaN;
      return Number.isFinite(share) ? [{ control, share }] : [];
    })
    .sort((a, b) => a.share - b.share);
  const whole = exposures.some(({ share }) => share === 1);
  return [
    ...(names.includes("negative") ? [{ control: "negative", label: "none" }] : []),
    ...exposures.map(({ control, share }) => ({ control, label: `${tickText(share * 100)} %` })),
    ...(names.includes("positive") && !whole ? [{ control: "positive", label: "all" }] : []),
  ];
}

interface Series {
  readonly attack: string;
  readonly colour: string;
  readonly shape: MarkerShape;
}

function seriesOf(attacks: readonly string[], theme: Theme): Series[] {
  const { loss, second, third, attack } = membershipColours(theme);
  const colours = [loss, second, third, attack];
  const shapes: readonly MarkerShape[] = ["circle", "square", "triangle", "diamond"];
  return attacks.map((name, index) => ({
    attack: name,
    colour: colours[index] as string,
    shape: shapes[index] as MarkerShape,
  }));
}

function drawSeries(
  options: Series & {
    /** Beside the others, so that points do not hide each other. */
    readonly shift: number;
    readonly columns: readonly Column[];
    readonly controls: readonly ControlFacts[];
    readonly area: PlotArea;
    readonly theme: Theme;
  },
): string {
  const { attack, colour, shape, shift, columns, controls, area, theme } = options;
  const points = columns.flatMap(({ control }, column) => {
    const found = controls.find((one) => one.control === control && one.attack === attack);
    if (found?.mean == null) return [];
    return [{ x: area.x.at(column) + shift, mean: found.mean, se: found.se ?? 0, joined: control !== "negative" }];
  });
  const [line, whiskers] = [new PathData(), new PathData()];
  for (const [index, { x, mean, se, joined }] of points.entries()) {
    const y = area.y.at(mean);
    if (joined && points[index - 1]?.joined === true) line.line(x, y);
    else line.move(x, y);
    whiskers.move(x, area.y.at(Math.max(area.y.minimum, mean - 2 * se))).line(x, area.y.at(Math.min(1, mean + 2 * se)));
  }
  return group({}, [
    element("path", { d: line.toString(), fill: "none", stroke: colour, "stroke-opacity": "0.6" }),
    element("path", { d: whiskers.toString(), fill: "none", stroke: colour, "stroke-width": 1.5 }),
    ...points.map(({ x, mean }) => marker(shape, x, area.y.at(mean), colour, theme.panel)),
  ]);
}

function legendLines(series: readonly Series[], left: number, y: number, right: number, theme: Theme) {
  let [x, line] = [left, 0];
  const drawn = series.flatMap(({ attack, colour, shape }) => {
    const label = fitText(attack, right - left - 16, SIZE);
    const width = 14 + textWidth(label, SIZE) + 14;
    if (x > left && x + width > right) [x, line] = [left, line + 1];
    const middle = y + line * LINE + 6;
    const item = [
      marker(shape, x + 5, middle, colour, theme.background),
      textAt(x + 14, baseline(middle, SIZE), label, { size: SIZE, fill: theme.text }),
    ];
    x += width;
    return item;
  });
  return { svg: group({}, drawn), height: series.length === 0 ? 0 : (line + 1) * LINE };
}
