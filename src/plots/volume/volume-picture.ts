import { type Picture, type PictureStyle, svgDocument } from "../picture.js";
import { countOf, countText, tickText } from "../scale.js";
import { group } from "../svg.js";
import { fitText, textAt, wrapPieces } from "../text.js";
import type { Theme } from "../theme.js";
import { neuronLegend } from "./neuron-legend.js";
import { comparePredictions } from "./prediction-order.js";
import { type ProjectionPanel, panelRow } from "./projection-panel.js";
import type { PredictionFacts, PredictionScore, Projection, SampleFacts, VolumeData } from "./volume-data.js";

const MARGIN = 16;
const GAP = 16;
/** Below this, panels go on in another row. */
const LEAST_PANEL = 240;
const FOOT_SIZE = 8.5;

/**
 * A volume from above: projections of its raw values, of its ground truth and of every segmentation of it, with scores
 * and the neurons' colours. Rows of panels are filled evenly; the height follows.
 */
export function volumePicture(data: VolumeData, { theme, width }: PictureStyle): Picture {
  const { sample } = data;
  const predictions = [...data.predictions].sort(comparePredictions);
  const panels = projectionPanels(data, predictions);
  const head = header(sample, width, theme);
  const grid = panelGrid(panels.length, width - 2 * MARGIN);
  const aspect = sample.size === null ? usualAspect(panels) : sample.size[1] / sample.size[0];
  let y = head.height;
  const rows: string[] = [];
  for (let at = 0; at < panels.length; at += grid.columns) {
    const inRow = panels.slice(at, at + grid.columns);
    const row = panelRow({ x: MARGIN, y, panelWidth: grid.width, gap: GAP, aspect, panels: inRow, theme });
    rows.push(row.svg);
    y += row.height + 10;
  }
  const legend = neuronLegend({ x: MARGIN, y, right: width - MARGIN, neurons: data.neurons, theme });
  y += legend.height + 12;
  const notes = [
    ...(legend.hidden > 0 ? [`not listed: ${countOf(legend.hidden, "smaller neuron")}`] : []),
    ...panels.flatMap(({ title, projection }) =>
      fits(projection, sample) ? [] : [`${title}: its projection has other proportions than the volume`],
    ),
    ...data.notes,
  ];
  const words = [...sentences(data), ...notes].join("; ").split(" ");
  const lines = wrapPieces(words, " ", width - 2 * MARGIN, FOOT_SIZE);
  const foot = lines.map((line, index) => textAt(MARGIN, y + index * 12, line, { size: FOOT_SIZE, fill: theme.muted }));
  const height = Math.ceil(y + lines.length * 12 + MARGIN / 2);
  const svg = svgDocument({
    width,
    height,
    title: `Volume ${sample.id} and its segmentations`,
    description: description(data, predictions),
    theme,
    children: [head.svg, ...rows, legend.svg, group({}, foot)],
  });
  return { svg, width, height, rows: panels.length, notes };
}

/** As few rows as the least width allows, each as full as the others. */
function panelGrid(panels: number, room: number): { readonly columns: number; readonly width: number } {
  const most = Math.max(1, Math.floor((room + GAP) / (LEAST_PANEL + GAP)));
  const columns = Math.ceil(panels / Math.ceil(panels / most));
  return { columns, width: (room + GAP) / columns - GAP };
}

function projectionPanels(data: VolumeData, predictions: readonly PredictionFacts[]): ProjectionPanel[] {
  const { sample, raw, truth } = data;
  const panels = [
    { title: "Raw", headline: undefined, projection: raw, captions: [rawCaption(sample)] },
    { title: "Ground truth", headline: undefined, projection: truth, captions: [truthCaption(data)] },
    ...predictions.map((prediction) => ({
      title: prediction.method,
      headline: prediction.score === undefined ? undefined : `S ${scoreText(prediction.score.s)}`,
      projection: prediction.projection,
      captions: predictionCaptions(prediction, sample),
    })),
  ];
  const fieldUm = sample.size === null ? undefined : sample.size[0] * sample.voxelUm;
  const first = panels.findIndex(({ projection }) => !("missing" in projection) && fits(projection, sample));
  return panels.map((panel, index) => ({ ...panel, fieldUm: index === first ? fieldUm : undefined }));
}

/** Whether a projection has the proportions of the volume, up to the rounding of its pixels. */
function fits(projection: Projection, { size }: SampleFacts): boolean {
  if ("missing" in projection || size === null) return true;
  const { width, height } = projection;
  return Math.abs(height - (width * size[1]) / size[0]) <= Math.max(1, 0.01 * height);
}

