import type { AggregateScore } from "../aggregate/aggregate-scores.js";
import type { SetScore } from "../aggregate/pool-images.js";
import { f1Curve } from "./f1-curve.js";
import { count, decimal, escapeHtml, table } from "./html.js";
import { REPORT_STYLE } from "./report-style.js";
import { summaryCards } from "./summary-cards.js";

/** The score of one image in the list of a report over many. */
export interface ReportRow {
  readonly sample: string;
  readonly partly: boolean;
  /** Anchor of its section. */
  readonly id: string;
  readonly score: number | null;
  readonly meanF1: number | null;
  readonly coverage: number | null;
  readonly truePositives: number;
  readonly truth: number;
  readonly prediction: number;
}

export interface ReportContent {
  readonly title: string;
  /** How it was scored: `profile flylight`, `size filter 800`. */
  readonly options: readonly string[];
  /** Over all images, where there are several. */
  readonly aggregate: AggregateScore | undefined;
  readonly rows: readonly ReportRow[];
  /** Sections made by `imageSection`. */
  readonly sections: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * The report as one HTML file without scripts, styles, fonts or pictures from elsewhere: it can be mailed and read
 * offline. Same input, same bytes.
 */
export function segmentationReport(content: ReportContent): string {
  const { title, options, aggregate, rows, sections, warnings } = content;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="muted">${options.map(escapeHtml).join(" · ")}</p>
${warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>\n`).join("")}${aggregate === undefined ? "" : aggregateSection(aggregate)}${rows.length < 2 ? "" : imageList(rows)}${sections.join("")}</body>
</html>
`;
}

function aggregateSection(aggregate: AggregateScore): string {
  const { complete, partly, combined, mode } = aggregate;
  if (complete === undefined || partly === undefined) return setSection("All images", combined);
  const says =
    mode === "published"
      ? "Combined as in the published table: S, avF1, C, F1, clDice_TP and the coverage of subsets are means of the two sets, counts are sums."
      : "Combined as the published tool does now: S, avF1, C and F1 are means of the two sets, clDice_TP is pooled, counts are sums.";
  return `${setSection("Combined", combined)}<p class="muted">${says}</p>\n${setSection("Completely labelled", complete)}${setSection("Partly labelled", partly)}`;
}

function setSection(title: string, set: SetScore): string {
  const images = set.images.length === 1 ? "1 image" : `${set.images.length} images`;
  return `<h2>${title}</h2>
<p class="muted">${images}</p>
${summaryCards(set)}${f1Curve(set.thresholds)}`;
}

function imageList(rows: readonly ReportRow[]): string {
  const head = ["image", "labelled", "S", "avF1", "C", "matched", "neurons", "predictions"];
  return `<h2>Images</h2>\n${table(
    head.map((html, index) => ({ html, number: index > 1 })),
    rows.map((row) => [
      `<a href="#${row.id}">${escapeHtml(row.sample)}</a>`,
      row.partly ? "partly" : "completely",
      decimal(row.score),
      decimal(row.meanF1),
      decimal(row.coverage),
      count(row.truePositives),
      count(row.truth),
      count(row.prediction),
    ]),
  )}`;
}
