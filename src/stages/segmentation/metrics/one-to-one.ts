import { linearAssignment } from "../../../compute/statistics/linear-assignment.js";
import type { ScoreMatrix } from "./image-score.js";

/** A truth instance and the prediction assigned to it, counted from 1. */
export interface MatchedPair {
  readonly truth: number;
  readonly prediction: number;
  readonly score: number;
}

/**
 * Assigns each truth instance at most one prediction and the other way round, among pairs whose float32 score exceeds
 * the threshold (as float32) strictly. `rows`: the truth instances to look at, in the order in which ties are resolved.
 */
export interface OneToOne {
  at(threshold: number): readonly MatchedPair[];
}

/** Pairs by score, descending; equal ones by position in `rows`, then by prediction: a pair is taken if both are free. */
export function greedyAssignment(score: ScoreMatrix, rows: readonly number[], lowest: number): OneToOne {
  const ranked = pairsAbove(score, rows, lowest);
  ranked.sort((a, b) => b.score - a.score || a.position - b.position || a.prediction - b.prediction);
  return {
    at(threshold) {
      const limit = Math.fround(threshold);
      const takenRows = new Set<number>();
      const takenColumns = new Set<number>();
      const matches: MatchedPair[] = [];
      for (const { position, prediction, score: value } of ranked) {
        if (value <= limit) break;
        if (takenRows.has(position) || takenColumns.has(prediction)) continue;
        takenRows.add(position);
        takenColumns.add(prediction);
        matches.push({ truth: rows[position] as number, prediction, score: value });
      }
      return matches;
    },
  };
}

/**
 * The assignment of smallest Σ −[score > threshold] − score/(2·min(G, P)): as many pairs above the threshold as
 * possible, and among those the best. Pairs in the order of `rows`.
 */
export function hungarianAssignment(score: ScoreMatrix, rows: readonly number[]): OneToOne {
  const predictions = score.columns - 1;
  const smaller = Math.min(rows.length, predictions);
  return {
    at(threshold) {
      if (smaller === 0) return [];
      const limit = Math.fround(threshold);
      const costs = new Float64Array(rows.length * predictions);
      for (const [position, row] of rows.entries()) {
        for (let p = 1; p <= predictions; p++) {
          const value = score.values[row * score.columns + p] as number;
          costs[position * predictions + p - 1] = (value > limit ? -1 : 0) - Math.fround(value / (2 * smaller));
        }
      }
      return Array.from(linearAssignment(costs, rows.length, predictions)).flatMap((column, position) => {
        const truth = rows[position] as number;
        const value = column < 0 ? 0 : (score.values[truth * score.columns + column + 1] as number);
        return column >= 0 && value > limit ? [{ truth, prediction: column + 1, score: value }] : [];
      });
    },
  };
}

/** Pairs with a value strictly above the threshold (both float32), row-major in the order of `rows`. */
export function pairsAbove(
  matrix: ScoreMatrix,
  rows: readonly number[],
  threshold: number,
): { readonly position: number; readonly prediction: number; readonly score: number }[] {
  const limit = Math.fround(threshold);
  const pairs: { position: number; prediction: number; score: number }[] = [];
  for (const [position, row] of rows.entries()) {
    for (let prediction = 1; prediction < matrix.columns; prediction++) {
      const score = matrix.values[row * matrix.columns + prediction] as number;
      if (score > limit) pairs.push({ position, prediction, score });
    }
  }
  return pairs;
}

/** 1, 2, …: all instances of an axis of a matrix. */
export function allRows(matrix: ScoreMatrix): readonly number[] {
  return Array.from({ length: matrix.rows - 1 }, (_, i) => i + 1);
}
