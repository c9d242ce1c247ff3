import { thresholdKey } from "../metrics/image-score.js";
import { F1_THRESHOLDS } from "./image-summary.js";
import type { PooledSubset, PooledThreshold, SetScore } from "./pool-images.js";

/** A value of an aggregate under a key of the published tool; null: unknown, or not defined. */
export type SetJsonValue = number | null | readonly number[] | { readonly [key: string]: SetJsonValue };

/** A set's score under the keys of the published tool. */
export interface SetJson {
  readonly [key: string]: SetJsonValue;
  readonly general: { readonly [key: string]: SetJsonValue };
  readonly confusion_matrix: { readonly [key: string]: SetJsonValue };
  /** Coverage of every truth instance, image by image; absent where unknown. */
  readonly gt_covs: readonly number[];
  /** Counts at thresholds 0.1 … 0.9; absent where unknown. */
  readonly tp: readonly number[];
  readonly fp: readonly number[];
  readonly fn: readonly number[];
}

/** The score of a set under the keys of the published tool, with `gt_covs`, `tp`, `fp`, `fn`; empty where unknown. */
export function setScoreJson(set: SetScore): SetJson {
  const nine = set.thresholds.filter(({ threshold }) => (F1_THRESHOLDS as readonly number[]).includes(threshold));
  return {
    general: {
      "Num GT": set.truth,
      "Num Pred": set.prediction,
      TP_05: set.truePositives,
      TP_05_rel: set.truePositiveShare,
      ...(set.matchScores === null ? {} : { TP_05_cldice: set.matchScores }),
      avg_TP_05_cldice: set.matchScore,
      avg_gt_skel_coverage: set.coverage,
      avg_f1_cov_score: set.score,
      avFscore: set.meanF1,
      FM: set.falseMerges,
      FS: set.falseSplits,
      ...subsetKeys("dim", set.dim),
      ...subsetKeys("overlap", set.overlap),
    },
    confusion_matrix: {
      avFscore: set.meanF1,
      avFscore19: set.meanF1,
      ...Object.fromEntries(set.thresholds.map((at) => [thresholdKey(at.threshold), thresholdKeys(at)])),
    },
    gt_covs: set.coverages ?? [],
    tp: knownList(nine.map((at) => at.truePositives)),
    fp: knownList(nine.map((at) => at.falsePositives)),
    fn: knownList(nine.map((at) => at.falseNegatives)),
  };
}

function thresholdKeys(at: PooledThreshold): Readonly<Record<string, number | null>> {
  return {
    AP_TP: at.truePositives,
    AP_FP: at.falsePositives,
    AP_FN: at.falseNegatives,
    fscore: at.fscore,
    false_split: at.falseSplit,
    false_merge: at.falseMerge,
  };
}

function subsetKeys(name: "dim" | "overlap", subset: PooledSubset | undefined): Readonly<Record<string, SetJsonValue>> {
  if (subset === undefined) return {};
  return {
    [`GT_${name}`]: subset.truth,
    [`TP_05_${name}`]: subset.truePositives,
    [`TP_05_rel_${name}`]: subset.truePositiveShare,
    [`avg_gt_cov_${name}`]: subset.coverage,
  };
}

function knownList(values: readonly (number | null)[]): readonly number[] {
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  return known.length === values.length ? known : [];
}
