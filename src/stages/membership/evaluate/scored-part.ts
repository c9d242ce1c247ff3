import { compareCodeUnits } from "../../../base/canonical-json.js";
import { clopperPearson } from "../../../compute/statistics/clopper-pearson.js";
import { clusterBootstrap } from "../../../compute/statistics/cluster-bootstrap.js";
import { areaInterval, type DelongArea, delong } from "../../../compute/statistics/delong.js";
import {
  chanceDeviation,
  type RateConvention,
  type RocCurve,
  rocCurve,
  trueRateAt,
} from "../../../compute/statistics/roc.js";
import type { MetricRow } from "../../../tables/generated/membership.js";

/** A unit in the comparison. */
export interface ComparedUnit {
  readonly docId: string;
  readonly label: 0 | 1;
  readonly fold: number;
  readonly cluster: string;
}

/** Scores of some units of an experiment by one attack; those without a score are only counted. */
export interface ScoredPart {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  readonly clusters: readonly string[];
  readonly missing: number;
}

/** @param scores of every unit; NaN: none. */
export function scoredPart(units: readonly ComparedUnit[], scores: Float64Array, fold?: number): ScoredPart {
  const inside = [...units.keys()].filter((at) => fold === undefined || units[at]?.fold === fold);
  const kept = inside.filter((at) => !Number.isNaN(scores[at]));
  return {
    scores: Float64Array.from(kept, (at) => scores[at] as number),
    labels: Uint8Array.from(kept, (at) => units[at]?.label as number),
    clusters: kept.map((at) => units[at]?.cluster as string),
    missing: inside.length - kept.length,
  };
}

const RATES = [0.001, 0.01, 0.1] as const;

type RateName = "tpr_at_fpr_0_001" | "tpr_at_fpr_0_01" | "tpr_at_fpr_0_1";

export type RateColumns = {
  readonly [K in
    | RateName
    | `${RateName}_lo`
    | `${RateName}_hi`
    | `threshold_at_${"fpr_0_001" | "fpr_0_01" | "fpr_0_1"}`]: number | null;
};

export type AreaColumns = Pick<
  MetricRow,
  | "n1"
  | "n0"
  | "n_missing"
  | "auc"
  | "auc_se"
  | "ci_lo"
  | "ci_hi"
  | "bootstrap_lo"
  | "bootstrap_hi"
  | "null_sd"
  | "accuracy"
>;

/** What is the same in all conventions, and what the claim and the rates are made of. */
export interface PartMetrics {
  readonly columns: AreaColumns;
  readonly area: DelongArea;
  readonly curve: RocCurve;
}

/** Measures of one part. With one class only areas, intervals and rates are null. */
export function partMetrics(
  part: ScoredPart,
  options: { readonly draws: number; readonly seed: number; readonly isProbability: boolean },
): PartMetrics {
  const { scores, labels, missing } = part;
  const area = delong(scores, labels);
  const [low, high] = areaInterval(area);
  const bootstrap = Number.isNaN(area.auc) || options.draws === 0 ? undefined : clusterInterval(part, options);
  const right = scores.reduce((sum, score, at) => sum + (score > 0.5 === (labels[at] === 1) ? 1 : 0), 0);
  return {
    area,
    curve: rocCurve(scores, labels),
    columns: {
      n1: area.members,
      n0: area.nonmembers,
      n_missing: missing,
      auc: known(area.auc),
      auc_se: known(Math.sqrt(area.variance)),
      ci_lo: known(low),
      ci_hi: known(high),
      bootstrap_lo: bootstrap?.[0] ?? null,
      bootstrap_hi: bootstrap?.[1] ?? null,
      null_sd: Number.isNaN(area.auc) ? null : chanceDeviation(area.members, area.nonmembers),
      accuracy: options.isProbability && scores.length > 0 ? right / scores.length : null,
    },
  };
}

function clusterInterval(part: ScoredPart, options: { readonly draws: number; readonly seed: number }) {
  const { scores, labels } = part;
  const names = [...new Set(part.clusters)].sort(compareCodeUnits);
  const numbers = new Map(names.map((name, number) => [name, number]));
  const clusters = Int32Array.from(part.clusters, (name) => numbers.get(name) as number);
  return clusterBootstrap({ scores, labels, clusters, count: names.length, seed: options.seed, draws: options.draws });
}

/** True-positive rates with exact intervals; null where they cannot be estimated from so few non-members. */
export function rateColumns(curve: RocCurve, convention: RateConvention): RateColumns {
  const columns: Record<string, number | null> = {};
  for (const fpr of RATES) {
    const name = `fpr_${String(fpr).replace(".", "_")}`;
    const { rate, truePositives, threshold, estimable } = trueRateAt(curve, fpr, convention);
    const [low, high] = estimable ? clopperPearson(truePositives, curve.members) : [null, null];
    columns[`tpr_at_${name}`] = estimable ? rate : null;
    columns[`tpr_at_${name}_lo`] = low;
    columns[`tpr_at_${name}_hi`] = high;
    columns[`threshold_at_${name}`] = estimable && Number.isFinite(threshold) ? threshold : null;
  }
  return columns as RateColumns;
}

/** NaN is null in tables. */
export function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
