import { type ScoreMatrix, type ScoreOptions, THRESHOLDS, type ThresholdScore } from "./image-score.js";
import { allRows, greedyAssignment, hungarianAssignment, pairsAbove } from "./one-to-one.js";

/**
 * Counts and scores at each threshold. `assigned`: for each prediction the truth instance that holds most of its
 * skeleton, or 0. A false merge must exceed the threshold also without the truth's overlaps, where there are any.
 */
export function thresholdScores(
  score: ScoreMatrix,
  recall: ScoreMatrix,
  recallWithoutOverlap: ScoreMatrix | undefined,
  assigned: Uint32Array,
  options: Pick<ScoreOptions, "match" | "partly">,
): ThresholdScore[] {
  const rows = allRows(score);
  const predictions = score.columns - 1;
  const lowest = Math.min(...THRESHOLDS);
  const assignment =
    options.match === "greedy" ? greedyAssignment(score, rows, lowest) : hungarianAssignment(score, rows);
  const recalled = pairsAbove(recall, rows, lowest).map(({ position, prediction, score: value }) => {
    const at = (position + 1) * recall.columns + prediction;
    return { prediction, value: Math.min(value, recallWithoutOverlap?.values[at] ?? value) };
  });
  return THRESHOLDS.map((threshold) => {
    const matches = assignment.at(threshold);
    const truePositives = matches.length;
    const matched = new Set(matches.map(({ prediction }) => prediction));
    let falseSplit = 0;
    for (let p = 1; p <= predictions; p++) if (assigned[p] !== 0 && !matched.has(p)) falseSplit++;
    const falseNegatives = rows.length - truePositives;
    const falsePositives = options.partly ? falseSplit : predictions - truePositives;
    const precision = truePositives / Math.max(1, truePositives + falsePositives);
    const recallShare = truePositives / Math.max(1, truePositives + falseNegatives);
    const sum = precision + recallShare;
    return {
      threshold,
      truePositives,
      falsePositives,
      falseNegatives,
      precision,
      recall: recallShare,
      averagePrecision: precision * recallShare,
      fscore: sum > 0 ? (2 * precision * recallShare) / sum : 0,
      falseSplit,
      falseMerge: falseMerges(recalled, Math.fround(threshold)),
      matches,
    };
  });
}

/** Σ over predictions of the truths above the limit beyond the first. */
function falseMerges(
  recalled: readonly { readonly prediction: number; readonly value: number }[],
  limit: number,
): number {
  const above = recalled.filter(({ value }) => value > limit);
  return above.length - new Set(above.map(({ prediction }) => prediction)).size;
}
