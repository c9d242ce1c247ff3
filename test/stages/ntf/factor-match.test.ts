import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CpModel, type Factors, normalisedModel, type Shape } from "../../../src/stages/ntf/cp-model.js";
import { factorMatch } from "../../../src/stages/ntf/factor-match.js";
import { randomFactors } from "./cp-cases.js";

const shape: Shape = [8, 5, 6];

const model = (rank: number, seed: number): CpModel => normalisedModel(randomFactors(shape, rank, seed), shape, rank);

/** Components in another order, each mode scaled. */
function disarranged(factors: Factors, order: readonly number[], scale: number): Factors {
  const rank = order.length;
  return factors.map((factor) =>
    factor.map((_, i) => scale * (factor[i - (i % rank) + (order[i % rank] as number)] as number)),
  ) as unknown as Factors;
}

/** The best sum over all ways to match, divided by the matched. */
function bruteScore(left: CpModel, right: CpModel): number {
  const cosine = (p: number, q: number) =>
    [0, 1, 2].reduce((product, mode) => {
      const [a, b] = [left.factors[mode] as Float64Array, right.factors[mode] as Float64Array];
      let dot = 0;
      for (let row = 0; row * left.rank < a.length; row++) {
        dot += (a[row * left.rank + p] as number) * (b[row * right.rank + q] as number);
      }
      return product * Math.abs(dot);
    }, 1);
  const best = (p: number, free: readonly number[]): number => {
    if (p === left.rank) return 0;
    const taken = free.map(
      (q) =>
        cosine(p, q) +
        best(
          p + 1,
          free.filter((other) => other !== q),
        ),
    );
    return Math.max(...taken, ...(left.rank - p > free.length ? [best(p + 1, free)] : []));
  };
  return (
    best(
      0,
      Array.from({ length: right.rank }, (_, q) => q),
    ) / Math.min(left.rank, right.rank)
  );
}

describe("factorMatch", () => {
  it("is 1 for the same components in any order, and 1 − 7/8 per term with the weights for eight times the weight", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        (seed, order) => {
          const factors = randomFactors(shape, 4, seed);
          const left = normalisedModel(factors, shape, 4);
          const right = normalisedModel(disarranged(factors, order, 2), shape, 4);
          const { score, scoreWithWeights, partner, components } = factorMatch(left, right);
          expect(score).toBeCloseTo(1, 12);
          expect(scoreWithWeights).toBeCloseTo(1 / 8, 12);
          expect([...partner]).toEqual([0, 1, 2, 3]);
          for (const component of components) expect(component).toBeCloseTo(1, 12);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is the best over all ways to match, also of models with different ranks", () => {
    fc.assert(
      fc.property(
        fc.record({ a: fc.integer({ min: 1, max: 4 }), b: fc.integer({ min: 1, max: 4 }), seed: fc.nat(1e6) }),
        ({ a, b, seed }) => {
          const [left, right] = [model(a, seed), model(b, seed + 1)];
          expect(factorMatch(left, right).score).toBeCloseTo(bruteScore(left, right), 12);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("matches zero columns with nothing", () => {
    const factors = randomFactors(shape, 2, 4).map((factor) => factor.map((value, i) => (i % 2 === 1 ? 0 : value)));
    const zeros = normalisedModel(factors as unknown as Factors, shape, 2);
    expect(factorMatch(zeros, zeros).score).toBeCloseTo(0.5, 12);
    expect([...zeros.weights][1]).toBe(0);
  });
});
