import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exponential } from "../../../src/compute/special-functions/exponential.js";
import { logBinomial } from "../../../src/compute/special-functions/log-binomial.js";
import { logGamma } from "../../../src/compute/special-functions/log-gamma.js";
import { logarithm } from "../../../src/compute/special-functions/logarithm.js";

// Values of mpmath 1.3 with 50 digits, rounded to the nearest double.
const EXPONENTIALS: readonly (readonly [number, number])[] = [
  [1.0, Math.E],
  [-1.0, 0.36787944117144233],
  [0.5, 1.6487212707001282],
  [0.1, 1.1051709180756477],
  [-0.35, 0.7046880897187134],
  [1e-9, 1.000000001],
  [10.25, 28282.541920334977],
  [-37.5, 5.175555005801869e-17],
  [100.0, 2.6881171418161356e43],
  [709.5, 1.3549863193146328e308],
  [-708.25, 2.5759248692837695e-308],
  [-740.0, 4.2e-322],
];
const LOGARITHMS: readonly (readonly [number, number])[] = [
  [2.0, Math.LN2],
  [10.0, Math.LN10],
  [0.5, -Math.LN2],
  [0.11, -2.2072749131897207],
  [1.0000001, 9.999999505838704e-8],
  [0.9999999, -1.0000000494736474e-7],
  [1.4141, 0.3464932863315937],
  [0.7072, -0.3464417676587033],
  [3.0, 1.0986122886681098],
  [1e-310, -713.8013788281542],
  [5e-324, -744.4400719213812],
  [1.7e308, 709.7268368932282],
  [123456.789, 11.723646487185881],
];
const LOG_GAMMAS: readonly (readonly [number, number])[] = [
  [1e-25, 57.564627324851145],
  [1e-5, 11.512919692895826],
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247001],
  [0.9, 0.06637623973474295],
  [1.1, -0.049872441259839764],
  [1.4616, -0.12148629003589732],
  [1.5, -0.12078223763524522],
  [1.8, -0.07108387291437215],
  [2.5, 0.2846828704729192],
  [3.0, Math.LN2],
  [5.5, 3.9578139676187165],
  [7.99, 8.50501160608848],
  [8.0, 8.525161361065415],
  [10.0, 12.801827480081469],
  [100.5, 361.4355404677776],
  [1e6, 12815504.569147611],
  [1e15, 3.3538776394910668e16],
  [1e20, 4.505170185988091e21],
];

const bits = new Float64Array(1);
const whole = new BigInt64Array(bits.buffer);

/** How many doubles lie between two of the same sign. */
function distance(a: number, b: number): number {
  bits[0] = a;
  const first = whole[0] as bigint;
  bits[0] = b;
  return Number(first > (whole[0] as bigint) ? first - (whole[0] as bigint) : (whole[0] as bigint) - first);
}

describe("exponential", () => {
  it.each(EXPONENTIALS)("of %d is the nearest double or one beside it", (x, value) => {
    expect(distance(exponential(x), value)).toBeLessThanOrEqual(1);
  });

  it("has the values of its limits", () => {
    expect([0, -0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 710, -746].map(exponential)).toEqual([
      1,
      1,
      0,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      0,
    ]);
    expect(exponential(Number.NaN)).toBeNaN();
    expect(exponential(709.782712893384)).toBeCloseTo(1.7976931348622732e308, -294);
  });

  it("is undone by the logarithm", () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(logarithm(exponential(x)) - x)).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(x)));
      }),
    );
  });

  it("never falls", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -745, max: 709, noNaN: true }),
        fc.double({ min: 1e-12, max: 1, noNaN: true }),
        (x, step) => {
          expect(exponential(x + step)).toBeGreaterThanOrEqual(exponential(x));
        },
      ),
    );
  });
});

describe("logarithm", () => {
  it.each(LOGARITHMS)("of %d is the nearest double or one beside it", (x, value) => {
    expect(distance(logarithm(x), value)).toBeLessThanOrEqual(1);
  });

  it("has the values of its limits", () => {
    expect([1, 0, -0, Number.POSITIVE_INFINITY].map(logarithm)).toEqual([
      0,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(logarithm(-1)).toBeNaN();
    expect(logarithm(Number.NaN)).toBeNaN();
  });

  it("of a product is the sum", () => {
    const positive = fc.double({ min: 1e-150, max: 1e150, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const [sum, scale] = [logarithm(a) + logarithm(b), Math.abs(logarithm(a)) + Math.abs(logarithm(b))];
        expect(Math.abs(logarithm(a * b) - sum)).toBeLessThanOrEqual(5e-16 * Math.max(1, scale));
      }),
    );
  });
});

describe("logGamma", () => {
  it.each(LOG_GAMMAS)("of %d is right to 1e-15", (x, value) => {
    expect(Math.abs(logGamma(x) - value)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(value)));
  });

  it("has the values of its limits", () => {
    expect([1, 2, 0, Number.POSITIVE_INFINITY].map(logGamma)).toEqual([
      0,
      0,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(logGamma(-0.5)).toBeNaN();
  });

  it("grows by ln x from x to x + 1", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (x) => {
        const next = logGamma(x + 1);
        const error = Math.abs(next - logGamma(x) - logarithm(x));
        expect(error).toBeLessThanOrEqual(
          2e-15 * Math.max(1, Math.abs(next), Math.abs(logGamma(x))) * Math.max(1, Math.abs(logarithm(x))),
        );
      }),
    );
  });

  it("doubles by Legendre's formula", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e4, noNaN: true }), (x) => {
        const right = logGamma(x) + logGamma(x + 0.5) + (2 * x - 1) * Math.LN2 - 0.5 * logarithm(Math.PI);
        expect(Math.abs(logGamma(2 * x) - right)).toBeLessThanOrEqual(4e-15 * Math.max(2, Math.abs(right)));
      }),
    );
  });
});

describe("logBinomial", () => {
  it("counts choices", () => {
    let row = [1];
    for (let n = 1; n <= 40; n++) {
      row = [1, ...row.slice(1).map((value, k) => value + (row[k] as number)), 1];
      for (let k = 0; k <= n; k++) expect(logBinomial(n, k)).toBeCloseTo(logarithm(row[k] as number), 12);
    }
    expect(logBinomial(3, 4)).toBe(Number.NEGATIVE_INFINITY);
    expect(logBinomial(3, -1)).toBe(Number.NEGATIVE_INFINITY);
  });
});
