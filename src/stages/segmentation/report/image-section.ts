import { summaryOfScore } from "../aggregate/image-summary.js";
import type { ImageScore, SubsetScore } from "../metrics/image-score.js";
import { confusionTable } from "./confusion-table.js";
import { f1Curve } from "./f1-curve.js";
import { type FigureGroup, groups, type ReportFigure, type ReportFigures } from "./figures.js";
import { count, decimal, escapeHtml, table } from "./html.js";
import { summaryCards } from "./summary-cards.js";

/** One scored image, as the report shows it. */
export interface ReportImage {
  readonly sample: string;
  readonly partly: boolean;
  readonly score: ImageScore;
  readonly figures: ReportFigures | undefined;
}

/** Everything about one image: numbers, thresholds, instances, confusion, pictures. `id` is the anchor of its heading. */
export function imageSection(image: ReportImage, id: string): string {
  const { sample, partly, score, figures } = image;
  const summary = summaryOfScore(score);
  const share = score.truth.length === 0 ? null : summary.truePositives / score.truth.length;
  const warnings = score.warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>\n`).join("");
  return `<h2 id="${id}">${escapeHtml(sample)}</h2>
<p class="muted">${partly ? "partly" : "completely"} labelled; ${score.labelsBeforeFilter} predicted labels, ${score.prediction.length} above the size filter of ${count(score.options.removeSmall)} voxels; overlaps in ${overlaps(score)}</p>
${warnings}${summaryCards({ ...summary, coverage: summary.meanCoverage, matchScore: summary.meanMatchScore, truePositiveShare: share })}
<h3>F1 by threshold</h3>
${f1Curve(score.thresholds)}${thresholdTable(score)}<h3>Neurons</h3>
<p class="muted">Coverage is the share of a neuron's skeleton inside the predictions assigned to it.</p>
${neuronTable(score)}<h3>Predictions</h3>
<p class="muted">What P and a number stands for, and the neuron that holds most of the prediction's skeleton.</p>
${predictionTable(score)}<h3>Confusion</h3>
<p class="muted">Each cell: share of the neuron's skeleton in the prediction / share of the prediction's skeleton in the neuron. N neurons, P predictions; none: in nothing.</p>
${confusionTable(score)}${figures === undefined ? "" : figureSections(figures)}`;
}

function overlaps({ truthOverlap, predictionOverlap }: ImageScore): string {
  if (truthOverlap) return predictionOverlap ? "truth and prediction" : "the truth";
  return predictionOverlap ? "the prediction" : "neither";
}

function thresholdTable(score: ImageScore): string {
  const head = ["threshold", "TP", "FP", "FN", "precision", "recall", "F1", "false splits", "false merges"];
  const rows = [...score.thresholds]
    .sort((a, b) => a.threshold - b.threshold)
    .map((at) => [
      String(at.threshold),
      count(at.truePositives),
      count(at.falsePositives),
      count(at.falseNegatives),
      decimal(at.precision),
      decimal(at.recall),
      decimal(at.fscore),
      count(at.falseSplit),
      count(at.falseMerge),
    ]);
  return table(
    head.map((html) => ({ html, number: true })),
    rows,
  );
}

function neuronTable(score: ImageScore): string {
  const half = score.thresholds.find(({ threshold }) => threshold === 0.5);
  const matches = new Map(half?.matches.map((match) => [match.truth, match]));
  const split = new Map(groups(score.splitMatches, 0));
  const member = (subset: SubsetScore | undefined, id: number, word: string) =>
    subset?.truthIds.includes(id) === true ? [word] : [];
  const rows = score.truth.map((instance, index) => {
    const id = index + 1;
    const coverage = score.coverage[index];
    const match = matches.get(id);
    const pieces = split.get(id)?.length;
    const remarks = [
      ...member(score.dim, id, "dim"),
      ...member(score.overlap, id, "overlap"),
      ...(pieces === undefined ? [] : [`split in ${pieces}`]),
      ...(instance.skeletonVoxels === 0 ? ["no skeleton"] : []),
    ];
    return [
      `N${id}`,
      `${instance.label} in channel ${instance.channel}`,
      count(instance.voxels),
      count(instance.skeletonVoxels),
      coverage === undefined ? "–" : `${bar(coverage)} ${decimal(coverage)}`,
      match === undefined ? "–" : `P${match.prediction}`,
      decimal(match?.score),
      remarks.join(", "),
    ];
  });
  const head = [
    { html: "neuron" },
    { html: "label" },
    { html: "voxels", number: true },
    { html: "skeleton", number: true },
    { html: "coverage" },
    { html: "match at 0.5" },
    { html: score.options.localization === "iou" ? "IoU" : "clDice", number: true },
    { html: "" },
  ];
  return table(head, rows);
}

/** Most predictions that are listed: the largest. */
const MOST_PREDICTIONS = 200;

function predictionTable(score: ImageScore): string {
  const half = score.thresholds.find(({ threshold }) => threshold === 0.5);
  const matches = new Map(half?.matches.map((match) => [match.prediction, match]));
  const merged = new Map(groups(score.mergeMatches, 1));
  const all = score.prediction.map((instance, index) => ({ instance, id: index + 1 }));
  const shown = [...all]
    .sort((a, b) => b.instance.voxels - a.instance.voxels || a.id - b.id)
    .slice(0, MOST_PREDICTIONS)
    .sort((a, b) => a.id - b.id);
  const rows = shown.map(({ instance, id }) => {
    const assigned = score.assigned[id];
    const match = matches.get(id);
    const remarks = [
      ...(merged.has(id) ? [`holds ${merged.get(id)?.length} neurons`] : []),
      ...(instance.skeletonVoxels === 0 && assigned !== undefined ? ["no skeleton"] : []),
    ];
    return [
      `P${id}`,
      `${instance.label} in channel ${instance.channel}`,
      count(instance.voxels),
      count(instance.skeletonVoxels),
      assigned === undefined ? "–" : assigned === 0 ? "background" : `N${assigned}`,
      match === undefined ? "–" : `N${match.truth}`,
      remarks.join(", "),
    ];
  });
  const head = [
    { html: "prediction" },
    { html: "label" },
    { html: "voxels", number: true },
    { html: "skeleton", number: true },
    { html: "mostly in" },
    { html: "match at 0.5" },
    { html: "" },
  ];
  const rest =
    all.length > shown.length ? `<p class="muted">The ${shown.length} largest of ${all.length} are listed.</p>\n` : "";
  return table(head, rows) + rest;
}

function bar(coverage: number): string {
  const width = decimal(100 * Math.min(1, Math.max(0, coverage)), 1);
  return `<span class="bar"><i${coverage < 0.5 ? ' class="low"' : ""} style="width:${width}%"></i></span>`;
}

function figureSections({ overview, missed, split, merged }: ReportFigures): string {
  const overall = overview === undefined ? "" : `<h3>Projection</h3>\n${figureHtml(overview)}`;
  return (
    overall +
    groupHtml("Missed neurons", "No match at 0.5 and less than half of the skeleton covered.", missed) +
    groupHtml("Split neurons", "Neurons that several predictions share, as counted in FS.", split) +
    groupHtml("Merged neurons", "Predictions that hold several neurons, as counted in FM.", merged)
  );
}

function groupHtml(title: string, says: string, { figures, total }: FigureGroup): string {
  if (total === 0) return "";
  const rest = total > figures.length ? ` ${figures.length} of ${total} are shown.` : "";
  return `<h3>${title} (${total})</h3>\n<p class="muted">${says}${rest}</p>\n${figures.map(figureHtml).join("")}`;
}

/** Pictures narrower than this are shown enlarged by a whole factor. */
const LEAST_SHOWN = 320;

function figureHtml({ title, caption, truth, prediction, width, height }: ReportFigure): string {
  const factor = Math.max(1, Math.floor(LEAST_SHOWN / Math.max(width, height)));
  const picture = (png: Uint8Array, name: string) =>
    `<div>${name}<img alt="${name}: ${escapeHtml(title)}" width="${width * factor}" height="${height * factor}" src="data:image/png;base64,${Buffer.from(png).toString("base64")}"></div>`;
  return `<figure><div class="pair">${picture(truth, "truth")}${picture(prediction, "prediction")}</div>
<figcaption><b>${escapeHtml(title)}</b> ${escapeHtml(caption)}</figcaption></figure>
`;
}
