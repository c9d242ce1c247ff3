import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaInterval, delong, pairedDelong } from "../../../src/compute/statistics/delong.js";

const LABELS = Uint8Array.of(1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0);
const ONE = Float64Array.of(0.9, 0.1, 0.8, 0.4, 0.4, 0.35, 0.8, 0.6, 0.2, 0.7, 0.3, 0.5);
const OTHER = Float64Array.of(0.5, 0.2, 0.6, 0.9, 0.1, 0.7, 0.5, 0.5, 0.3, 0.4, 0.8, 0.2);

describe("delong", () => {
  it("gives area, variance and interval as all pairs give them in numpy", () => {
    const found = delong(ONE, LABELS);
    expect(found.auc).toBeCloseTo(0.8194444444444444, 14);
    expect(found.variance).toBeCloseTo(0.017978395061728394, 14);
    const [low, high] = areaInterval(found);
    expect(low).toBeCloseTo(0.4344747076465717, 12);
    expect(high).toBeCloseTo(0.9640423531970439, 12);
  });

  it("pairs two scores of the same units", () => {
    const found = pairedDelong(ONE, OTHER, LABELS);
    expect(found.other).toBeCloseTo(0.8333333333333334, 14);
    expect(found.difference).toBeCloseTo(-0.01388888888888895, 14);
    expect(found.variance).toBeCloseTo(0.04344135802469136, 14);
    expect(found.interval[0]).toBeLessThan(found.difference);
  });

  it("finds no difference between scores and a rising transformation of them", () => {
    expect(pairedDelong(ONE, ONE.map(Math.exp), LABELS)).toMatchObject({
      difference: 0,
      variance: 0,
      interval: [0, 0],
    });
  });

  it("keeps its interval around the area and in [0, 1], whatever the scores", () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(scores, (list) => {
        const found = delong(Float64Array.from(list), LABELS);
        const [low, high] = areaInterval(found);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(found.auc);
        expect(high).toBeGreaterThanOrEqual(found.auc);
        expect(found.variance).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("does not take a perfect separation of few units for certainty", () => {
    const perfect = delong(Float64Array.of(1, 2, 3, 4, 5, 6), Uint8Array.of(0, 0, 0, 1, 1, 1));
    expect(perfect).toMatchObject({ auc: 1, variance: 0 });
    const [low, high] = areaInterval(perfect);
    expect(low).toBeCloseTo(0.025 ** (1 / 3), 12);
    expect(high).toBe(1);
  });

  it("knows no interval with one unit of a class, and no area with none", () => {
    expect(areaInterval(delong(Float64Array.of(1, 2, 3), Uint8Array.of(0, 0, 1)))).toEqual([Number.NaN, Number.NaN]);
    expect(delong(Float64Array.of(1, 2), Uint8Array.of(1, 1)).auc).toBeNaN();
  });
});
