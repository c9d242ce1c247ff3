import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betaQuantile, logGamma, regularisedBeta } from "../../../src/compute/statistics/beta-distribution.js";
import { clopperPearson } from "../../../src/compute/statistics/clopper-pearson.js";

/** Expected values of this file: scipy 1.10.1. */
describe("clopperPearson", () => {
  it.each([
    [0, 10, 0, 0.3084971078187608],
    [1, 10, 0.0025285785444617848, 0.4450161170281954],
    [10, 10, 0.6915028921812392, 1],
    [3, 7, 0.09898827844250786, 0.8159484323599169],
    [4, 200, 0.0054755658795564485, 0.05041360908989629],
    [500, 1000, 0.46854917297179216, 0.5314508270282079],
    [1, 100000, 2.531780477933314e-7, 5.571516034774275e-5],
    [99999, 100000, 0.9999442848396523, 0.9999997468219523],
  ])("of %i in %i", (k, n, low, high) => {
    const found = clopperPearson(k, n);
    expect(Math.abs(found[0] - low)).toBeLessThan(1e-12);
    expect(Math.abs(found[1] - high)).toBeLessThan(1e-12);
  });

  it("is the mirror of the other proportion, and holds its own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat({ max: 400 }), (n, some) => {
        const k = some % (n + 1);
        const [low, high] = clopperPearson(k, n);
        const [otherLow, otherHigh] = clopperPearson(n - k, n);
        expect(low).toBeCloseTo(1 - otherHigh, 11);
        expect(high).toBeCloseTo(1 - otherLow, 11);
        expect(low).toBeLessThanOrEqual(k / n);
        expect(high).toBeGreaterThanOrEqual(k / n);
      }),
    );
  });

  it("knows nothing of nothing, and refuses what is no proportion", () => {
    expect(clopperPearson(0, 0)).toEqual([0, 1]);
    expect(() => clopperPearson(3, 2)).toThrow("3 of 2 is no proportion");
    expect(() => clopperPearson(Number.NaN, 2)).toThrow(RangeError);
  });
});

describe("regularisedBeta", () => {
  it.each([
    [0.3, 2, 5, 0.5798250000000001],
    [0.9, 0.5, 0.5, 0.7951672353008662],
    [0.01, 0.1, 3, 0.7274341927166095],
    [0.49, 1000, 1000, 0.18555265943145985],
    [1e-8, 1, 1e6, 0.00995016630033611],
  ])("at %d of (%d, %d)", (x, a, b, expected) => {
    expect(Math.abs(regularisedBeta(x, a, b) / expected - 1)).toBeLessThan(1e-11);
  });

  it("has its quantile as inverse", () => {
    const shape = fc.double({ min: 1, max: 500, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), shape, shape, (p, a, b) => {
        expect(Math.abs(regularisedBeta(betaQuantile(p, a, b), a, b) - p)).toBeLessThan(1e-10);
      }),
    );
  });
});

describe("logGamma", () => {
  it.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [14.9, 24.924132002217277],
    [100.5, 361.43554046777757],
    [1e6, 12815504.569147611],
  ])("of %d", (x, expected) => {
    expect(Math.abs(logGamma(x) / expected - 1)).toBeLessThan(1e-13);
  });

  it("is 0 at 1 and 2", () => {
    expect(Math.abs(logGamma(1))).toBeLessThan(1e-14);
    expect(Math.abs(logGamma(2))).toBeLessThan(1e-14);
  });
});