/** Of the first image, where the volume's size is not known. */
function usualAspect(panels: readonly ProjectionPanel[]): number {
  for (const { projection } of panels) if (!("missing" in projection)) return projection.height / projection.width;
  return 1;
}

function rawCaption({ channels }: SampleFacts): string[] {
  if (channels === null) return ["maximum along z"];
  const colours = channels === 1 ? "in grey" : `as ${["red", "green", "blue"].slice(0, channels).join(", ")}`;
  return ["maximum along z", `${countOf(channels, "channel")}${channels > 3 ? ", the first 3" : ""} ${colours}`];
}

function truthCaption({ sample, neurons }: VolumeData): string[] {
  if (sample.instances === null) return [];
  const overlapping = neurons.filter(({ overlap }) => overlap).length;
  return [
    countOf(sample.instances, "neuron"),
    sample.dim === null ? "dim ones not stated" : `${countText(sample.dim)} dim`,
    ...(neurons.length === 0 ? [] : [`${countText(overlapping)} overlapping`]),
  ];
}

function predictionCaptions({ score, labels, smallLabels }: PredictionFacts, { instances }: SampleFacts): string[][] {
  const small = smallLabels > 0 ? `, ${countText(smallLabels)} too small` : "";
  const counted = `${countOf(labels, "label")}${small}`;
  if (score === undefined) return [["not scored"], [counted]];
  const neurons = score.neurons ?? instances;
  const found = score.found === null ? [] : [foundText(score.found, neurons)];
  return [
    [`avF1 ${scoreText(score.f1)}`, `C ${scoreText(score.coverage)}`],
    [...found, counted],
  ];
}

function foundText(found: number, neurons: number | null): string {
  return neurons === null
    ? `${countOf(found, "neuron")} found`
    : `${countText(found)} of ${countOf(neurons, "neuron")} found`;
}

function scoreText(value: PredictionScore["s"]): string {
  return value === null ? "not defined" : value.toFixed(3);
}

function header(sample: SampleFacts, width: number, theme: Theme): { readonly svg: string; readonly height: number } {
  const { id, labelSet, split, size, voxelUm, source } = sample;
  const pieces = [
    labelSet === null ? "label set not stated" : `${labelSet} labelled`,
    split === null ? "in no split" : `split ${split}`,
    ...(size === null
      ? ["size not known"]
      : [
          `x ${countText(size[0])} × y ${countText(size[1])} × z ${countText(size[2])} voxels`,
          `${size.map((voxels) => tickText(Math.round(voxels * voxelUm))).join(" × ")} µm`,
        ]),
    `${tickText(voxelUm)} µm per voxel`,
    ...(source === null || source === "zenodo" ? [] : [SOURCES[source] ?? source]),
  ];
  const lines = wrapPieces(pieces, "  ·  ", width - 2 * MARGIN, 10);
  return {
    svg: group({}, [
      textAt(MARGIN, 26, fitText(id, width - 2 * MARGIN, 15, true), { size: 15, fill: theme.text, bold: true }),
      ...lines.map((line, index) => textAt(MARGIN, 43 + index * 14, line, { size: 10, fill: theme.muted })),
    ]),
    height: 43 + lines.length * 14,
  };
}

const SOURCES: Readonly<Record<string, string>> = { crop: "a crop of a volume", synthetic: "a synthetic volume" };

/** How to read the panels. */
function sentences({ sample, predictions }: VolumeData): string[] {
  const scored = predictions.some(({ score }) => score !== undefined);
  return [
    ...(predictions.length > 0
      ? ["a prediction has the colours of its own labels, not of the neurons that they match"]
      : []),
    ...(scored ? ["S: mean of avF1 and C, profile flylight", "found: matched one to one with clDice above 0.5"] : []),
    ...(sample.labelSet === "partly"
      ? ["not every neuron is labelled: what is predicted in the background does not count"]
      : []),
  ];
}

function description({ sample, raw, truth }: VolumeData, predictions: readonly PredictionFacts[]): string {
  const state = (projection: Projection) => ("missing" in projection ? ` (not shown: ${projection.missing})` : "");
  const scores = predictions.map(({ method, projection, score }) => {
    const s = score === undefined ? "not scored" : `S ${scoreText(score.s)}`;
    return `${method}, ${s}${state(projection)}`;
  });
  const neurons = sample.instances === null ? "" : ` of ${countOf(sample.instances, "neuron")}`;
  const list = scores.length === 0 ? "no predictions" : `${countOf(scores.length, "prediction")}: ${scores.join("; ")}`;
  return `Projections along z: raw${state(raw)}, ground truth${neurons}${state(truth)}, and ${list}.`;
}
