import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decades, logScale } from "../../../src/plots/membership/log-scale.js";
import { isMetaClassifier } from "../../../src/plots/membership/read-attacks.js";
import { bestBaseline } from "../../../src/plots/membership/read-scores.js";
import { leastRate, thinned } from "../../../src/plots/membership/roc-panel.js";
import { scoreBins } from "../../../src/plots/membership/score-histogram.js";
import { syntheticGate } from "./support/synthetic-membership.js";

const score = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe("bins of scores", () => {
  it("hold every finite score once, in bins of equal width with the score inside", () => {
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 1, maxLength: 60 }),
        fc.array(score, { maxLength: 60 }),
        (members, nonmembers) => {
          const bins = scoreBins({ members, nonmembers });
          if (bins === undefined) throw new Error("no bins");
          const { edges } = bins;
          expect(edges.length).toBeLessThanOrEqual(33);
          expect(bins.members.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          expect(bins.nonmembers.reduce((sum, share) => sum + share, 0)).toBeCloseTo(nonmembers.length > 0 ? 1 : 0, 9);
          expect(edges[0]).toBeLessThanOrEqual(Math.min(...members, ...nonmembers));
          expect(edges.at(-1)).toBeGreaterThanOrEqual(Math.max(...members, ...nonmembers));
          const widths = edges.slice(1).map((edge, index) => edge - (edges[index] as number));
          const span = (edges.at(-1) as number) - (edges[0] as number);
          for (const width of widths) expect(Math.abs(width - span / widths.length)).toBeLessThan(1e-6 * span);
        },
      ),
    );
  });

  it("count what is no finite number, and are none of nothing", () => {
    expect(scoreBins({ members: [1, Number.POSITIVE_INFINITY], nonmembers: [Number.NaN, 2] })?.left).toBe(2);
    expect(scoreBins({ members: [], nonmembers: [Number.NaN] })).toBeUndefined();
    expect(scoreBins({ members: [3], nonmembers: [3] })).toMatchObject({ members: [1], nonmembers: [1] });
  });

  it("have a value on an edge in the bin above it, the greatest in the last", () => {
    const bins = scoreBins({ members: [0, 0.5, 1], nonmembers: [] });
    expect(bins?.edges.slice(0, 2)).toEqual([0, 0.05]);
    const filled = bins?.members.flatMap((share, bin) => (share > 0 ? [bins.edges[bin]] : []));
    expect(filled).toEqual([0, 0.5, 0.95]);
  });
});

describe("a logarithmic scale", () => {
  it("puts powers of ten equally far apart, and what is below the least at its place", () => {
    const scale = logScale([0.001, 1], [100, 400]);
    expect([0.001, 0.01, 0.1, 1, 0].map((value) => Math.round(scale.at(value)))).toEqual([100, 200, 300, 400, 100]);
    expect(decades(0.001, 1)).toEqual([0.001, 0.01, 0.1, 1]);
  });

  it("reaches one non-member", () => {
    expect([0, 5, 75, 100, 101, 1000, 1300, 1e7].map(leastRate)).toEqual([
      0.01, 0.01, 0.01, 0.01, 0.001, 0.001, 0.0001, 0.00001,
    ]);
  });
});

describe("a thinned line", () => {
  it("keeps its corners and ends", () => {
    expect(
      thinned([
        [0, 0],
        [0, 1],
        [0, 2.04],
        [0, 2],
        [1, 2],
        [3, 2],
        [2, 2],
        [3, 4],
      ]),
    ).toEqual([
      [0, 0],
      [0, 2],
      [3, 2],
      [2, 2],
      [3, 4],
    ]);
  });
});

describe("what is shown", () => {
  it("are meta-classifiers by their three parts", () => {
    expect(["MaxNormTF/hist_20/random_forest", "loss", "tau/mink_20", "tau/a/b"].map(isMetaClassifier)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("is the baseline with the largest area, a single feature only where it fails", () => {
    const gate = syntheticGate("pass", 0.6);
    expect(bestBaseline(gate)).toBe("tfidf_nb");
    const failing = gate.baselines.map((one) =>
      one.name === "single_feature" ? { ...one, status: "fail" as const } : one,
    );
    expect(bestBaseline({ ...gate, baselines: failing })).toBe("single_feature");
    const only = gate.baselines.filter(({ name }) => name === "single_feature");
    expect(bestBaseline({ ...gate, baselines: only })).toBe("single_feature");
    expect(bestBaseline(syntheticGate("not_run", null))).toBeUndefined();
  });
});
