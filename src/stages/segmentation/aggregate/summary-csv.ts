import { thresholdKey } from "../metrics/image-score.js";
import type { AggregateScore } from "./aggregate-scores.js";
import { F1_THRESHOLDS, type ImageSummary, type SubsetSummary } from "./image-summary.js";
import type { PooledSubset, SetScore, SummarizedImage } from "./pool-images.js";

/** A column of the published summary: its name, its value for an image, and for the aggregate. */
interface Column {
  readonly name: string;
  /** Whether the published tool writes the aggregate as an integer. */
  readonly count?: boolean;
  readonly image: (score: ImageSummary) => number | null | undefined;
  readonly set: (score: SetScore) => number | null | undefined;
}

const COUNTS = [
  ["AP_TP", "truePositives"],
  ["AP_FP", "falsePositives"],
  ["AP_FN", "falseNegatives"],
  ["false_split", "falseSplit"],
  ["false_merge", "falseMerge"],
] as const;

/** The columns of the published summary of the test set, in its order. */
const COLUMNS: readonly Column[] = [
  { name: "general Num GT", count: true, image: (score) => score.truth, set: (score) => score.truth },
  { name: "general Num Pred", count: true, image: (score) => score.prediction, set: (score) => score.prediction },
  { name: "general avg_f1_cov_score", image: (score) => score.score, set: (score) => score.score },
  { name: "confusion_matrix avFscore", image: (score) => score.meanF1, set: (score) => score.meanF1 },
  { name: "general avg_gt_skel_coverage", image: (score) => score.meanCoverage, set: (score) => score.coverage },
  { name: "general avg_tp_skel_coverage", image: (score) => score.meanHighCoverage, set: highCoverage },
  ...F1_THRESHOLDS.map(
    (threshold): Column => ({
      name: `${thresholdKey(threshold)} fscore`,
      image: (score) => score.thresholds.find((at) => at.threshold === threshold)?.fscore,
      set: (score) => score.thresholds.find((at) => at.threshold === threshold)?.fscore,
    }),
  ),
  ...COUNTS.map(
    ([name, key]): Column => ({
      name: `th_0_5 ${name}`,
      count: true,
      image: (score) => score.thresholds.find((at) => at.threshold === 0.5)?.[key],
      set: (score) => score.thresholds.find((at) => at.threshold === 0.5)?.[key],
    }),
  ),
  { name: "general FM", count: true, image: (score) => score.falseMerges, set: (score) => score.falseMerges },
  { name: "general FS", count: true, image: (score) => score.falseSplits, set: (score) => score.falseSplits },
  { name: "general TP_05", count: true, image: (score) => score.truePositives, set: (score) => score.truePositives },
  {
    name: "general TP_05_rel",
    image: (score) => (score.truth === 0 ? null : score.truePositives / score.truth),
    set: (score) => score.truePositiveShare,
  },
  { name: "general avg_TP_05_cldice", image: (score) => score.meanMatchScore, set: (score) => score.matchScore },
  ...subsetColumns("dim"),
  ...subsetColumns("overlap"),
];

function subsetColumns(name: "dim" | "overlap"): Column[] {
  const column = (
    key: string,
    image: (subset: SubsetSummary) => number | null,
    set: (subset: PooledSubset) => number | null,
  ): Column => ({
    name: `general ${key}`,
    count: !key.startsWith("avg_") && !key.includes("_rel_"),
    image: (score) => (score[name] === undefined ? null : image(score[name])),
    set: (score) => (score[name] === undefined ? null : set(score[name])),
  });
  return [
    column(
      `GT_${name}`,
      ({ truth }) => truth,
      ({ truth }) => truth,
    ),
    column(
      `TP_05_${name}`,
      ({ truePositives }) => truePositives,
      ({ truePositives }) => truePositives,
    ),
    column(
      `TP_05_rel_${name}`,
      ({ truth, truePositives }) => (truth === 0 ? 0 : truePositives / truth),
      ({ truePositiveShare }) => truePositiveShare,
    ),
    column(
      `avg_gt_cov_${name}`,
      ({ meanCoverage }) => meanCoverage,
      ({ coverage }) => coverage,
    ),
  ];
}

/** Mean of the coverages above 0.5 over all instances; unknown where coverages are. */
function highCoverage({ coverages }: SetScore): number | null {
  const high = coverages?.filter((value) => value > 0.5);
  if (high === undefined) return null;
  return high.length === 0 ? 0 : high.reduce((sum, value) => sum + value, 0) / high.length;
}

/**
 * The summary as the published tool writes it: `;`, one row per image, then `mean` and `sum` of the rows above and
 * `avg_inst`, the (combined) aggregate. Missing values are 0.0; numbers are written as Python does. Lines end in LF.
 */
export function summaryCsv(images: readonly SummarizedImage[], aggregate: AggregateScore): string {
  const rows = images.map(({ score }) => COLUMNS.map((column) => column.image(score) ?? 0));
  const sums = COLUMNS.map((_column, index) => rows.reduce((sum, row) => sum + (row[index] as number), 0));
  const means = sums.map((sum) => (rows.length === 0 ? 0 : sum / rows.length));
  const lines = [
    ["sample", ...COLUMNS.map(({ name }) => name)],
    ...images.map(({ sample }, index) => [field(sample), ...(rows[index] as number[]).map(pythonFloat)]),
    ["mean", ...means.map(pythonFloat)],
    ["sum", ...sums.map(pythonFloat)],
    ["avg_inst", ...COLUMNS.map((column) => aggregateCell(column, column.set(aggregate.combined)))],
  ];
  return `${lines.map((cells) => cells.join(";")).join("\n")}\n`;
}

function aggregateCell(column: Column, value: number | null | undefined): string {
  return column.count === true && Number.isInteger(value) ? String(value) : pythonFloat(value ?? 0);
}

/** A name is quoted only where it would break the line. */
function field(text: string): string {
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `3` → `3.0`, `1e-7` → `1e-07`, `0.00001` → `1e-05`: Python's shortest form of a double. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const exponent = Number(value.toExponential().split("e")[1]);
  if (exponent < -4 || exponent >= 16) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}
