import type { ImageScore, SubsetScore } from "../metrics/image-score.js";
import { scoreMeans } from "../metrics/image-score-json.js";

/** Thresholds whose F1 is averaged to avF1. */
export const F1_THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

/** One image at one threshold; null for what its file does not tell. */
export interface ThresholdSummary {
  readonly threshold: number;
  readonly truePositives: number | null;
  readonly falsePositives: number | null;
  readonly falseNegatives: number | null;
  readonly fscore: number | null;
  readonly falseSplit: number | null;
  readonly falseMerge: number | null;
}

/** Dim neurons of one image, or those that touch an overlap. */
export interface SubsetSummary {
  readonly truth: number;
  readonly truePositives: number;
  /** Of each; may be shorter than `truth`, where the published tool leaves them out. */
  readonly coverage: readonly number[] | null;
  readonly meanCoverage: number | null;
}

/**
 * What pooling over images needs of one image, as plain data: made from an {@link ImageScore}, or read from the files of
 * the published tool, which lack some of it (null). A list wins over its mean.
 */
export interface ImageSummary {
  readonly truth: number;
  readonly prediction: number;
  /** Matches at threshold 0.5. */
  readonly truePositives: number;
  /** Scores of these matches, in matching order. */
  readonly matchScores: readonly number[] | null;
  readonly meanMatchScore: number | null;
  /** Covered share of each truth instance's skeleton. */
  readonly coverage: readonly number[] | null;
  readonly meanCoverage: number | null;
  /** Mean of the coverages above 0.5. */
  readonly meanHighCoverage: number | null;
  readonly falseSplits: number | null;
  readonly falseMerges: number | null;
  readonly meanF1: number | null;
  /** S: mean of avF1 and of the mean coverage. */
  readonly score: number | null;
  readonly thresholds: readonly ThresholdSummary[];
  /** Undefined where it was not evaluated. */
  readonly dim: SubsetSummary | undefined;
  readonly overlap: SubsetSummary | undefined;
}

/** The summary of a scored image. Coverage, and what is made of it, is null with localization `iou`, which has none. */
export function summaryOfScore(score: ImageScore): ImageSummary {
  const means = scoreMeans(score);
  const skeletons = score.options.localization === "cldice";
  return {
    truth: score.truth.length,
    prediction: score.prediction.length,
    truePositives: means.truePositives,
    matchScores: means.matchedScores,
    meanMatchScore: means.matchedScoreMean,
    coverage: skeletons ? score.coverage : null,
    meanCoverage: skeletons ? means.coverage : null,
    meanHighCoverage: skeletons ? means.foundCoverageMean : null,
    falseSplits: skeletons ? score.falseSplits : null,
    falseMerges: skeletons ? score.falseMerges : null,
    meanF1: means.fscore19,
    score: skeletons ? means.aggregate : null,
    thresholds: score.thresholds.map((at) => ({
      threshold: at.threshold,
      truePositives: at.truePositives,
      falsePositives: at.falsePositives,
      falseNegatives: at.falseNegatives,
      fscore: at.fscore,
      falseSplit: at.falseSplit,
      falseMerge: at.falseMerge,
    })),
    dim: subsetSummary(score.dim),
    overlap: subsetSummary(score.overlap),
  };
}

function subsetSummary(subset: SubsetScore | undefined): SubsetSummary | undefined {
  if (subset === undefined) return undefined;
  return {
    truth: subset.truthIds.length,
    truePositives: subset.truePositives,
    coverage: subset.coverage,
    meanCoverage: mean(subset.coverage),
  };
}

/** 0 for an empty list, as the published tool has it. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
