import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mannWhitneyTest } from "../../../src/compute/statistics/mann-whitney-test.js";
import {
  areaUnderCurve,
  chanceDeviation,
  mannWhitney,
  midranks,
  rocCurve,
  trueRateAt,
} from "../../../src/compute/statistics/roc.js";

/** Units of both classes whose scores tie often. */
const units = fc
  .array(fc.record({ score: fc.integer({ min: -4, max: 4 }), label: fc.integer({ min: 0, max: 1 }) }), {
    minLength: 2,
    maxLength: 40,
  })
  .filter((list) => new Set(list.map(({ label }) => label)).size === 2)
  .map((list) => ({
    scores: Float64Array.from(list, ({ score }) => score / 3),
    labels: Uint8Array.from(list, ({ label }) => label),
  }));

/** The definition: every pair of a member and a non-member. */
function areaOfPairs(scores: Float64Array, labels: Uint8Array): number {
  const of = (label: number) => [...scores].filter((_, at) => labels[at] === label);
  const pairs = of(1).flatMap((m) => of(0).map((n) => (m > n ? 1 : m === n ? 0.5 : 0)));
  return pairs.reduce<number>((sum, value) => sum + value, 0) / pairs.length;
}

describe("areaUnderCurve", () => {
  it("is the share of pairs in the right order, ties half", () => {
    fc.assert(
      fc.property(units, ({ scores, labels }) => {
        expect(areaUnderCurve(scores, labels)).toBeCloseTo(areaOfPairs(scores, labels), 12);
      }),
    );
  });

  it("turns round with the scores and with the labels, and ignores rising transformations and order", () => {
    fc.assert(
      fc.property(units, ({ scores, labels }) => {
        const area = areaUnderCurve(scores, labels);
        const negated = scores.map((score) => -score);
        const swapped = labels.map((label) => 1 - label);
        expect(areaUnderCurve(negated, labels)).toBeCloseTo(1 - area, 12);
        expect(areaUnderCurve(scores, swapped)).toBeCloseTo(1 - area, 12);
        expect(areaUnderCurve(scores.map(Math.exp), labels)).toBe(area);
        expect(areaUnderCurve(scores.toReversed(), labels.toReversed())).toBe(area);
      }),
    );
  });

  it("is the area below the points of the curve", () => {
    fc.assert(
      fc.property(units, ({ scores, labels }) => {
        const { falsePositives: fp, truePositives: tp, members, nonmembers } = rocCurve(scores, labels);
        let area = 0;
        for (let at = 1; at < fp.length; at++) {
          const height = (tp[at] as number) + (tp[at - 1] as number);
          area += (((fp[at] as number) - (fp[at - 1] as number)) * height) / 2;
        }
        expect(area / (members * nonmembers)).toBeCloseTo(areaUnderCurve(scores, labels), 12);
        expect([fp.at(-1), tp.at(-1)]).toEqual([nonmembers, members]);
      }),
    );
  });

  it("takes infinite scores, and is not a number with one class or none", () => {
    const infinite = Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY);
    expect(areaUnderCurve(infinite, Uint8Array.of(1, 0, 0, 0))).toBe(2.5 / 3);
    expect(areaUnderCurve(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toBeNaN();
    expect(areaUnderCurve(new Float64Array(0), new Uint8Array(0))).toBeNaN();
  });

  it("refuses what is no score or label", () => {
    expect(() => areaUnderCurve(Float64Array.of(1, Number.NaN), Uint8Array.of(1, 0))).toThrow(
      "score 1 is not a number",
    );
    expect(() => areaUnderCurve(Float64Array.of(1, 2), Uint8Array.of(1, 2))).toThrow("label 1 is 2");
    expect(() => areaUnderCurve(Float64Array.of(1), Uint8Array.of(1, 0))).toThrow("1 scores, but 2 labels");
  });
});

describe("midranks", () => {
  it("share the mean where scores are equal", () => {
    expect([...midranks(Float64Array.of(3, 1, 3, 2, 3, 1))]).toEqual([5, 1.5, 5, 3, 5, 1.5]);
  });

  it("takes 0 and -0 as equal", () => {
    expect([...midranks(Float64Array.of(0, -0, 1))]).toEqual([1.5, 1.5, 3]);
  });
});

describe("trueRateAt", () => {
  // Scores 9 … 0: m n m n n m n n n n
  const scores = Float64Array.from({ length: 10 }, (_, at) => 9 - at);
  const curve = rocCurve(scores, Uint8Array.of(1, 0, 1, 0, 0, 1, 0, 0, 0, 0));

  it("reads each convention", () => {
    const at = (fpr: number) =>
      (["largest_fpr_not_above", "nearest_fpr", "interp"] as const).map((name) => trueRateAt(curve, fpr, name).rate);
    expect(at(0.05)).toEqual([1 / 3, 0, 1 / 3]);
    expect(at(1 / 7)).toEqual([2 / 3, 1 / 3, 2 / 3]);
    expect(at(0.4)).toEqual([2 / 3, 2 / 3, 2 / 3]);
  });

  it("interpolates where a member and a non-member tie", () => {
    const tied = rocCurve(Float64Array.of(2, 2, 1, 0), Uint8Array.of(1, 0, 1, 0));
    expect(trueRateAt(tied, 0.25, "interp").rate).toBe(0.25);
    expect(trueRateAt(tied, 0.25, "largest_fpr_not_above")).toMatchObject({ rate: 0, threshold: Infinity });
  });

  it("says from which score on, and whether the rate can be known", () => {
    expect(trueRateAt(curve, 0.15, "largest_fpr_not_above")).toEqual({
      rate: 2 / 3,
      truePositives: 2,
      threshold: 7,
      estimable: true,
      falsePositivesAllowed: 1,
    });
    expect(trueRateAt(curve, 0.14, "largest_fpr_not_above")).toMatchObject({ estimable: false, threshold: 9 });
  });

  it("allows as many non-members as the threshold lets through, for all fractions", () => {
    for (let n = 2; n <= 300; n++) {
      const negatives = rocCurve(
        Float64Array.from({ length: n + 1 }, (_, at) => at),
        Uint8Array.from({ length: n + 1 }, (_, at) => (at === 0 ? 1 : 0)),
      );
      for (const fpr of [0.001, 0.01, 0.05, 0.1, 1 / n]) {
        const { threshold, falsePositivesAllowed } = trueRateAt(negatives, fpr, "largest_fpr_not_above");
        expect(threshold === Infinity ? 0 : n + 1 - threshold).toBe(falsePositivesAllowed);
      }
    }
  });

  it("is not a number with one class only", () => {
    const alone = rocCurve(Float64Array.of(1, 2), Uint8Array.of(0, 0));
    expect(trueRateAt(alone, 0.1, "largest_fpr_not_above")).toMatchObject({ rate: Number.NaN, estimable: false });
    const members = rocCurve(Float64Array.of(1, 2), Uint8Array.of(1, 1));
    expect(trueRateAt(members, 0.1, "largest_fpr_not_above")).toMatchObject({ rate: Number.NaN, estimable: false });
  });
});

describe("mannWhitney", () => {
  it("gives U and its p-value as scipy 1.10.1 does", () => {
    const scores = Float64Array.of(0.9, 0.1, 0.8, 0.4, 0.4, 0.35, 0.8, 0.6, 0.2, 0.7, 0.3, 0.5);
    const labels = Uint8Array.of(1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0);
    expect(mannWhitney(scores, labels)).toEqual({ u: 29.5, members: 6, nonmembers: 6 });
    expect(mannWhitneyTest(scores, labels).p).toBeCloseTo(0.038563818907815725, 12);
    const tied = Float64Array.of(5, 6, 7, 8, 9, 9, 1, 2, 5, 5, 5, 9);
    const halves = Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0);
    expect(mannWhitneyTest(tied, halves).p).toBeCloseTo(0.035445790245185696, 12);
  });

  it("has no p-value where every score is the same", () => {
    expect(mannWhitneyTest(Float64Array.of(1, 1, 1), Uint8Array.of(0, 1, 1)).p).toBeNaN();
  });
});

describe("chanceDeviation", () => {
  it("is .078 for 28 against 28 and .041 for 100 against 100", () => {
    expect(chanceDeviation(28, 28)).toBeCloseTo(0.0778, 4);
    expect(chanceDeviation(100, 100)).toBeCloseTo(0.0409, 4);
  });
});
