import { THRESHOLDS } from "../metrics/image-score.js";
import { F1_THRESHOLDS, type ImageSummary, mean, type SubsetSummary, type ThresholdSummary } from "./image-summary.js";

/** One image of a set. */
export interface SummarizedImage {
  readonly sample: string;
  /** Whether some of its neurons are not in the truth. */
  readonly partly: boolean;
  readonly score: ImageSummary;
}

/** Counts over a set at one threshold; null where an image's file lacks them. */
export type PooledThreshold = ThresholdSummary;

export interface PooledSubset {
  readonly truth: number;
  readonly truePositives: number;
  /** Ratio of the sums; 0 for an empty subset. */
  readonly truePositiveShare: number;
  /** Mean over the instances of all images; 0 for an empty subset. */
  readonly coverage: number | null;
}

/** The score of a set of images; null for what cannot be known or is not defined. */
export interface SetScore {
  readonly images: readonly string[];
  readonly truth: number;
  readonly prediction: number;
  /** Matches at threshold 0.5, and their share of the truth (tp). */
  readonly truePositives: number;
  readonly truePositiveShare: number | null;
  /** S, avF1, C, clDice_TP. */
  readonly score: number | null;
  readonly meanF1: number | null;
  readonly coverage: number | null;
  readonly matchScore: number | null;
  readonly falseSplits: number | null;
  readonly falseMerges: number | null;
  readonly thresholds: readonly PooledThreshold[];
  readonly dim: PooledSubset | undefined;
  readonly overlap: PooledSubset | undefined;
  /** Per truth instance, image by image; null where an image has its mean alone. */
  readonly coverages: readonly number[] | null;
  readonly matchScores: readonly number[] | null;
}

/**
 * Pools images of one kind: counts are summed, coverage and match scores averaged over instances, not over images.
 * Source: the published tool's aggregation. Cost: linear in the instances.
 */
export function poolImages(images: readonly SummarizedImage[]): SetScore {
  const scores = images.map(({ score }) => score);
  const truth = total(scores.map((score) => score.truth)) as number;
  const truePositives = total(scores.map((score) => score.truePositives)) as number;
  const thresholds = THRESHOLDS.map((threshold) => pooledThreshold(images, threshold));
  const meanF1 = meanFscore(thresholds);
  const coverage =
    truth === 0
      ? null
      : pooledMean(scores.map((score) => ({ list: score.coverage, mean: score.meanCoverage, weight: score.truth })));
  return {
    images: images.map(({ sample }) => sample),
    truth,
    prediction: total(scores.map((score) => score.prediction)) as number,
    truePositives,
    truePositiveShare: truth === 0 ? null : truePositives / truth,
    score: meanF1 === null || coverage === null ? null : 0.5 * meanF1 + 0.5 * coverage,
    meanF1,
    coverage,
    matchScore: pooledMean(
      scores.map((score) => ({ list: score.matchScores, mean: score.meanMatchScore, weight: score.truePositives })),
    ),
    falseSplits: total(scores.map((score) => score.falseSplits)),
    falseMerges: total(scores.map((score) => score.falseMerges)),
    thresholds,
    dim: pooledSubset(scores, "dim"),
    overlap: pooledSubset(scores, "overlap"),
    coverages: concatenated(scores.map((score) => (score.truth === 0 ? [] : score.coverage))),
    matchScores: concatenated(scores.map((score) => (score.truePositives === 0 ? [] : score.matchScores))),
  };
}

/** avF1; null where one of its thresholds is unknown. */
export function meanFscore(thresholds: readonly PooledThreshold[]): number | null {
  const values = thresholds.filter(({ threshold }) => (F1_THRESHOLDS as readonly number[]).includes(threshold));
  const known = values.flatMap(({ fscore }) => (fscore === null ? [] : [fscore]));
  return known.length === F1_THRESHOLDS.length ? mean(known) : null;
}

/** The sum, or null when one of the values is. */
export function total(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum;
}

function pooledThreshold(images: readonly SummarizedImage[], threshold: number): PooledThreshold {
  const counts = images.map(({ score, partly }) => {
    const found = score.thresholds.find((at) => at.threshold === threshold);
    return found === undefined ? undefined : knownCounts(found, score, partly);
  });
  const sum = (key: "truePositives" | "falsePositives" | "falseNegatives" | "falseSplit" | "falseMerge") =>
    total(counts.map((count) => count?.[key] ?? null));
  const truePositives = sum("truePositives");
  const falsePositives = sum("falsePositives");
  const falseNegatives = sum("falseNegatives");
  let fscore: number | null = null;
  if (truePositives !== null && falsePositives !== null && falseNegatives !== null) {
    const denominator = 2 * truePositives + falsePositives + falseNegatives;
    fscore = denominator === 0 ? 0 : (2 * truePositives) / denominator;
  }
  return {
    threshold,
    truePositives,
    falsePositives,
    falseNegatives,
    fscore,
    falseSplit: sum("falseSplit"),
    falseMerge: sum("falseMerge"),
  };
}

/**
 * The counts, or what follows from F1 alone: in a completely labelled image F1 = 2·tp / (G + P). In a partly labelled
 * one false positives are not P − tp, and the counts stay unknown.
 */
function knownCounts(at: ThresholdSummary, image: ImageSummary, partly: boolean): ThresholdSummary {
  if (partly || at.truePositives !== null || at.fscore === null) return at;
  const exact = (at.fscore * (image.truth + image.prediction)) / 2;
  const truePositives = Math.round(exact);
  if (Math.abs(exact - truePositives) > 1e-4) return at;
  return {
    ...at,
    truePositives,
    falsePositives: image.prediction - truePositives,
    falseNegatives: image.truth - truePositives,
  };
}

function pooledSubset(scores: readonly ImageSummary[], name: "dim" | "overlap"): PooledSubset | undefined {
  const subsets = scores.flatMap((score) => (score[name] === undefined ? [] : [{ score, subset: score[name] }]));
  if (subsets.length < scores.length) return undefined;
  const truth = total(subsets.map(({ subset }) => subset.truth)) as number;
  const truePositives = total(subsets.map(({ subset }) => subset.truePositives)) as number;
  const weight = (score: ImageSummary, subset: SubsetSummary) =>
    // The published tool leaves the dim neurons of an image without predictions out of the mean.
    name === "dim" && score.prediction === 0 ? 0 : subset.truth;
  return {
    truth,
    truePositives,
    truePositiveShare: truth === 0 ? 0 : truePositives / truth,
    coverage: pooledMean(
      subsets.map(({ score, subset }) => ({
        list: subset.coverage,
        mean: subset.meanCoverage,
        weight: weight(score, subset),
      })),
    ),
  };
}

interface Part {
  readonly list: readonly number[] | null;
  readonly mean: number | null;
  readonly weight: number;
}

/** Mean over all instances, from lists or from means and how many they stand for; 0 for none. */
function pooledMean(parts: readonly Part[]): number | null {
  let sum = 0;
  let count = 0;
  for (const { list, mean: average, weight } of parts) {
    if (list !== null) {
      for (const value of list) sum += value;
      count += list.length;
    } else if (weight > 0) {
      if (average === null) return null;
      sum += average * weight;
      count += weight;
    }
  }
  return count === 0 ? 0 : sum / count;
}

function concatenated(lists: readonly (readonly number[] | null)[]): readonly number[] | null {
  const known = lists.flatMap((list) => (list === null ? [] : [list]));
  return known.length === lists.length ? known.flat() : null;
}
