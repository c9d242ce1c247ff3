import { describe, expect, it } from "vitest";
import { thinSvd } from "../../../src/compute/linear-algebra/thin-svd.js";
import { normalisedModel, type Shape } from "../../../src/stages/ntf/cp-model.js";
import { nuclearScore, nuclearScoreOfGram, pairGramOfSquare } from "../../../src/stages/ntf/nuclear-score.js";
import { randomFactors } from "./cp-cases.js";

const shape: Shape = [9, 9, 4];

/** The definition: columns of norm 1, less the mean over components of each row, singular values. */
function bruteScore(factor: Float64Array, rank: number): number {
  const rows = factor.length / rank;
  const norms = Array.from({ length: rank }, (_, r) =>
    Math.hypot(...Array.from({ length: rows }, (_, i) => factor[i * rank + r] as number)),
  );
  const centred = new Float64Array(factor.length);
  for (let i = 0; i < rows; i++) {
    const row = norms.map((norm, r) => (factor[i * rank + r] as number) / norm);
    const mean = row.reduce((sum, value) => sum + value, 0) / rank;
    for (const [r, value] of row.entries()) centred[i * rank + r] = value - mean;
  }
  const { values } = thinSvd(centred, rows, rank);
  return values.reduce((sum, value) => sum + value ** 2, 0) / (values[0] as number) ** 2;
}

describe("nuclearScore", () => {
  it.each([2, 3, 4, 6])("is that of the definition at rank %i", (rank) => {
    const [factor] = randomFactors(shape, rank, 3);
    expect(nuclearScore(factor, rank)).toBeCloseTo(bruteScore(factor, rank), 9);
  });

  it("is 1 at rank 1 and for equal columns, and rank − 1 for orthogonal ones", () => {
    expect(nuclearScore(Float64Array.of(1, 2, 3), 1)).toBe(1);
    expect(nuclearScore(Float64Array.of(1, 1, 1, 2, 2, 2, 0.1, 0.1, 0.1), 3)).toBe(1);
    expect(nuclearScore(Float64Array.of(1, 0, 0, 0, 2, 0, 0, 0, 5), 3)).toBeCloseTo(2, 12);
  });

  it("of items × items × bins is that of the pairs", () => {
    const rank = 4;
    const { factors } = normalisedModel(randomFactors(shape, rank, 8), shape, rank);
    const pairs: number[] = [];
    const [a, b] = factors;
    for (let i = 0; i < 9; i++) {
      for (let j = i + 1; j < 9; j++) {
        for (let r = 0; r < rank; r++) {
          const at = (factor: Float64Array, row: number) => factor[row * rank + r] as number;
          pairs.push((at(a, i) * at(b, j) + at(a, j) * at(b, i)) / 2);
        }
      }
    }
    expect(nuclearScoreOfGram(pairGramOfSquare(factors, rank), rank)).toBeCloseTo(
      nuclearScore(Float64Array.from(pairs), rank),
      9,
    );
  });
});
