import { type ImageScore, type SubsetScore, thresholdKey } from "./image-score.js";

/** Means of one image's score; null where the truth is empty. */
export interface ScoreMeans {
  /** Means over the thresholds 0.1 … 0.9, and over 0.5, 0.55 … 0.95. */
  readonly averagePrecision19: number;
  readonly averagePrecision59: number;
  readonly fscore19: number;
  readonly fscore59: number;
  readonly coverage: number | null;
  /** Coverages above 0.5. */
  readonly foundCoverage: readonly number[];
  readonly foundCoverageMean: number;
  /** Scores of the matches at threshold 0.5, in matching order. */
  readonly matchedScores: readonly number[];
  readonly matchedScoreMean: number;
  readonly truePositives: number;
  readonly truePositiveShare: number | null;
  /** Half the mean F-score over 0.1 … 0.9, half the mean coverage: the benchmark's S. */
  readonly aggregate: number | null;
}

/** The headline numbers that the published tool derives from the thresholds and coverages. */
export function scoreMeans(score: ImageScore): ScoreMeans {
  const { thresholds } = score;
  const [tenths, upper] = [thresholds.slice(0, 9), thresholds.slice(4)];
  const truths = score.truth.length;
  const half = thresholds.find(({ threshold }) => threshold === 0.5);
  const matchedScores = (half?.matches ?? []).map((match) => match.score);
  const foundCoverage = score.coverage.filter((share) => share > 0.5);
  const fscore19 = mean(tenths.map(({ fscore }) => fscore));
  const coverage = truths === 0 ? null : mean(score.coverage);
  return {
    averagePrecision19: mean(tenths.map(({ averagePrecision }) => averagePrecision)),
    averagePrecision59: mean(upper.map(({ averagePrecision }) => averagePrecision)),
    fscore19,
    fscore59: mean(upper.map(({ fscore }) => fscore)),
    coverage,
    foundCoverage,
    foundCoverageMean: mean(foundCoverage),
    matchedScores,
    matchedScoreMean: mean(matchedScores),
    truePositives: matchedScores.length,
    truePositiveShare: truths === 0 ? null : matchedScores.length / truths,
    aggregate: coverage === null ? null : 0.5 * fscore19 + 0.5 * coverage,
  };
}

type Json = number | null | readonly number[];

/** The nested result of the published tool. */
export interface ImageScoreJson {
  readonly general: Readonly<Record<string, Json>>;
  readonly confusion_matrix: Readonly<Record<string, Json | Readonly<Record<string, Json>>>>;
}

/**
 * The score under the keys of the published tool, in its order: `general` and `confusion_matrix` with `th_0_1` …. What was
 * not evaluated is left out (coverages, false splits and merges for `iou`; subsets that were not asked for); what an
 * empty truth leaves undefined is null.
 */
export function imageScoreJson(score: ImageScore): ImageScoreJson {
  const means = scoreMeans(score);
  const centerlines = score.options.localization === "cldice";
  const thresholds = score.thresholds.map((at): [string, Record<string, Json>] => [
    thresholdKey(at.threshold),
    {
      AP_TP: at.truePositives,
      AP_FP: at.falsePositives,
      AP_FN: at.falseNegatives,
      precision: at.precision,
      recall: at.recall,
      AP: at.averagePrecision,
      fscore: at.fscore,
      false_split: at.falseSplit,
      false_merge: at.falseMerge,
      ...(centerlines && at.threshold === 0.5 ? { tp_skel_coverage: means.foundCoverage } : {}),
    },
  ]);
  return {
    general: {
      "Num GT": score.truth.length,
      "Num Pred": score.prediction.length,
      TP_05: means.truePositives,
      TP_05_rel: means.truePositiveShare,
      TP_05_cldice: means.matchedScores,
      avg_TP_05_cldice: means.matchedScoreMean,
      ...(centerlines
        ? {
            gt_skel_coverage: score.coverage,
            avg_gt_skel_coverage: means.coverage,
            avg_tp_skel_coverage: means.foundCoverageMean,
            avg_f1_cov_score: means.aggregate,
            FM: score.falseMerges,
            FS: score.falseSplits,
          }
        : {}),
      ...subsetJson("dim", score.dim),
      ...subsetJson("overlap", score.overlap),
    },
    confusion_matrix: {
      ...Object.fromEntries(thresholds),
      avAP: means.averagePrecision59,
      avAP59: means.averagePrecision59,
      avAP19: means.averagePrecision19,
      avFscore: means.fscore19,
      avFscore59: means.fscore59,
      avFscore19: means.fscore19,
    },
  };
}

function subsetJson(name: "dim" | "overlap", subset: SubsetScore | undefined): Record<string, Json> {
  if (subset === undefined) return {};
  const size = subset.truthIds.length;
  return {
    [`GT_${name}`]: size,
    [`TP_05_${name}`]: subset.truePositives,
    [`TP_05_rel_${name}`]: size === 0 ? 0 : subset.truePositives / size,
    [`gt_covs_${name}`]: subset.coverage,
    [`avg_gt_cov_${name}`]: mean(subset.coverage),
  };
}

/** 0 for no values. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
