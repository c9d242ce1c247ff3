import type { Shape } from "./cp-model.js";

/** The largest rank that a three-way tensor can have: the smallest product of the sizes of two modes. */
export function largestRank([rows, columns, depth]: Shape): number {
  return Math.min(rows * columns, rows * depth, columns * depth);
}
