import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/sample-data/seeded-random.js";
import { imputeColumns } from "../../../src/transforms/activity/impute.js";
import { bayesianRidge } from "../../../src/transforms/activity/impute-ridge.js";

/** Traces that mix three hidden ones, with noise. */
function mixture(frames: number, count: number, noise: number): Float64Array[] {
  const random = seededRandom(7);
  const hidden = Array.from({ length: 3 }, (_, i) =>
    Float64Array.from({ length: frames }, (_, k) => Math.sin(k / (5 + 9 * i) + i)),
  );
  return Array.from({ length: count }, () => {
    const weights = hidden.map(() => random.next() * 2 - 1);
    return Float64Array.from(
      { length: frames },
      (_, k) => weights.reduce((sum, w, i) => sum + w * (hidden[i]?.[k] as number), 5) + noise * (random.next() - 0.5),
    );
  });
}

describe("Bayesian ridge", () => {
  it("finds the weights of a mixture", () => {
    const features = mixture(400, 3, 0);
    const target = Float64Array.from({ length: 400 }, (_, k) =>
      [2, -1, 0.5].reduce((sum, w, i) => sum + w * (features[i]?.[k] as number), 3),
    );
    const { coefficients, intercept } = bayesianRidge(features, target);
    expect([...coefficients].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([2, -1, 0.5]);
    expect(intercept).toBeCloseTo(3, 3);
  });

  it("predicts the mean without features, or with constant ones", () => {
    expect(bayesianRidge([], Float64Array.of(1, 2, 6))).toEqual({ coefficients: new Float64Array(0), intercept: 3 });
    const { coefficients, intercept } = bayesianRidge([new Float64Array(3).fill(4)], Float64Array.of(1, 2, 6));
    expect(coefficients[0]).toBe(0);
    expect(intercept).toBe(3);
  });
});

describe("imputation", () => {
  it("fills gaps from correlated traces, and touches nothing else", () => {
    const whole = mixture(600, 12, 0.02);
    const gaps = new Map([
      [1, [100, 130]],
      [4, [0, 20]],
      [9, [560, 600]],
    ]);
    const broken = whole.map((column, i) => {
      const [from, to] = gaps.get(i) ?? [0, 0];
      return column.slice().fill(Number.NaN, from, to);
    });
    const before = broken.map((column) => column.slice());
    const filled = imputeColumns(broken);
    expect(broken).toEqual(before);
    for (const [i, column] of filled.entries()) {
      expect(column.some((value) => Number.isNaN(value))).toBe(false);
      const distance = column.map((value, k) => Math.abs(value - (whole[i]?.[k] as number)));
      expect(Math.max(...distance)).toBeLessThan(0.1);
      expect(distance.filter((value) => value > 0).length).toBeLessThanOrEqual(
        (gaps.get(i)?.[1] ?? 0) - (gaps.get(i)?.[0] ?? 0),
      );
    }
    expect(imputeColumns(broken)).toEqual(filled);
  });

  it("fills a lone trace with its mean", () => {
    expect(imputeColumns([Float64Array.of(1, Number.NaN, 5)])).toEqual([Float64Array.of(1, 3, 5)]);
    expect(imputeColumns([])).toEqual([]);
  });
});
