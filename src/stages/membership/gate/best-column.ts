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
    const share = (lowerBound(sorted, value) + upperBound(sorted, value)) / (2 * sorted.length);
    scores[unit] = sign * (share - 0.5);
  }
}

function columnAuc({ names, values }: FeatureColumns, column: number, rows: Int32Array, labels: Uint8Array): number {
  const order = Array.from(rows).sort(
    (a, b) => (values[a * names.length + column] as number) - (values[b * names.length + column] as number),
  );
  let wins = 0;
  let below = 0;
  let members = 0;
  for (let from = 0; from < order.length; ) {
    const value = values[(order[from] as number) * names.length + column] as number;
    let ones = 0;
    let zeros = 0;
    let to = from;
    while (to < order.length && values[(order[to] as number) * names.length + column] === value) {
      if (labels[order[to] as number] === 1) ones++;
      else zeros++;
      to++;
    }
    wins += ones * (below + zeros / 2);
    below += zeros;
    members += ones;
    from = to;
  }
  return members === 0 || below === 0 ? 0.5 : wins / (members * below);
}

function lowerBound(sorted: Float64Array, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function upperBound(sorted: Float64Array, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}
