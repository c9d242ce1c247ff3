import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { clopperPearson } from "../../../src/compute/statistics/clopper-pearson.js";
import { areaInterval, delong } from "../../../src/compute/statistics/delong.js";
import { mannWhitneyTest } from "../../../src/compute/statistics/mann-whitney-test.js";
import { normalQuantileAbove } from "../../../src/compute/statistics/normal-distribution.js";
import { areaUnderCurve, RATE_CONVENTIONS, rocCurve, trueRateAt } from "../../../src/compute/statistics/roc.js";
import { realData } from "../../support/real-data.js";

interface MetricCase {
  readonly name: string;
  readonly y: number[];
  readonly score: number[];
  readonly auc: number;
  readonly delong_auc: number;
  readonly delong_var: number;
  readonly delong_ci95_normal: [number, number];
  readonly mannwhitney_U: number;
  readonly mannwhitney_p_greater: number;
  readonly tpr_at_fpr: Record<string, Record<string, number> & { clopper_pearson95: [number, number] }>;
}

const data = realData("membership");
const cases: MetricCase[] = data.present
  ? JSON.parse(readFileSync(data.path("reference", "metrics.json"), "utf8"))
  : [];

const close = (found: number, expected: number) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-300));

describe.skipIf(!data.present)(`reference metrics${data.reason}`, () => {
  it("are there", () => {
    expect(cases.length).toBeGreaterThan(0);
  });

  it.each(cases)("$name: every value", (given) => {
    const scores = Float64Array.from(given.score);
    const labels = Uint8Array.from(given.y);
    close(areaUnderCurve(scores, labels), given.auc);
    const found = delong(scores, labels);
    close(found.auc, given.delong_auc);
    close(found.variance, given.delong_var);
    const half = normalQuantileAbove(0.025) * Math.sqrt(found.variance);
    close(found.auc - half, given.delong_ci95_normal[0]);
    close(found.auc + half, given.delong_ci95_normal[1]);
    expect(areaInterval(found).every((end) => end >= 0 && end <= 1)).toBe(true);
    const test = mannWhitneyTest(scores, labels);
    expect(test.u).toBe(given.mannwhitney_U);
    close(test.p, given.mannwhitney_p_greater);
  });

  it.each(cases)("$name: true-positive rates", (given) => {
    const curve = rocCurve(Float64Array.from(given.score), Uint8Array.from(given.y));
    for (const [fpr, expected] of Object.entries(given.tpr_at_fpr)) {
      for (const convention of RATE_CONVENTIONS) {
        close(trueRateAt(curve, Number(fpr), convention).rate, expected[convention] as number);
      }
      const found = trueRateAt(curve, Number(fpr), "largest_fpr_not_above");
      expect(found.falsePositivesAllowed).toBe(expected.max_false_positives_allowed);
      expect(found.estimable).toBe(curve.nonmembers * Number(fpr) >= 1);
      const [low, high] = clopperPearson(found.truePositives, curve.members);
      close(low, expected.clopper_pearson95[0]);
      close(high, expected.clopper_pearson95[1]);
    }
  });
});
