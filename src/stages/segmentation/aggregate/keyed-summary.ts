import { FormatError } from "../../../base/errors.js";
import { THRESHOLDS, thresholdKey } from "../metrics/image-score.js";
import type { ImageSummary, SubsetSummary, ThresholdSummary } from "./image-summary.js";

/** A value under a key of the published tool; null and NaN: not there. */
export type KeyedValue = number | readonly number[] | null;

/** The score of one image under the keys of the published tool, as its JSON, TOML and CSV files have it. */
export interface KeyedScore {
  readonly general: Readonly<Record<string, KeyedValue>>;
  readonly confusion_matrix: Readonly<Record<string, KeyedValue | Readonly<Record<string, KeyedValue>>>>;
}

/**
 * The summary behind the keys of the published tool. Keys that are not there become null.
 * @throws {FormatError} `format/score-keys` without `Num GT`, `Num Pred` or `TP_05`, or with a list for a number.
 */
export function summaryOfKeys(keyed: KeyedScore, file: string): ImageSummary {
  const { general, confusion_matrix: confusion } = keyed;
  const number = (key: string) => numberAt(general, key, file);
  const required = (key: string) => {
    const value = number(key);
    if (value !== null && Number.isInteger(value) && value >= 0) return value;
    throw new FormatError("score-keys", `${file}: general "${key}" is no count`, { fields: { file, key } });
  };
  return {
    truth: required("Num GT"),
    prediction: required("Num Pred"),
    truePositives: required("TP_05"),
    matchScores: listAt(general, "TP_05_cldice", file),
    meanMatchScore: number("avg_TP_05_cldice"),
    coverage: listAt(general, "gt_skel_coverage", file),
    meanCoverage: number("avg_gt_skel_coverage"),
    meanHighCoverage: number("avg_tp_skel_coverage"),
    falseSplits: number("FS"),
    falseMerges: number("FM"),
    meanF1: numberAt(confusion, "avFscore19", file) ?? numberAt(confusion, "avFscore", file),
    score: number("avg_f1_cov_score"),
    thresholds: THRESHOLDS.map((threshold) => thresholdSummary(confusion, threshold, file)),
    dim: subsetAt(general, "dim", file),
    overlap: subsetAt(general, "overlap", file),
  };
}

type Keys = Readonly<Record<string, KeyedValue | Readonly<Record<string, KeyedValue>> | undefined>>;

function thresholdSummary(confusion: Keys, threshold: number, file: string): ThresholdSummary {
  const found = confusion[thresholdKey(threshold)];
  const keys: Keys = typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Keys) : {};
  return {
    threshold,
    truePositives: numberAt(keys, "AP_TP", file),
    falsePositives: numberAt(keys, "AP_FP", file),
    falseNegatives: numberAt(keys, "AP_FN", file),
    fscore: numberAt(keys, "fscore", file),
    falseSplit: numberAt(keys, "false_split", file),
    falseMerge: numberAt(keys, "false_merge", file),
  };
}

function subsetAt(general: Keys, name: "dim" | "overlap", file: string): SubsetSummary | undefined {
  const truth = numberAt(general, `GT_${name}`, file);
  if (truth === null) return undefined;
  return {
    truth,
    truePositives: numberAt(general, `TP_05_${name}`, file) ?? 0,
    coverage: listAt(general, `gt_covs_${name}`, file),
    meanCoverage: numberAt(general, `avg_gt_cov_${name}`, file),
  };
}

function numberAt(keys: Keys, key: string, file: string): number | null {
  const value = keys[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== "number") {
    throw new FormatError("score-keys", `${file}: "${key}" is no number`, { fields: { file, key } });
  }
  return Number.isNaN(value) ? null : value;
}

function listAt(keys: Keys, key: string, file: string): readonly number[] | null {
  const value = keys[key];
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) && value.every((item) => typeof item === "number" && !Number.isNaN(item))) return value;
  throw new FormatError("score-keys", `${file}: "${key}" is no list of numbers`, { fields: { file, key } });
}
