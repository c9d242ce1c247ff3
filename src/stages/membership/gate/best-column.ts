import { areaUnderCurve } from "../../../compute/statistics/roc.js";
import { shareBelow } from "../../../compute/statistics/sorted-values.js";
import type { FeatureColumns, FoldRows } from "./blind-units.js";

/**
 * The single feature that tells the training units apart best, in the better direction, as a threshold classifier of any
 * threshold: writes to `scores` the share of training units that a test unit exceeds, half for ties, so that folds can
 * be pooled.
 */
export function scoreBestColumn(
  features: FeatureColumns,
  rows: FoldRows,
  labels: Uint8Array,
  scores: Float64Array,
): void {
  const columns = features.names.length;
  let best = 0;
  let sign = 1;
  let distance = -1;
  for (let column = 0; column < columns; column++) {
    const auc = columnAuc(features, column, rows.train, labels);
    if (Math.abs(auc - 0.5) <= distance) continue;
    distance = Math.abs(auc - 0.5);
    best = column;
    sign = auc < 0.5 ? -1 : 1;
  }
  const sorted = Float64Array.from(rows.train, (unit) => features.values[unit * columns + best] as number).sort();
  for (const unit of rows.test) {
    const value = features.values[unit * columns + best] as number;
    scores[unit] = sign * (shareBelow(sorted, value) - 0.5);
  }
}

/** AUC of a column over some rows; one half where they are of one class. */
function columnAuc({ names, values }: FeatureColumns, column: number, rows: Int32Array, labels: Uint8Array): number {
  const auc = areaUnderCurve(
    Float64Array.from(rows, (unit) => values[unit * names.length + column] as number),
    Uint8Array.from(rows, (unit) => labels[unit] as number),
  );
  return Number.isNaN(auc) ? 0.5 : auc;
}
