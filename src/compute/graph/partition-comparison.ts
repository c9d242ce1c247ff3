import { logarithm } from "../special-functions/logarithm.js";
import { byFirstAppearance, groupCount } from "./partition.js";

/** How many items are in group i of the one and in group j of the other partition: `counts[i * columns + j]`. */
export interface Contingency {
  readonly rows: number;
  readonly columns: number;
  readonly counts: Float64Array;
}

/** @throws {RangeError} where the partitions have different lengths. */
export function contingency(a: ArrayLike<number>, b: ArrayLike<number>): Contingency {
  if (a.length !== b.length) throw new RangeError(`partitions of ${a.length} and ${b.length} items cannot be compared`);
  const [first, second] = [byFirstAppearance(a), byFirstAppearance(b)];
  const [rows, columns] = [groupCount(first), groupCount(second)];
  const counts = new Float64Array(rows * columns);
  for (let i = 0; i < first.length; i++) {
    const at = (first[i] as number) * columns + (second[i] as number);
    counts[at] = (counts[at] as number) + 1;
  }
  return { rows, columns, counts };
}

/**
 * The adjusted Rand index (Hubert and Arabie 1985): 1 for equal partitions whatever their labels, 0 expected by chance.
 * 1 where both are trivial in the same way.
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const table = contingency(a, b);
  const pairs = (n: number) => (n * (n - 1)) / 2;
  const [rows, columns] = margins(table);
  const both = table.counts.reduce((sum, n) => sum + pairs(n), 0);
  const inA = rows.reduce((sum, n) => sum + pairs(n), 0);
  const inB = columns.reduce((sum, n) => sum + pairs(n), 0);
  const all = pairs(a.length);
  const expected = all === 0 ? 0 : (inA * inB) / all;
  const largest = (inA + inB) / 2;
  return largest === expected ? 1 : (both - expected) / (largest - expected);
}

/** Mutual information over the arithmetic mean of the two entropies, 0 to 1; 1 where both have one group. */
export function normalisedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const table = contingency(a, b);
  const [rows, columns] = margins(table);
  const n = a.length;
  let information = 0;
  for (let i = 0; i < table.rows; i++) {
    for (let j = 0; j < table.columns; j++) {
      const both = table.counts[i * table.columns + j] as number;
      if (both === 0) continue;
      information += (both / n) * logarithm((both * n) / ((rows[i] as number) * (columns[j] as number)));
    }
  }
  const mean = (entropy(rows, n) + entropy(columns, n)) / 2;
  return mean === 0 ? 1 : Math.min(1, Math.max(0, information / mean));
}

function margins({ rows, columns, counts }: Contingency): [Float64Array, Float64Array] {
  const [ofRows, ofColumns] = [new Float64Array(rows), new Float64Array(columns)];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const count = counts[i * columns + j] as number;
      ofRows[i] = (ofRows[i] as number) + count;
      ofColumns[j] = (ofColumns[j] as number) + count;
    }
  }
  return [ofRows, ofColumns];
}

function entropy(sizes: Float64Array, n: number): number {
  let sum = 0;
  for (const size of sizes) sum -= (size / n) * logarithm(size / n);
  return sum;
}
