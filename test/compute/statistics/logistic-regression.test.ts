import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitLogisticRegression } from "../../../src/compute/statistics/logistic-regression.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

/** 12 × 3 between 0 and 1. */
function goldenData() {
  const [n, m] = [12, 3];
  let state = 7;
  const x = new Float64Array(n * m).map(() => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  });
  const y = new Uint8Array(n).map((_, i) => ((i * 5) % 7 < 3 ? 1 : 0));
  return { x, y, n, m };
}

/** Largest component of the gradient of ½‖w‖² + C · Σ log-loss, written out. */
function gradientAt(
  given: { x: Float64Array; y: Uint8Array; n: number; m: number; C: number },
  weights: Float64Array,
  intercept: number,
): number {
  const gradient = [...weights, 0];
  for (let i = 0; i < given.n; i++) {
    let z = intercept;
    for (let j = 0; j < given.m; j++) z += (weights[j] as number) * (given.x[i * given.m + j] as number);
    const residual = given.C * (1 / (1 + Math.exp(-z)) - (given.y[i] as number));
    for (let j = 0; j < given.m; j++) {
      gradient[j] = (gradient[j] as number) + residual * (given.x[i * given.m + j] as number);
    }
    gradient[given.m] = (gradient[given.m] as number) + residual;
  }
  return Math.max(...gradient.map(Math.abs));
}

describe("fitLogisticRegression", () => {
  // Made with Newton's method in numpy, gradient below 1e-14; LogisticRegression of scikit-learn 1.2.2 comes within 6e-7.
  it.each([
    { C: 1, weights: [-0.02928375703694281, -1.0955163737181945, 0.12882050838921788], intercept: 0.21413419536523579 },
    { C: 50, weights: [1.403223189991773, -9.342566517518492, -0.9406713117283383], intercept: 4.128367776484576 },
  ])("finds the weights of the minimum with C = $C", ({ C, weights, intercept }) => {
    const fit = fitLogisticRegression({ ...goldenData(), C });
    expect(fit.converged).toBe(true);
    for (const [j, expected] of weights.entries()) expect(fit.weights[j]).toBeCloseTo(expected, 8);
    expect(fit.intercept).toBeCloseTo(intercept, 8);
  });

  // Made with scikit-learn 1.2.2: LogisticRegression(tol=1e-14, solver="newton-cg", max_iter=100000).
  it("finds the probabilities of scikit-learn with more columns than rows", () => {
    const [n, m] = [12, 20];
    const x = new Float64Array(n * m).map((_, at) => {
      const [i, j] = [Math.floor(at / m), at % m];
      return (i * 3 + j * j * 7) % 5 === 0 ? 1 : ((i + j) % 3) / 4;
    });
    const expected = [
      0.7266860763987014, 0.4130536483710802, 0.22889190595037476, 0.6823005619356465, 0.17137502756035258,
      0.3309398319640987, 0.557937604241919, 0.582591710792258, 0.22889190595037476, 0.17379992448061687,
      0.6719727909297785, 0.23155901099378626,
    ];
    const found = fitLogisticRegression({ x, n, m, y: goldenData().y }).predict(x, n);
    for (const [i, probability] of expected.entries()) expect(found[i]).toBeCloseTo(probability, 8);
  });

  it("ends where the gradient is nothing, for any shape, separable or not", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0.01, 1, 100),
        fc.boolean(),
        (seed, n, m, C, separable) => {
          const random = randomNumbers(seed);
          const x = new Float64Array(n * m).map(() => 4 * random() - 1);
          const y = new Uint8Array(n).map((_, i) => (separable ? Number((x[i * m] as number) > 1) : i % 2));
          [y[0], y[1]] = [0, 1];
          const fit = fitLogisticRegression({ x, n, m, y, C });
          expect(fit.converged).toBe(true);
          expect(gradientAt({ x, y, n, m, C }, fit.weights, fit.intercept)).toBeLessThan(1e-7);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("says the share of a class where the columns say nothing", () => {
    const fit = fitLogisticRegression({ x: new Float64Array(8).fill(3), n: 4, m: 2, y: Uint8Array.of(0, 1, 1, 1) });
    expect([...fit.weights]).toEqual([0, 0]);
    expect(fit.predict(Float64Array.of(9, -9), 1)[0]).toBeCloseTo(0.75, 12);
  });

  it("says when it has not converged", () => {
    expect(fitLogisticRegression({ ...goldenData(), iterations: 1, C: 1000 })).toMatchObject({
      converged: false,
      iterations: 1,
    });
  });

  it("refuses what it cannot fit", () => {
    const given = goldenData();
    const broken = given.x.slice();
    broken[7] = Number.NaN;
    const fault = { tag: "logistic-regression/not-finite", fields: { row: 2, column: 1, value: "NaN" } };
    expect(() => fitLogisticRegression({ ...given, x: broken })).toThrow(expect.objectContaining(fault));
    expect(() => fitLogisticRegression(given).predict(broken, 12)).toThrow(expect.objectContaining(fault));
    expect(() => fitLogisticRegression({ ...given, y: new Uint8Array(12) })).toThrow("12 labels, 0 of them 1");
    expect(() => fitLogisticRegression({ ...given, C: 0 })).toThrow("C is 0");
  });
});
